"""What reviewers conclude from simulated literatures, beside the truth that they cannot see."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.codification import empirically_supported, equivalent
from dyadsim.analysis.columns import FEWEST_CLIENTS
from dyadsim.analysis.estimate import Estimate, from_count
from dyadsim.analysis.meta_analysis import FEWEST, funnel_asymmetry, random_effects
from dyadsim.evidence.literature import FIELD, Field, simulate_literatures
from dyadsim.evidence.literature_truth import expected_effects
from dyadsim.model.parameters import Parameters

_VERDICTS = (
    "certified",
    "certified_if_all_published",
    "not_significant",
    "equivalent",
    "asymmetry",
    "asymmetry_unclear",
)
_NEED_POOLING = ("not_significant", "equivalent", "asymmetry", "asymmetry_unclear")
_NOT_KNOWN = Estimate(np.nan, np.nan, np.nan, np.nan, 0)
_POOLED = ("pooled", "se", "pooled_low", "pooled_high", "tau2", "i2", "low", "high")
_NOTHING_POOLED = {
    **dict.fromkeys((*_POOLED, "asymmetry_p", "asymmetry_detectable"), np.nan),
    "asymmetry": False,
    "asymmetry_unclear": True,
    "not_significant": False,
    "equivalent": False,
}


class ReviewPlan(NamedTuple):
    """Which literatures are drawn and reviewed.

    Attributes
    ----------
    therapy, comparators
        The therapy under review, and what it is compared with.
    repeats
        Literatures per comparator, 3 or more.
    margin
        Hedges' g (SDs of post-test scores) inside which two treatments count as equivalent, above
        0; and the difference between small and large trials that matters in a funnel.
    field
        How the field does its trials.
    """

    therapy: str
    comparators: tuple[str, ...]
    repeats: int
    margin: float = 0.2
    field: Field = FIELD


class Reviewed(NamedTuple):
    """Reviewed literatures.

    Attributes
    ----------
    trials
        One row per trial, as `literature.simulate_literatures`, with a column `comparator`.
    reviews
        One row per literature: comparator, literature, trials, published, pooled (published
        trials), se, pooled_low, pooled_high (Hartung and Knapp's 95 % interval), tau2, i2, low,
        high (prediction interval), pooled_all (had all been published), asymmetry_p (Egger's
        test), asymmetry_detectable (`meta_analysis.Asymmetry`), asymmetry (p < .1),
        asymmetry_unclear (not shown, and it would have been missed), certified,
        certified_if_all_published, not_significant, equivalent.
    summary
        One row per comparator: comparator, truth, truth_se (expected g, in SDs of post-test scores
        as all the effects here), true_d, true_d_se (true distress, in SDs at intake), then mean and
        se of pooled and pooled_all over literatures, and each verdict's share with its 95 %
        interval (`_low`, `_high`): of all literatures, or, of `_NEED_POOLING`, of those that could
        be pooled (NaN if fewer than 3 could).
    """

    trials: pd.DataFrame
    reviews: pd.DataFrame
    summary: pd.DataFrame


def review_literature(trials: pd.DataFrame, margin: float = 0.2) -> dict[str, Any]:
    """Return what one literature's reviewers conclude.

    Parameters
    ----------
    trials
        One row per trial: team, g, standard_error, published.
    margin
        Hedges' g inside which two treatments count as equivalent, above 0.

    Returns
    -------
    dict
        Columns of `Reviewed.reviews`; NaN, False and unclear where fewer than 3 trials are
        published.

    Raises
    ------
    ValueError
        An unknown column, or a standard error that is not above 0.
    """
    published = trials[trials["published"]]
    row: dict[str, Any] = {
        "trials": len(trials),
        "published": len(published),
        "pooled_all": _pooled_value(trials),
        "certified": empirically_supported(published),
        "certified_if_all_published": empirically_supported(trials),
    }
    if len(published) < FEWEST:
        return row | _NOTHING_POOLED
    pooled = random_effects(published["g"], published["standard_error"])
    verdict = equivalent(pooled.mean, margin, degrees_of_freedom=pooled.degrees_of_freedom)
    funnel = funnel_asymmetry(published["g"], published["standard_error"])
    return row | {
        "pooled": pooled.mean.value,
        "se": pooled.mean.standard_error,
        "pooled_low": pooled.mean.low,
        "pooled_high": pooled.mean.high,
        "tau2": pooled.tau2,
        "i2": pooled.i2,
        "low": pooled.low,
        "high": pooled.high,
        "asymmetry_p": funnel.p,
        "asymmetry_detectable": funnel.detectable,
        "asymmetry": funnel.verdict(margin) == "shown",
        "asymmetry_unclear": funnel.verdict(margin) == "cannot tell",
        "not_significant": verdict.not_significant,
        "equivalent": verdict.shown,
    }


def _pooled_value(trials: pd.DataFrame) -> float:
    """Return the pooled effect; NaN for too few trials."""
    if len(trials) < FEWEST:
        return float("nan")
    return random_effects(trials["g"], trials["standard_error"]).mean.value


def review_literatures(
    parameters: Parameters,
    plan: ReviewPlan,
    *,
    seed: int = 1,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Reviewed:
    """Return literatures on a therapy against each comparator, reviewed.

    Parameters
    ----------
    parameters
        One world's parameters.
    plan
        Which literatures are drawn and reviewed.
    seed
        Random seed.
    progress
        Wraps the loop over comparators, to show progress.

    Returns
    -------
    Reviewed
        Trials, reviews, and a summary.

    Raises
    ------
    BadInput
        An unknown therapy or comparator, or an impossible field.
    """
    trials, reviews, rows = [], [], []
    for comparator in progress(plan.comparators):
        drawn = simulate_literatures(
            parameters, plan.therapy, comparator, plan.repeats, field=plan.field, seed=seed
        )
        trials.append(drawn.assign(comparator=comparator))
        table = pd.DataFrame(
            [
                {
                    "comparator": comparator,
                    "literature": number,
                    **review_literature(part, plan.margin),
                }
                for number, part in drawn.groupby("literature")
            ]
        )
        reviews.append(table)
        truth = expected_effects(parameters, plan.therapy, comparator, field=plan.field, seed=seed)
        about = {
            "comparator": comparator,
            "truth": truth.expected_g.value,
            "truth_se": truth.expected_g.standard_error,
            "true_d": truth.true_d.value,
            "true_d_se": truth.true_d.standard_error,
        }
        rows.append(about | _over_literatures(table))
    return Reviewed(
        pd.concat(trials, ignore_index=True),
        pd.concat(reviews, ignore_index=True),
        pd.DataFrame(rows),
    )


def _over_literatures(reviews: pd.DataFrame) -> dict[str, float]:
    """Return means, errors and shares over literatures."""
    summary: dict[str, float] = {"literatures": len(reviews)}
    for name in ("pooled", "pooled_all", "published", "tau2"):
        values = reviews[name].dropna()
        summary[name] = float(values.mean())
        summary[f"{name}_se"] = float(values.std(ddof=1) / np.sqrt(len(values)))
    could_be_pooled = reviews[reviews["pooled"].notna()]
    for name in _VERDICTS:
        judged = could_be_pooled if name in _NEED_POOLING else reviews
        share = _NOT_KNOWN
        if len(judged) >= FEWEST_CLIENTS:
            share = from_count(int(judged[name].sum()), len(judged))
        summary |= {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
    return summary
