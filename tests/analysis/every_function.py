"""Every function of `dyadsim.analysis`, found by a keyword, and arguments to call it with."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from dyadsim import analysis
from dyadsim.analysis import change

type Function = Callable[..., Any]


def _sessions() -> pd.DataFrame:
    """120 clients with intake, up to 11 sessions and two follow-ups, all processes correlated."""
    rng = np.random.default_rng(41)
    rows = []
    for client in range(120):
        pace, therapist, score = rng.uniform(-0.5, 3), client % 6, rng.normal(24, 3)
        for week in range(int(rng.integers(6, 12))):
            jump = 8.0 * (week == 4 and client % 3 == 0)
            score = float(np.clip(score - pace - jump + rng.normal(0, 1), 1, 40)) if week else score
            alliance = 3 + 0.4 * pace + 0.2 * therapist + rng.normal(0, 0.4)
            kind = "session" if week else "intake"
            rows.append((client, therapist, week, float(week), kind, round(score), alliance))
        for week in (26.0, 52.0):
            later = round(max(1.0, score + rng.normal(2, 6)))
            rows.append((client, therapist, rows[-1][2], week, "follow_up", later, alliance))
    names = ["client", "therapist", "session", "week", "occasion", "symptom_score"]
    frame = pd.DataFrame(rows, columns=[*names, "alliance_score"])
    return frame.assign(arm=np.where(frame["client"] % 2, "cbt", "waitlist"))


SESSIONS = _sessions()
CLIENTS = change.pre_post(SESSIONS).reset_index()
CLIENTS["dropped"] = CLIENTS["n_sessions"] < 7
PRE, POST = CLIENTS["pre"], CLIENTS["post"]
# What a function may be given, by the name of its parameter. TURNED are in the scale's own points.
TURNED: dict[str, Any] = {
    "sessions": SESSIONS,
    "frame": CLIENTS,
    "clients": CLIENTS,
    "pre": PRE,
    "post": POST,
    "treated": POST[CLIENTS["arm"] == "cbt"],
    "control": POST[CLIENTS["arm"] == "waitlist"],
    "scores": POST.to_numpy(),
    "cut_off": 10.0,
}
SAME: dict[str, Any] = {
    "reliable_change": 6.0,
    "week": 8.0,
    "at": 3,
    "tolerance": 2.0,
    "first": "alliance_score",
    "second": "symptom_score",
    "first_at": 1,
    "second_at": 3,
    "mediator": "alliance_score",
    "treated_arm": "cbt",
    "score": "symptom_score",
}
# Where one name means different things.
SPECIAL: dict[str, dict[str, Any]] = {
    "process_outcome_r": {"score": "alliance_score"},
    "random_intercept_panel": {"first": 1},
    "with_mediator": {"at": 3},
    "find_sudden_gains": {"cut_off": 7.0},  # a number of points
}


def functions_with(keyword: str) -> list[Function]:
    """Return the public functions of `analysis` that may be called with a keyword, by name."""
    functions = {}
    for module in pkgutil.iter_modules(analysis.__path__):
        path = f"dyadsim.analysis.{module.name}"
        for name, function in vars(importlib.import_module(path)).items():
            own = inspect.isfunction(function) and function.__module__ == path
            public = own and not name.startswith("_")
            if public and keyword in inspect.signature(function).parameters:
                functions[name] = function
    return [functions[name] for name in sorted(functions)]


def arguments(function: Function) -> dict[str, Any]:
    """Return what a function is called with, by name."""
    special, values = SPECIAL.get(function.__name__, {}), {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in special:
            values[name] = special[name]
        elif isinstance(parameter.default, str):
            continue  # the name of a column
        elif name in TURNED:
            values[name] = TURNED[name]
        elif parameter.default is inspect.Parameter.empty:
            assert name in SAME, f"say in every_function what {function.__name__}({name}=) is"
            values[name] = SAME[name]
    return values


def turned(function: Function) -> dict[str, Any]:
    """Return the arguments of `arguments` on a scale where high is good."""
    special = SPECIAL.get(function.__name__, {})
    values = {
        name: _turned(value) if name in TURNED and name not in special else value
        for name, value in arguments(function).items()
    }
    return {**values, "higher_is_better": True}


def _turned(value: Any) -> Any:
    if not isinstance(value, pd.DataFrame):
        return -value
    scores = [name for name in ("symptom_score", "pre", "post") if name in value]
    return value.assign(**{name: -value[name] for name in scores})


def flat(answer: Any) -> pd.DataFrame:
    if isinstance(answer, pd.DataFrame):
        return answer
    if isinstance(answer, pd.Series):
        return answer.to_frame()
    if hasattr(answer, "_asdict"):
        answer = list(answer)
    return pd.DataFrame({"value": pd.Series(_leaves(answer), dtype=object)})


def _leaves(answer: Any) -> list[Any]:
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, tuple | list | np.ndarray):
        return [leaf for part in answer for leaf in _leaves(part)]
    if isinstance(answer, pd.DataFrame | pd.Series):
        return answer.to_numpy().ravel().tolist()
    return [answer]
