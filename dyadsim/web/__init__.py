"""The teachers' page: a local server that shows the lessons, and one lesson as a file to keep."""
