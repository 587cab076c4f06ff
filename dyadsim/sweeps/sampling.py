"""Which points a sweep visits: grid, Latin hypercube, Sobol sequence, Saltelli, Morris, a file.

An axis is a parameter with either a list of values, which is crossed with everything else, or an
interval, which the method fills. Points come in a fixed order for a seed. A finer grid shares few
points with a coarser one; a longer Sobol sequence or Saltelli layout contains all points of a
shorter one, so that a store (`store`) can reuse them.
"""

import csv
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import qmc

from dyadsim import checks
from dyadsim.choices import is_file
from dyadsim.errors import BadInput, nearest
from dyadsim.model.parameter import Parameter, ParameterInfo, check_value
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
    DIAL, 0.5, ParameterInfo("share that needs the match, at equal effect", "share", 0, 1, "")
)
# of one sweep; for more, use sweeps with other seeds (docs/how_to/scale.md)
MAX_POINTS = 20_000_000


class Axis(NamedTuple):
    """One swept parameter.

    Attributes
    ----------
    name
        Of the parameter, or DIAL.
    levels
        Values that are crossed with everything else; none: the axis is an interval.
    low, high
        Ends of the interval.
    log
        Whether the interval is even on a log scale.
    """

    name: str
    levels: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False

    def value(self, share: Floats) -> Floats:
        """Return the values at shares (0-1) of the interval."""
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** share)
        return np.asarray(self.low + (self.high - self.low) * share)

    def steps(self, count: int) -> Floats:
        """Return the levels, or `count` equal steps of the interval."""
        return np.array(self.levels) if self.levels else self.value(np.linspace(0, 1, count))


class Sampling(NamedTuple):
    """How the intervals are filled.

    Attributes
    ----------
    method
        One of METHODS.
    n
        As METHODS says.
    levels
        Steps of an interval, for grids, one at a time and Morris.
    second_order
        Whether a Saltelli layout serves indices of pairs.
    seed
        Of the points.
    file, columns
        A csv file of points and the columns to use (none: all).
    """

    method: str = "grid"
    n: int = 64
    levels: int = 5
    second_order: bool = False
    seed: int = 1
    file: str | None = None
    columns: tuple[str, ...] = ()


def axis_parameter(name: str) -> Parameter:
    """Return the parameter that an axis varies, or the dial.

    Parameters
    ----------
    name
        Of the axis.

    Returns
    -------
    Parameter
        With its unit and range.

    Raises
    ------
    BadInput
        There is no parameter of that name.
    """
    known = catalogue()
    if name == DIAL:
        return _DIAL
    if name not in known:
        raise BadInput(f"there is no parameter '{name}'.{nearest(name, [*known, DIAL])}")
    return known[name]


def _sampled(axes: Sequence[Axis]) -> list[Axis]:
    """Return the axes that are intervals."""
    return [axis for axis in axes if not axis.levels]


def check_sampling(axes: Sequence[Axis], sampling: Sampling, *, ranges: bool = True) -> None:
    """Refuse axes and settings that cannot be sampled.

    Parameters
    ----------
    axes
        What is swept.
    sampling
        How the intervals are filled.
    ranges
        Whether the axes are parameters of the model, whose ranges are checked.

    Raises
    ------
    BadInput
        An unknown method or parameter, an empty or reversed interval, a value outside the
        parameter's range, a logarithm of 0, or a size that the method cannot use.
    """
    checks.known_name("method", sampling.method, METHODS, where="points")
    for axis in axes:
        if ranges:
            for value in axis.levels or (axis.low, axis.high):
                check_value(axis_parameter(axis.name), value)
        _check_axis(axis)
    _check_method(_sampled(axes), sampling)
    if count_points(axes, sampling) > MAX_POINTS:
        raise BadInput(
            f"these are {count_points(axes, sampling):,} points; one sweep holds at most "
            f"{MAX_POINTS:,}."
        )


