"""The point at which an output is largest or smallest, searched by Optuna, kept in a sweep's store.

Optuna proposes a point, is told its value and proposes the next. A proposal depends on the seed and
on the values before it alone, so that the same search goes on where it was stopped: the points that
it proposes again are found in the store.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dyadsim.errors import BadInput, Failed
from dyadsim.sweeps.outputs import SE
from dyadsim.sweeps.sampling import Axis
from dyadsim.sweeps.store import Rows, Store
from dyadsim.sweeps.sweep import Condition, Sweep, open_store, point_keys

type OnTrial = Callable[[int, bool], None]

DIRECTIONS = ("maximize", "minimize")
SAMPLERS = ("tpe", "random")
MOST_TRIALS = 5_000  # each is a part of the store until the table is joined


class Search(NamedTuple):
    """What is sought.

    Attributes
    ----------
    objective
        The column that is made large or small.
    direction
        One of `DIRECTIONS`.
    trials
        Number of points.
    sampler
        One of `SAMPLERS`: tree-structured Parzen estimators (Bergstra et al., as Optuna has them),
        or points drawn at random to compare with.
    seed
        Of the sampler.
    """

    objective: str
    direction: str = "maximize"
    trials: int = 64
    sampler: str = "tpe"
    seed: int = 1


class Trial(NamedTuple):
    """A point that was tried: the number of its condition, its axes, its value (NaN: none)."""

    condition: int
    point: tuple[float, ...]
    value: float
    error: float
    reused: bool


def check_objective(name: str | None, columns: Sequence[str]) -> str:
    """Return the column that is sought: the one that is named, the only one, or facts_met.

    Parameters
    ----------
    name
        Of the column, or None.
    columns
        Of the sweep.

    Raises
    ------
    BadInput
        There is no such column, or there are several and none is named.

    Examples
    --------
    >>> check_objective(None, ["true_d.cbt", "true_d.cbt.se"])
    'true_d.cbt'
    """
    values = [column for column in columns if not column.endswith(SE)]
    if name is None and len(values) == 1:
        return values[0]
    if name is None and "facts_met" in values:
        return "facts_met"
    if name in values:
        return name
    shown = ", ".join(values[:6]) + ", ..." * (len(values) > 6)
    wrong = f"there is no output '{name}' here" if name else "it seeks one output"
    raise BadInput(
        f"points=optuna: {wrong}. Say outputs=[...] with one, or points.objective, one of: {shown}."
    )


def load_optuna() -> Any:
    """Return Optuna, quiet.

    Raises
    ------
    Failed
        It is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise Failed("points=optuna needs Optuna: pip install 'dyadsim[scale]'.") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def search(
    sweep: Sweep,
    axes: Sequence[Axis],
    folder: Path,
    sought: Search,
    *,
    threads: int = 1,
    on_trial: OnTrial = lambda _, __: None,
) -> list[Trial]:
    """Try points one after the other, each proposed from the values of those before it.

    Parameters
    ----------
    sweep
        Its conditions are choices, its points are not used.
    axes
        What is varied: intervals, or lists of levels.
    folder
        Of the store, in which every point is kept before the next one is proposed.
    sought
        The output and the number of trials.
    threads
        How many a point may use; they change nothing.
    on_trial
        Called with 1, and whether the point was computed or found in the store.

    Returns
    -------
    list of Trial
        In the order in which they were tried.

    Raises
    ------
    Failed
        Optuna is not installed.
    """
    optuna = load_optuna()
    samplers = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}
    study = optuna.create_study(
        direction=sought.direction, sampler=samplers[sought.sampler](seed=sought.seed)
    )
    store = open_store(sweep, folder)
    store.begin()
    known, place = _known(store), sweep.columns.index(sought.objective)
    error = sweep.columns.index(f"{sought.objective}{SE}") if _has_error(sweep, sought) else None
    trials = list[Trial]()
    for _ in range(sought.trials):
        proposal = study.ask()
        number, point = _proposed(proposal, sweep.conditions, axes)
        values, reused = _values_at(sweep.conditions[number], point, store, known, threads)
        value = float(values[place])
        trials.append(
            Trial(number, point, value, float("nan" if error is None else values[error]), reused)
        )
        if np.isnan(value):
            study.tell(proposal, state=optuna.trial.TrialState.FAIL)
        else:
            study.tell(proposal, value)
        on_trial(1, not reused)
    return trials


