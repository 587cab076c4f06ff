"""What a fit says in sentences: assumptions, verdict, and warnings with their reasons."""

from collections.abc import Iterable

import pandas as pd
from scipy.stats import binom

from dyadsim.fitting.coverage import LEVEL, UNKNOWN
from dyadsim.fitting.fit import Fit
from dyadsim.fitting.world_verdict import OUTSIDE, share_interval
from dyadsim.model.parameters import catalogue
from dyadsim.report.world_sentences import decimal_share, verdict_sentence

ODD = 0.1  # two-sided tail below which a prediction is called missed: outside its 90 %
NOTHING_KEPT_OUT = (
    "No number was kept out of the fit, so nothing tests what it predicts (check: true keeps a "
    "published number out)."
)
UNEVEN = 0.01  # p of the ranks, below which the coverage of the posterior is called wrong


def assumptions_text(assumed: Iterable[str]) -> str:
    """Return everything that was assumed, a line each."""
    return "Assumed:\n" + "\n".join(f"  - {text}" for text in assumed)


def plain_names(names: Iterable[str]) -> list[str]:
    """Return parameters by what they mean, as the report's table calls them.

    Parameters
    ----------
    names
        Names of parameters and statistics; a statistic's own name is plain.

    Examples
    --------
    >>> plain_names(["distress.rate", "mean, week 4"])
    ['share of the gap to the target closed', 'mean, week 4']
    """
    known = catalogue()
    return [known[name].about.meaning if name in known else name for name in names]


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
    texts = (unlike_data(fit), _end_of_prior(fit), _unstable(fit), *_doubts(fit))
    return [text for text in texts if text]


def unlike_data(fit: Fit) -> str:
    """Return the gravest warning: worlds that produce no data like these; "": all do.

    Parameters
    ----------
    fit
        The fit.

    Returns
    -------
    str
        Which worlds, with the share of their data sets that lie as far out, and what not to trust.
    """
    unlike = [world for world, share in fit.far.items() if share < OUTSIDE]
    if not unlike:
        return ""
    every = len(unlike) == len(fit.far) > 1
    shares = "; ".join(_far_words(fit, world) for world in unlike)
    which = "ANY WORLD PRODUCES" if every else f"THE WORLD {' OR '.join(unlike).upper()} PRODUCES"
    trust = "the choice among worlds" if every else "a probability of such a world"
    if fit.problem.world in unlike:
        trust = f"the posterior or {trust}"
    return (
        f"THE DATA ARE UNLIKE ANYTHING {which}. Share of simulated data sets that lie as far from "
        f"the others: {shares}. Do not trust {trust}; look for an error in the design or the "
        "instrument."
    )


def _far_words(fit: Fit, world: str) -> str:
    """Return a world's share of data sets as far out, with its simulation error."""
    low, high = share_interval(fit.far[world], fit.simulated[world])
    return f"{world} {fit.far[world]:.1%} ({decimal_share(low)} to {decimal_share(high)})"


def _end_of_prior(fit: Fit) -> str:
    if not fit.at_an_end:
        return ""
    return (
        f"The data push {'; '.join(plain_names(fit.at_an_end))} to the end of the prior: read the "
        "interval as a limit, not as an estimate."
    )


def _unstable(fit: Fit) -> str:
    names = fit.parameters.loc[~fit.parameters["stable"], "parameter"]
    if not len(names):
        return ""
    return (
        f"Unstable: between disjoint halves of the simulations the interval moves by more than its "
        f"width, for {'; '.join(plain_names(names))}. Another seed may say otherwise; a larger "
        "budget helps, unless the data are unlike what the world produces."
    )


def _doubts(fit: Fit) -> list[str]:
    """Return the warnings that list names: predictions missed, ranks, coverage, identification."""
    table, sets = fit.parameters, len(fit.coverage.ranks)
    lowest, _ = coverage_by_chance(sets)
    unused = fit.shown.loc[~fit.shown["statistic"].isin(fit.summaries), "statistic"]
    odd = (checks.loc[checks["tail"] < ODD, "statistic"] for checks in fitted_and_kept_out(fit))
    texts = (
        (
            "Nothing was learned from numbers that too few simulated data sets have, or that are "
            "the same in all: {}.",
            unused,
        ),
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
    kept_out = [] if len(fit.posterior_checks) else [NOTHING_KEPT_OUT]
    return [
        *kept_out,
        *(text.format("; ".join(plain_names(names))) for text, names in texts if len(names)),
    ]


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
    texts = [_parameter_sentence(fit)]
    if fit.choice is not None:
        texts.append(verdict_sentence(fit.choice, fit.far))
    return " ".join(texts)


def _parameter_sentence(fit: Fit) -> str:
    """Return which parameters are known."""
    world, table = fit.problem.world, fit.parameters
    if fit.far[world] < OUTSIDE:
        return (
            f"Data like these do not come out of the {world} world, so its parameters cannot be "
            "trusted."
        )
    names = table.loc[table["identified"] & table["stable"], "parameter"]
    listed = f": {'; '.join(plain_names(names))}." if len(names) else "."
    return (
        f"Under the {world} world such data identify {len(names)} of {len(table)} "
        f"parameters{listed}"
    )
