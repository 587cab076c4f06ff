"""Result tables to matplotlib figures: one figure idea a file.

Every module has a function `figure` that takes tables and plain values and returns a Figure.
"""
