"""Individual treatment effects of an intervention as tables: what no trial can observe."""

import numpy as np
import pandas as pd

from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import Twins
from dyadsim.simulation.runs import latent
from dyadsim.studies.study import FOLLOW_UP


def _steps(twins: Twins) -> dict[str, int]:
    """Return the steps to compare: the last session, and the last follow-up if there is one."""
    occasion = twins.factual.plan.occasion
    steps = {"end": twins.factual.study.schedule.sessions}
    if occasion[-1] == FOLLOW_UP:
        steps["last follow-up"] = occasion.size - 1
    return steps


def _arms_at_intake(twins: Twins) -> pd.Series:
    """Return each client's arm before `do`."""
    run = twins.factual
    intake = simulate.start(
        run.study,
        run.parameters,
        run.clients.word.size,
        run.seed,
        replicate=run.replicate,
        keep_truth=False,
    )
    names = np.array([arm.name for arm in run.study.arms], dtype=object)
    return pd.Series(names[intake.clients.arm], dtype="str")


def effects_table(twins: Twins) -> pd.DataFrame:
    """Return the effect on each client, at the last session and at the last follow-up.

    Parameters
    ----------
    twins
        The same clients without and with interventions, with their truth kept.

    Returns
    -------
    DataFrame
        One row a client and time: client, arm (before do), at, distress, distress_under_do,
        effect. The effect is the fall of distress through `do` in standard deviations of distress
        at intake; above 0 = better off under `do`.
    """
    factual, counterfactual = (latent(run, "distress").astype(np.float64) for run in twins)
    clients = factual.shape[1]
    spread = float(np.std(factual[0], ddof=1)) if clients > 1 else 1.0
    arms = _arms_at_intake(twins)
    parts = [
        pd.DataFrame(
            {
                "client": np.arange(clients),
                "arm": arms,
                "at": at,
                "distress": factual[step],
                "distress_under_do": counterfactual[step],
                "effect": (factual[step] - counterfactual[step]) / spread,
            }
        )
        for at, step in _steps(twins).items()
    ]
    return pd.concat(parts, ignore_index=True)


def summarise_effects(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the effects of `table` by arm and time.

    Parameters
    ----------
    effects
        A table of individual effects.

    Returns
    -------
    DataFrame
        One row an arm and time: arm, at, clients, effect (mean), se, and the shares of clients
        better, worse and unchanged (to the bit).
    """
    rows = []
    for (arm, at), part in effects.groupby(["arm", "at"], sort=False):
        gain = part["effect"].to_numpy()
        error = float(np.std(gain, ddof=1) / np.sqrt(gain.size)) if gain.size > 1 else 0.0
        rows.append(
            {
                "arm": arm,
                "at": at,
                "clients": gain.size,
                "effect": float(gain.mean()),
                "se": error,
                "better": float((gain > 0).mean()),
                "worse": float((gain < 0).mean()),
                "unchanged": float((gain == 0).mean()),
            }
        )
    return pd.DataFrame(rows)
