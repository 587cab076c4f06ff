"""The page for teachers: a local server for the lessons, and one lesson as a file to keep."""
