"""Time cut into stretches: the weeks whose scores are summarised together."""

from typing import Any, NamedTuple

import numpy as np

from dyadsim.fitting.measured_weeks import FEWEST, are_few

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Counts = np.ndarray[Any, np.dtype[np.int64]]

BINS = 8  # most stretches of time


class Stretches(NamedTuple):
    """Stretches of time: `of_step` (step,), `labels` (stretch,), `measured` (arm, stretch).

    An arm is measured in a stretch in which it has scores enough for a mean and an SD.
    """

    of_step: Counts
    labels: tuple[str, ...]
    measured: np.ndarray[Any, np.dtype[np.bool_]]


def stretches_of(scores: Counts, weeks: Floats, clients: int) -> Stretches:
    """Return stretches that hold about as many scores; of few occasions, each for itself.

    Parameters
    ----------
    scores
        Number of scores in the data, `(arm, step)`.
    weeks
        Week of each step since intake, `(step,)`.
    clients
        Number of clients. A step with scores of a few of them counts with its nearest neighbour.

    Returns
    -------
    Stretches
        The first one is the intake.

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.array([[40, 0, 39, 1], [40, 0, 0, 0]])
    >>> cut = stretches_of(counts, np.array([0.0, 4.0, 8.0, 9.0]), 80)
    >>> cut.of_step.tolist(), cut.labels
    ([0, 0, 1, 1], ('week 0', 'weeks 8 to 9'))
    >>> cut.measured.tolist()
    [[True, True], [True, False]]
    """
    counts = scores.sum(axis=0)
    used = np.flatnonzero(counts)
    common = used[~are_few(counts[used], clients)]
    if len(common) <= BINS:
        of_step = _nearest(weeks, common)
    else:
        share = np.cumsum(counts[1:]) / max(int(counts[1:].sum()), 1)
        stretch = np.minimum((share * (BINS - 1)).astype(int), BINS - 2) + 1
        of_step = np.unique(np.concatenate([[0], stretch]), return_inverse=True)[1]
    number = int(of_step.max()) + 1
    labels = tuple(_label(weeks[(of_step == k) & (counts > 0)]) for k in range(number))
    per_stretch = [scores[:, of_step == k].sum(axis=1) for k in range(number)]
    return Stretches(of_step, labels, np.array(per_stretch).T >= FEWEST)


def _nearest(weeks: Floats, common: Counts) -> Counts:
    """Return the place of the nearest common step; the earlier one of two that are as near."""
    apart = np.abs(weeks[:, None] - weeks[common][None, :])
    return np.asarray(apart.argmin(axis=1))


def _label(weeks: Floats) -> str:
    """Return the weeks of a stretch in words."""
    if not len(weeks):
        return "no week"
    if len(weeks) == 1:
        return f"week {weeks[0]:g}"
    return f"weeks {weeks[0]:g} to {weeks[-1]:g}"
