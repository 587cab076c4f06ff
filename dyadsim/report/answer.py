"""The main answer on one screen and one page: what technique makes, of what, in which world.

Shares of the differences between clients, shares of the mean effect, what a researcher would have
found in the same clients beside what has been claimed, each with its denominator; and what speaks
against each world.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dyadsim.attribution.estimated_shares import decompose_outcome
from dyadsim.attribution.true_shares import ADJUSTED, Care, Replication
from dyadsim.evidence.claims import Claim, published_claims
from dyadsim.evidence.facts_of_worlds import against_world
from dyadsim.model.parameters import Parameters, flat
from dyadsim.report.answer_sentences import main_answer, rows_by_world, share_text
from dyadsim.report.attribution import estimates_of
from dyadsim.report.members import MUCH_CHANCE, MembersResult, write_tables
from dyadsim.report.page import write_page
from dyadsim.report.printed import say
from dyadsim.simulation.specificity import DIAL

NEXT = "dyadsim compare   (the worlds beside the published numbers)"
TITLE = "How much can specific ingredients produce, and how much the common factors?"
PARTS = {  # attribution -> (heading, what 100 % is, what is shown)
    "variance": (
        "Of the differences between clients",
        "100 % = variance of distress after therapy; Shapley shares add to 100",
        ("technique", "expectancy", "relationship", "therapist", "client", "chance"),
    ),
    "effect": (
        "Of the mean effect of therapy",
        "100 % = mean effect against no treatment; Shapley shares add to 100",
        ("technique", "action", "expectancy", "relationship", "self-regulation", "ruptures"),
    ),
    "effect lost": (
        "Lost if one alone is taken away",
        "100 % = the same mean effect; losses overlap and do not add",
        ("technique", "expectancy", "relationship"),
    ),
}
_WORDS = {  # of a row; `technique` as a part of the variance is all that treatments differ in
    ("variance", "technique"): "treatment given",
    ("variance", "client"): "client and life",
    ("variance", "chance"): "chance events",
    ("effect", "action"): "any credible action",
    ("effect", "ruptures"): "unresolved ruptures",
    ("effect lost", "action"): "any credible action",
    ("effect lost", "ruptures"): "unresolved ruptures",
}
_KEPT = (*PARTS, "estimators", "gain")
_LABEL = 26  # letters of the first column
_CELL = 18


def study_text(care: Care) -> str:
    """Return what was simulated, in words."""
    return f"{', '.join(care.treatments)} by lot, {care.sessions} sessions; and without each cause"


def estimates_in(parameters: Parameters, care: Care, size: Replication) -> pd.DataFrame:
    """Return what one member of one world answers.

    Parameters
    ----------
    parameters
        Of the world.
    care
        What is given.
    size
        How it is simulated; with more than one replicate each value is their mean, and its error
        that of a single one, as the other members have.

    Returns
    -------
    DataFrame
        Rows of estimates (`cli.task.Estimates`) with attribution and denominator; the last row is
        the world's specificity.
    """
    table = decompose_outcome(parameters, care, replication=size)
    rows = estimates_of(table)
    kept = rows["attribution"].isin(_KEPT) & (rows["denominator"] != ADJUSTED)
    rows = rows[kept].assign(detail=False)
    rows["se"] = rows["se"] * size.replicates**0.5
    dial = {"part": "Settings", "estimate": "specificity", "unit": "0 to 1", "detail": True}
    dial |= {"attribution": "setting", "denominator": "", "se": 0.0}
    value = flat(parameters)[DIAL]
    return pd.concat([rows, pd.DataFrame([{**dial, "value": value}])], ignore_index=True)


def _cells(summary: pd.DataFrame, attribution: str, group: str, worlds: Sequence[str]) -> list[str]:
    """Return "median [low, high]" of a share in each world; "-" where it is not computed.

    A star marks an interval that is mostly Monte-Carlo error.
    """
    by_world = rows_by_world(summary, attribution, group)
    return [_cell(by_world[world]) if world in by_world else "-" for world in worlds]


def _cell(row: Mapping[Any, Any]) -> str:
    chance = row["monte_carlo_share"] > MUCH_CHANCE and any((row["low"], row["high"]))
    return share_text(row) + "*" * bool(chance)


def _errors(summary: pd.DataFrame, attribution: str, group: str) -> str:
    """Return the largest Monte-Carlo error of a member over worlds; "" where there is none."""
    by_world = rows_by_world(summary, attribution, group)
    known = [row["monte_carlo"] for row in by_world.values() if row["monte_carlo"] >= 0]
    return f"± {max(known):.2g}" if known else ""


def _line(label: str, cells: Sequence[str]) -> str:
    """Return a row of the screen; a wide cell takes its letters from the label's column."""
    numbers = "".join(f" {cell:>{_CELL - 1}}" for cell in cells)
    return f"  {label:{_LABEL - 2 + _CELL * len(cells) - len(numbers)}}{numbers}"