def _check_axis(axis: Axis) -> None:
    """Refuse doubled levels and an interval that does not go up."""
    if len(set(axis.levels)) < len(axis.levels):
        raise BadInput(f"{axis.name}: a value is given twice in {list(axis.levels)}.")
    if not axis.levels and not axis.low < axis.high:
        raise BadInput(f"{axis.name}: an interval goes up; [{axis.low:g}, {axis.high:g}] does not.")
    if axis.log and axis.low <= 0:
        raise BadInput(f"{axis.name}: a log interval starts above 0, not at {axis.low:g}.")


def _check_method(intervals: Sequence[Axis], sampling: Sampling) -> None:
    """Refuse numbers of points and levels that the method cannot use."""
    method = sampling.method
    if method not in ("grid", "file") and not intervals:
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


def count_points(axes: Sequence[Axis], sampling: Sampling) -> int:
    """Return the number of points (of a file: 0, as it is unknown before the file is read)."""
    crossed = math.prod(len(axis.levels) for axis in axes if axis.levels)
    return crossed * _count_filled(len(_sampled(axes)), sampling)


def _count_filled(axes: int, sampling: Sampling) -> int:
    """Return the number of points that fill the intervals of so many axes."""
    n = sampling.n
    counts: dict[str, int] = {
        "grid": sampling.levels**axes,
        "latin_hypercube": n,
        "sobol": n,
        "saltelli": n * (2 * axes + 2 if sampling.second_order else axes + 2),
        "morris": n * (axes + 1),
        "one_at_a_time": 1 + axes * sampling.levels,
        "file": 0,
    }
    return counts[sampling.method]


def sample_points(
    axes: Sequence[Axis],
    sampling: Sampling,
    *,
    base: Mapping[str, float] | None = None,
    filled: Floats | None = None,
) -> Floats:
    """Return the points; lists of values are crossed with the filled intervals.

    Parameters
    ----------
    axes
        What is swept.
    sampling
        How the intervals are filled.
    base
        Axis name -> the value from which `one_at_a_time` departs.
    filled
        The points of the intervals, if they come from a file: `(point, interval)`.

    Returns
    -------
    array
        `(point, axis)`.
    """
    inner = _fill(_sampled(axes), sampling, base or {}) if filled is None else filled
    crossed = list(itertools.product(*(axis.levels for axis in axes if axis.levels)))
    outer = np.array(crossed, float).reshape(len(crossed), -1)
    points = np.empty((len(outer) * len(inner), len(axes)))
    places = [k for k, axis in enumerate(axes) if axis.levels]
    points[:, places] = np.repeat(outer, len(inner), axis=0)
    places = [k for k, axis in enumerate(axes) if not axis.levels]
    points[:, places] = np.tile(inner, (len(outer), 1))
    return points


