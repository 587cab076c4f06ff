"""What truly happens in a world, read off the same clients with the same luck.

No researcher could compute these: they compare latents of counterfactual twins in the trial's
treated arm at the post-test.
"""

import numpy as np
import pandas as pd

from dyadsim import simulate
from dyadsim.intervene import Intervention, do
from dyadsim.parameters import Parameters
from dyadsim.study import Study

MOST_CLIENTS = 6000
LOW_ALLIANCE, HIGH_ALLIANCE = 0.4, 0.8
NOTE = (
    "No researcher can see these. They are larger than g: g divides by the spread of post-test "
    "scores, which carry error and in which clients differ more than at entry. Where alliance "
    "helps in the medical world, it does so only by keeping clients in treatment."
)
QUESTIONS: dict[str, tuple[str, Intervention, Intervention]] = {
    "therapy": (
        "Twelve sessions of CBT instead of waiting",
        Intervention(),
        Intervention(arm="waitlist"),
    ),
    "matched_ingredient": (
        "CBT instead of the same CBT that changes no maintaining process",
        Intervention(),
        Intervention(hold={"process": 0.0}),
    ),
    "alliance": (
        f"Alliance held at {HIGH_ALLIANCE:g} instead of {LOW_ALLIANCE:g} (scale 0 to 1)",
        Intervention(hold={"alliance": HIGH_ALLIANCE}),
        Intervention(hold={"alliance": LOW_ALLIANCE}),
    ),
}


def known_truth(
    trial: Study, parameters: Parameters, clients: int, seed: int, treated: str = "cbt"
) -> pd.DataFrame:
    """Return question, label, effect and its standard error, one row a question.

    An effect is the mean difference of distress at the post-test, in standard deviations of
    distress at intake, among the clients of the arm `treated`; above 0 = less distress. At most
    `MOST_CLIENTS` clients are simulated.
    """
    count, post = min(clients, MOST_CLIENTS), trial.schedule.sessions
    rows = []
    for question, (label, first, second) in QUESTIONS.items():
        one, other = (do(trial, parameters, count, what, seed) for what in (first, second))
        distress = [dict(simulate.variables(run.truth))["distress"] for run in (one, other)]
        chosen = simulate.start(trial, parameters, count, seed, keep_truth=False).clients.arm == [
            arm.name for arm in trial.arms
        ].index(treated)
        spread = float(np.std(distress[0][0, chosen], ddof=1))
        gain = (distress[1][post, chosen] - distress[0][post, chosen]).astype(np.float64) / spread
        error = float(np.std(gain, ddof=1) / np.sqrt(gain.size))
        rows.append((question, label, float(gain.mean()), error))
    return pd.DataFrame(rows, columns=["question", "label", "effect", "se"])
