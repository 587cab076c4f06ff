"""What truly happens in a world, read off the same clients with the same luck.

No researcher could compute these: they compare latents of counterfactual twins in the trial's
treated arm at the post-test.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.model.parameters import Parameters, changed
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies.study import Study

MOST_CLIENTS = 6000
LOW_ALLIANCE, HIGH_ALLIANCE = 0.62, 0.78
NOTE = (
    "No researcher can see these. They are larger than g: g divides by the spread of post-test "
    "scores, which carry error and in which clients differ more than at entry. The two values of "
    "the alliance are 0.7 to 1.1 of its standard deviations at session 3 apart, by world. In a "
    "trial a good alliance helps in two ways: clients stay, and, outside the medical and the null "
    "world, it acts by itself; the last row leaves only the second."
)
_STAY = {"ending.dropout_base": -5.0, "ending.low_alliance": 0.0, "ending.removal_base": -5.0}


class Question(NamedTuple):
    """Two lives of the same clients; `parameters` are set in both."""

    label: str
    first: Intervention
    second: Intervention
    parameters: Mapping[str, float] = MappingProxyType({})


_HIGH = Intervention(hold={"alliance": HIGH_ALLIANCE})
_LOW = Intervention(hold={"alliance": LOW_ALLIANCE})
_HELD = f"Alliance held at {HIGH_ALLIANCE:g} instead of {LOW_ALLIANCE:g} (scale 0 to 1)"
QUESTIONS = {
    "therapy": Question(
        "Assigned to twelve sessions of CBT instead of waiting",
        Intervention(),
        Intervention(arm="waitlist"),
    ),
    "matched_ingredient": Question(
        "CBT instead of the same CBT that changes no maintaining process",
        Intervention(),
        Intervention(hold={"process": 0.0}),
    ),
    "alliance": Question(_HELD, _HIGH, _LOW),
    "alliance_alone": Question(f"{_HELD}, where nobody leaves early", _HIGH, _LOW, _STAY),
}


def known_truth(
    trial: Study, parameters: Parameters, clients: int, seed: int, treated: str = "cbt"
) -> pd.DataFrame:
    """Return question, label, effect, its standard error and n, one row a question.

    An effect is the mean difference of distress at the post-test, in standard deviations of
    distress at intake, among the clients of the arm `treated`; above 0 = less distress. At most
    `MOST_CLIENTS` clients are simulated.
    """
    count, post = min(clients, MOST_CLIENTS), trial.schedule.sessions
    rows = []
    for name, question in QUESTIONS.items():
        world = changed(parameters, dict(question.parameters))
        lives = (question.first, question.second)
        one, other = (do(trial, world, count, what, seed) for what in lives)
        distress = [dict(simulate.variables(run.truth))["distress"] for run in (one, other)]
        chosen = simulate.start(trial, parameters, count, seed, keep_truth=False).clients.arm == [
            arm.name for arm in trial.arms
        ].index(treated)
        spread = float(np.std(distress[0][0, chosen], ddof=1))
        gain = (distress[1][post, chosen] - distress[0][post, chosen]).astype(np.float64) / spread
        error = float(np.std(gain, ddof=1) / np.sqrt(gain.size))
        rows.append((name, question.label, float(gain.mean()), error, gain.size))
    return pd.DataFrame(rows, columns=["question", "label", "effect", "se", "n"])
