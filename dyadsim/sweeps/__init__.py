"""Many parameter points: sampled, computed, stored and analysed."""
