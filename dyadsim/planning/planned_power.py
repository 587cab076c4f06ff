"""A planned study's power from start to end: what is asked, the grid, and what it answers."""

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.planning.power_design import DESIGNS, GROWTH, THERAPISTS
from dyadsim.planning.power_formulas import MANY, Size, clients_needed, most_power
from dyadsim.planning.power_grid import (
    PowerPlan,
    drawn_batches,
    fewest_clients,
    main_rows,
    power_of_sizes,
    smallest_design,
)
from dyadsim.planning.world_trials import WorldBatches, WorldPlan

NEAR = 1.06  # clients that are enough over clients that are not, where the search ends


class Question(NamedTuple):
    """What is planned.

    Attributes
    ----------
    plan
        Assumptions, analyses, level, trials, seed.
    sizes
        Clients and therapists to try.
    target
        The power that is wanted.
    source
        Keys of the references of a published effect; "" where it was stated.
    world
        How a world makes the trials; None = the effect is stated.
    world_label
        What the world is called; "" without one.
    refined
        Whether sizes between those to try are added where the target is reached.
    """

    plan: PowerPlan
    sizes: tuple[Size, ...]
    target: float = 0.8
    source: str = ""
    world: WorldPlan | None = None
    world_label: str = ""
    refined: bool = False


class Answer(NamedTuple):
    """What the grid says.

    Attributes
    ----------
    question
        What was planned.
    table
        As `power_grid.power_of_sizes` returns it.
    smallest
        Row of the smallest design of those tried that reaches the target; None where none does.
    best
        Row of the design with the highest power.
    """

    question: Question
    table: pd.DataFrame
    smallest: "pd.Series[Any] | None"
    best: "pd.Series[Any]"

    @property
    def chosen(self) -> "pd.Series[Any]":
        """The smallest design that reaches the target, else the one with the highest power."""
        return self.best if self.smallest is None else self.smallest


def answer_question(question: Question, kept: KeptSteps | None = None) -> Answer:
    """Return the power of every size, and the smallest design that is enough.

    Parameters
    ----------
    question
        What is planned.
    kept
        Where finished sizes are kept; None: in memory alone.

    Returns
    -------
    Answer
        The table and its best rows.

    Raises
    ------
    BadInput
        A size that cannot be drawn, or a world's treatments that do not fit the layout.
    """
    plan = question.plan
    batches = drawn_batches(plan) if question.world is None else WorldBatches(question.world)
    kept = kept or KeptSteps()
    table = power_of_sizes(plan, question.sizes, batches, kept=kept)
    while question.refined and (size := _size_between(question, main_rows(table, plan))):
        table = pd.concat(
            [table, power_of_sizes(plan, [size], batches, kept=kept)], ignore_index=True
        )
    table = table.sort_values(["therapists", "clients"], kind="stable", ignore_index=True)
    rows = main_rows(table, plan)
    best = rows.iloc[int(rows["power"].to_numpy().argmax())]
    return Answer(question, table, smallest_design(rows, question.target), best)


def _size_between(question: Question, rows: pd.DataFrame) -> Size | None:
    """Return a size half-way to the smallest one that reaches the target; None where it is near.

    For each number of therapists the target lies between the most clients that miss it and the
    fewest above them that reach it; only where fewer clients than in the best size may be enough.
    """
    target = question.target
    best = smallest_design(rows, target)
    if best is None:
        return None
    for therapists in sorted(set(map(int, rows["therapists"]))):
        part = rows[rows["therapists"] == therapists]
        missing = part.loc[part["power"] < target, "clients"]
        fewest = fewest_clients(question.plan.assumptions, therapists)
        low = int(missing.max()) if len(missing) else fewest - 2
        enough = part.loc[(part["power"] >= target) & (part["clients"] > low), "clients"]
        if enough.empty or low >= best["clients"]:
            continue
        high, unit = int(enough.min()), max(1, therapists // 2)
        middle = 2 * round((low + high) / 4)
        near = high <= NEAR * low or high - low < 2 * unit
        if not near and max(low, fewest - 1) < middle < min(high, int(best["clients"])):
            return Size(middle, therapists)
    return None


def steps_of(question: Question) -> tuple[object, ...]:
    """Return what decides the numbers of a size, for the key of `kept_steps`: not the sizes."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    return (digest, question.plan, question.world and question.world._replace(threads=None))


def limits_of(question: Question) -> dict[int, float]:
    """Return the power that no number of clients exceeds, by number of therapists.

    Parameters
    ----------
    question
        What is planned.

    Returns
    -------
    dict
        Only numbers of therapists with which many clients do not reach the target, by a formula;
        empty in a world, where no formula holds, and for the therapists' variance.
    """
    plan = question.plan
    if question.world is not None or plan.assumptions.kind == THERAPISTS:
        return {}
    counts = sorted({size.therapists for size in question.sizes})
    every = {count: most_power(plan.assumptions, count, plan.level) for count in counts}
    return {count: power for count, power in every.items() if power < question.target}


def clients_by_formula(question: Question) -> dict[int, int]:
    """Return the clients that a formula asks for, by number of therapists, where some are enough.

    Parameters
    ----------
    question
        What is planned, with a stated effect.
    """
    plan = question.plan
    if question.world is not None:
        return {}
    counts = sorted({size.therapists for size in question.sizes})
    needed = {
        count: clients_needed(plan.assumptions, count, question.target, plan.level)
        for count in counts
    }
    return {count: clients for count, clients in needed.items() if clients < MANY}


def assumptions_for_json(question: Question) -> Mapping[str, Any]:
    """Return what was assumed as plain values.

    Parameters
    ----------
    question
        What is planned.
    """
    plan, design = question.plan, DESIGNS[question.plan.assumptions.design]
    values = plan.assumptions._asdict() | {"dropout": list(plan.assumptions.dropout)}
    if design.kind != GROWTH:
        del values["sessions"], values["residual"]
    values |= {"quantity": design.quantity, "source": question.source or None}
    if question.world is not None:
        for name in ("effect", "icc", "effect_sd", "process_icc", "before_r", "dropout", "source"):
            values[name] = None
        arms = [arm.name for arm in question.world.study.arms]
        values |= {"world": question.world_label, "arms": arms, "members": plan.members}
        values |= {"dropouts_assessed": question.world.assessed}
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in values.items()
    }
