"""The tasks `fit` and `recover`: real data in, posteriors and doubts out."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dyadsim import measures, present_fit, worlds
from dyadsim.calibrate import BUDGETS, Spread, processes
from dyadsim.fitting import data as datas
from dyadsim.fitting import fit as fits
from dyadsim.fitting import problem as problems
from dyadsim.fitting.data import Data
from dyadsim.fitting.observed import Observed, observed
from dyadsim.fitting.recovery import recover, variants
from dyadsim.outcome import check_folder, finish, rows_of, steps
from dyadsim.quantity import BadInput, nearest
from dyadsim.settings import Settings, parameters_of, whole, yes
from dyadsim.simulate import default_threads
from dyadsim.study import plan


def read(one: Settings) -> tuple[Data, Observed]:
    """Return the data and their design.

    Raises:
        BadData: a file that cannot be used. BadInput: a setting that cannot.
    """
    given = one.config["data"]
    if not given["path"]:
        raise BadInput("fit needs your data: data.path=scores.csv (docs/fitting.md).")
    instrument = given["instrument"]
    if instrument == "by_study":
        instrument = one.config["measure"]["instrument"]
    if instrument == "by_study":
        known = ", ".join(measures.SYMPTOM_INSTRUMENTS)
        raise BadInput(f"data.instrument: which questionnaire are the scores of? {known}.")
    found = datas.read(
        str(given["path"]), datas.roles(given["columns"]), str(instrument), str(given["unit"]),
        yes("data.reverse", given["reverse"]),
    )  # fmt: skip
    sessions = given["sessions"]
    if sessions is not None:
        whole("data.sessions", sessions, 1, 500)
    seen = observed(
        found, _arms(given, found), sessions, given["rule"], given["sample"], one.seed,
        _threshold(given["threshold"], found.instrument),
    )  # fmt: skip
    return found, seen


def _threshold(value: object, instrument: str) -> float | None:
    """Return the score from which people came, if one is given.

    Raises:
        BadInput: no number in the instrument's range.
    """
    form = measures.named(instrument)
    if value is None:
        return None
    number = not isinstance(value, bool) and isinstance(value, int | float)
    if not number or not form.floor <= float(str(value)) <= form.ceiling:
        raise BadInput(f"data.threshold must be a score of {form.name} in [{form.floor:g}, "
                       f"{form.ceiling:g}], not '{value}'.")  # fmt: skip
    return float(str(value))


def _arms(given: Mapping[str, Any], found: Data) -> dict[str, str]:
    """Return arm -> therapy.

    Raises:
        BadInput: a pair that cannot be read, an arm that is not in the data.
    """
    pairs = given["arms"]
    if isinstance(pairs, str):
        raise BadInput(f"data.arms must be a list such as [A:cbt,B:waitlist], not '{pairs}'.")
    made = {}
    for pair in pairs:
        arm, _, therapy = str(pair).partition(":")
        if not therapy:
            raise BadInput(f"data.arms: '{pair}' must be arm:therapy, such as {pair}:cbt.")
        if arm not in found.arms:
            raise BadInput(f"data.arms: the data have no arm '{arm}'.{nearest(arm, found.arms)} "
                           f"Arms: {', '.join(found.arms)}.")  # fmt: skip
        made[arm] = therapy
    return made or ({"care": str(given["therapy"])} if len(found.arms) == 1 else {})


def _effort(one: Settings) -> fits.Effort:
    name = str(one.config["budget"])
    if name not in fits.EFFORTS:
        raise BadInput(f"there is no budget '{name}'.{nearest(name, BUDGETS)} Budgets: "
                       f"{', '.join(fits.EFFORTS)}.")  # fmt: skip
    return fits.EFFORTS[name]


def _names(one: Settings, key: str) -> list[str]:
    given = one.task[key] or []
    if isinstance(given, str):
        raise BadInput(f"task.{key} must be a list of names, not '{given}'.")
    return [str(name) for name in given]


@contextmanager
def _working(one: Settings, total: int) -> Iterator[tuple[Spread, Callable[[int], None]]]:
    """Give a map over processes, and a counter with progress on a terminal's stderr."""
    with (
        processes(one.threads or default_threads()) as spread,
        steps("simulated data sets", total) as told,
    ):
        yield spread, told


