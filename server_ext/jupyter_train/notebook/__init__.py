"""What a person uses in a cell."""
