"""dyadsim."""