def _has_error(sweep: Sweep, sought: Search) -> bool:
    return f"{sought.objective}{SE}" in sweep.columns


def _known(store: Store) -> dict[tuple[int, int], np.ndarray[Any, Any]]:
    """Return the outputs of every point of the store by its key."""
    rows = store.read()
    return {(int(a), int(b)): values for (a, b), values in zip(rows.keys, rows.values, strict=True)}


def _proposed(
    proposal: Any, conditions: Sequence[Condition], axes: Sequence[Axis]
) -> tuple[int, tuple[float, ...]]:
    """Return the condition and the point that Optuna proposes."""
    labels = [{name: str(value) for name, value in part.labels.items()} for part in conditions]
    chosen = {
        name: proposal.suggest_categorical(name, list(dict.fromkeys(part[name] for part in labels)))
        for name in labels[0]
    }
    point = tuple(
        float(
            proposal.suggest_categorical(axis.name, list(axis.levels))
            if axis.levels
            else proposal.suggest_float(axis.name, axis.low, axis.high, log=axis.log)
        )
        for axis in axes
    )
    return labels.index(chosen), point


def _values_at(
    condition: Condition,
    point: Sequence[float],
    store: Store,
    known: dict[tuple[int, int], np.ndarray[Any, Any]],
    threads: int,
) -> tuple[np.ndarray[Any, Any], bool]:
    """Return the outputs of a point, and whether the store had them."""
    row = np.array([point], np.float32)
    keys = point_keys(condition, 0, row)
    key = (int(keys[0, 0]), int(keys[0, 1]))
    reused = key in known
    if not reused:
        values, errors = condition.compute(row, 0, keys, threads)
        store.write(Rows(keys, values, errors))
        known[key] = values[0]
    return known[key], reused


def tried_sweep(sweep: Sweep, trials: Sequence[Trial]) -> Sweep:
    """Return the sweep whose points are those that were tried, each once."""
    points: list[dict[tuple[float, ...], None]] = [{} for _ in sweep.conditions]
    for trial in trials:
        points[trial.condition][trial.point] = None
    conditions = tuple(
        condition._replace(
            points=np.array(list(of_condition), np.float32).reshape(-1, len(sweep.axes))
        )
        for condition, of_condition in zip(sweep.conditions, points, strict=True)
    )
    return sweep._replace(conditions=conditions)


def best_trial(trials: Sequence[Trial], direction: str) -> int:
    """Return the place of the first best trial.

    Raises
    ------
    Failed
        No trial has a value.
    """
    values = np.array([trial.value for trial in trials])
    if np.isnan(values).all():
        raise Failed("no point that was tried has a value: see column 'error' of the table.")
    return int(np.nanargmax(values) if direction == DIRECTIONS[0] else np.nanargmin(values))


def value_again(sweep: Sweep, trial: Trial, objective: str, threads: int) -> Mapping[str, float]:
    """Return a trial's value, and its error, with new random numbers (replicate 1).

    The best of many noisy values is too good; this one is not.

    Parameters
    ----------
    sweep
        The sweep.
    trial
        One of its trials.
    objective
        The column.
    threads
        How many it may use.
    """
    condition, row = sweep.conditions[trial.condition], np.array([trial.point], np.float32)
    values, _ = condition.compute(row, 1, point_keys(condition, 1, row), threads)
    named = dict(zip(sweep.columns, map(float, values[0]), strict=True))
    return {"value": named[objective], "error": named.get(f"{objective}{SE}", float("nan"))}
