"""Fitting to a researcher's own data: read, simulate the same design, learn, compare, doubt."""
