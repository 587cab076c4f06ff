"""What a task would take, without running it: points, dyad-sessions, time, disk."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.studies.study import Study

# Measured on two cores of a small machine; the printed estimate is good to a factor of about two.
START_SECONDS = 3.0
MICROSECONDS = 2.5  # per dyad-session, with tables and statistics
RUN_SECONDS = 0.004  # to set up one small trial
REPORT_BYTES = 3e6


def session_steps(studies: Iterable["Study"]) -> int:
    """Return the session and follow-up steps of all studies together."""
    from dyadsim.studies import study as studies_module

    return sum(studies_module.plan_study(study).weeks.size - 1 for study in studies)


def estimate(
    studies: Iterable["Study"] = (),
    clients: int = 0,
    *,
    points: int = 1,
    replicates: int = 1,
    runs: float = 0,
    disk: float = 0.0,
    microseconds: float = MICROSECONDS,
) -> dict[str, float]:
    """Return points, replicates, dyad-sessions, estimated seconds and megabytes.

    Parameters
    ----------
    studies
        What is simulated at every point and replicate.
    clients
        Clients of each study.
    points, replicates
        How often.
    runs
        Simulations that have to be set up beyond those.
    disk
        Bytes that are written.
    microseconds
        Time of a dyad-session.
    """
    dyad_sessions = points * replicates * clients * session_steps(studies)
    seconds = START_SECONDS + dyad_sessions * microseconds * 1e-6 + runs * RUN_SECONDS
    return {
        "points": points,
        "replicates": replicates,
        "dyad_sessions": dyad_sessions,
        "estimated_seconds": round(seconds, 1),
        "estimated_megabytes": round(disk / 1e6, 1),
    }


def together(costs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what several runs in one command would take.

    Examples
    --------
    >>> one = {"points": 1, "dyad_sessions": 10, "estimated_seconds": 5.0, "seed": 1}
    >>> together([one, one])
    {'points': 2, 'dyad_sessions': 20, 'estimated_seconds': 7.0, 'seed': 1}
    """
    all_ = {name: [cost[name] for cost in costs] for name in costs[0]}
    added: dict[str, float] = {
        name: sum(all_[name]) for name in ("points", "dyad_sessions") if name in all_
    }
    seconds = sum(all_["estimated_seconds"]) - START_SECONDS * (len(costs) - 1)
    added["estimated_seconds"] = round(max(seconds, 0.0), 1)
    return {name: added.get(name, max(values)) for name, values in all_.items()}


def print_cost(settings: "Settings", cost: Mapping[str, Any]) -> None:
    """Print what a run would take; nothing is simulated or written."""
    if settings.json:
        print(json.dumps(cost))
        return
    print("Dry run: nothing is simulated or written.")
    for name, value in cost.items():
        print(f"  {name.replace('_', ' '):20} {value:,}")
