"""Scenario discovery: the region of theory space in which a target is met (PRIM, ema-workbench).

PRIM (patient rule induction) peels away, slice by slice, the part of the space where the target is
met least often. What is left is a box: limits on a few parameters, told with its coverage (share of
all points that meet the target which lie in it) and density (share of its points that do).
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
FEWEST = 20  # points that meet the target: fewer make no region
CHANCE = 0.05  # a limit whose quasi-p is above this may be luck


class Target(NamedTuple):
    """What is looked for: an output, a sign and a number."""

    output: str
    sign: str
    number: float


class Scenario(NamedTuple):
    """A box: limits (parameter, low, high, quasi_p), coverage, density, and those met outside it.

    path: the whole peeling, a row a box: limited (parameters), coverage, density, mass.
    """

    limits: pd.DataFrame
    coverage: float
    density: float
    share_met: float
    points: int
    path: pd.DataFrame


def target(text: object, outputs: Sequence[str]) -> Target:
    """Return the target that a text such as "facts_met >= 30" asks for.

    Raises
    ------
    BadInput
        it cannot be read, or the output is not in the sweep.
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


def met(one: Target, values: np.ndarray[Any, Any]) -> Mask:
    """Return where the target is met; a failed point does not meet it."""
    return np.asarray(
        _SIGNS[one.sign](
            np.nan_to_num(values, nan=-np.inf if one.sign[0] == ">" else np.inf), one.number
        )
    )


def find(points: pd.DataFrame, hit: Mask) -> Scenario:
    """Return the box on the peeling path with the best balance of coverage and density.

    points: a row a point, a column a parameter. hit: whether the target is met there.

    Raises
    ------
    BadInput
        too few points meet the target, or nearly all. Failed: ema-workbench is missing.
    """
    count = int(hit.sum())
    if min(count, len(hit) - count) < FEWEST:
        raise BadInput(
            f"task.target is met at {count} of {len(hit)} points: a region needs {FEWEST} or more "
            "of both kinds. Choose another number, or more points."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of engines that are not installed
            from ema_workbench.analysis import prim
    except ImportError:
        raise Failed(
            "task.method=prim needs ema-workbench: pip install 'dyadsim[scale]'."
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = prim.Prim(points, hit, peel_alpha=PEEL, mass_min=SMALLEST)
        box = search.find_box()
        path = box.peeling_trajectory
        balance = 2 * path["coverage"] * path["density"] / (path["coverage"] + path["density"])
        box.select(int(balance.argmax()))
        _, told = box.inspect(style="data")[0]
    chosen = path.iloc[int(balance.argmax())]
    inside = told[told.columns[0][0]]
    rows = [
        (name, float(row["min"]), float(row["max"]), float(np.nanmax(row["qp value"])))
        for name, row in inside.iterrows()
    ]
    limits = pd.DataFrame(rows, columns=["parameter", "low", "high", "quasi_p"])
    order = path.rename(columns={"res_dim": "limited"})[["limited", "coverage", "density", "mass"]]
    return Scenario(
        limits,
        float(chosen["coverage"]),
        float(chosen["density"]),
        count / len(hit),
        len(hit),
        order.reset_index(drop=True),
    )
