"""All lessons, in the order of the page.

Every file of this folder is a lesson, except those in `_HELPERS`. It is found by its name, defines
`LESSON` under the same name, and states its `place` on the page.
"""

import importlib
import pkgutil
from pathlib import Path

from dyadsim import checks
from dyadsim.errors import BadInput
from dyadsim.lessons.lesson import Lesson
from dyadsim.model.parameters import catalogue

_HELPERS = (
    "bet",
    "dials",
    "dyad_figures",
    "figure",
    "index",
    "lesson",
    "numbers",
    "published",
    "statements",
    "world_facts",
)


def _find_lessons() -> dict[str, Lesson]:
    """Return the lesson of every file, by name, in the order of their places."""
    names = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    lessons = [
        importlib.import_module(f"dyadsim.lessons.{name}").LESSON
        for name in names
        if name not in _HELPERS
    ]
    lessons.sort(key=lambda lesson: (lesson.place, lesson.name))
    return {lesson.name: lesson for lesson in lessons}


LESSONS: dict[str, Lesson] = _find_lessons()


def find_lesson(name: str) -> Lesson:
    """Return a lesson.

    Parameters
    ----------
    name
        Of the lesson's file.

    Returns
    -------
    Lesson
        The lesson.

    Raises
    ------
    BadInput
        There is no lesson of that name.
    """
    return LESSONS[checks.known_name("lesson", name, LESSONS)]


def check_dials(lesson: Lesson) -> None:
    """Refuse a lesson whose dials go beyond what the model allows.

    Parameters
    ----------
    lesson
        The lesson.

    Raises
    ------
    BadInput
        An unknown parameter, or a range outside the parameter's.
    """
    known = catalogue()
    for dial in lesson.dials:
        if not dial.is_parameter:
            continue
        checks.known_name("parameter", dial.key, known, where=f"lesson {lesson.name}")
        about = known[dial.key].about
        if dial.low < about.low or dial.high > about.high:
            raise BadInput(
                f"lesson {lesson.name}: {dial.key} lies in [{about.low:g}, {about.high:g}]."
            )
