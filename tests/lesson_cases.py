"""Lessons that a browser opens: two in the suite; the others, seconds each, are marked slow."""

import pytest

from dyadsim.lessons.index import LESSONS

IN_SUITE = ("harm", "alliance")
LESSON_CASES = [
    pytest.param(name, marks=() if name in IN_SUITE else pytest.mark.slow) for name in LESSONS
]
