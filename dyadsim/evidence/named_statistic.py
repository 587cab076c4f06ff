"""A statistic of the kinds that `facts.csv` has, computed in any study, or in one of its arms.

Written as there, with any whole number of weeks or sessions, and an arm behind a dot:
'process_outcome_r(alliance_score@3)', 'response_50pct@16_weeks.cbt'. Without an arm, a statistic of
one arm counts the clients of cbt where there is such an arm, else of all arms that are treated,
else everybody (`counted_arms`): whoever waits can neither drop out nor attend.
"""

from collections.abc import Sequence

import numpy as np

from dyadsim.errors import BadInput
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.outcomes import OUTCOMES
from dyadsim.evidence.statistics import STATISTICS, fact_value, find_statistic
from dyadsim.evidence.study_scores import ScoreArrays, score_arrays
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import Clients
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.study import Study

COMPARE_ARMS = (  # statistics that name the arms they are of
    "g_between",
    "mean_signed_g",
    "post_variance_ratio",
    "risk_ratio",
    "odds_ratio",
    "upper_bound_true_abs_g",
)
_TRIAL_CLIENTS = 400  # of the run that shows whether a statistic can be computed in a study


def is_statistic(name: str) -> bool:
    """Return whether a name is written like a statistic; a name that is also an outcome is not."""
    head = name.partition(".")[0]
    return "(" in head or head.partition("@")[0] in STATISTICS.keys() - OUTCOMES.keys()


def check_statistic(name: str, study: Study) -> str:
    """Return the name of a statistic that can be computed in this study.

    Parameters
    ----------
    name
        As `facts.csv` writes it, with an arm behind a dot if it is meant for one arm.
    study
        The study.

    Returns
    -------
    str
        The name.

    Raises
    ------
    BadInput
        It cannot be read or computed.
    """
    try:
        statistic_values([name], simulate.run(study, Parameters(), _TRIAL_CLIENTS, threads=1))
    except KeyError as error:
        raise BadInput(
            f"outputs: {name} needs {error} in study {study.name}, which it does not have."
        ) from None
    except ValueError as error:
        raise BadInput(f"outputs: {name}: {str(error).rstrip('.')}.") from None
    return name


def statistic_values(names: Sequence[str], run: Run) -> dict[str, float]:
    """Return statistics of a finished run.

    Parameters
    ----------
    names
        As in `check_statistic`.
    run
        Finished, with its truth recorded.

    Returns
    -------
    dict
        Value by name.

    Raises
    ------
    ValueError
        A name that cannot be read, or too few clients for a statistic.
    KeyError
        The study lacks an arm or a score.
    """
    plain = {name: name.partition(".")[0] for name in names}
    process = any(find_statistic(text)[0].process_scores for text in plain.values())
    scores: dict[tuple[str, ...], ScoreArrays] = {}
    values = {}
    for name, text in plain.items():
        arms, said = counted_arms(name, run.study), name.partition(".")[2]
        if said and _compares(name):
            arms = (said,)  # which the statistic refuses
        if arms not in scores:
            alone = arms[0] if len(arms) == 1 < len(run.study.arms) or said else ""
            scores[arms] = score_arrays(run_of_arms(run, arms), process)._replace(arm=alone)
        fact = load_facts()[0]._replace(statistic=text, design="")
        values[name] = fact_value(fact, scores[arms])
    return values


def _compares(name: str) -> bool:
    """Return whether a statistic compares arms."""
    return name.partition(".")[0].partition("(")[0].partition("@")[0] in COMPARE_ARMS


def counted_arms(name: str, study: Study) -> tuple[str, ...]:
    """Return the arms whose clients a named statistic looks at.

    Parameters
    ----------
    name
        As in `check_statistic`.
    study
        The study.

    Returns
    -------
    tuple
        All arms where it compares some; the arm behind the dot; else cbt, or all arms that are
        treated, or, where nobody is, all arms.

    Examples
    --------
    >>> from dyadsim.studies.designs.rct import rct
    >>> counted_arms("share_dropout", rct(["supportive", "waitlist"], 6))
    ('supportive',)
    """
    names = tuple(arm.name for arm in study.arms)
    arm = name.partition(".")[2]
    if _compares(name):
        return names
    if arm or "cbt" in names:
        return (arm or "cbt",)
    return tuple(arm.name for arm in study.arms if arm.phases) or names


def who_counts(name: str, study: Study) -> str:
    """Return whose clients a named statistic looks at, in words; "": nothing need be said.

    Examples
    --------
    >>> from dyadsim.studies.designs.rct import rct
    >>> who_counts("share_dropout", rct(["cbt", "interpersonal", "waitlist"], 6))
    'clients of arm cbt'
    """
    arms = counted_arms(name, study)
    if _compares(name) or len(study.arms) == 1:
        return ""
    if len(arms) == len(study.arms):
        return "clients of all arms"
    return f"clients of arm{'s' * (len(arms) > 1)} {' and '.join(arms)}"


def run_of_arms(run: Run, arms: Sequence[str]) -> Run:
    """Return a finished run with the clients of some arms alone.

    Parameters
    ----------
    run
        Finished.
    arms
        Names of the arms.

    Returns
    -------
    Run
        The same study, its other arms empty.

    Raises
    ------
    ValueError
        The study has no such arm.
    """
    names = [arm.name for arm in run.study.arms]
    for name in arms:
        if name not in names:
            raise ValueError(f"no arm '{name}' in study {run.study.name}; arms: {', '.join(names)}")
    if len(arms) == len(names):
        return run
    in_arm = np.isin(run.clients.arm, [names.index(name) for name in arms])
    clients = Clients._make(values[..., in_arm] for values in run.clients)
    return run._replace(clients=clients, truth=run.truth[:, :, in_arm])
