"""From what a researcher sees (scores, attendance) to estimates. One file per kind of question.

Every function takes plain data frames or series, with column names as keywords, so that the same
lines analyse a simulated and a real data set. Latent variables are never read here. `arrays` holds
each statistic once, on arrays of scores; the other modules add standard errors and intervals.
"""
