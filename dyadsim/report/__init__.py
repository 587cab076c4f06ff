"""Pages and printed tables, one file a result."""
