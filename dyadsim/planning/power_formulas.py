"""Closed forms of power: what the simulation is checked against, and where a grid begins.

They hold for normal outcomes and equal caseloads; unequal ones count by n (1 + CV^2), dropout by
the clients who are left. Errors of an effect:

    nested          sum over arms of (own + n icc) / clients
    one_arm         the same, without icc in the second arm
    crossed         as nested with effect_sd^2 / 4 in the place of icc
    process score   (own (1 + (n - 1) icc' process_icc)) / clients
    growth          as the first three, with the variances of rates of change (`growth`)

own: the client's variance beside what intake explains; n: clients of a therapist. The test of the
therapists' variance is an exact F test: F / (1 + n icc / own) has the F distribution.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
from scipy.special import fdtrc, fdtri, ndtr, stdtrit
from scipy.stats import nct

from dyadsim.planning.growth import own_variances
from dyadsim.planning.power_design import (
    ARMS,
    GROWTH,
    PROCESS,
    THERAPISTS,
    Assumptions,
    own_variance,
    process_correlation,
)

MANY = 10**7  # clients, for the power that no number of clients exceeds
SIZES = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)  # therapists that are tried
FACTORS = (0.5, 0.7, 1.0, 1.4, 2.0)  # of the clients that a formula asks for
CERTAIN = 36.0  # standard errors of an effect, beyond which the normal distribution serves
PLENTY = 0.95  # power that many clients must be able to reach


class Size(NamedTuple):
    """How many clients and therapists a study has, in both arms."""

    clients: int
    therapists: int


def _completers(assumptions: Assumptions, clients: int) -> tuple[float, float]:
    """Return the clients with an outcome, in the first and in the second arm.

    Who leaves a growth study has an outcome, the rate of change until then.
    """
    if not assumptions.two_arms:
        return clients * (1 - assumptions.dropout[0]), 0.0
    shares = (assumptions.treated, 1 - assumptions.treated)
    dropout = (0.0, 0.0) if assumptions.kind == GROWTH else assumptions.dropout
    first, second = (
        clients * share * (1 - lost) for share, lost in zip(shares, dropout, strict=True)
    )
    return first, second


def caseload(assumptions: Assumptions, size: Size) -> float:
    """Return the clients of a therapist, as the mean client sees it: n (1 + CV^2).

    Therapists share the clients of their arm, so one of few cannot have very many of them.

    Parameters
    ----------
    assumptions
        About the study.
    size
        Clients and therapists.

    Returns
    -------
    float
        Of clients with an outcome, 1 or more.

    Examples
    --------
    >>> caseload(Assumptions("waiting", 0.7, "one_arm", dropout=(0, 0)), Size(80, 4))
    10.0
    >>> round(caseload(Assumptions("bona_fide", 0.2, dropout=(0, 0), spread=2.0), Size(120, 8)))
    27
    """
    first, second = _completers(assumptions, size.clients)
    treated = first if assumptions.layout == "one_arm" and assumptions.two_arms else first + second
    if assumptions.spread == 0:
        return max(1.0, treated / size.therapists)
    arms = 2 if assumptions.two_arms and assumptions.layout == "nested" else 1
    clients, therapists = treated / arms, max(1, round(size.therapists / arms))
    more = max(0.0, clients - therapists)  # each therapist has one client, these are shared
    squares = more + more * max(0.0, more - 1) * _concentration(therapists, assumptions.spread)
    return max(1.0, (therapists + 2 * more + squares) / max(clients, 1.0))


@functools.lru_cache(maxsize=4096)
def _concentration(therapists: int, spread: float) -> float:
    """Return the mean sum of squared shares where caseloads are log-normal with a given total.

    No closed form is known to us: the mean over 4,000 drawn sets of caseloads, always the same.
    """
    draws = np.random.default_rng(0).normal(size=(4000, therapists))
    loads = np.exp2(spread * draws)
    return float(((loads / loads.sum(axis=1, keepdims=True)) ** 2).sum(axis=1).mean())


def design_effect(assumptions: Assumptions, size: Size) -> float:
    """Return how many times larger therapists make the variance of what is estimated.

    Of the difference of two arms, of a correlation or, where the variance of therapists itself is
    tested, of the mean: 1 + (n - 1) times the intraclass correlations of outcome and predictor.
    Below 1 where therapists treat in both arms, since they are then compared with themselves.

    Parameters
    ----------
    assumptions
        About the study.
    size
        Clients and therapists.

    Returns
    -------
    float
        Above 0; 1 without therapist differences.

    Examples
    --------
    >>> plan = Assumptions("bona_fide", 0.2, icc=0.05, dropout=(0, 0))
    >>> round(design_effect(plan, Size(240, 12)), 2)
    1.95
    """
    more, icc = caseload(assumptions, size) - 1, assumptions.therapist_share
    if assumptions.kind == THERAPISTS:
        return 1 + more * icc
    if assumptions.kind == PROCESS:
        return 1 + more * icc * assumptions.process_icc
    if assumptions.kind not in (ARMS, GROWTH):
        return 1.0
    if assumptions.kind == GROWTH:
        icc /= icc + sum(own_variances(assumptions)) / 2
    if assumptions.layout == "crossed":
        return 1 - icc + more * assumptions.effect_sd**2 / 4
    first, second = _completers(assumptions, size.clients)
    if assumptions.layout == "nested":
        return 1 + more * icc
    alone = 1 / first + (1 - icc) / second
    return ((1 + more * icc) / first + (1 - icc) / second) / alone


def standard_error(assumptions: Assumptions, size: Size) -> float:
    """Return the standard error of an effect in a study that takes therapists into account.

    Parameters
    ----------
    assumptions
        About the study.
    size
        Clients and therapists.

    Returns
    -------
    float
        In the units of the effect.

    Examples
    --------
    >>> plan = Assumptions("bona_fide", 0.5, icc=0.0, before_r=0.0, dropout=(0, 0))
    >>> standard_error(plan, Size(400, 8))
    0.1
    """
    load, own = caseload(assumptions, size), own_variance(assumptions)
    first, second = _completers(assumptions, size.clients)
    icc, others = assumptions.therapist_share, own
    if assumptions.kind == PROCESS:
        return math.sqrt(own * (1 + (load - 1) * icc * assumptions.process_icc) / first)
    if assumptions.kind == GROWTH:
        own, others = own_variances(assumptions)
    elif assumptions.kind != ARMS:
        return math.sqrt(own / first + own / second)
    if assumptions.layout == "crossed":
        icc = assumptions.effect_sd**2 / 4
    treated = (own + load * icc) / first
    return math.sqrt(treated + (others + load * icc * (assumptions.layout != "one_arm")) / second)


def _freedom(assumptions: Assumptions, size: Size) -> float:
    """Return degrees of freedom: of therapists where they differ in the effect, else of clients."""
    clients = sum(_completers(assumptions, size.clients)) - 3
    alike = assumptions.icc == 0 or assumptions.kind not in (ARMS, GROWTH)
    if assumptions.layout == "crossed":
        alike = assumptions.effect_sd == 0
    if alike:
        return max(1.0, clients)
    return max(1.0, size.therapists - (2 if assumptions.layout == "nested" else 1))


def formula_power(assumptions: Assumptions, size: Size, level: float = 0.05) -> float:
    """Return the power by a formula, with degrees of freedom of therapists where they differ.

    Parameters
    ----------
    assumptions
        About the study.
    size
        Clients and therapists.
    level
        Of the test: two-sided, but for the therapists' variance.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> plan = Assumptions("therapists", 0.05, before_r=0.0, dropout=(0, 0))
    >>> round(formula_power(plan, Size(200, 10)), 2)
    0.49
    """
    if assumptions.kind == THERAPISTS:
        first = size.therapists - 1
        second = max(1.0, sum(_completers(assumptions, size.clients)) - size.therapists - 1)
        ratio = assumptions.effect / own_variance(assumptions)
        critical = fdtri(first, second, 1 - level)
        return float(fdtrc(first, second, critical / (1 + caseload(assumptions, size) * ratio)))
    effect, freedom = assumptions.effect, _freedom(assumptions, size)
    if assumptions.kind == PROCESS:
        effect = process_correlation(assumptions) * math.sqrt(1 - assumptions.icc)
    shift, critical = effect / standard_error(assumptions, size), stdtrit(freedom, 1 - level / 2)
    power = nct.sf(critical, freedom, shift) + nct.cdf(-critical, freedom, shift)
    if shift > CERTAIN or power != power:  # beyond what SciPy's series can do
        return float(ndtr(shift - critical))
    return float(power)


def most_power(assumptions: Assumptions, therapists: int, level: float = 0.05) -> float:
    """Return the power that no number of clients exceeds with so many therapists.

    Parameters
    ----------
    assumptions
        About the study.
    therapists
        In both arms.
    level
        Of the test.

    Examples
    --------
    >>> round(most_power(Assumptions("bona_fide", 0.2, icc=0.05), 12), 2)
    0.29
    """
    return formula_power(assumptions, Size(MANY, therapists), level)


def clients_needed(
    assumptions: Assumptions, therapists: int, target: float, level: float = 0.05
) -> int:
    """Return how many clients a formula asks for; `MANY` where no number is enough.

    Parameters
    ----------
    assumptions
        About the study.
    therapists
        In both arms.
    target
        The power that is wanted.
    level
        Of the test.

    Returns
    -------
    int
        At least 2 for each therapist.

    Examples
    --------
    >>> plan = Assumptions("bona_fide", 0.5, icc=0.0, before_r=0.0, dropout=(0, 0))
    >>> clients_needed(plan, 4, 0.8)
    128
    """
    low, high = 2 * therapists, MANY
    if formula_power(assumptions, Size(high, therapists), level) < target:
        return MANY
    while high - low > 1:
        middle = (low + high) // 2
        enough = formula_power(assumptions, Size(middle, therapists), level) >= target
        low, high = (low, middle) if enough else (middle, high)
    return high


def usual_grid(assumptions: Assumptions, target: float, level: float = 0.05) -> list[Size]:
    """Return sizes around what a formula asks for.

    Parameters
    ----------
    assumptions
        About the study.
    target
        The power that is wanted.
    level
        Of the test.

    Returns
    -------
    list of Size
        Three numbers of therapists, the middle one the fewest with whom many clients reach
        `PLENTY`, and for each the same numbers of clients, or caseloads where the variance of
        therapists is tested.
    """
    if assumptions.kind == THERAPISTS:
        return [Size(t * n, t) for t in (10, 20, 40, 80) for n in (5, 10, 20, 40)]
    reached = [t for t in SIZES if most_power(assumptions, t, level) >= PLENTY]
    middle = max(8, reached[0]) if reached else SIZES[-1]
    counts = [size.clients for size in grid_of(assumptions, middle, target, level)]
    several = (middle // 2, middle, 2 * middle)
    return [Size(n, t) for t in several for n in counts if n >= 4 * t]


def grid_of(
    assumptions: Assumptions, therapists: int, target: float, level: float = 0.05
) -> list[Size]:
    """Return numbers of clients around what a formula asks for, with so many therapists.

    Parameters
    ----------
    assumptions
        About the study.
    therapists
        In both arms.
    target
        The power that is wanted.
    level
        Of the test.

    Returns
    -------
    list of Size
        At least 4 clients for each therapist.
    """
    need = clients_needed(assumptions, therapists, target, level)
    need = 20 * therapists if need >= MANY else need
    fewest = max(4 * therapists, 16)
    counts = dict.fromkeys(max(fewest, _round_number(factor * need)) for factor in FACTORS)
    return [Size(count, therapists) for count in counts]


def _round_number(value: float) -> int:
    """Return a whole number with two digits, even."""
    unit = int(10 ** max(0, math.floor(math.log10(value)) - 1))
    return 2 * math.ceil(round(value / unit) * unit / 2)
