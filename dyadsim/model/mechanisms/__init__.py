"""One theory of change a file: equation, parameters, rows, declarations, law, lane loop.

A law is a pure function of float32 scalars. The lane loop below it applies the law to a block of
clients; it gets the mechanism's `Rows`, views of the block of `(lane,)` or `(4, lane)`, and the
mechanism's parameters.
"""
