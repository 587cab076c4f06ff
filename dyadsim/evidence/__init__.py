"""Published numbers, and what a world makes of them."""