def answers(result: MembersResult) -> dict[str, list[str]]:
    """Return what summary.json says of a result in sentences."""
    return {"answer": main_answer(result.summary, changed=bool(result.changes))}


def print_members(result: MembersResult) -> None:
    """Print the answer in one screen of 80 columns.

    Parameters
    ----------
    result
        Of `dyadsim answer`.
    """
    summary, worlds = result.summary, list(dict.fromkeys(result.table["world"]))
    say(TITLE)
    if result.changes:
        say(f"NOT as calibrated: {result.changes}.")
    for text in main_answer(summary, changed=bool(result.changes)):
        say(f"- {text}", "  ")
    print("\n" + _line("% [90 % over members]", [f"{world} world" for world in worlds]))
    for attribution, (heading, denominator, groups) in PARTS.items():
        print(f"{heading}\n  ({denominator})")
        for group in groups:
            cells = _cells(summary, attribution, group, worlds)
            print(_line(_WORDS.get((attribution, group), group), cells))
    print("What has been claimed, and what a researcher finds in the same clients")
    for label, rows in _claim_groups(summary, worlds):
        print(f" {label}")
        for claimed, cells in rows:
            print(_line(claimed, cells))
    print()
    for text in notes(result):
        say(text)


def _claim_groups(
    summary: pd.DataFrame, worlds: Sequence[str]
) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return claims by what is 100 %: each with the same quantity in every world."""
    groups: dict[str, list[tuple[str, list[str]]]] = {}
    for claim in published_claims():
        text = f"{claim.label}: {claim.share:.3g} %"
        groups.setdefault(f"of {_whole(claim)}", []).append(
            (text, _cells(summary, *claim.like, worlds))
        )
    return list(groups.items())


def _whole(claim: Claim) -> str:
    """Return what is 100 % of a claim, and of our number beside it."""
    if claim.like[0] == "effect":
        return "a judgement without a denominator; ours: of the mean effect"
    if claim.like[0] == "estimators":
        return "the variance of outcome scores"
    return "the mean improvement in full therapy"


def notes(result: MembersResult) -> list[str]:
    """Return what the numbers are, what the error is, and what was simulated."""
    own = ", with your values put in and not fitted again" if result.changes else ""
    return [
        f"Median [90 % interval] over {len(result.members)} members of each world's ensemble: sets "
        f"of values that fit the published facts about as well as the world can{own}. It is no "
        "confidence interval. * mostly simulation error; the report gives every error. "
        "Simulated worlds: possible, not findings about therapy.",
        result.run,
    ]


def write_members(folder: Path, result: MembersResult, manifest: Mapping[str, Any]) -> None:
    """Write the tables, the figure and the page, report.html.

    Parameters
    ----------
    folder
        The results folder.
    result
        Of `dyadsim answer`.
    manifest
        How the run can be repeated.
    """
    from dyadsim.plots import answer as plot
    from dyadsim.plots import style
    from dyadsim.report.page import embedded_image

    write_tables(folder, result)
    figure = plot.figure(result.table)
    style.add_to_title(figure, result.changes)
    image = style.save_figure(figure, folder / "figures", "answer", plot.shown(result.table))
    worlds = list(dict.fromkeys(result.table["world"]))
    changed = bool(result.changes)
    write_page(
        folder,
        "answer.html.j2",
        title=TITLE,
        changes=result.changes,
        sentences=main_answer(result.summary, changed=changed),
        image=embedded_image(image),
        worlds=worlds,
        parts=[
            {
                "id": attribution.replace(" ", "-"),
                "heading": heading,
                "whole": denominator,
                "rows": [
                    {
                        "label": _WORDS.get((attribution, group), group),
                        "cells": _cells(result.summary, attribution, group, worlds),
                        "error": _errors(result.summary, attribution, group),
                    }
                    for group in _groups(result.summary, attribution)
                ],
            }
            for attribution, (heading, denominator, _) in PARTS.items()
        ],
        claims=[
            {
                "label": claim.label,
                "share": f"{claim.share:.3g}",
                "denominator": claim.denominator,
                "source": claim.source,
                "cells": _cells(result.summary, *claim.like, worlds),
                "error": _errors(result.summary, *claim.like),
            }
            for claim in published_claims()
        ],
        against=[] if changed else [against_world(world, most=9) for world in [*worlds, "null"]],
        notes=notes(result),
        manifest=manifest,
    )


def _groups(summary: pd.DataFrame, attribution: str) -> list[str]:
    rows = summary[summary["attribution"] == attribution]
    return [str(group) for group in dict.fromkeys(rows["estimate"]) if group != "sum"]
