"""Individual effects of an intervention as tables: what no trial can observe."""

import numpy as np
import pandas as pd

from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import Twins
from dyadsim.studies.study import FOLLOW_UP


def _steps(twins: Twins) -> dict[str, int]:
    """Return the steps looked at: the last session, and the last follow-up if there is one."""
    occasion = twins.factual.plan.occasion
    steps = {"end": twins.factual.study.schedule.sessions}
    if occasion[-1] == FOLLOW_UP:
        steps["last follow-up"] = occasion.size - 1
    return steps


def table(twins: Twins) -> pd.DataFrame:
    """Return one row a client and time: client, arm (before do), at, distress, distress_under_do,
    effect.

    effect: fall of distress through `do`, in standard deviations of distress at intake; above 0
    = better off under `do`.
    """
    one, other = (
        dict(simulate.variables(run.truth))["distress"].astype(np.float64)
        for run in (twins.factual, twins.counterfactual)
    )
    spread = float(np.std(one[0], ddof=1)) if one.shape[1] > 1 else 1.0
    names = np.array([arm.name for arm in twins.factual.study.arms], dtype=object)
    start = simulate.start(
        twins.factual.study,
        twins.factual.parameters,
        one.shape[1],
        twins.factual.seed,
        twins.factual.replicate,
        keep_truth=False,
    )
    parts = [
        pd.DataFrame(
            {
                "client": np.arange(one.shape[1]),
                "arm": pd.Series(names[start.clients.arm], dtype="str"),
                "at": at,
                "distress": one[step],
                "distress_under_do": other[step],
                "effect": (one[step] - other[step]) / spread,
            }
        )
        for at, step in _steps(twins).items()
    ]
    return pd.concat(parts, ignore_index=True)


def summary(effects: pd.DataFrame) -> pd.DataFrame:
    """Return one row an arm and time: arm, at, clients, effect (mean), se, and the shares of
    clients better, worse and unchanged (to the bit).
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
