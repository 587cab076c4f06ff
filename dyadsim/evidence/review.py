"""What reviewers conclude from simulated literatures, beside the truth that they cannot see."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.codification import empirically_supported, equivalent
from dyadsim.analysis.estimate import from_count
from dyadsim.analysis.meta_analysis import FEWEST, funnel_asymmetry, random_effects
from dyadsim.evidence import literature
from dyadsim.evidence.literature import FIELD, Field
from dyadsim.model.parameters import Parameters

_VERDICTS = (
    "certified",
    "certified_if_all_published",
    "not_significant",
    "equivalent",
    "asymmetry",
)


class Reviewed(NamedTuple):
    """`trials`: one row a trial; `reviews`: one row a literature; `summary`: one row a comparator.

    `reviews`: comparator, literature, trials, published, pooled (published trials), se, tau2, i2,
    low, high (prediction interval), pooled_all (had all been published), asymmetry (Egger p < .1),
    certified, certified_if_all_published, not_significant, equivalent.
    `summary`: comparator, question, truth, truth_se, then mean and se of pooled and pooled_all over
    literatures, and each verdict's share with its 95 % interval (`_low`, `_high`).
    """

    trials: pd.DataFrame
    reviews: pd.DataFrame
    summary: pd.DataFrame


def review(trials: pd.DataFrame, margin: float = 0.2) -> dict[str, Any]:
    """Return what one literature's reviewers conclude; NaN and False where fewer than 3 trials."""
    seen = trials[trials["published"]]
    found: dict[str, Any] = {
        "trials": len(trials),
        "published": len(seen),
        "pooled_all": random_effects(trials["g"], trials["standard_error"]).mean.value
        if len(trials) >= FEWEST
        else np.nan,
        "certified": empirically_supported(seen),
        "certified_if_all_published": empirically_supported(trials),
    }
    if len(seen) < FEWEST:
        return (
            found
            | dict.fromkeys(("pooled", "se", "tau2", "i2", "low", "high"), np.nan)
            | {"asymmetry": False, "not_significant": False, "equivalent": False}
        )
    pooled = random_effects(seen["g"], seen["standard_error"])
    verdict = equivalent(pooled.mean, margin)
    return found | {
        "pooled": pooled.mean.value,
        "se": pooled.mean.standard_error,
        "tau2": pooled.tau2,
        "i2": pooled.i2,
        "low": pooled.low,
        "high": pooled.high,
        "asymmetry": funnel_asymmetry(seen["g"], seen["standard_error"]).p < 0.1,
        "not_significant": verdict.not_significant,
        "equivalent": verdict.shown,
    }


def reviewed(
    parameters: Parameters,
    therapy: str,
    comparators: Sequence[str],
    repeats: int,
    field: Field = FIELD,
    margin: float = 0.2,
    seed: int = 1,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Reviewed:
    """Return `repeats` literatures on `therapy` against each comparator, reviewed.

    Raises
    ------
    BadInput
        an unknown therapy or comparator, or an impossible field.
    """
    trials, reviews, rows = [], [], []
    for comparator in each(comparators):
        found = literature.several(parameters, therapy, comparator, repeats, field, seed)
        trials.append(found.assign(comparator=comparator))
        table = pd.DataFrame(
            [
                {"comparator": comparator, "literature": number, **review(part, margin)}
                for number, part in found.groupby("literature")
            ]
        )
        reviews.append(table)
        truth = literature.true_effect(parameters, therapy, comparator, seed)
        rows.append(
            {"comparator": comparator, "truth": truth.value, "truth_se": truth.standard_error}
            | _over(table)
        )
    return Reviewed(
        pd.concat(trials, ignore_index=True),
        pd.concat(reviews, ignore_index=True),
        pd.DataFrame(rows),
    )


def _over(table: pd.DataFrame) -> dict[str, float]:
    """Return means, errors and shares over literatures."""
    found: dict[str, float] = {"literatures": len(table)}
    for name in ("pooled", "pooled_all", "published", "tau2"):
        values = table[name].dropna()
        found[name] = float(values.mean())
        found[f"{name}_se"] = float(values.std(ddof=1) / np.sqrt(len(values)))
    for name in _VERDICTS:
        share = from_count(int(table[name].sum()), len(table))
        found |= {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
    return found
