"""The calibrated values of all worlds: `conf/world/members.csv`, a row a member of the ensemble.

A member is one set of values that the published facts allow: a column a parameter that all worlds
share, under its full name, and a column `hybrid/distress.treatment_gain` for a world's own. Members
stand in the order of their cost, so member 0 is the one nearest to the facts: `world=hybrid` means
it. The file is the one place of these numbers; `dyadsim calibrate` writes it, and `members.json`
beside it, which says how.
"""

import csv
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dyadsim.choices import conf_folder
from dyadsim.errors import BadInput

FILE, ABOUT = "members.csv", "members.json"
MEMBER = "member"  # the first column: the number


def label_of(name: str, owner: str = "") -> str:
    """Return a column's name: that of the parameter, after its world where it belongs to one.

    Examples
    --------
    >>> label_of("distress.rate"), label_of("distress.treatment_gain", "hybrid")
    ('distress.rate', 'hybrid/distress.treatment_gain')
    """
    return f"{owner}/{name}" if owner else name


def read_label(label: str) -> tuple[str, str]:
    """Return the world that a column belongs to, "" for all, and the parameter.

    Examples
    --------
    >>> read_label("hybrid/distress.treatment_gain"), read_label("distress.rate")
    (('hybrid', 'distress.treatment_gain'), ('', 'distress.rate'))
    """
    owner, _, name = label.rpartition("/")
    return owner, name


def folder() -> Path:
    """Return the folder in which the files stand."""
    return conf_folder() / "world"


@functools.cache
def read_members(path: Path) -> tuple[Mapping[str, float], ...]:
    """Return the values of every member by column, in the order of the file.

    Parameters
    ----------
    path
        Of the file; where there is none, nothing was calibrated.

    Returns
    -------
    tuple
        A mapping a member; empty without a file.
    """
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            {name: float(value) for name, value in row.items() if name != MEMBER}
            for row in csv.DictReader(lines)
        )


@functools.cache
def read_about(path: Path) -> Mapping[str, Any]:
    """Return how the members were made (command, seed, commit, facts met); empty if never."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def member_count(path: Path | None = None) -> int:
    """Return how many members an ensemble has, that of `conf/world` or of a file; 0 without any."""
    return len(read_members(path or folder() / FILE))


def chosen_members(count: int, path: Path | None = None) -> tuple[int, ...]:
    """Return the numbers of some members that stand for all: spread evenly over their order.

    Members are in the order of their cost, so the first ones alone would be the best ones.

    Parameters
    ----------
    count
        How many.
    path
        Of a file with members; None: that of `conf/world`.

    Returns
    -------
    tuple of int
        In rising order, the best (0) first.

    Raises
    ------
    BadInput
        There are not so many.
    """
    most = member_count(path)
    if not 1 <= count <= most:
        raise BadInput(f"members must lie between 1 and {most}, not {count}: so many are there.")
    if count == 1:
        return (0,)
    return tuple(round(place * (most - 1) / (count - 1)) for place in range(count))


def member_values(world: str, member: int, path: Path | None = None) -> dict[str, float]:
    """Return a member's values in one world, by full name.

    Parameters
    ----------
    world
        Name of the world.
    member
        Number of the member.
    path
        Of a file with members; None: that of `conf/world`.

    Returns
    -------
    dict
        What all worlds share, and what this world has of its own; empty for member 0 where nothing
        was calibrated.

    Raises
    ------
    BadInput
        There is no such member.
    """
    members = read_members(path or folder() / FILE)
    if not members and member == 0:
        return {}
    if not 0 <= member < len(members):
        raise BadInput(f"There is no member {member}: they are 0 to {len(members) - 1}.")
    columns = [(*read_label(label), value) for label, value in members[member].items()]
    shared = {name: value for owner, name, value in columns if not owner}
    return shared | {name: value for owner, name, value in columns if owner == world}
