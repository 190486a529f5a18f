"""Stories as others want them."""
