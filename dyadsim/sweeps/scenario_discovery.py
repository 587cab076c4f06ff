"""Scenario discovery: the region of the parameters in which a target is met (PRIM, ema-workbench).

PRIM (patient rule induction) peels away, slice by slice, the part of the space where the target is
met least often. What is left is a box: limits on a few parameters, reported with its coverage (the
share of all points meeting the target that lie in it) and its density (the share of its points that
meet the target).
"""

import operator
import re
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.errors import BadInput, Failed, nearest

type Mask = np.ndarray[Any, np.dtype[np.bool_]]

_SIGNS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_TARGET = re.compile(r"(?P<output>.+?)\s*(?P<sign>>=|<=|>|<)\s*(?P<number>[-+.\deE]+)")
PEEL, SMALLEST = 0.05, 0.05  # share of the box peeled at a time; mass below which peeling ends
FEWEST = 20  # points that must meet the target, and that must not
CHANCE = 0.05  # a limit with a larger quasi-p may be due to chance


class Target(NamedTuple):
    """A condition on an output, such as `facts_met >= 30`."""

    output: str
    sign: str
    number: float


class Scenario(NamedTuple):
    """The box in which a target is met.

    Attributes
    ----------
    limits
        One row a limited parameter: parameter, low, high, quasi_p.
    coverage, density
        Shares (0-1) as the module defines them.
    share_met
        Share of all points that meet the target.
    points
        Number of all points.
    path
        The peeling, one row a box: limited (number of parameters), coverage, density, mass.
    """

    limits: pd.DataFrame
    coverage: float
    density: float
    share_met: float
    points: int
    path: pd.DataFrame


def parse_target(text: object, outputs: Sequence[str]) -> Target:
    """Return the target that a text stands for.

    Parameters
    ----------
    text
        Such as "facts_met >= 30".
    outputs
        Of the sweep.

    Returns
    -------
    Target
        The target.

    Raises
    ------
    BadInput
        The text cannot be read, or the sweep has no such output.
    """
    match = _TARGET.fullmatch(str(text).strip())
    if text is None or match is None:
        raise BadInput(
            f"task.target must be an output, a sign and a number, such as 'facts_met>=30', not "
            f"'{text}'."
        )
    name = match["output"].strip()
    if name not in outputs:
        raise BadInput(
            f"task.target: this sweep has no output '{name}'.{nearest(name, outputs)} "
            f"Outputs: {', '.join(outputs)}."
        )
    try:
        return Target(name, match["sign"], float(match["number"]))
    except ValueError:
        raise BadInput(f"task.target: '{match['number']}' is not a number.") from None


def target_met(target: Target, values: np.ndarray[Any, Any]) -> Mask:
    """Return where the target is met, `(point,)`; a failed point (NaN) does not meet it."""
    never = -np.inf if target.sign[0] == ">" else np.inf
    return np.asarray(_SIGNS[target.sign](np.nan_to_num(values, nan=never), target.number))


def find_box(points: pd.DataFrame, met: Mask) -> Scenario:
    """Return the box on the peeling path with the best balance of coverage and density.

    Parameters
    ----------
    points
        One row a point, one column a parameter.
    met
        Whether the target is met at each point.

    Returns
    -------
    Scenario
        The box.

    Raises
    ------
    BadInput
        Too few points meet the target, or nearly all.
    Failed
        The package ema-workbench is missing.
    """
    count = int(met.sum())
    if min(count, len(met) - count) < FEWEST:
        raise BadInput(
            f"task.target is met at {count} of {len(met)} points: a region needs {FEWEST} or more "
            "of both kinds. Choose another number, or more points."
        )
    path, rows = _peel(points, met)
    chosen = path.iloc[int(_balance(path).argmax())]
    order = path.rename(columns={"res_dim": "limited"})[["limited", "coverage", "density", "mass"]]
    return Scenario(
        pd.DataFrame(rows, columns=["parameter", "low", "high", "quasi_p"]),
        float(chosen["coverage"]),
        float(chosen["density"]),
        count / len(met),
        len(met),
        order.reset_index(drop=True),
    )


def _balance(path: pd.DataFrame) -> "pd.Series[float]":
    """Return the harmonic mean of coverage and density."""
    return 2 * path["coverage"] * path["density"] / (path["coverage"] + path["density"])


def _same_type(points: pd.DataFrame) -> pd.DataFrame:
    """Return points of one type: PRIM cannot write a double limit into a single column."""
    return points.astype(float) if points.dtypes.nunique() > 1 else points


def _peel(points: pd.DataFrame, met: Mask) -> tuple[pd.DataFrame, list[tuple[Any, ...]]]:
    """Return the peeling path, and (parameter, low, high, quasi-p) of the best box."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of engines that are not installed
        try:
            from ema_workbench.analysis import prim
        except ImportError:
            raise Failed(
                "task.method=prim needs ema-workbench: pip install 'dyadsim[scale]'."
            ) from None
        search = prim.Prim(_same_type(points), met, peel_alpha=PEEL, mass_min=SMALLEST)
        box = search.find_box()
        path = box.peeling_trajectory
        box.select(int(_balance(path).argmax()))
        _, table = box.inspect(style="data")[0]
    inside = table[table.columns[0][0]]
    rows = [
        (name, float(row["min"]), float(row["max"]), float(np.nanmax(row["qp value"])))
        for name, row in inside.iterrows()
    ]
    return path, rows
