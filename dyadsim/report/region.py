"""How much could technique explain: the answer in sentences, tables, figure and page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from rich.table import Table

from dyadsim.analysis.monte_carlo import error_sentence, with_error
from dyadsim.attribution.true_shares import ADJUSTED, EFFECT, GROUPS
from dyadsim.checks import shown_number
from dyadsim.plots import region as plots
from dyadsim.plots import style
from dyadsim.report.page import command_text, embedded_image, run_line, write_page
from dyadsim.report.plain_rows import rows_for_json
from dyadsim.report.printed import print_table, say
from dyadsim.sweeps.region import (
    CONFIRM,
    DIALS,
    DOSE,
    REPORT,
    SE,
    TECHNIQUE,
    Plan,
    SearchTables,
    Stage,
    blocking_facts,
    region_summary,
)

STUDY = "worlds around the members of the ensemble"
_HEADINGS = {
    "specificity": "specificity",
    "gating": "gating",
    "therapist_spread": "therapist SD",
    "severity_spread": "severity SD",
}
_BLOCKING = 6  # facts that are named
_DIGITS = 4  # after the point, in tables


class RegionResult(NamedTuple):
    """What was found, and what was searched."""

    tables: SearchTables
    plan: Plan


def member_words(plan: Plan) -> str:
    """Return what the world is called that others are compared with: calibrated only unchanged."""
    return "member with the same changes" if plan.values else "calibrated member"


def rule(plan: Plan) -> str:
    """Return when a world is in the region."""
    return (
        "In the region: a world that violates no published fact that its "
        f"{member_words(plan)} does not violate itself"
    )


def _plan_size(plan: Plan, stage: Stage) -> str:
    """Return clients and repeats of a run in words."""
    clients = stage.clients * plan.replication.clients
    return f"{clients:,} clients x {stage.repeats * plan.replication.replicates} repeats"


def dose_text(dose: float) -> str:
    """Return a spread of doses in words.

    Examples
    --------
    >>> dose_text(0.0), dose_text(0.5)
    ('the same for all', '± 50 %')
    """
    return f"± {shown_number(100 * dose)} %" if dose else "the same for all"


def _world_text(row: Mapping[str, Any]) -> str:
    """Return which world a row is of."""
    if row["is_own"]:
        return f"member {row['member']} itself"
    dials = ", ".join(f"{_HEADINGS[name]} {shown_number(row[name], 2)}" for name in DIALS)
    return f"around member {row['member']}: {dials}"


def answer_sentences(result: RegionResult) -> list[str]:
    """Return the answer in sentences: how much, unless doses differ, and of what region."""
    best = rows_for_json(result.tables.best)
    region = region_summary(result.tables.table)
    first, *others = best
    doses = (
        "With the same dose for all clients"
        if not first[DOSE]
        else f"With doses that differ by {dose_text(first[DOSE])}"
    )
    texts = [
        f"{doses} technique explains at most {_share(first)} % of the differences between clients' "
        f"outcomes ({_world_text(first)})."
    ]
    if others:
        more = "; ".join(f"by {dose_text(row[DOSE])}, at most {_share(row)} %" for row in others)
        texts.append(f"It is more only where clients get doses that differ: {more}.")
    texts.append(
        f"{region['inside']} of {region['worlds']} worlds are in the region: they violate none of "
        f"{region['facts']} published facts beyond those that their {member_words(result.plan)} "
        f"violates itself ({_range(region['own_violated'])})."
    )
    texts.append(_effect_sentence(result.tables.table))
    return texts


def _effect_sentence(table: pd.DataFrame) -> str:
    """Return what technique has of the mean effect in the region."""
    effect = table[table["inside"]].drop_duplicates("place")["effect"].dropna()
    if not len(effect):
        return "Of the mean effect technique has no share: therapy has no effect here."
    low, middle, high = effect.quantile([0.05, 0.5, 0.95])
    return (
        f"Of the mean effect technique has {middle:.0f} % there (90 % of the region: {low:.0f} to "
        f"{high:.0f} %): what all clients get alike explains no differences between them."
    )


def _range(ends: Sequence[int]) -> str:
    return f"{ends[0]}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _share(row: Mapping[str, Any]) -> str:
    return with_error(row[TECHNIQUE], row[SE])


def _best_rows(tables: SearchTables) -> list[dict[str, str]]:
    """Return the highest share at each spread of doses, inside and outside, as text."""
    rows = []
    for row in rows_for_json(tables.best):
        at_dose = tables.table[tables.table[DOSE] == row[DOSE]]
        outside = at_dose.loc[~at_dose["inside"], TECHNIQUE].max()
        rows.append(
            {
                "doses": dose_text(row[DOSE]),
                "at most": _share(row),
                "first run": f"{row['screened']:.1f}",
                "outside": "-" if outside != outside else f"{outside:.1f}",
                "of effect": with_error(row["effect"], row["effect_se"]),
            }
        )
    return rows


def _world_rows(best: pd.DataFrame) -> list[dict[str, str]]:
    """Return which worlds have the highest shares, as text."""
    return [
        {
            "doses": dose_text(row[DOSE]),
            "member": f"{row['member']}{' itself' * row['is_own']}",
            **{title: shown_number(row[name], 2) for name, title in _HEADINGS.items()},
        }
        for row in rows_for_json(best)
    ]


def _group_rows(best: pd.DataFrame) -> list[dict[str, str]]:
    """Return all shares of the variance in the reported worlds, as text."""
    return [
        {"doses": dose_text(row[DOSE]), **{name: f"{row[name]:.1f}" for name in GROUPS}}
        for row in rows_for_json(best)
    ]


def _blocking(table: pd.DataFrame) -> str:
    """Return which facts keep worlds out of the region."""
    counts = blocking_facts(table)
    named = ", ".join(f"{name} ({count})" for name, count in counts.head(_BLOCKING).items())
    more = f" and {len(counts) - _BLOCKING} more" if len(counts) > _BLOCKING else ""
    return f"Facts that keep worlds out (number of worlds): {named or 'none'}{more}."


def _method(plan: Plan) -> str:
    """Return how the numbers were found, in words."""
    return (
        "The highest of many noisy shares is too high, so the worlds with the highest shares in "
        f"the first run ({_plan_size(plan, CONFIRM._replace(clients=1, repeats=1))}) were "
        f"simulated again with other random numbers ({_plan_size(plan, CONFIRM)}); those that "
        "violate a further fact there were dropped, and the highest of the rest was simulated once "
        f"more ({_plan_size(plan, REPORT)}): its share there is the one that is printed. The "
        "worlds of a run share their random numbers, so a whole run may lie high or low."
    )


def doubts(result: RegionResult) -> list[str]:
    """Return what the numbers do not say."""
    region = region_summary(result.tables.table)
    left_out = (
        [
            f"{region['impossible']} worlds were left out: no treatment gain in its range keeps "
            "the mean effect of their member."
        ]
        if region["impossible"]
        else []
    )
    return [
        f"It is the highest share among {region['worlds']} worlds, not a proven limit; worlds "
        "between and beyond them (other parameters, other mechanisms) were not tried.",
        "No published fact restricts how far doses differ between therapists: in the design of "
        "every fact the clients of an arm get one dose.",
        "What is undecided forbids nothing, so that a larger size makes the region smaller.",
        "The members violate some facts themselves; a world that violates those worse is in the "
        "region nevertheless.",
        "At every point treatment gain was solved again, so that treatment does as much for the "
        "member's clients as it did; severity moves after that.",
        *left_out,
    ]


def _label(plan: Plan) -> str:
    changed = ", ".join(f"{name} = {shown_number(value)}" for name, value in plan.values.items())
    return f"{plan.world} world" + (f" (changed: {changed})" if changed else "")


def _frame_table(rows: Sequence[Mapping[str, str]], title: str) -> Table:
    shown = Table(title=title, title_justify="left")
    for name in rows[0]:
        shown.add_column(name, justify="left" if name == "doses" else "right")
    for row in rows:
        shown.add_row(*row.values())
    return shown


def print_region(result: RegionResult) -> None:
    """Print the answer, the worlds that reach it, and how it was found.

    Parameters
    ----------
    result
        What was found.
    """
    plan, tables = result.plan, result.tables
    say(f"How much could technique explain? {_label(plan)}, {len(plan.members)} members")
    for text in answer_sentences(result):
        say(text)
    print()
    title = f"Highest shares of technique, %; 100 % = {ADJUSTED}"
    print_table(_frame_table(_best_rows(tables), title))
    print_table(_frame_table(_world_rows(tables.best), "In these worlds"))
    say(_blocking(tables.table))
    say(f"{rule(plan)}. First run and outside: noisy and selected, so too high.")
    say(f"Of effect: 100 % = {EFFECT}, at the usual dose.")
    say(_method(plan))
    say(error_sentence(REPORT.repeats * plan.replication.replicates))
    say(_run_line(plan))


def _run_line(plan: Plan) -> str:
    first = plan.replication
    members = ", ".join(map(str, plan.members))
    return (
        run_line(
            f"{STUDY} {members}", clients=first.clients, repeats=first.replicates, seed=first.seed
        )
        + f" (first run; facts: {plan.clients_of_facts:,} clients x {plan.repeats_of_facts}); "
        f"seeds of the later runs: {first.seed + CONFIRM.seed}, {first.seed + REPORT.seed}"
    )


def summary_of(result: RegionResult) -> dict[str, Any]:
    """Return the result as plain values."""
    plan, tables = result.plan, result.tables
    counts = blocking_facts(tables.table)
    return {
        "task": "region",
        "world": plan.world,
        "changed": dict(plan.values),
        "study": STUDY,
        "clients": REPORT.clients * plan.replication.clients,
        "repeats": REPORT.repeats * plan.replication.replicates,
        "seed": plan.replication.seed,
        "members": list(plan.members),
        "answer": answer_sentences(result),
        "rule": rule(plan),
        "denominator": ADJUSTED,
        **region_summary(tables.table),
        "at_most": rows_for_json(tables.best),
        "blocking_facts": {str(name): int(count) for name, count in counts.items()},
    }


def write_region(folder: Path, result: RegionResult, manifest: Mapping[str, Any]) -> None:
    """Write confirmed.csv, at_most.csv, the figure with its points, and the page.

    Parameters
    ----------
    folder
        The results folder.
    result
        What was found.
    manifest
        How the run can be repeated.
    """
    plan, tables = result.plan, result.tables
    tables.confirmed.round(_DIGITS).to_csv(folder / "confirmed.csv", index=False)
    tables.best.round(_DIGITS).to_csv(folder / "at_most.csv", index=False)
    figure = plots.figure(tables.table, tables.best, _label(plan))
    data = tables.table.round(_DIGITS)
    image = style.save_figure(figure, folder / "figures", "region", data)
    write_page(
        folder,
        "region.html.j2",
        world=_label(plan),
        answer=answer_sentences(result),
        best=_best_rows(tables),
        worlds=_world_rows(tables.best),
        groups=_group_rows(tables.best),
        image=embedded_image(image),
        adjusted=ADJUSTED,
        effect=EFFECT,
        rule=rule(plan),
        blocking=_blocking(tables.table),
        method=_method(plan),
        doubts=doubts(result),
        errors=error_sentence(REPORT.repeats * plan.replication.replicates),
        run=_run_line(plan),
        command=command_text(manifest),
        manifest=manifest,
    )
