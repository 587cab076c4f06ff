"""Result tables to matplotlib figures: one figure idea per file."""
