"""Many trials of one design side by side, as arrays: what every analysis of `power` reads."""

from typing import Any, NamedTuple

import numpy as np

from dyadsim.analysis.arrays import Floats, Mask

type Whole = np.ndarray[Any, np.dtype[np.int64]]

NOBODY = -1  # the therapist of a client who has none


class Trials(NamedTuple):
    """Trials of one design, each of the same number of clients.

    Attributes
    ----------
    outcome
        `(trial, client)`, above = better; NaN: dropped out, left out of every analysis.
    before
        The score at intake, `(trial, client)`.
    treated
        1 in the first arm, 0 in the second, `(trial, client)`; 0 where there is one arm.
    predictor
        The process score or the moderator, `(trial, client)`; 0 where a design has none.
    therapist
        Numbered from 0 in each trial, `NOBODY` for none, `(trial, client)`.
    therapists
        Most therapists of a trial.
    weight
        Root of the precision of each client's outcome, `(trial, client)`; None: all alike.
    """

    outcome: Floats
    before: Floats
    treated: Floats
    predictor: Floats
    therapist: Whole
    therapists: int
    weight: Floats | None = None

    @property
    def completed(self) -> Mask:
        """Whose outcome is known, `(trial, client)`."""
        return np.asarray(~(np.isnan(self.outcome) | np.isnan(self.before + self.predictor)))


def standardised(values: Floats, completed: Mask) -> Floats:
    """Return values with mean 0 and SD 1 in every trial, 0 for those who are left out.

    Parameters
    ----------
    values
        `(trial, client)`.
    completed
        Who counts, `(trial, client)`.

    Returns
    -------
    Floats
        `(trial, client)`. Values that do not vary stay 0.

    Examples
    --------
    >>> standardised(np.array([[1.0, 3.0, np.nan]]), np.array([[True, True, False]])).tolist()
    [[-1.0, 1.0, 0.0]]
    """
    known = np.where(completed, values, 0.0)
    count = np.maximum(completed.sum(axis=1, keepdims=True), 1)
    centred = np.where(completed, known - known.sum(axis=1, keepdims=True) / count, 0.0)
    spread = np.sqrt((centred**2).sum(axis=1, keepdims=True) / count)
    return np.asarray(centred / np.where(spread > 0, spread, 1.0))


def sums_by_therapist(values: Floats, trials: Trials, completed: Mask) -> Floats:
    """Return the sums of values over the clients of every therapist.

    Parameters
    ----------
    values
        `(trial, client)`.
    trials
        The trials.
    completed
        Who counts, `(trial, client)`.

    Returns
    -------
    Floats
        `(trial, therapist)`; 0 for a therapist without clients who count.
    """
    count, size = len(trials.outcome), trials.therapists
    counted = completed & (trials.therapist != NOBODY)
    place = np.arange(count)[:, None] * size + trials.therapist
    weights = np.broadcast_to(values, counted.shape)[counted]
    sums = np.bincount(place[counted], weights, minlength=count * size)
    return np.asarray(sums.reshape(count, size))
