"""How Dateline does what its functions say: one module per concept, shared by all functions as a layer."""
