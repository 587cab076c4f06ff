"""What your data say about a world's parameters, and which world they speak for."""

import dataclasses
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.checks import known_name, names_list
from dyadsim.cli.memory import COPIES, VARIABLE_BYTES, WORKER_BYTES, Need, check_need, workers_of
from dyadsim.cli.own_choices import choice_name
from dyadsim.cli.progress import counting
from dyadsim.cli.settings import DataFile
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.fitting.fit import Effort, FitPlan

# Processor time on a small machine that did other work, too: a simulated data set, and each
# dyad-session of it; what is learned, for each data set simulated of a world; start and figures;
# and the posterior and its checks, for each data set of a world, also where all is kept.
SET_SECONDS, DYAD_SECONDS, LEARN_SECONDS = 2.1e-3, 1.2e-7, 8e-3
START_SECONDS, POSTERIOR_SECONDS = 7, 1e-3


@dataclasses.dataclass
class FitSettings(TaskSettings):
    """Settings of `fit`."""

    candidates: Any = setting(["medical", "contextual", "hybrid", "null"], "worlds to choose among")
    odds: Any = setting(None, "their prior weights; null = equal")
    free: Any = setting([], "parameters to fit; none: the usual eight")
    rest: float = setting(0.5, "prior SDs by which all others that calibration moved may be off")


def _effort(settings: "Settings") -> "Effort":
    from dyadsim.fitting.fit import EFFORTS

    return EFFORTS[known_name("budget", settings.budget, EFFORTS)]


def _candidates(settings: "Settings") -> list[str]:
    """Return the names of the worlds to choose among."""
    names = names_list("task.candidates", settings.task.candidates, empty=True)
    return [choice_name("world", name) for name in names]


def _free(settings: "Settings") -> tuple[str, ...]:
    """Return the names of the parameters to fit."""
    from dyadsim.fitting.free_parameters import FREE

    return names_list("task.free", settings.task.free, empty=True) or tuple(FREE)


def _plan(settings: "Settings") -> "FitPlan":
    """Return what is fitted and how."""
    from dyadsim.fitting.fit import FitPlan

    return FitPlan(
        settings.world,
        candidates=_candidates(settings),
        odds=settings.task.odds,
        free=_free(settings),
        fixed=settings.fixed,
        rest=settings.task.rest,
        effort=_effort(settings),
        seed=settings.seed,
    )


def _data_sets(settings: "Settings") -> int:
    """Return the number of data sets that are simulated."""
    effort = _effort(settings)
    worlds = {settings.world, *_candidates(settings)}
    total: int = len(worlds) * effort.draws + effort.held_out + effort.predicted
    return total


@contextmanager
def working(settings: "Settings", total: int) -> Iterator[Any]:
    """Give a map over processes, and a counter of simulated data sets with progress."""
    from dyadsim.calibration.distances import process_map
    from dyadsim.simulation.simulate import default_threads

    workers = settings.threads or default_threads()
    with process_map(workers) as parallel_map, counting("simulated data sets", total) as on_step:
        yield parallel_map, on_step


def cost(settings: "Settings") -> dict[str, Any]:
    """Return how many data sets a fit simulates; reads the data, simulates nothing."""
    from dyadsim.cli.data_source import read_source
    from dyadsim.fitting.fit import kept_draws
    from dyadsim.fitting.kept_learning import kept_in_cache
    from dyadsim.report.fit_sentences import assumptions_text
    from dyadsim.report.printed import say
    from dyadsim.simulation.simulate import default_threads

    source, count, plan = read_source(settings), _data_sets(settings), _plan(settings)
    plan.check()
    memory = check_need(data_need(settings, source.dyad_sessions))
    if not settings.json:
        say(assumptions_text(source.assumed), indent="    ")
    known = kept_draws(source.evidence, plan, kept_in_cache())
    new = count - known
    all_known = new == plan.effort.predicted  # then what is learned from them is kept, too
    of_draw = POSTERIOR_SECONDS + (0 if all_known else LEARN_SECONDS)
    learning = START_SECONDS + of_draw * plan.effort.draws
    seconds = new * (SET_SECONDS + source.dyad_sessions * DYAD_SECONDS)
    return {
        **source.counts,
        "data_sets": count,
        "kept_data_sets": known,
        "dyad_sessions": new * source.dyad_sessions,
        "estimated_seconds": round(learning + seconds / (settings.threads or default_threads()), 1),
        **memory,
    }


def data_need(settings: "Settings", dyad_sessions: int) -> Need:
    """Return the memory that the worker processes would take, a data set in each."""
    from dyadsim.model.variables import FIRST_RECORDED, ROW_COUNT

    of_set = COPIES * dyad_sessions * VARIABLE_BYTES * (ROW_COUNT - FIRST_RECORDED)
    return Need("threads", workers_of(settings), WORKER_BYTES + of_set)


def run(settings: "Settings") -> None:
    """Fit a world to data and leave a report."""
    from dyadsim.cli.data_source import read_source
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.fitting.fit import fit_data
    from dyadsim.fitting.kept_learning import kept_in_cache
    from dyadsim.report import fit as report
    from dyadsim.report.fit_sentences import assumptions_text
    from dyadsim.report.printed import say

    began = time.perf_counter()
    check_folder(settings.results)
    plan = _plan(settings)
    plan.check()
    source = read_source(settings)
    check_need(data_need(settings, source.dyad_sessions))
    if not settings.json:
        say(assumptions_text(source.assumed), indent="    ")
    with working(settings, _data_sets(settings)) as (parallel_map, on_step):
        kept = kept_in_cache()
        fit = fit_data(source.evidence, plan, parallel_map=parallel_map, on_step=on_step, kept=kept)
    kept.tidy()
    summary = report.fit_summary(source, fit)
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_fit(place, source, fit, manifest),
        inputs={"data": Path(str(settings.data.path))},
    )
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_fit(fit)
    print(f"Report: {folder / 'report.html'}")
    if source.planning:
        print(f"Next, what more to measure: dyadsim recover {source.planning}")


def is_moments(path: str) -> bool:
    """Return whether a file holds published moments: YAML."""
    return path.strip("'").lower().endswith((".yaml", ".yml"))


def no_effect(words: Mapping[str, str]) -> NoEffect:
    """Return what a fit does not use: of scores, or of published moments."""
    if not is_moments(words.get("data.path", "")):
        return NoEffect(
            "do",
            "study",
            "population",
            "beats",
            "replicate",
            "specificity",
            "size",
            instead="fit simulates the design of your data (data...)",
        )
    return NoEffect(
        "do",
        "beats",
        "replicate",
        "specificity",
        "size.clients",
        "size.replicates",
        "size.clients_per_replicate",
        *(f"data.{field.name}" for field in dataclasses.fields(DataFile) if field.name != "path"),
        task="fit of moments",
        instead="the numbers come from the study that study=... says, with at most "
        "size.clients_per_point simulated clients",
    )


TASK = Task(
    name="fit",
    section="your own data",
    help="what your data say of a world, and which world they speak for (docs/how_to/fitting.md)",
    example="dyadsim fit data.path=scores.csv data.instrument=phq9",
    more=("budget=small|standard|large    small is a quick try: no verdict",),
    shows=("data", "figure"),
    panels=("fitted", "kept_out", "probability", "calibration", "<parameter>"),
    settings=FitSettings,
    cost=cost,
    run=run,
    no_effect=no_effect,
)
