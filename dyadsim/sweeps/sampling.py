"""Which points a sweep visits: grid, Latin hypercube, Sobol sequence, Saltelli, Morris, a file.

An axis is a parameter with either a list of values, which is crossed with everything else, or an
interval, which the method fills. Points come in a fixed order for a seed; a longer grid keeps none,
a longer Sobol sequence or Saltelli layout all of the shorter one's points, so that a store
(`store`) can reuse them.
"""

import csv
import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import qmc

from dyadsim.errors import BadInput, nearest
from dyadsim.model.parameter import Parameter, ParameterInfo, checked
from dyadsim.model.parameters import catalogue

type Floats = np.ndarray[Any, np.dtype[np.float64]]

METHODS = {  # name: what it is
    "grid": "every combination; an interval becomes `levels` equal steps",
    "latin_hypercube": "n points, each axis cut into n equal parts and every part used once",
    "sobol": "n points of a scrambled Sobol sequence",
    "saltelli": "Sobol sequence laid out for Sobol indices: n (axes + 2) points, or n (2 axes + 2)",
    "morris": "n trajectories for Morris screening: n (axes + 1) points",
    "one_at_a_time": "the world's own values, then each axis alone over `levels` steps",
    "file": "the points of a csv file: one column a parameter",
}
DIAL = "specificity"  # an axis that is no parameter: the dial at an equal mean effect
_DIAL = Parameter(
    DIAL, 0.5, ParameterInfo("share that needs the match, at equal effect", "share", 0, 1, "", "")
)
MOST = 20_000_000  # points of one design: beyond, use shards of different seeds (docs/scale.md)


class Axis(NamedTuple):
    """One swept parameter: `levels`, or an interval [low, high], even on a log scale if `log`."""

    name: str
    levels: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False

    def value(self, share: Floats) -> Floats:
        """Return values at shares (0-1) of the interval."""
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** share)
        return np.asarray(self.low + (self.high - self.low) * share)

    def steps(self, count: int) -> Floats:
        """Return the levels, or `count` equal steps of the interval."""
        return np.array(self.levels) if self.levels else self.value(np.linspace(0, 1, count))


class Sampling(NamedTuple):
    """How the intervals are filled; `n` as in METHODS, `levels` for grids and Morris."""

    method: str = "grid"
    n: int = 64
    levels: int = 5
    second_order: bool = False
    seed: int = 1
    file: str | None = None
    columns: tuple[str, ...] = ()


def declared(name: str) -> Parameter:
    """Return what is known of an axis: a parameter, or the dial.

    Raises
    ------
    BadInput
        there is none of that name.
    """
    known = catalogue()
    if name == DIAL:
        return _DIAL
    if name not in known:
        raise BadInput(f"there is no parameter '{name}'.{nearest(name, [*known, DIAL])}")
    return known[name]


def check(axes: Sequence[Axis], sampling: Sampling, ranges: bool = True) -> None:
    """Refuse axes and settings that cannot be sampled; `ranges`: axes are parameters of the model.

    Raises
    ------
    BadInput
        an unknown method or parameter, an empty or reversed interval, a value outside
        the parameter's range, a logarithm of 0, a size that the method cannot use.
    """
    if sampling.method not in METHODS:
        raise BadInput(
            f"points: there is no method '{sampling.method}'.{nearest(sampling.method, METHODS)} "
            f"Methods: {', '.join(METHODS)}."
        )
    for axis in axes:
        for value in axis.levels or (axis.low, axis.high):
            if ranges:
                checked(declared(axis.name), value)
        if len(set(axis.levels)) < len(axis.levels):
            raise BadInput(f"{axis.name}: a value is given twice in {list(axis.levels)}.")
        if not axis.levels and not axis.low < axis.high:
            raise BadInput(
                f"{axis.name}: an interval goes up; [{axis.low:g}, {axis.high:g}] does not."
            )
        if axis.log and axis.low <= 0:
            raise BadInput(f"{axis.name}: a log interval starts above 0, not at {axis.low:g}.")
    _check_sizes(axes, sampling)


def _check_sizes(axes: Sequence[Axis], sampling: Sampling) -> None:
    """Refuse sizes and combinations that the method cannot use."""
    method, sampled = sampling.method, [axis for axis in axes if not axis.levels]
    if method not in ("grid", "file") and not sampled:
        raise BadInput(
            f"points={method} fills intervals, and none is given: write for instance "
            "'alliance.rate=interval(0.1,0.6)'. Lists of values are crossed by points=grid."
        )
    if method == "morris" and (sampling.levels < 2 or sampling.levels % 2):
        raise BadInput(f"points.levels must be even for points=morris, not {sampling.levels}.")
    if method in ("sobol", "saltelli") and sampling.n & (sampling.n - 1):
        down = 2 ** (sampling.n.bit_length() - 1)
        raise BadInput(
            f"points.n must be a power of 2 for points={method} (a Sobol sequence is balanced "
            f"there), not {sampling.n}: take {down} or {2 * down}."
        )
    if size(axes, sampling) > MOST:
        raise BadInput(
            f"these are {size(axes, sampling):,} points; one design holds {MOST:,} at most."
        )


def size(axes: Sequence[Axis], sampling: Sampling) -> int:
    """Return the number of points (of a file: 0, unknown before it is read)."""
    crossed = math.prod(len(axis.levels) for axis in axes if axis.levels)
    return crossed * _sampled(sum(not axis.levels for axis in axes), sampling)


