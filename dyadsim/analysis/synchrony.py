"""Synchrony: whether two people in one room move together more than two who never met."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import as_numbers, require_columns
from dyadsim.analysis.estimate import Estimate, from_standard_error

Indices = NDArray[np.intp]

# Fisher z of a correlation of exactly 1 is infinite; capped, a copied series stays a number.
HIGHEST_CORRELATION = 1 - 1e-6
FEWEST_DYADS = 3


def synchrony_minus_surrogate(
    beats: pd.DataFrame,
    *,
    client: str = "client",
    beat: str = "beat",
    client_arousal: str = "client_arousal",
    therapist_arousal: str = "therapist_arousal",
    window: int = 30,
    lag: int = 5,
    shuffles: int = 20,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Return the synchrony of real dyads minus that of shuffled pairs, in Fisher z.

    Synchrony is the absolute correlation, as Fisher z, in windows that do not overlap, the
    therapist shifted by -lag .. lag beats; mean over windows and lags. Each client is also paired
    with the therapists of other dyads, and their mean is subtracted. Windows with a missing or
    motionless stretch are left out.

    Parameters
    ----------
    beats
        One row per client and beat (time inside the session), one session per client.
    client, beat, client_arousal, therapist_arousal
        Names of the columns.
    window, lag
        Beats of a window (3 or more) and largest shift (0 or more). Defaults: assumptions.
    shuffles
        Number of other dyads with whose therapists each client is paired at most, 1 or more.
    rng
        Seed or generator of the shuffled pairs.

    Returns
    -------
    Estimate
        Above 0 = above chance; Student's t interval over dyads, n counts them.

    Raises
    ------
    ValueError
        An unknown column, an impossible number, a beat that appears twice, sessions shorter than
        window + 2 lag, or fewer than 3 dyads that can be compared.

    Examples
    --------
    >>> rng = np.random.default_rng(12)
    >>> arousal, noise = rng.normal(size=(2, 20, 120))
    >>> beats = pd.DataFrame({
    ...     "client": np.repeat(np.arange(20), 120),
    ...     "beat": np.tile(np.arange(120), 20),
    ...     "client_arousal": arousal.ravel(),
    ...     "therapist_arousal": (0.6 * arousal + 0.8 * noise).ravel(),
    ... })
    >>> synchrony_minus_surrogate(beats, lag=0).low > 0
    True
    """
    if window < 3 or lag < 0 or shuffles < 1:
        raise ValueError(
            "window must be 3 or more, lag 0 or more and shuffles 1 or more, they are "
            f"{window}, {lag} and {shuffles}"
        )
    clients, therapists = _series(beats, client, beat, client_arousal, therapist_arousal)
    if clients.shape[0] < FEWEST_DYADS or clients.shape[1] < window + 2 * lag:
        raise ValueError(
            f"{FEWEST_DYADS} dyads and {window + 2 * lag} beats are needed, there are "
            f"{clients.shape[0]} and {clients.shape[1]}"
        )
    partners = _partners(len(clients), shuffles, np.random.default_rng(rng))
    pairings = [np.arange(len(clients)), *partners]
    return _above_chance(mean_synchrony(clients, therapists, pairings, window, lag))


def _series(beats: pd.DataFrame, client: str, beat: str, *arousal: str) -> tuple[Floats, Floats]:
    """Return client and therapist series, each (dyad, beat); a beat that a dyad lacks is NaN."""
    require_columns(beats, client, beat, *arousal)
    if beats.duplicated([client, beat]).any():
        raise ValueError("a beat appears twice within a client: give one session per client")
    wide = [
        beats.assign(**{name: as_numbers(beats[name], name)})
        .pivot(index=client, columns=beat, values=name)
        .to_numpy()
        for name in arousal
    ]
    return wide[0], wide[1]


def _above_chance(scores: Floats) -> Estimate:
    """Return the first pairing's mean synchrony less that of the others, from (pairing, dyad)."""
    difference = scores[0] - _mean_over_first(scores[1:])
    difference = difference[~np.isnan(difference)]
    n = len(difference)
    if n < FEWEST_DYADS:
        raise ValueError(f"only {n} dyads have a window in which both people move")
    error = difference.std(ddof=1) / math.sqrt(n)
    return from_standard_error(difference.mean(), error, n, degrees_of_freedom=n - 1)


def _partners(dyads: int, shuffles: int, rng: np.random.Generator) -> list[Indices]:
    """Return pairings (dyad,): nobody meets their own therapist, no pairing comes twice."""
    order = rng.permutation(dyads)
    place = np.argsort(order)
    steps = 1 + rng.permutation(dyads - 1)[:shuffles]
    return [order[(place + step) % dyads] for step in steps]


def mean_synchrony(
    client: Floats, therapist: Floats, pairings: Sequence[Indices], window: int, lag: int
) -> Floats:
    """Return the mean of |r| as Fisher z over windows and lags.

    Parameters
    ----------
    client, therapist
        Arousal, shape (dyad, beat).
    pairings
        Arrays (dyad,): with whose therapist each client is paired.
    window, lag
        Beats of a window and largest shift.

    Returns
    -------
    Floats
        Shape (pairing, dyad); NaN where no window can be compared.

    Examples
    --------
    >>> series = np.random.default_rng(1).normal(size=(2, 40))
    >>> own, other = mean_synchrony(series, series, [np.array([0, 1]), np.array([1, 0])], 10, 0)
    >>> bool((own > other).all())
    True
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


def _standardised(series: Floats, window: int, starts: Indices) -> Floats:
    """Return windows (dyad, start, beat) with mean 0 and length 1: a product sums to r."""
    windows = sliding_window_view(series, window, axis=1)[:, starts]
    centred = windows - windows.mean(-1, keepdims=True)
    length = np.sqrt((centred**2).sum(-1, keepdims=True))
    # A motionless window may keep a rounding error: judge it by its range, not by its length.
    moves = np.broadcast_to(np.ptp(windows, axis=-1, keepdims=True) > 0, centred.shape)
    standardised: Floats = np.full(centred.shape, np.nan)
    np.divide(centred, length, out=standardised, where=moves)
    return standardised


def _mean_over_first(values: Floats) -> Floats:
    """Return the mean over the first axis of what is not NaN; NaN where nothing is left."""
    count = (~np.isnan(values)).sum(0)
    mean: Floats = np.full(count.shape, np.nan)
    np.divide(np.nansum(values, 0), count, out=mean, where=count > 0)
    return mean
