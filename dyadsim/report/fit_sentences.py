"""What a fit says in sentences: assumptions, verdict, and warnings with their reasons."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.stats import binom

from dyadsim.fitting.coverage import LEVEL, UNKNOWN
from dyadsim.fitting.fit import Fit
from dyadsim.fitting.world_choice import WorldChoice

OUTSIDE = 0.01  # share of simulated data sets as far out: below, the data are like none of them
ODD = 0.1  # two-sided tail below which a prediction is called missed: outside its 90 %
UNEVEN = 0.01  # p of the ranks, below which the coverage of the posterior is called wrong


def assumptions_text(assumed: Iterable[str]) -> str:
    """Return everything that was assumed, a line each."""
    return "Assumed:\n" + "\n".join(f"  - {text}" for text in assumed)


def coverage_by_chance(sets: int) -> tuple[float, float]:
    """Return the range in which the coverage of correct intervals lies 99 times out of 100.

    Parameters
    ----------
    sets
        Simulated data sets whose `LEVEL` intervals are counted.

    Returns
    -------
    tuple of float
        Lowest and highest share of intervals that contain the truth.
    """
    low, high = binom.interval(0.99, sets, LEVEL)
    return float(low / sets), float(high / sets)


def fit_warnings(fit: Fit) -> list[str]:
    """Return what should keep a reader from believing the numbers, loudest first.

    Parameters
    ----------
    fit
        The fit.

    Returns
    -------
    list of str
        Sentences; empty if nothing speaks against the fit.
    """
    world, table, sets = fit.problem.world, fit.parameters, len(fit.coverage.ranks)
    lowest, _ = coverage_by_chance(sets)
    odd = (checks.loc[checks["tail"] < ODD, "statistic"] for checks in fitted_and_kept_out(fit))
    texts = (
        ("The fit does not reproduce numbers that it used: {}.", next(odd)),
        ("The fit does not predict statistics that it did not use: {}.", next(odd)),
        (
            "The ranks of true values are uneven, so the posterior is biased or has the wrong "
            "width: {}.",
            table.loc[table["rank_p"] < UNEVEN, "parameter"],
        ),
        (
            f"Intervals are too narrow for: {{}} (they contain the true value in less than "
            f"{lowest:.0%} of {sets} simulated data sets).",
            table.loc[table["covered"] < lowest, "parameter"],
        ),
        (
            f"Not identified by such data (contraction below {UNKNOWN:g}): {{}}. Their posterior "
            "is little more than the prior.",
            table.loc[~table["identified"], "parameter"],
        ),
    )
    warnings = [text.format(", ".join(names)) for text, names in texts if len(names)]
    if fit.at_an_end:
        warnings.insert(
            0,
            f"The data push {', '.join(fit.at_an_end)} to the end of the prior: read the interval "
            "as a limit, not as an estimate.",
        )
    if fit.far[world] < OUTSIDE:
        warnings.insert(
            0,
            f"THE DATA ARE UNLIKE ANYTHING THIS WORLD PRODUCES: only {fit.far[world]:.1%} of the "
            f"data sets simulated in the {world} world lie as far from the others. Do not trust "
            "the posterior; look for an error in the design or the instrument.",
        )
    return warnings


def fitted_and_kept_out(fit: Fit) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return predictions of numbers that were fitted, and of numbers that were not."""
    return fit.shown, fit.posterior_checks


def fit_verdict(fit: Fit) -> str:
    """Return what the data say, in a sentence or two.

    Parameters
    ----------
    fit
        The fit.

    Returns
    -------
    str
        Which parameters are identified, and which world the data speak for.
    """
    world, names = fit.problem.world, fit.parameters.loc[fit.parameters["identified"], "parameter"]
    if fit.far[world] < OUTSIDE:
        return (
            f"Data like these do not come out of the {world} world, so neither its parameters nor "
            "the choice among worlds can be trusted."
        )
    listed = f": {', '.join(names)}." if len(names) else "."
    text = (
        f"Under the {world} world such data identify {len(names)} of {len(fit.parameters)} "
        f"parameters{listed}"
    )
    return text if fit.choice is None else f"{text} {_choice_sentence(fit.choice)}"


def _choice_sentence(choice: WorldChoice) -> str:
    """Return which world the data speak for, and how well such data can tell."""
    best = int(np.argmax(choice.probability))
    name, share = choice.worlds[best], choice.probability[best]
    right = choice.confusion.to_numpy()[best, best]
    verb = "do not decide; the most probable is"
    if share > 0.6:
        verb = "speak for" if share > 0.9 else "lean towards"
    return (
        f"Among the worlds, the data {verb} {name} ({share:.0%}); data simulated in that world "
        f"give it {right:.0%} on average."
    )
