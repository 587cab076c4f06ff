"""Settings that a whole sweep has once: several values of them are refused, none is dropped."""

from collections.abc import Mapping, Sequence
from typing import Any

from dyadsim.errors import BadInput

ONCE = (
    "name",
    "members",
    "ensemble",
    "results",
    "outputs",
    "points",
    "task",
    "threads",
    "shards",
    "executor",
    "experiment",
    "json",
    "dry_run",
)
"""Settings, or groups of them, that are read from the first condition alone."""
PER_CONDITION = ("points.common",)  # each condition has its own


def check_one_value(labels: Sequence[Mapping[str, Any]]) -> None:
    """Refuse several values of a setting that a sweep has once.

    Parameters
    ----------
    labels
        The settings that differ between the sweep's conditions, by name.

    Raises
    ------
    BadInput
        One of them is of the whole sweep.

    Examples
    --------
    >>> check_one_value([{"world": "hybrid"}, {"world": "null"}])
    """
    for key in labels[0]:
        if key.split(".")[0] in ONCE and key not in PER_CONDITION:
            values = ", ".join(dict.fromkeys(str(label[key]) for label in labels))
            raise BadInput(
                f"a sweep has one {key}, not several ({values}): run a sweep for each of them."
            )
