"""The main answer in three sentences, made from its numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dyadsim.evidence.facts_of_worlds import fact_counts

ALIKE = 5  # worlds whose facts met differ by no more are not told apart by counting (assumption)


def share_text(row: Mapping[Any, Any]) -> str:
    """Return "median [low, high]" of a share in per cent, in letters that fit a column.

    Parameters
    ----------
    row
        median, low, high.

    Examples
    --------
    >>> share_text({"median": 17.24, "low": 8.6, "high": 22.4})
    '17 [9, 22]'
    >>> share_text({"median": 0.62, "low": 0.49, "high": 1.1})
    '0.6 [0.5, 1.1]'
    >>> share_text({"median": 0.0, "low": 0.0, "high": 0.0})
    '0'
    """
    values = [float(row[name]) for name in ("median", "low", "high")]
    if values[0] != values[0]:
        return "no effect"
    if not any(values):
        return "0"
    digits = 0 if abs(values[0]) >= 9.95 else 1
    texts = [f"{round(value, digits) + 0.0:.{digits}f}" for value in values]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]"


def main_answer(summary: pd.DataFrame, *, changed: bool) -> list[str]:
    """Return the answer: of the differences, of the mean effect, and which world is ours.

    Parameters
    ----------
    summary
        attribution, estimate, world, median, low, high.
    changed
        Whether a world differs from its calibrated values.

    Returns
    -------
    list of str
        Three sentences, each with what 100 % is.
    """
    worlds = list(dict.fromkeys(summary["world"]))
    variance = rows_by_world(summary, "variance", "technique")
    effect = rows_by_world(summary, "effect", "technique")
    lost = rows_by_world(summary, "effect lost", "technique")
    own = rows_by_world(summary, "variance", "client")
    clients = sorted(round(row["median"]) for row in own.values())
    span = f"{clients[0]}" if clients[0] == clients[-1] else f"{clients[0]} to {clients[-1]}"
    return [
        "Of the differences between clients after therapy, which of three credible treatments a "
        f"client got accounts for {_in(variance)}; clients and their lives for {span} %. What all "
        "get alike explains no difference, however much it heals.",
        f"Of the mean effect of therapy against no treatment, technique accounts for "
        f"{_in(effect)}; without it, {_in(lost)} would be lost (losses overlap).",
        _which(worlds, effect, changed),
    ]


def rows_by_world(summary: pd.DataFrame, attribution: str, group: str) -> dict[str, dict[Any, Any]]:
    """Return the row of a share in every world that has it, by the world's name.

    Parameters
    ----------
    summary
        attribution, estimate, world and what is known of each.
    attribution, group
        Of the share.
    """
    rows = summary[(summary["attribution"] == attribution) & (summary["estimate"] == group)]
    return {str(row["world"]): row for row in rows.to_dict("records")}


def _in(rows: Mapping[str, Mapping[Any, Any]]) -> str:
    """Return a share in every world, in words."""
    texts = []
    for world, row in rows.items():
        share = share_text(row)
        number, _, interval = share.partition(" ")
        unit = "" if row["median"] != row["median"] else " %"
        end = f" {interval}" if unit and interval else ""
        texts.append(f"{number if unit else share}{unit}{end} in the {world}")
    *others, last = texts
    return f"{', '.join(others)} and {last} world" if others else f"{last} world"


def _which(
    worlds: Sequence[str],
    effect: Mapping[str, Mapping[Any, Any]],
    changed: bool,
) -> str:
    """Return what the published facts say about which world is ours."""
    if changed:
        return (
            "How many published facts worlds with changed parameters meet, dyadsim facts counts; "
            "they are not calibrated."
        )
    met = {world: fact_counts(world)["met"] for world in worlds}
    of = sum(fact_counts(worlds[0]).values())
    counts = ", ".join(f"{world} {count}" for world, count in met.items())
    if max(met.values()) - min(met.values()) > ALIKE or len(worlds) == 1:
        return f"Of {of} published facts the best members meet: {counts} (null: {_null()})."
    shares = sorted((row["median"], world) for world, row in effect.items())
    (least, first), (most, last) = shares[0], shares[-1]
    return (
        f"The published facts do not tell which world is ours (of {of} the best members meet: "
        f"{counts}; a world in which nothing heals: {_null()}). So technique accounts for "
        f"{least:.0f} % of the mean effect if we assume the {first} world, {most:.0f} % if we "
        f"assume the {last} one, and the facts leave both open."
    )


def _null() -> int:
    return fact_counts("null")["met"]
