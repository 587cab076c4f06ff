"""The teachers' lessons: settings in, numbers, figures and one sentence out.

One door for the page (`web`) and the command line (`dyadsim lesson`): `lesson.show`.
"""
