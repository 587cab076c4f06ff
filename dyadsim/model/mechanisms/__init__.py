"""One theory of change per file: its parameters, its equation, its scalar law, its lane loop.

A law is a pure function of float32 scalars. The lane loop below it applies the law to a block of
dyads; its arguments are slices of rows, `(client,)` or `(4, client)`, and the step's parameters.
"""
