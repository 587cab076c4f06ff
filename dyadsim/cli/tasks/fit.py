"""The tasks `fit` and `recover`: real data in, posteriors and doubts out."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dyadsim.calibration.search import BUDGETS, Spread, processes
from dyadsim.cli.results_folder import check_folder, finish, rows_of, steps
from dyadsim.cli.settings import Settings, parameters_of, whole, yes
from dyadsim.errors import BadInput, nearest
from dyadsim.fitting import client_data as datas
from dyadsim.fitting import fit as fits
from dyadsim.fitting import free_parameters as problems
from dyadsim.fitting import published_moments
from dyadsim.fitting.client_data import FEWEST, Data
from dyadsim.fitting.data_design import Observed, observed
from dyadsim.fitting.own_questionnaire import described
from dyadsim.fitting.target import scores_of
from dyadsim.model import questionnaires, worlds
from dyadsim.model.questionnaires import Instrument
from dyadsim.planning.recovery import recover, variants
from dyadsim.report import fit
from dyadsim.report.fit import Source
from dyadsim.simulation.simulate import default_threads
from dyadsim.studies.study import plan

# Measured on two cores of a small machine: a simulated data set, and each dyad-session of it.
SET_SECONDS, DYAD_SECONDS = 4e-3, 5e-7


def read(one: Settings) -> Source:
    """Return the data with their design: scores of clients, or published moments (YAML).

    Raises
    ------
    BadData
        a file that cannot be used. BadInput: a setting that cannot.
    """
    given = one.config["data"]
    if not given["path"]:
        raise BadInput("fit needs your data: data.path=scores.csv (docs/fitting.md).")
    if Path(str(given["path"])).suffix.lower() in (".yaml", ".yml"):
        return _moments(one)
    form, turned = _instrument(one)
    found = datas.read(
        str(given["path"]), datas.roles(given["columns"]), form, str(given["unit"]), turned
    )
    sessions = given["sessions"]
    if sessions is not None:
        whole("data.sessions", sessions, 1, 500)
    seen = observed(
        found,
        _arms(given, found),
        sessions,
        given["rule"],
        given["sample"],
        one.seed,
        _threshold(given["threshold"], found.instrument),
    )
    evidence = scores_of(seen, bool((found.therapist >= 0).any()))
    return Source(
        evidence,
        (*found.assumed, *seen.assumed),
        f"{found.clients} clients",
        {"clients": found.clients, "scores": len(found.score)},
        form.name,
        found.clients * seen.scores.shape[0],
        _planning(seen),
    )


def _planning(seen: Observed) -> str:
    """Return the words that plan a study like this one."""
    one, clients = seen.study, seen.scores.shape[1]
    if len(one.arms) == 1:
        return f"study=cohort study.sessions={one.schedule.sessions} size.clients={clients}"
    names = [arm.phases[0].therapy.name if arm.phases else "waitlist" for arm in one.arms]
    if len(set(names)) < len(names):
        return ""
    return (
        f"study=rct 'study.arms=[{','.join(names)}]' study.sessions={one.schedule.sessions} "
        f"size.clients={clients}"
    )


def _moments(one: Settings) -> Source:
    """Return published moments, of the study of the command line."""
    most = whole("size.clients_per_point", one.config["size"]["clients_per_point"], 100, 10**6)
    found = published_moments.read(
        str(one.config["data"]["path"]), one.study, one.world, most, one.seed
    )
    count = len(found.found)
    return Source(
        found,
        found.assumed,
        f"{count} published numbers",
        {"moments": count, "clients_simulated": found.clients},
        None,
        found.clients * plan(one.study).weeks.size,
        "",
    )


def _instrument(one: Settings) -> tuple[Instrument, bool]:
    """Return the questionnaire, by name or described, and whether its scores are turned round."""
    given, reverse = (
        one.config["data"]["instrument"],
        yes("data.reverse", one.config["data"]["reverse"]),
    )
    if isinstance(given, Mapping):
        form, turned = described(given)
        if reverse and not turned:
            raise BadInput(
                "data.reverse: the healthy lie below the cut-off in data.instrument, so "
                "high scores are not good."
            )
        return form, turned
    if given == "by_study":
        given = one.config["measure"]["instrument"]
    if given == "by_study":
        known = ", ".join(questionnaires.SYMPTOM_INSTRUMENTS)
        raise BadInput(
            f"data.instrument: which questionnaire are the scores of? {known}; or "
            "{floor:0,ceiling:40,healthy:6,cut_off:12,reliability:.9}."
        )
    return questionnaires.named(str(given)), reverse


def _threshold(value: object, form: Instrument) -> float | None:
    """Return the score from which people came, if one is given.

    Raises
    ------
    BadInput
        no number in the instrument's range.
    """
    if value is None:
        return None
    number = not isinstance(value, bool) and isinstance(value, int | float)
    if not number or not form.floor <= float(str(value)) <= form.ceiling:
        raise BadInput(
            f"data.threshold must be a score of {form.name} in [{form.floor:g}, "
            f"{form.ceiling:g}], not '{value}'."
        )
    return float(str(value))


def _arms(given: Mapping[str, Any], found: Data) -> dict[str, str]:
    """Return arm -> therapy.

    Raises
    ------
    BadInput
        a pair that cannot be read, an arm that is not in the data.
    """
    pairs = given["arms"] or []
    if isinstance(pairs, Mapping):
        pairs = [f"{arm}:{therapy}" for arm, therapy in pairs.items()]
    if isinstance(pairs, str):
        raise BadInput(f"data.arms must be a list such as [A:cbt,B:waitlist], not '{pairs}'.")
    made = {}
    for pair in pairs:
        arm, _, therapy = str(pair).rpartition(":")
        if not therapy or not arm:
            raise BadInput(
                f"data.arms: '{pair}' must be arm:therapy, such as {arm or therapy}:cbt."
            )
        if arm not in found.arms:
            raise BadInput(
                f"data.arms: the data have no arm '{arm}'.{nearest(arm, found.arms)} "
                f"Arms: {', '.join(found.arms)}."
            )
        made[arm] = therapy
    return made or ({"care": str(given["therapy"])} if len(found.arms) == 1 else {})


def _effort(one: Settings) -> fits.Effort:
    name = str(one.config["budget"])
    if name not in fits.EFFORTS:
        raise BadInput(
            f"there is no budget '{name}'.{nearest(name, BUDGETS)} Budgets: "
            f"{', '.join(fits.EFFORTS)}."
        )
    return fits.EFFORTS[name]


def _odds(one: Settings, candidates: int) -> list[float] | None:
    """Return the prior weights of the candidates, if there are any."""
    odds = one.task["odds"]
    if odds is not None and (isinstance(odds, str) or len(odds) != candidates):
        raise BadInput(f"task.odds must be {candidates} weights, one a candidate.")
    return odds if odds is None else [float(weight) for weight in odds]


def _names(one: Settings, key: str) -> list[str]:
    given = one.task[key] or []
    if isinstance(given, str):
        raise BadInput(f"task.{key} must be a list of names, not '{given}'.")
    return ["null" if name is None else str(name) for name in given]  # null without quotes


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
    effort, source = _effort(one), read(one)
    _odds(one, len(_names(one, "candidates")))
    for name in {one.world, *_names(one, "candidates")}:
        problems.problem(name, _names(one, "free") or problems.FREE, None, float(one.task["rest"]))
    if not one.json:
        print(fit.assumptions(source.assumed))
    count = len({one.world, *_names(one, "candidates")}) * effort.draws + effort.held
    count += effort.predicted
    seconds = (
        count
        * (SET_SECONDS + source.dyad_sessions * DYAD_SECONDS)
        / (one.threads or default_threads())
    )
    return {
        **source.counts,
        "data_sets": count,
        "dyad_sessions": count * source.dyad_sessions,
        "estimated_seconds": round(15 + seconds, 1),
    }


def run_fit(one: Settings) -> None:
    """Fit a world to data and leave a report."""
    began = time.perf_counter()
    check_folder(one.results)
    effort, source = _effort(one), read(one)
    candidates = [worlds.named(name).name for name in _names(one, "candidates")]
    total = len({one.world, *candidates}) * effort.draws + effort.held + effort.predicted
    odds = _odds(one, len(candidates))
    if not one.json:
        print(fit.assumptions(source.assumed))
    with _working(one, total) as (spread, told_of):
        made = fits.fit(
            source.evidence,
            one.world,
            candidates,
            _names(one, "free") or problems.FREE,
            one.held,
            float(one.task["rest"]),
            effort,
            one.seed,
            spread,
            odds,
            told_of,
        )
    summary = fit.summary(source, made)
    folder = finish(
        one,
        began,
        summary,
        lambda place, manifest: fit.leave(place, source, made, manifest),
        {"data": Path(str(one.config["data"]["path"]))},
    )
    if one.json:
        print(json.dumps(summary))
        return
    fit.print_fit(made)
    print(f"Report: {folder / 'report.html'}")
    if source.planning:
        print(f"Next, what more to measure: dyadsim recover {source.planning}")


def _sizes(one: Settings) -> tuple[int, int]:
    """Return the data sets to learn from and to fit, of each way to measure."""
    draws = whole("task.draws", one.task["draws"], 300, 100_000)
    return draws, whole("task.held", one.task["held"], 50, 10_000)


def cost_of_recover(one: Settings) -> dict[str, Any]:
    """Return how many data sets planning simulates."""
    each, steps_of = sum(_sizes(one)), plan(one.study).weeks.size
    clients = [way.clients for way in variants(one.clients)]
    sessions = each * sum(clients) * steps_of
    seconds = each * len(clients) * SET_SECONDS + sessions * DYAD_SECONDS
    return {
        "data_sets": each * len(clients),
        "dyad_sessions": sessions,
        "estimated_seconds": round(10 + seconds / (one.threads or default_threads()), 1),
    }


def run_recover(one: Settings) -> None:
    """Say what a planned study would tell, and what more would help."""
    draws, held = _sizes(one)
    if one.clients < FEWEST:
        raise BadInput(f"recover plans studies of {FEWEST} clients or more, not {one.clients}.")
    total = len(variants(one.clients)) * (draws + held)
    began = time.perf_counter()
    check_folder(one.results)
    with _working(one, total) as (spread, told_of):
        table = recover(
            one.study,
            one.world,
            parameters_of(one, one.world),
            one.clients,
            draws,
            held,
            one.seed,
            spread,
            told_of,
        )
    summary = {
        "task": "recover",
        "world": one.world,
        "study": one.study.name,
        "clients": one.clients,
        "parameters": rows_of(table),
    }
    folder = finish(one, began, summary, lambda place, _: fit.leave_recovery(place, table))
    if one.json:
        print(json.dumps(summary))
        return
    fit.print_recovery(table, one)
    print(f"Table and figure: {folder}")
