"""Designs: one a file, and a file's function bears its name. A new file is found by itself."""

import functools
import importlib
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dyadsim import checks
from dyadsim.errors import BadInput
from dyadsim.studies.sample import Caseload, Sample, Setting, SettingFields
from dyadsim.studies.study import Study

type Design = Callable[..., Study]


@functools.cache
def design_names() -> tuple[str, ...]:
    """Return the names of all designs: of the files in this folder, sorted."""
    files = Path(__file__).parent.glob("*.py")
    return tuple(sorted(path.stem for path in files if not path.stem.startswith("_")))


def find_design(name: str) -> Design:
    """Return the function that builds the studies of a design.

    Parameters
    ----------
    name
        The name of a file in this folder.

    Returns
    -------
    Callable
        The design; its keywords have defaults.

    Raises
    ------
    BadInput
        There is no such design; the message offers the nearest name.
    """
    checks.known_name("design", name, design_names())
    design: Design = getattr(importlib.import_module(f"{__name__}.{name}"), name)
    return design


def all_designs() -> dict[str, Design]:
    """Return every design by name."""
    return {name: find_design(name) for name in design_names()}


def change_setting(design: str, usual: Setting, fields: SettingFields) -> Setting:
    """Return a design's usual setting with the fields that a user gives.

    Parameters
    ----------
    design
        The design's name, for messages.
    usual
        What holds where the user says nothing.
    fields
        Fields of `Setting`; None leaves the usual value.

    Returns
    -------
    Setting
        The setting.

    Raises
    ------
    BadInput
        An unknown keyword, or a value of the wrong kind.
    """
    where = f"study {design}"
    for name in fields:
        if name not in Setting._fields:
            own = list(inspect.signature(find_design(design)).parameters)[:-1]
            checks.known_name("option", name, [*own, *Setting._fields], where=where)
    changes: dict[str, Any] = {key: value for key, value in fields.items() if value is not None}
    setting = usual._replace(**changes)
    _check_kind(f"{where}: sample", setting.sample, Sample, "study.SAMPLES['trial']")
    _check_kind(f"{where}: caseload", setting.caseload, Caseload, "Caseload(mean=8.0)")
    return setting._replace(follow_up=check_weeks(f"{where}: follow_up", setting.follow_up))


def _check_kind(name: str, value: object, kind: type, example: str) -> None:
    """Refuse a value of another type."""
    if not isinstance(value, kind):
        raise BadInput(f"{name} must be a {kind.__name__}, such as {example}, not '{value}'.")


def check_weeks(name: str, weeks: object) -> tuple[float, ...]:
    """Return a list of weeks as a tuple.

    Raises
    ------
    BadInput
        It is no list of numbers.
    """
    listed = tuple(weeks) if isinstance(weeks, Iterable) and not isinstance(weeks, str) else None
    if listed is None or not all(map(checks.is_number, listed)):
        raise BadInput(f"{name} must be a list of weeks, such as [26, 52], not '{weeks}'.")
    return listed