def salib_problem(names: Sequence[str]) -> dict[str, Any]:
    """Return SALib's description of axes on the unit cube."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _fill(axes: Sequence[Axis], sampling: Sampling, base: Mapping[str, float]) -> Floats:
    """Return the points of the intervals, `(point, axis)`."""
    if sampling.method == "grid":
        steps = list(itertools.product(*(axis.steps(sampling.levels) for axis in axes)))
        return np.array(steps, float).reshape(len(steps), -1)
    if sampling.method == "one_at_a_time":
        return _one_at_a_time(axes, sampling.levels, base)
    shares = unit_points(len(axes), sampling)
    return np.stack([axis.value(shares[:, k]) for k, axis in enumerate(axes)], axis=1)


def _one_at_a_time(axes: Sequence[Axis], levels: int, base: Mapping[str, float]) -> Floats:
    """Return the base, then each axis alone over its steps."""
    start = np.array([base[axis.name] for axis in axes])
    points = [start]
    for k, axis in enumerate(axes):
        for value in axis.steps(levels):
            points.append(np.where(np.arange(len(axes)) == k, value, start))
    return np.stack(points)


def unit_points(axes: int, sampling: Sampling) -> Floats:
    """Return the points of a random method on the unit cube.

    Parameters
    ----------
    axes
        Number of axes.
    sampling
        With a method that draws points: latin_hypercube, sobol, morris or saltelli.

    Returns
    -------
    array
        `(point, axis)`.
    """
    from SALib.sample import morris, sobol

    n, problem = sampling.n, salib_problem([f"x{k}" for k in range(axes)])
    rng = np.random.default_rng(sampling.seed)
    if sampling.method == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(axes, rng=rng).random(n))
    if sampling.method == "sobol":
        return np.asarray(qmc.Sobol(axes, rng=rng).random(n))
    if sampling.method == "morris":
        return np.asarray(morris.sample(problem, n, num_levels=sampling.levels, seed=sampling.seed))
    return np.asarray(
        sobol.sample(problem, n, calc_second_order=sampling.second_order, seed=sampling.seed)
    )


def read_points(path: str, columns: Sequence[str] = ()) -> tuple[tuple[Axis, ...], Floats]:
    """Return the axes and points of a csv file: a header of parameters, then one row a point.

    Parameters
    ----------
    path
        Of the file.
    columns
        Those to use; none: all.

    Returns
    -------
    axes, points
        One axis a column, from its lowest to its highest value; points `(point, axis)`.

    Raises
    ------
    BadInput
        No such file; an unknown, missing or doubled column; a cell that is no number in the
        parameter's range (with row and column).
    """
    where = f"points.file: '{path}'"
    header, lines = _read_csv(path, where)
    for name in header:
        if header.count(name) > 1:
            raise BadInput(f"{where} has the column '{name}' twice.")
    for name in columns:
        if name not in header:
            raise BadInput(
                f"{where} has no column '{name}'.{nearest(name, header)} "
                f"Columns: {', '.join(header)}."
            )
    names = list(columns) or header
    known = [_column_parameter(name, where) for name in names]
    places = [header.index(name) for name in names]
    points = np.empty((len(lines), len(names)))
    for row, (number, line) in enumerate(lines):
        here = f"{where}, row {number}"
        points[row] = list(_numbers(line, known, places, here))
        if len(line) > len(header):
            raise BadInput(f"{here} has {len(line)} cells, the header {len(header)}.")
    spans = zip(names, points.min(axis=0), points.max(axis=0), strict=True)
    return tuple(Axis(name, (), float(low), float(high)) for name, low, high in spans), points


def _read_csv(path: str, where: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the rows of a csv file with their numbers; empty rows are left out."""
    if not is_file(path):
        raise BadInput(f"{where} cannot be read: there is no such file.")
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            every = list(enumerate(csv.reader(file), 1))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{where} cannot be read: {error}.") from None
    lines = [(number, line) for number, line in every if any(cell.strip() for cell in line)]
    if len(lines) < 2:
        raise BadInput(f"{where} needs a header and at least one row of numbers.")
    return [cell.strip() for cell in lines[0][1]], lines[1:]


def _column_parameter(name: str, where: str) -> Parameter:
    try:
        return axis_parameter(name)
    except BadInput as error:
        raise BadInput(f"{where}, column '{name}': {error}") from None


def _numbers(
    line: Sequence[str], known: Sequence[Parameter], places: Sequence[int], where: str
) -> Iterator[float]:
    """Yield the numbers of a row in the order of the parameters."""
    for parameter, place in zip(known, places, strict=True):
        cell = line[place].strip() if place < len(line) else ""
        try:
            number = float(cell)
        except ValueError:
            raise BadInput(
                f"{where}, column '{parameter.name}': '{cell}' is not a number."
            ) from None
        try:
            yield check_value(parameter, number)
        except BadInput as error:
            raise BadInput(f"{where}: {error}") from None
