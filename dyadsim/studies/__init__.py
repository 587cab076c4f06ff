"""Who gets what and when: values only, no simulation."""
