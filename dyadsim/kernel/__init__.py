"""The compiled loop over sessions and dyads."""
