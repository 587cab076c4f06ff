"""What truly happens in a world, read off the same clients with the same noise.

No researcher could compute these: they compare latents of counterfactual twins in the trial's
treated arm at the post-test.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.model.parameters import Parameters, changed
from dyadsim.model.variables import Array
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.runs import latent
from dyadsim.studies.study import Study

MOST_CLIENTS = 6000
LOW_ALLIANCE, HIGH_ALLIANCE = 0.62, 0.78
NOTE = (
    "No researcher can see these. They are larger than g: g divides by the spread of post-test "
    "scores, which carry error and in which clients differ more than at entry. The two values of "
    "the alliance are 1.7 of its standard deviations at session 3 apart. In a "
    "trial a good alliance helps in two ways: clients stay, and, outside the medical and the null "
    "world, it acts by itself; the last row leaves only the second."
)
_NOBODY_LEAVES = {
    "ending.dropout_base": -5.0,
    "ending.low_alliance": 0.0,
    "ending.removal_base": -5.0,
}


class Question(NamedTuple):
    """Two lives of the same clients; `parameters` are set in both."""

    label: str
    first: Intervention
    second: Intervention
    parameters: Mapping[str, float] = MappingProxyType({})


_HIGH = Intervention(hold={"alliance": HIGH_ALLIANCE})
_LOW = Intervention(hold={"alliance": LOW_ALLIANCE})
_ALLIANCE = f"Alliance fixed at {HIGH_ALLIANCE:g} instead of {LOW_ALLIANCE:g} (scale 0 to 1)"
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
    "alliance": Question(_ALLIANCE, _HIGH, _LOW),
    "alliance_alone": Question(
        f"{_ALLIANCE}, where nobody leaves early", _HIGH, _LOW, _NOBODY_LEAVES
    ),
}


def known_truth(
    trial: Study, parameters: Parameters, clients: int, seed: int, treated: str = "cbt"
) -> pd.DataFrame:
    """Return the true effects that a world has on the clients of one arm.

    Parameters
    ----------
    trial
        A trial with the arm `treated` and an arm 'waitlist'.
    parameters
        One world's parameters.
    clients
        Number of clients; at most `MOST_CLIENTS` are simulated.
    seed
        The random seed.
    treated
        The arm whose clients are compared.

    Returns
    -------
    DataFrame
        One row a question: question, label, effect, se, n. An effect is the mean difference of
        distress at the post-test, in standard deviations of distress at intake; above 0 = less
        distress. se is its standard error, n the number of clients.
    """
    count = min(clients, MOST_CLIENTS)
    intake = simulate.start(trial, parameters, count, seed, keep_truth=False)
    in_arm = intake.clients.arm == [arm.name for arm in trial.arms].index(treated)
    rows = []
    for name, question in QUESTIONS.items():
        world = changed(parameters, dict(question.parameters))
        first, second = (
            latent(do(trial, world, count, intervention, seed), "distress")
            for intervention in (question.first, question.second)
        )
        gain = _gains(first, second, in_arm, trial.schedule.sessions)
        error = float(np.std(gain, ddof=1) / np.sqrt(gain.size))
        rows.append((name, question.label, float(gain.mean()), error, gain.size))
    return pd.DataFrame(rows, columns=["question", "label", "effect", "se", "n"])


def _gains(first: Array, second: Array, in_arm: np.ndarray[Any, Any], post: int) -> Any:
    """Return the standardised difference of distress at a step, of the clients of one arm."""
    spread = float(np.std(first[0, in_arm], ddof=1))
    return (second[post, in_arm] - first[post, in_arm]).astype(np.float64) / spread
