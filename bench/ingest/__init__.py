"""How well what arrives is read, held against public collections of it."""