def cost_of_fit(one: Settings) -> dict[str, Any]:
    """Return how many data sets a fit simulates; reads the data, simulates nothing."""
    effort, (found, seen) = _effort(one), read(one)
    count = len({one.world, *_names(one, "candidates")}) * effort.draws + effort.held
    steps_of = seen.scores.shape[0]
    return {
        "clients": found.clients, "scores": len(found.score), "data_sets": count + effort.predicted,
        "dyad_sessions": (count + effort.predicted) * found.clients * steps_of,
        "estimated_seconds": round(
            15 + (count + effort.predicted) * (2.5e-3 + found.clients * steps_of * 3e-7)
            / (one.threads or default_threads()), 1,
        ),
    }  # fmt: skip


def run_fit(one: Settings) -> None:
    """Fit a world to data and leave a report."""
    began = time.perf_counter()
    check_folder(one.results)
    effort, (found, seen) = _effort(one), read(one)
    candidates = [worlds.named(name).name for name in _names(one, "candidates")]
    total = len({one.world, *candidates}) * effort.draws + effort.held + effort.predicted
    odds = one.task["odds"]
    if odds is not None and (isinstance(odds, str) or len(odds) != len(candidates)):
        raise BadInput(f"task.odds must be {len(candidates)} weights, one a candidate.")
    if not one.json:
        print(present_fit.assumptions((*found.assumed, *seen.assumed)))
    with _working(one, total) as (spread, told_of):
        made = fits.fit(
            seen, one.world, candidates, _names(one, "free") or problems.FREE, one.held,
            float(one.task["rest"]), effort, one.seed, spread, odds,
            bool((found.therapist >= 0).any()), told_of,
        )  # fmt: skip
    summary = present_fit.summary(found, seen, made)
    folder = finish(
        one, began, summary,
        lambda place, manifest: present_fit.leave(place, found, seen, made, manifest),
        {"data": Path(str(one.config["data"]["path"]))},
    )  # fmt: skip
    if one.json:
        print(json.dumps(summary))
        return
    present_fit.print_fit(made)
    print(f"Report: {folder / 'report.html'}")
    print("Next: dyadsim recover   (what more to measure)")


def _sizes(one: Settings) -> tuple[int, int]:
    """Return the data sets to learn from and to fit, of each way to measure."""
    draws = whole("task.draws", one.task["draws"], 300, 100_000)
    return draws, whole("task.held", one.task["held"], 50, 10_000)


def cost_of_recover(one: Settings) -> dict[str, Any]:
    """Return how many data sets planning simulates."""
    each, steps_of = sum(_sizes(one)), plan(one.study).weeks.size
    clients = [way.clients for way in variants(one.clients)]
    sessions = each * sum(clients) * steps_of
    seconds = each * len(clients) * 2.5e-3 + sessions * 3e-7
    return {
        "data_sets": each * len(clients), "dyad_sessions": sessions,
        "estimated_seconds": round(10 + seconds / (one.threads or default_threads()), 1),
    }  # fmt: skip


def run_recover(one: Settings) -> None:
    """Say what a planned study would tell, and what more would help."""
    draws, held = _sizes(one)
    total = len(variants(one.clients)) * (draws + held)
    began = time.perf_counter()
    check_folder(one.results)
    with _working(one, total) as (spread, told_of):
        table = recover(
            one.study, one.world, parameters_of(one, one.world), one.clients, draws, held,
            one.seed, spread, told_of,
        )  # fmt: skip
    summary = {"task": "recover", "world": one.world, "study": one.study.name,
               "clients": one.clients, "quantities": rows_of(table)}  # fmt: skip
    folder = finish(one, began, summary, lambda place, _: present_fit.leave_recovery(place, table))
    if one.json:
        print(json.dumps(summary))
        return
    present_fit.print_recovery(table, one)
    print(f"Table and figure: {folder}")
