"""How much of the outcome is due to what."""
