"""Attributions 3 to 5: what the field's estimators, mean gains and the claimed pie say.

All of them see scores alone. The pie is Lambert's judgement as the founding paper passes it on; it
is shown beside the others and never computed. `true_shares` holds attributions 1 and 2.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from dyadsim.analysis.effects import mean_gain
from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.analysis.process import pearson, score_at_session
from dyadsim.analysis.therapists import therapist_effect
from dyadsim.attribution.true_shares import (
    COLUMNS,
    DEFAULT_REPLICATION,
    USUAL_CARE,
    Care,
    Floats,
    Replication,
    attribution_study,
    effect_shares,
    effect_worths,
    share_rows,
    variance_shares,
)
from dyadsim.evidence.observed_study import ObservedStudy, observe_study
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.studies.designs.rct import rct

AT = 3  # the session at which process is rated, as in most studies of `facts.csv`
SCORES = {
    "alliance": "alliance_score",
    "expectancy": "expectancy_score",
    "empathy": "empathy_score",
    "competence": "competence_score",
    "adherence": "adherence_score",
}
GAIN = "variance of clients' residual gain in symptom scores"
FULL = "mean gain in symptom scores of clients in full therapy"
CLAIMED_PIE = {
    "client and life": 40.0,
    "relationship": 30.0,
    "expectancy": 15.0,
    "technique": 15.0,
}
JUDGED = "none: a judgement about outcome as a whole, never computed"


def estimate_shares(study: ObservedStudy) -> dict[str, float]:
    """Return what the usual analyses of one study estimate.

    Parameters
    ----------
    study
        A study as a researcher sees it.

    Returns
    -------
    dict of str to float
        Shares of the variance of residual gain, in per cent, by the name of the group or model.
    """
    gain = study.gain.reindex(study.outcome.index)
    arms = gain.groupby(study.outcome["arm"])
    between = (arms.count() * (arms.mean() - gain.mean()) ** 2).sum()
    shares = {"arm": 100 * float(between / ((gain - gain.mean()) ** 2).sum())}
    scores = {name: score_at_session(study.sessions, score, AT) for name, score in SCORES.items()}
    for name, values in scores.items():
        shares[name] = 100 * pearson(values, study.gain).value ** 2
    shares["sum of squared correlations"] = sum(shares[name] for name in SCORES)
    shares["therapist"] = therapist_effect(study.outcome).percent.value
    without, with_therapists = _model_shares(study, scores, gain)
    return shares | {"model without therapists": without, "model with therapists": with_therapists}


def _model_shares(
    study: ObservedStudy, scores: "Mapping[str, pd.Series[float]]", gain: "pd.Series[float]"
) -> tuple[float, float]:
    """Return R squared of gain on arm and all scores, without and with a therapist intercept."""
    from statsmodels.regression.linear_model import OLS  # half a second that few need

    table = pd.DataFrame(scores).join(study.outcome[["arm", "therapist"]])
    table = table.assign(gain=gain).dropna()
    arms = pd.get_dummies(table["arm"], drop_first=True, dtype=float)
    design = np.column_stack([np.ones(len(table)), arms, table[list(SCORES)].to_numpy(float)])
    fit = OLS(table["gain"].to_numpy(float), design).fit()
    residuals = table.assign(pre=fit.fittedvalues, post=table["gain"])
    therapists = therapist_effect(residuals[["pre", "post", "therapist"]]).percent.value
    without = 100 * float(fit.rsquared)
    return without, without + (100 - without) * therapists / 100


def mean_gains(
    care: Care, parameters: Parameters, *, clients: int, replicate: int, seed: int
) -> Floats:
    """Return the mean gain in scores on the waitlist, in supportive therapy and in full therapy.

    The same clients, with the same random numbers, are in all three arms, one after the other: a
    very large trial would find the same means, and chance hardly moves what lies between them.

    Parameters
    ----------
    care
        The care; its first treatment is the full therapy.
    parameters
        One world's parameters.
    clients
        Clients of each arm.
    replicate, seed
        Number of the replicate and random seed.

    Returns
    -------
    ndarray
        Gains `(3,)` in points of the PHQ-9.
    """
    names = ("waitlist", "supportive", care.treatments[0])
    different = tuple(dict.fromkeys(names))  # the full therapy may be the supportive one itself
    trial = rct(different, care.sessions, follow_up=(), instrument="phq9", sample=care.sample)
    gains, arms = [], dict(zip(different, trial.arms, strict=True))
    for name in names:
        alone = trial._replace(arms=(arms[name],))
        run = simulate.run(alone, parameters, clients, seed=seed, replicate=replicate)
        outcome = observe_study(run).outcome
        gains.append(mean_gain(outcome["pre"], outcome["post"]).value)
    return np.array(gains)


def gain_shares(gains: Floats) -> pd.DataFrame:
    """Return attribution 4: natural course, any credible therapy, specific ingredients.

    Parameters
    ----------
    gains
        Mean gains `(replicate, 3)` on the waitlist, in supportive and in full therapy.

    Returns
    -------
    DataFrame
        `COLUMNS`: per cent of the gain in full therapy, each step added to the one before.
    """
    steps = 100 * np.diff(gains, axis=1, prepend=0.0) / gains[:, -1:]
    names = ["natural course", "any credible therapy", "specific ingredients"]
    return share_rows("gain", names, steps, denominator=FULL)


def claimed_pie() -> pd.DataFrame:
    """Return attribution 5: the claimed shares, which have no error."""
    table = pd.DataFrame(
        {"group": list(CLAIMED_PIE), "share": list(CLAIMED_PIE.values()), "se": np.nan}
    )
    return table.assign(attribution="claimed pie", denominator=JUDGED)[COLUMNS]


@one_blas_thread()
def decompose_outcome(
    parameters: Parameters,
    care: Care = USUAL_CARE,
    *,
    replication: Replication = DEFAULT_REPLICATION,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> pd.DataFrame:
    """Return all five attributions.

    Parameters
    ----------
    parameters
        One world's parameters.
    care
        The treatments and who gets them.
    replication
        Clients, replicates, seed and threads. Errors are the spread of the replicates /
        sqrt(replicates).
    progress
        Wraps the replicates, to show progress.

    Returns
    -------
    DataFrame
        attribution, group, share (%), se, denominator; a row a group.
    """
    clients, seed = replication.clients, replication.seed
    study = attribution_study(care)
    variance = variance_shares(care, parameters, replication=replication, progress=progress)
    effects, estimates, gains = [], [], []
    for replicate in range(replication.replicates):
        few = min(clients, replication.twins)
        effects.append(
            effect_worths(
                care,
                parameters,
                clients=few,
                replicate=replicate,
                seed=seed,
                threads=replication.threads,
            )
        )
        run = simulate.run(study, parameters, clients, seed=seed, replicate=replicate)
        estimates.append(estimate_shares(observe_study(run)))
        same = min(clients, replication.lives)
        gains.append(mean_gains(care, parameters, clients=same, replicate=replicate, seed=seed))
    shares = np.array([list(estimate.values()) for estimate in estimates])
    parts = [
        variance,
        effect_shares(np.stack(effects)),
        share_rows("estimators", estimates[0], shares, denominator=GAIN),
        gain_shares(np.stack(gains)),
        claimed_pie(),
    ]
    return pd.concat(parts, ignore_index=True)
