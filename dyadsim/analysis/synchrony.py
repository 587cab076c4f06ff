"""Do two people in one room move together more than two who never met?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dyadsim.analysis.columns import Floats, numbers, require
from dyadsim.analysis.estimate import Estimate, from_standard_error

Places = NDArray[np.intp]

# Fisher z of a correlation of exactly 1 is infinite; capped, a copied series stays a number.
HIGHEST_CORRELATION = 1 - 1e-6


def synchrony_minus_surrogate(
    moments: pd.DataFrame,
    *,
    client: str = "client",
    moment: str = "moment",
    client_arousal: str = "client_arousal",
    therapist_arousal: str = "therapist_arousal",
    window: int = 30,
    lag: int = 5,
    shuffles: int = 20,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Synchrony of real dyads minus that of shuffled pairs, in Fisher z; above 0 = above chance.

    moments: one row per client and moment, one session per client. Synchrony = absolute
    correlation, as Fisher z, in windows of `window` moments that do not overlap, the therapist
    shifted by -lag .. lag moments; mean over windows and lags. Each client is also paired with
    the therapists of up to `shuffles` other dyads (chosen by rng, a seed or a generator), and
    their mean subtracted. Windows with a missing or motionless stretch are left out.
    Defaults of window, lag and shuffles: assumptions. Interval: Student's t over dyads.
    Raises ValueError if window < 3, lag < 0, shuffles < 1, a moment appears twice, fewer than
    3 dyads can be compared, or sessions are shorter than window + 2 lag.
    """
    if window < 3 or lag < 0 or shuffles < 1:
        raise ValueError(
            "window must be 3 or more, lag 0 or more and shuffles 1 or more, they are "
            f"{window}, {lag} and {shuffles}"
        )
    clients, therapists = _series(moments, client, moment, client_arousal, therapist_arousal)
    if clients.shape[0] < 3 or clients.shape[1] < window + 2 * lag:
        raise ValueError(
            f"3 dyads and {window + 2 * lag} moments are needed, there are {clients.shape[0]} "
            f"and {clients.shape[1]}"
        )
    return _above_chance(clients, therapists, window, lag, shuffles, np.random.default_rng(rng))


def _series(
    moments: pd.DataFrame, client: str, moment: str, *arousal: str
) -> tuple[Floats, Floats]:
    """Client and therapist series, each (dyad, moment); a moment a dyad lacks is NaN."""
    require(moments, client, moment, *arousal)
    if moments.duplicated([client, moment]).any():
        raise ValueError("a moment appears twice within a client: give one session per client")
    wide = [
        moments.assign(**{name: numbers(moments[name], name)})
        .pivot(index=client, columns=moment, values=name)
        .to_numpy()
        for name in arousal
    ]
    return wide[0], wide[1]


def _above_chance(
    clients: Floats,
    therapists: Floats,
    window: int,
    lag: int,
    shuffles: int,
    rng: np.random.Generator,
) -> Estimate:
    pairings = [np.arange(len(clients)), *_partners(len(clients), shuffles, rng)]
    scores = synchrony(clients, therapists, pairings, window, lag)
    difference = scores[0] - _mean_over_first(scores[1:])
    difference = difference[~np.isnan(difference)]
    n = len(difference)
    if n < 3:
        raise ValueError(f"only {n} dyads have a window in which both people move")
    error = difference.std(ddof=1) / math.sqrt(n)
    return from_standard_error(difference.mean(), error, n, degrees_of_freedom=n - 1)


def _partners(dyads: int, shuffles: int, rng: np.random.Generator) -> list[Places]:
    """Pairings (dyad,) in which nobody meets their own therapist and no pairing comes twice."""
    order = rng.permutation(dyads)
    place = np.argsort(order)
    steps = 1 + rng.permutation(dyads - 1)[:shuffles]
    return [order[(place + step) % dyads] for step in steps]


def synchrony(
    client: Floats, therapist: Floats, pairings: Sequence[Places], window: int, lag: int
) -> Floats:
    """Mean |r| as Fisher z over windows and lags, shape (pairing, dyad).

    client, therapist: (dyad, moment). pairings: arrays (dyad,), whose therapist each client gets.
    """
    starts = np.arange(lag, client.shape[1] - window - lag + 1, window)
    fixed = _standardised(client, window, starts)
    z = []
    for shift in range(-lag, lag + 1):
        moved = _standardised(therapist, window, starts + shift)
        r = np.array([np.einsum("dsm,dsm->sd", fixed, moved[pairing]) for pairing in pairings])
        z.append(np.arctanh(np.clip(np.abs(r), None, HIGHEST_CORRELATION)))
    by_window = np.moveaxis(np.array(z), 2, 1)  # (lag, start, pairing, dyad)
    return _mean_over_first(by_window.reshape(-1, len(pairings), len(client)))


def _standardised(series: Floats, window: int, starts: Places) -> Floats:
    """Windows (dyad, start, moment) with mean 0 and length 1, so that a product sums to r."""
    windows = sliding_window_view(series, window, axis=1)[:, starts]
    centred = windows - windows.mean(-1, keepdims=True)
    length = np.sqrt((centred**2).sum(-1, keepdims=True))
    # A motionless window may keep a rounding error: judge it by its range, not by its length.
    moves = np.broadcast_to(np.ptp(windows, axis=-1, keepdims=True) > 0, centred.shape)
    standardised: Floats = np.full(centred.shape, np.nan)
    np.divide(centred, length, out=standardised, where=moves)
    return standardised


def _mean_over_first(values: Floats) -> Floats:
    """Mean over the first axis of what is not NaN; NaN where nothing is left (without warning)."""
    count = (~np.isnan(values)).sum(0)
    mean: Floats = np.full(count.shape, np.nan)
    np.divide(np.nansum(values, 0), count, out=mean, where=count > 0)
    return mean
