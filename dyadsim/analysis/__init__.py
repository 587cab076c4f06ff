"""From what a researcher sees (scores, attendance) to numbers. One file per kind of question.

Every function takes plain data frames or series with column names as keywords, so that a
simulated and a real data set are analysed by the same lines. Latents are never read here.
"""
