"""What a planned study would tell: its power, and what it would say of a world's parameters."""
