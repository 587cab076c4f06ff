"""A simulated study as its researcher has it: tables of scores, pre, post and residual gain."""

from typing import NamedTuple

import pandas as pd

from dyadsim.analysis import change
from dyadsim.simulation import observe
from dyadsim.simulation.simulate import Run


class ObservedStudy(NamedTuple):
    """One study as a researcher has it.

    Attributes
    ----------
    run
        The run behind it, which a researcher never sees; the few true values need it.
    clients, therapists, sessions
        Tables of `simulation.observe.records`.
    outcome
        One row per client: pre, post, arm, therapist (`analysis.change.pre_post`).
    gain
        Residual gain of the clients with both scores, in points.
    """

    run: Run
    clients: pd.DataFrame
    therapists: pd.DataFrame
    sessions: pd.DataFrame
    outcome: pd.DataFrame
    gain: "pd.Series[float]"


def observe_study(run: Run) -> ObservedStudy:
    """Return a finished run as a researcher has it.

    Parameters
    ----------
    run
        Finished, with its truth recorded.

    Returns
    -------
    ObservedStudy
        Tables of scores, without any latent variable.

    Raises
    ------
    ValueError
        Fewer than 3 clients have two scores, or all start with the same.
    """
    tables = observe.observed_records(run)
    outcome = change.pre_post(tables.sessions, carry=("arm", "therapist"))
    gain = change.residual_gain(outcome["pre"], outcome["post"])
    return ObservedStudy(run, tables.clients, tables.therapists, tables.sessions, outcome, gain)
