"""Accountings 3 to 5: what the field's estimators, mean gains and the pie say (see `accountings`).

All of them see scores alone. The pie is Lambert's judgement as the founding paper passes it on; it
is shown beside the others and never computed.
"""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from dyadsim.analysis.effects import mean_gain
from dyadsim.analysis.process import process_outcome_r, score_at_session
from dyadsim.analysis.therapists import therapist_effect
from dyadsim.attribution import true_shares
from dyadsim.attribution.true_shares import (
    COLUMNS,
    Care,
    Floats,
    effect_shares,
    effect_worths,
    rows,
)
from dyadsim.evidence.benchmark import Seen, see
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
PIE = {
    "client and life": 40.0,
    "relationship": 30.0,
    "expectancy": 15.0,
    "technique": 15.0,
}
JUDGED = "none: a judgement about outcome as a whole, never computed"


def estimates(seen: Seen) -> dict[str, float]:
    """Return what the usual analyses of one study find, each in % of the variance of gain."""
    gain = seen.gain.reindex(seen.outcome.index)
    arms = gain.groupby(seen.outcome["arm"])
    between = (arms.count() * (arms.mean() - gain.mean()) ** 2).sum()
    found = {"arm": 100 * float(between / ((gain - gain.mean()) ** 2).sum())}
    for name, score in SCORES.items():
        found[name] = 100 * process_outcome_r(seen.sessions, score, AT).value ** 2
    found["sum of squared correlations"] = sum(found[name] for name in SCORES)
    found["therapist"] = therapist_effect(seen.outcome).percent.value
    without, levels = _model(seen, gain)
    return found | {"model without therapists": without, "model with therapists": levels}


def _model(seen: Seen, gain: "pd.Series[float]") -> tuple[float, float]:
    """Return R squared of gain on arm and all scores, without and with a therapist intercept."""
    scores = {name: score_at_session(seen.sessions, score, AT) for name, score in SCORES.items()}
    table = pd.DataFrame(scores).join(seen.outcome[["arm", "therapist"]])
    table = table.assign(gain=gain).dropna()
    arms = pd.get_dummies(table["arm"], drop_first=True, dtype=float)
    design = np.column_stack([np.ones(len(table)), arms, table[list(SCORES)].to_numpy(float)])
    from statsmodels.regression.linear_model import OLS  # half a second that few need

    fit = OLS(table["gain"].to_numpy(float), design).fit()
    level = table.assign(pre=fit.fittedvalues, post=table["gain"])
    share = therapist_effect(level[["pre", "post", "therapist"]]).percent.value
    without = 100 * float(fit.rsquared)
    return without, without + (100 - without) * share / 100


def gains(care: Care, parameters: Parameters, clients: int, replicate: int, seed: int) -> Floats:
    """Return the mean gain in scores of waitlist, supportive therapy and the full therapy."""
    trial = rct(
        (care.treatments[0], "supportive", "waitlist"),
        care.sessions,
        follow_up=(),
        instrument="phq9",
        sample=care.sample,
    )
    ends = see(simulate.run(trial, parameters, clients, seed, replicate)).outcome
    return np.array(
        [
            mean_gain(
                ends.loc[ends["arm"] == name, "pre"], ends.loc[ends["arm"] == name, "post"]
            ).value
            for name in ("waitlist", "supportive", care.treatments[0])
        ]
    )


def gain_shares(gained: Floats) -> pd.DataFrame:
    """Return accounting 4 from gains `(replicate, 3)`: natural course, what any credible therapy
    adds, what the full therapy adds to that.
    """
    steps = 100 * np.diff(gained, axis=1, prepend=0.0) / gained[:, -1:]
    names = ["natural course", "any credible therapy", "specific ingredients"]
    return rows("gain", names, steps, FULL)


def pie() -> pd.DataFrame:
    """Return accounting 5."""
    table = pd.DataFrame({"group": list(PIE), "share": list(PIE.values()), "se": np.nan})
    return table.assign(accounting="claimed pie", denominator=JUDGED)[COLUMNS]


def decompose(
    parameters: Parameters,
    care: Care | None = None,
    clients: int = 20000,
    replicates: int = 8,
    seed: int = 1,
    threads: int | None = None,
    each: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> pd.DataFrame:
    """Return all five accountings as tidy rows: accounting, group, share (%), se, denominator.

    Parameters
    ----------
    parameters
        one world's parameters.
    care
        the treatments and who gets them.
    clients
        clients in each of `replicates` (>= 2) independent repeats; the errors are the
        spread of the repeats / sqrt(replicates).
    seed
        of the luck. threads: how many (the same numbers come out for any).
    each
        wraps the repeats, to show progress.
    """
    care, planned = care or Care(), true_shares.study(care or Care())
    variance = true_shares.variance_shares(
        care, parameters, clients, replicates, seed, threads, each
    )
    effect, found, gained = [], [], []
    for replicate in range(replicates):
        effect.append(effect_worths(care, parameters, min(clients, 5000), replicate, seed))
        seen = see(simulate.run(planned, parameters, clients, seed, replicate))
        found.append(estimates(seen))
        gained.append(gains(care, parameters, clients, replicate, seed))
    said = np.array([list(one.values()) for one in found])
    parts = [
        variance,
        effect_shares(np.stack(effect)),
        rows("estimators", found[0], said, GAIN),
        gain_shares(np.stack(gained)),
        pie(),
    ]
    return pd.concat(parts, ignore_index=True)
