"""A statistic of the kinds that `facts.csv` has, computed in any study, or in one of its arms.

Written as there, with any whole number of weeks or sessions, and an arm behind a dot:
'process_outcome_r(alliance_score@3)', 'response_50pct@16_weeks.cbt'.
"""

from collections.abc import Sequence

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
    parts = {name: name.partition(".") for name in names}
    process = any(find_statistic(plain)[0].process_scores for plain, _, _ in parts.values())
    scores: dict[str, ScoreArrays] = {}
    values = {}
    for name, (plain, _, arm) in parts.items():
        if arm not in scores:
            mine = run_of_arm(run, arm) if arm else run
            scores[arm] = score_arrays(mine, process)._replace(arm=arm)
        fact = load_facts()[0]._replace(statistic=plain, design="")
        values[name] = fact_value(fact, scores[arm])
    return values


def run_of_arm(run: Run, name: str) -> Run:
    """Return a finished run with the clients of one arm alone.

    Parameters
    ----------
    run
        Finished.
    name
        Name of the arm.

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
    if name not in names:
        raise ValueError(f"no arm '{name}' in study {run.study.name}; arms: {', '.join(names)}")
    in_arm = run.clients.arm == names.index(name)
    clients = Clients._make(values[..., in_arm] for values in run.clients)
    return run._replace(clients=clients, truth=run.truth[:, :, in_arm])
