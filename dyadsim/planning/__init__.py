"""What a planned study would tell."""
