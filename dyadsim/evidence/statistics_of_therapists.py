"""Statistics of therapists: how much of the outcome lies with them."""

import numpy as np
import pandas as pd

from dyadsim.analysis import therapists
from dyadsim.analysis.binary_outcome import therapist_share
from dyadsim.evidence.declared_statistics import statistic
from dyadsim.evidence.statistic_text import Argument
from dyadsim.evidence.study_scores import ScoreArrays, clients_of_design, treated_clients
from dyadsim.evidence.yes_or_no import find_outcome
from dyadsim.simulation import observe


def _with_therapist(scores: ScoreArrays) -> pd.DataFrame:
    """Return therapist, pre, post and skill of the clients with two sessions or more."""
    clients = scores.run.clients
    counted = (clients.attended >= 2) & (clients.therapist >= 0) & clients_of_design(scores)
    therapist = clients.therapist[counted]
    return pd.DataFrame(
        {
            "therapist": therapist,
            "pre": scores.pre[counted],
            "post": scores.post[counted],
            "observable_skill_score": observe.therapist_skill(scores.run)[therapist],
        }
    )


@statistic("therapist_effect_pct")
def _therapist_effect(scores: ScoreArrays) -> float:
    return therapists.therapist_percent(_with_therapist(scores))


@statistic("therapist_effect_by_severity")
def _therapist_effect_by_severity(scores: ScoreArrays) -> float:
    """Return the effect in the top third of intake scores less that in the bottom third."""
    frame = _with_therapist(scores)
    low, high = frame["pre"].quantile([1 / 3, 2 / 3])
    top, bottom = frame[frame["pre"] >= high], frame[frame["pre"] <= low]
    return therapists.therapist_percent(top) - therapists.therapist_percent(bottom)


@statistic("share_of_therapist_variance")
def _share_of_therapist_variance(scores: ScoreArrays) -> float:
    try:
        return therapists.share_of_therapist_variance(
            _with_therapist(scores), "observable_skill_score", jackknife=False
        ).value
    except ValueError:
        return float("nan")  # no therapist variance to divide


@statistic("therapist_share_pct")
def _therapist_share_pct(scores: ScoreArrays, outcome: Argument) -> float:
    """Of the clients who met a therapist once or more."""
    answers, clients = find_outcome(scores, outcome), scores.run.clients
    met = answers.counted & (clients.therapist >= 0) & (clients.attended >= 1)
    met &= treated_clients(scores)
    happened, therapist = answers.happened[met], clients.therapist[met].astype(np.int64)
    return 100 * therapist_share(happened, therapist)
