"""Any estimate over members of the ensemble: median, 90 % interval, and what of it is chance.

A world is a sample of sets of values that the published facts allow (`model.members`). An estimate
is computed in some members that stand for all; what lies between their 5 % and 95 % quantiles is
what the facts leave open.

The variance over members has two parts: members differ, and each was simulated with chance. For
estimates with independent errors

    variance over members = variance of the worlds + mean squared Monte-Carlo error

so the second over the first is the share of chance. Members share their random numbers (the same
seed: the same clients, therapists and chance events as far as their values allow), so their errors
go together, and the share is an upper limit. Source of the equation: the law of total variance.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.checks import whole_number
from dyadsim.errors import BadInput
from dyadsim.model.members import MEMBER, chosen_members, member_count
from dyadsim.model.parameters import Parameters
from dyadsim.model.worlds import World, find_world, member_parameters

BEST = 0  # the member that a world's name means
SURE = 0.9
LOW, HIGH = (1 - SURE) / 2, (1 + SURE) / 2
FEWEST = 2
VALUE, ERROR = "value", "se"
COLUMNS = ("median", "low", "high", "best", "sd", "monte_carlo", "monte_carlo_share", "members")
"""What `summarise_members` adds to the columns that name an estimate."""


class OverMembers(NamedTuple):
    """An estimate over members.

    Attributes
    ----------
    members
        Their numbers; 0 is the best.
    table
        A row an estimate and member: what names the estimate, member, value, se.
    summary
        A row an estimate: what names it, and `COLUMNS`.
    """

    members: tuple[int, ...]
    table: pd.DataFrame
    summary: pd.DataFrame


def some_members(count: object, worlds: Sequence[World] = ()) -> tuple[int, ...]:
    """Return the numbers of so many members that stand for all, the best (0) first.

    Parameters
    ----------
    count
        How many: 2 or more, and not more than there are.
    worlds
        In which they are taken; none: those of dyadsim.

    Raises
    ------
    BadInput
        There are not so many, nothing was calibrated, or the worlds have not the same number.
    """
    counts = {world.name: member_count(world.ensemble) for world in worlds} or {"": member_count()}
    if len(set(counts.values())) > 1:
        shown = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise BadInput(f"members: the worlds have ensembles of different sizes ({shown}).")
    if max(counts.values()) < FEWEST:
        raise BadInput("there is no ensemble (conf/world/members.csv): dyadsim calibrate makes it.")
    ensemble = next((world.ensemble for world in worlds if world.ensemble), None)
    return chosen_members(whole_number("members", count, FEWEST, max(counts.values())), ensemble)


def over_members(
    estimate: Callable[[Parameters], pd.DataFrame | Mapping[str, float]],
    world: World | str = "hybrid",
    members: int = 20,
    values: Mapping[str, float] | None = None,
    *,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> OverMembers:
    """Return an estimate in some members of a world's ensemble, and its interval over them.

    Give every member the same seed inside `estimate`: then they share their random numbers, and
    what differs between them is the worlds, not chance.

    Parameters
    ----------
    estimate
        Takes the parameters of a member. It returns numbers by name, or a data frame with a column
        `value`, where there is one `se` (its Monte-Carlo error), and columns that name each row.
    world
        A world or its name.
    members
        How many, 2 or more; spread evenly over the ensemble, the best among them.
    values
        Full names of parameters to numbers, set in every member.
    progress
        Wraps the loop over members, to show progress.

    Returns
    -------
    OverMembers
        Every member's values, and median, 90 % interval and Monte-Carlo error.

    Raises
    ------
    BadInput
        There are not so many members, no such world, or a value that cannot be set.

    Examples
    --------
    >>> import dyadsim
    >>> def shares(parameters):
    ...     run = dyadsim.run(dyadsim.cohort(), parameters, 200, seed=1)
    ...     endings = dyadsim.observed(run).clients["ending"]
    ...     return {"drops out": (endings == "dropout").mean()}
    >>> result = over_members(shares, "hybrid", members=3)
    >>> row = result.summary.iloc[0]
    >>> row["estimate"], int(row["members"]), bool(row["low"] <= row["median"] <= row["high"])
    ('drops out', 3, True)
    """
    chosen = some_members(members, [world if isinstance(world, World) else find_world(world)])
    tables = []
    for member in progress(chosen):
        answer = estimate(member_parameters(world, member, values))
        if isinstance(answer, Mapping):
            answer = pd.DataFrame({"estimate": list(answer), VALUE: list(answer.values())})
        tables.append(answer.assign(**{MEMBER: member}))
    table = pd.concat(tables, ignore_index=True)
    return OverMembers(chosen, table, summarise_members(table))


def names_of(table: pd.DataFrame) -> list[str]:
    """Return the columns that name an estimate: all but member, value and se."""
    return [name for name in table.columns if name not in (MEMBER, VALUE, ERROR)]


def summarise_members(table: pd.DataFrame) -> pd.DataFrame:
    """Return every estimate's median and 90 % interval over members, and what of it is chance.

    Parameters
    ----------
    table
        member, value, perhaps se (the Monte-Carlo error, 0 or more, NaN where unknown), and columns
        that name an estimate; a row an estimate and member. NaN values count as absent.

    Returns
    -------
    DataFrame
        A row an estimate, in the order in which they come first: the columns that name it, and
        median, low, high (90 %; quantiles with linear interpolation), best (the value of member
        0), sd over members, monte_carlo (root of the mean squared error of one member),
        monte_carlo_share (at most so much of the variance over members is chance, 0 to 1),
        members (with a value).

    Raises
    ------
    ValueError
        Two rows of a member have the same name.

    Examples
    --------
    >>> rows = {"estimate": "g", "member": range(21), "value": range(21), "se": 2.0}
    >>> summary = summarise_members(pd.DataFrame(rows))
    >>> [round(float(summary[name].iloc[0]), 6) for name in ("median", "low", "high", "best")]
    [10.0, 1.0, 19.0, 0.0]
    >>> round(float(summary["monte_carlo_share"].iloc[0]), 3)  # 2 ** 2 of a variance of 38.5
    0.104
    """
    names = names_of(table)
    groups = table.groupby(names, sort=False, dropna=False, observed=True).ngroup().to_numpy()
    rows = table.loc[~pd.Series(groups, table.index).duplicated(), names].reset_index(drop=True)
    members, columns = np.unique(table[MEMBER], return_inverse=True)
    if len(np.unique(groups * len(members) + columns)) < len(table):
        raise ValueError("two estimates of a member have the same name")
    values, squares = np.full((2, len(rows), len(members)), np.nan)
    values[groups, columns] = table[VALUE].to_numpy(float)
    if ERROR in table:
        squares[groups, columns] = np.square(table[ERROR].to_numpy(float))
    numbers = [_summary(*pair) for pair in zip(values, squares, strict=True)]
    summary = pd.DataFrame(numbers, columns=[name for name in COLUMNS if name != "best"])
    best = values[:, 0] if len(members) and members[0] == BEST else np.full(len(rows), np.nan)
    summary.insert(COLUMNS.index("best"), "best", best)
    return pd.concat([rows, summary], axis=1)


def _summary(values: "np.ndarray[Any, Any]", squares: "np.ndarray[Any, Any]") -> tuple[Any, ...]:
    """Return the summary of one estimate from its values and squared errors, one a member."""
    known, errors = values[~np.isnan(values)], squares[~np.isnan(squares)]
    if not known.size:
        return (np.nan,) * 6 + (0,)
    low, median, high = np.quantile(known, (LOW, 0.5, HIGH))
    spread = float(np.std(known, ddof=1)) if known.size > 1 else np.nan
    error = float(np.sqrt(errors.mean())) if errors.size else np.nan
    return median, low, high, spread, error, _share_of_chance(spread, error), known.size


def _share_of_chance(spread: float, error: float) -> float:
    """Return the share of the variance over members that errors make up, 0 to 1."""
    if spread == 0:
        return 0.0 if error == 0 else np.nan if error != error else 1.0
    return float(min(1.0, (error / spread) ** 2)) if error == error else np.nan
