"""The lessons for teachers: settings in, numbers, figures and one sentence out.

The page (`web`) and the command line (`dyadsim lesson`) both call `lesson.show_lesson`.
"""
