"""Individual treatment effects of an intervention as tables: what no trial can observe."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.model.variables import Array
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import Twins
from dyadsim.simulation.runs import latent
from dyadsim.studies.study import FOLLOW_UP


class DistressAt(NamedTuple):
    """Distress of clients at intake, and at every time to compare, without and under `do`."""

    intake: Array
    times: dict[str, tuple[Array, Array]]


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
    return table_of_effects(distress_at(twins), _arms_at_intake(twins))


def distress_at(twins: Twins) -> DistressAt:
    """Return the distress of twins at intake and at the times that `effects_table` compares."""
    factual, counterfactual = (latent(run, "distress") for run in twins)
    times = {
        at: (factual[step].copy(), counterfactual[step].copy())
        for at, step in _steps(twins).items()
    }
    return DistressAt(factual[0].copy(), times)


def join_distress(parts: Sequence[DistressAt]) -> DistressAt:
    """Return the distress of several parts of the clients together, in their order."""

    def joined(at: str, which: int) -> Array:
        return np.concatenate([part.times[at][which] for part in parts])

    times = {at: (joined(at, 0), joined(at, 1)) for at in parts[0].times}
    return DistressAt(np.concatenate([part.intake for part in parts]), times)


def table_of_effects(distress: DistressAt, arms: pd.Series) -> pd.DataFrame:
    """Return the table of `effects_table` from the distress of all clients.

    Parameters
    ----------
    distress
        Of all clients.
    arms
        The arm of each client before `do`.

    Returns
    -------
    DataFrame
        As in `effects_table`.
    """
    intake = distress.intake.astype(np.float64)
    spread = float(np.std(intake, ddof=1)) if intake.size > 1 else 1.0
    parts = []
    for at, both in distress.times.items():
        factual, counterfactual = (values.astype(np.float64) for values in both)
        columns = {
            "client": np.arange(intake.size),
            "arm": arms,
            "at": at,
            "distress": factual,
            "distress_under_do": counterfactual,
            "effect": (factual - counterfactual) / spread,
        }
        parts.append(pd.DataFrame(columns))
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
        error = float(np.std(gain, ddof=1) / np.sqrt(gain.size)) if gain.size > 1 else np.nan
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
