"""Many parameter points: laid out, computed, kept, ranked."""