def _sampled(axes: int, sampling: Sampling) -> int:
    """Return the number of points that fill the intervals of so many axes."""
    n = sampling.n
    found: dict[str, int] = {
        "grid": sampling.levels**axes,
        "latin_hypercube": n,
        "sobol": n,
        "saltelli": n * (2 * axes + 2 if sampling.second_order else axes + 2),
        "morris": n * (axes + 1),
        "one_at_a_time": 1 + axes * sampling.levels,
        "file": 0,
    }
    return found[sampling.method]


def points(
    axes: Sequence[Axis],
    sampling: Sampling,
    base: Mapping[str, float],
    given: Floats | None = None,
) -> Floats:
    """Return the points, `(point, axis)`; lists of values are crossed with the filled intervals.

    base: the values from which `one_at_a_time` departs, by axis name. given: the points of the
    intervals, from a file.
    """
    sampled = [axis for axis in axes if not axis.levels]
    inner = _fill(sampled, sampling, base) if given is None else given
    crossed = list(itertools.product(*(axis.levels for axis in axes if axis.levels)))
    outer = np.array(crossed, float).reshape(len(crossed), -1)
    made = np.empty((len(outer) * len(inner), len(axes)))
    places = [k for k, axis in enumerate(axes) if axis.levels]
    made[:, places] = np.repeat(outer, len(inner), axis=0)
    places = [k for k, axis in enumerate(axes) if not axis.levels]
    made[:, places] = np.tile(inner, (len(outer), 1))
    return made


def problem(names: Sequence[str]) -> dict[str, Any]:
    """Return SALib's description of axes on the unit cube."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _fill(axes: Sequence[Axis], one: Sampling, base: Mapping[str, float]) -> Floats:
    """Return the points of the intervals, `(point, axis)`."""
    if one.method == "grid":
        steps = list(itertools.product(*(axis.steps(one.levels) for axis in axes)))
        return np.array(steps, float).reshape(len(steps), -1)
    if one.method == "one_at_a_time":
        start = np.array([base[axis.name] for axis in axes])
        rows = [start]
        for k, axis in enumerate(axes):
            for value in axis.steps(one.levels):
                rows.append(np.where(np.arange(len(axes)) == k, value, start))
        return np.stack(rows)
    shares = unit(len(axes), one)
    return np.stack([axis.value(shares[:, k]) for k, axis in enumerate(axes)], axis=1)


def unit(axes: int, one: Sampling) -> Floats:
    """Return the points of a random method on the unit cube, `(point, axis)`."""
    from SALib.sample import morris, sobol

    names = [f"x{k}" for k in range(axes)]
    if one.method == "latin_hypercube":
        return np.asarray(
            qmc.LatinHypercube(axes, rng=np.random.default_rng(one.seed)).random(one.n)
        )
    if one.method == "sobol":
        return np.asarray(qmc.Sobol(axes, rng=np.random.default_rng(one.seed)).random(one.n))
    if one.method == "morris":
        return np.asarray(
            morris.sample(problem(names), one.n, num_levels=one.levels, seed=one.seed)
        )
    return np.asarray(
        sobol.sample(problem(names), one.n, calc_second_order=one.second_order, seed=one.seed)
    )


def read(path: str, columns: Sequence[str] = ()) -> tuple[tuple[Axis, ...], Floats]:
    """Return the axes and points of a csv file: a header of parameters, then one row a point.

    Raises
    ------
    BadInput
        no such file; an unknown, missing or doubled column; a cell that is no number in
        the parameter's range (with row and column).
    """
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"points.file: '{path}' cannot be read: {error}.") from None
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if len(lines) < 2:
        raise BadInput(f"points.file: '{path}' needs a header and at least one row of numbers.")
    header = [cell.strip() for cell in lines[0]]
    for name in header:
        if header.count(name) > 1:
            raise BadInput(f"points.file: '{path}' has the column '{name}' twice.")
    for name in columns:
        if name not in header:
            raise BadInput(
                f"points.file: '{path}' has no column '{name}'.{nearest(name, header)} "
                f"Columns: {', '.join(header)}."
            )
    names = list(columns) or header
    known = {name: _column(name, path) for name in names}
    made = np.empty((len(lines) - 1, len(names)))
    for row, line in enumerate(lines[1:]):
        for k, name in enumerate(names):
            place = header.index(name)
            cell = line[place].strip() if place < len(line) else ""
            made[row, k] = _cell(cell, known[name], f"points.file: '{path}', row {row + 2}")
        if len(line) > len(header):
            raise BadInput(
                f"points.file: '{path}', row {row + 2} has {len(line)} cells, the header "
                f"{len(header)}."
            )
    spans = zip(names, made.min(axis=0), made.max(axis=0), strict=True)
    return tuple(Axis(name, (), float(low), float(high)) for name, low, high in spans), made


def _column(name: str, path: str) -> Parameter:
    try:
        return declared(name)
    except BadInput as error:
        raise BadInput(f"points.file: '{path}', column '{name}': {error}") from None


def _cell(cell: str, item: Parameter, where: str) -> float:
    """Return a cell's number."""
    try:
        return checked(item, float(cell))
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from None
    except ValueError:
        raise BadInput(f"{where}, column '{item.name}': '{cell}' is not a number.") from None
