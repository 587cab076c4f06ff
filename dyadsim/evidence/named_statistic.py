"""A statistic of the kinds that `facts.csv` has, computed in any study, or in one of its arms.

Written as there, with whole numbers of weeks or sessions of one's own, and an arm behind a dot:
'process_outcome_r(alliance_score@3)', 'response_50pct@16_weeks.cbt'.
"""

import functools
from collections.abc import Sequence

from dyadsim.errors import BadInput
from dyadsim.evidence import fact as facts
from dyadsim.evidence import statistics
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import Clients
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.study import Study

_TRY = 400  # clients of the run that tells whether a statistic can be computed in a study


def is_statistic(name: str) -> bool:
    """Return whether a name is written like a statistic."""
    head = name.partition(".")[0]
    if "(" in head:
        return True
    return head.partition("@")[0] in _kinds() - {"d_pre_post"}  # that one is an outcome


@functools.cache
def _kinds() -> frozenset[str]:
    return frozenset(facts.parse_statistic(one.statistic)[0] for one in facts.load())


def checked(name: str, study: Study) -> str:
    """Return the name of a statistic that can be computed in this study.

    Raises
    ------
    BadInput
        it cannot be read or computed.
    """
    try:
        values([name], simulate.run(study, Parameters(), _TRY, threads=1))
    except KeyError as error:
        raise BadInput(
            f"outputs: {name} needs {error} in study {study.name}, which it does not have."
        ) from None
    except (ValueError, NotImplementedError) as error:
        raise BadInput(f"outputs: {name}: {error}.") from None
    return name


def values(names: Sequence[str], run: Run) -> dict[str, float]:
    """Return statistics of a finished run by name.

    Raises
    ------
    ValueError, KeyError, NotImplementedError
        one that cannot be read or computed here.
    """
    process_scores = any("(" in name for name in names)
    seen: dict[str, statistics.Arrays] = {}
    found = {}
    for name in names:
        plain, _, arm = name.partition(".")
        if arm not in seen:
            part = of_arm(run, arm) if arm else run
            seen[arm] = statistics.arrays(part, process_scores)
        asked = facts.load()[0]._replace(statistic=plain, design="")
        found[name] = statistics.statistic(asked, seen[arm])
    return found


def of_arm(run: Run, name: str) -> Run:
    """Return a finished run with the clients of one arm alone.

    Raises
    ------
    ValueError
        the study has no such arm.
    """
    names = [one.name for one in run.study.arms]
    if name not in names:
        raise ValueError(f"no arm '{name}' in study {run.study.name}; arms: {', '.join(names)}")
    who = run.clients.arm == names.index(name)
    people = Clients._make(values[..., who] for values in run.clients)
    return run._replace(clients=people, truth=run.truth[:, :, who])
