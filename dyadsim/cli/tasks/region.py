"""How much could technique explain? The highest share anywhere that no further fact forbids.

Worlds around the members of the ensemble are screened, the best are simulated again with random
numbers of their own; what that costs is in `dry_run=true`. Everything is kept in results/NAME
(name=..., else region_points): the same command goes on where it was stopped.
"""

import dataclasses
import json
import time
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dyadsim.checks import names_list, number, whole_number
from dyadsim.cli.cost import REPORT_BYTES, START_SECONDS, session_steps
from dyadsim.cli.memory import (
    FOR_STATISTICS,
    OUTCOME_BYTES,
    Need,
    client_need,
    largest_run,
    workers_of,
)
from dyadsim.cli.task import (
    COLLECT,
    RUN,
    STATUS,
    GridRequest,
    NoEffect,
    Task,
    TaskSettings,
    setting,
)
from dyadsim.errors import BadInput, Failed

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.sweeps.kept_grid import KeptGrid, Point
    from dyadsim.sweeps.region import Place, Plan, SearchTables

    type Pairs = list[tuple[Place, float]]

SIZES = {"clients": 1000, "replicates": 4, "clients_per_replicate": 2000}
# Measured on two cores of a small machine, per dyad-session; good to a factor of two.
LIFE_MICROSECONDS = 0.13  # run without keeping a course
COURSE_MICROSECONDS = 0.33  # run with a cause taken away
FACT_MICROSECONDS = 0.41  # of the facts' designs, with their statistics
WORLD_SECONDS = 0.15  # to solve a world's treatment gain
LIVES = 2**6  # of a client, one a subset of the groups of random streams
RUNS = ("all worlds", "the best again, larger", "those that are reported")
LATER = 0.34  # what the second and third run take, as a share of the first


@dataclasses.dataclass
class RegionSettings(TaskSettings):
    """Settings of `region`."""

    points: int = setting(128, "worlds beside the members themselves; a power of 2")
    specificity: Any = setting(
        [0.0, 1.0], "lowest and highest, at an equal mean effect; null = not moved"
    )
    gating: Any = setting([0.0, 2.0], "how far technique needs trust, lowest and highest")
    therapist_spread: Any = setting([0.5, 2.0], "SD of every therapist trait, lowest and highest")
    severity_spread: Any = setting([1.0, 1.8], "SD of distress in the population, likewise")
    dose_spreads: Any = setting(
        [0.0, 0.5, 1.0], "each: half of the clients get doses 1 - spread, half 1 + spread"
    )
    treatments: Any = setting(
        ["cbt", "interpersonal", "supportive"], "by lot; the first one is the full therapy"
    )
    sessions: int = setting(12, "sessions of treatment")


def adapt(words: list[str]) -> list[str]:
    """Return the words with members and sizes of its own, where none are given."""
    named = {word.split("=", 1)[0] for word in words}
    added = [] if named & {"members", "ensemble"} else ["ensemble=true"]
    if "size" not in named:
        sizes = {f"size.{name}": value for name, value in SIZES.items()}
        added += [f"{name}={value}" for name, value in sizes.items() if name not in named]
    return [*words, *added]


def _interval(name: str, value: object) -> tuple[float, float]:
    """Return the ends of a dial."""
    if not isinstance(value, list) or len(value) != 2:
        raise BadInput(f"task.{name} must be two numbers, such as [0,1], not '{value}'.")
    from dyadsim.model.parameters import catalogue
    from dyadsim.sweeps.region import DIALS

    about = catalogue()[DIALS[name]].about
    low, high = (number(f"task.{name}", end, about.low, about.high) for end in value)
    if low >= high:
        raise BadInput(f"task.{name} must rise from its first number to its second, not '{value}'.")
    return low, high


def plan_of(settings: "Settings") -> "Plan":
    """Return what is searched.

    Raises
    ------
    BadInput
        A value that cannot be used.
    """
    from dyadsim.attribution.true_shares import Care, Replication, attribution_study
    from dyadsim.evidence.fact import load_facts
    from dyadsim.sweeps.region import Plan, free_dials

    task: RegionSettings = settings.task
    if settings.specificity is not None:
        raise BadInput("region turns specificity itself: give task.specificity=[0.5,1], two ends.")
    ranges = {
        name: _interval(name, getattr(task, name))
        for name in free_dials(settings.world, settings.fixed)
        if getattr(task, name) is not None
    }
    doses = _doses(task.dose_spreads)
    points = whole_number("task.points", task.points, 2, 2**14)
    if points & (points - 1):
        raise BadInput(f"task.points must be a power of 2, such as 64 or 128, not {points}.")
    care = Care(
        names_list("task.treatments", task.treatments),
        max(doses),
        whole_number("task.sessions", task.sessions, 4, 200),
    )
    attribution_study(care)
    clients = settings.clients_of_own_studies
    if clients < 100:
        raise BadInput(f"size.clients must be 100 or more to decompose, not {clients}.")
    return Plan(
        settings.world,
        settings.members,
        settings.fixed,
        ranges,
        points,
        doses,
        care,
        Replication(clients, settings.size.replicates, settings.seed),
        load_facts(),
        settings.size.clients_per_replicate,
        settings.size.replicates,
    )


def _doses(values: object) -> tuple[float, ...]:
    """Return the spreads of doses."""
    if not isinstance(values, list) or not values:
        raise BadInput(f"task.dose_spreads must be a list of numbers, not '{values}'.")
    doses = tuple(number("task.dose_spreads", value, 0, 1) for value in values)
    if len(set(doses)) < len(doses):
        raise BadInput(f"task.dose_spreads gives a number twice: {values}.")
    return tuple(sorted(doses))


def check(settings: "Settings") -> None:
    """Refuse what cannot be searched."""
    plan_of(settings)


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the search would take, in one member (the command line adds up over members)."""
    from dyadsim.attribution.kept_points import CLIENTS_OF_EFFECTS
    from dyadsim.attribution.true_shares import attribution_study
    from dyadsim.evidence.studies_of_facts import fact_studies

    plan = plan_of(settings)
    worlds, repeats = plan.points / len(plan.members) + 1, plan.replication.replicates
    lives = session_steps([attribution_study(plan.care)]) * LIVES * repeats
    variance = lives * plan.replication.clients * len(plan.doses)
    effect = lives * min(plan.replication.clients, CLIENTS_OF_EFFECTS)
    facts = session_steps(fact_studies().values()) * plan.clients_of_facts * plan.repeats_of_facts
    micro = variance * LIFE_MICROSECONDS + effect * COURSE_MICROSECONDS + facts * FACT_MICROSECONDS
    seconds = (1 + LATER) * worlds * (1e-6 * micro + WORLD_SECONDS) / workers_of(settings)
    return {
        "points": len(plan.doses) * (plan.points + len(plan.members)),
        "replicates": plan.replication.replicates,
        "dyad_sessions": round(worlds * (variance + effect + facts)),
        "estimated_seconds": round(START_SECONDS + seconds, 1),
        "estimated_megabytes": round(REPORT_BYTES / 1e6, 1),
    }


def memory(settings: "Settings") -> Need:
    """Return the memory that the search would take, in its largest run."""
    from dyadsim.attribution.true_shares import attribution_study
    from dyadsim.evidence.studies_of_facts import fact_studies
    from dyadsim.sweeps.region import CONFIRM, REPORT

    plan = plan_of(settings)
    of_client = REPORT.clients * (largest_run([attribution_study(plan.care)]) + OUTCOME_BYTES)
    facts = CONFIRM.clients * plan.clients_of_facts * FOR_STATISTICS
    fixed = 2 * facts * largest_run(fact_studies().values())
    return client_need(settings, of_client, fixed, own_studies=True)


def _runs(plan: "Plan") -> "Generator[KeptGrid, list[Point], SearchTables]":
    """Yield the grid of each of the three runs, take its points, and return what they say."""
    from dyadsim.sweeps import region

    places = region.places_of(plan)
    pairs: Pairs = [(place, dose) for place in places for dose in plan.doses]
    points = yield region.grid_of(plan, pairs, region.SCREEN)
    table = region.table_of(pairs, points)
    best = region.candidates(table)
    if not best:
        why = next((point.error for point in points if point.error), "no mean effect to keep")
        raise Failed(f"region: no world could be simulated: {why}.")
    members = {places[place].member for place in best}
    own = {k for k, world in enumerate(places) if world.is_own and world.member in members}
    numbers = sorted(own | {*best})
    pairs = [(places[place], dose) for place in numbers for dose in plan.doses]
    points = yield region.grid_of(plan, pairs, region.CONFIRM)
    confirmed = region.table_of(pairs, points)
    confirmed["place"] = [number for number in numbers for _ in plan.doses]
    chosen = region.chosen_worlds(confirmed)  # the members themselves are always inside
    rows = zip(chosen["place"].tolist(), chosen[region.DOSE].tolist(), strict=True)
    pairs = [(places[place], dose) for place, dose in rows]
    points = yield region.grid_of(plan, pairs, region.REPORT)
    best_rows = region.reported(chosen, table, region.table_of(pairs, points))
    return region.SearchTables(table, confirmed, best_rows)


def search(
    settings: "Settings", request: GridRequest
) -> "tuple[SearchTables, int, list[Point]] | None":
    """Return what the three runs find, the points taken from the store, and those of the first.

    None where points of other shards are missing.
    """
    from dyadsim.cli.kept_grid import keep_points

    runs = _runs(plan_of(settings))
    first = next(runs)
    kept = keep_points(settings, first, request)
    if kept is None:
        return None
    points, reused = kept
    alone, later = dataclasses.replace(settings, shard=0, shards=1), points
    while True:
        try:
            grid = runs.send(later)
        except StopIteration as end:
            # the table of the first run is the one left
            keep_points(alone, first, GridRequest(request.words, COLLECT))
            return end.value, reused, points
        again = keep_points(alone, grid, GridRequest(request.words, RUN))
        assert again is not None
        later = again[0]


def _say_status(settings: "Settings", request: GridRequest) -> None:
    """Print how much of each run is finished; a run follows from the points of those before it."""
    from dyadsim.cli.kept_grid import state_of_grid
    from dyadsim.report import sweep as report
    from dyadsim.report.printed import say

    runs, states = _runs(plan_of(settings)), []
    grid = next(runs)
    while True:
        state, points = state_of_grid(settings, grid, request)
        states.append(state)
        try:
            if points is None:
                break
            grid = runs.send(points)
        except StopIteration:
            break
    if settings.json:
        print(json.dumps({**states[0], "runs": states}))
        return
    shown = states[0] | {"missing": sum(states[0]["missing"].values())}
    report.print_summary(shown)
    for place, name in enumerate(RUNS):
        there = "begins when those before it are finished"
        if place < len(states):
            there = f"{states[place]['finished']:,} of {states[place]['rows']:,} points"
        say(f"  run {place + 1} of {len(RUNS)}, {name}: {there}")


def check_many(jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]) -> None:
    """Refuse several jobs."""
    if len(jobs) > 1:
        raise BadInput("region answers for one world and one setting: leave out -m.")


def run_search(
    jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]], request: GridRequest
) -> int | None:
    """Print the highest shares, and leave tables, figure and page.

    Parameters
    ----------
    jobs
        One.
    differing
        Not used.
    request
        The words of the command, and what is to be done.
    """
    from dyadsim.cli import kept_grid
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.model import members
    from dyadsim.report import region as report

    began, settings = time.perf_counter(), jobs[0]
    if request.work == STATUS:
        _say_status(settings, request)
        return None
    check_folder(settings.results)
    outcome = search(settings, request)
    if outcome is None:
        return None
    tables, reused, points = outcome
    result = report.RegionResult(tables, plan_of(settings))
    summary = report.summary_of(result)
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_region(place, result, manifest),
        inputs={"members": members.folder() / members.FILE},
    )
    if settings.json:
        print(json.dumps(summary))
        return kept_grid.POINTS_FAILED if any(point.error for point in points) else None
    report.print_region(result)
    code = kept_grid.say_points(points, reused, kept_grid.points_folder(settings))
    print(f"\nReport: {folder / 'report.html'}")
    return code


def run(settings: "Settings") -> int | None:
    """Search with the settings of one job."""
    return run_search([settings], [{}], GridRequest())


TASK = Task(
    name="region",
    section="compare worlds",
    help="how much technique could explain: the highest share that no further fact forbids",
    example="dyadsim region",
    more=(
        "task.dose_spreads=[0,0.25] members=20 task.points=512    a finer search; it is resumed",
        "shard=0 shards=4    one of four processes; then dyadsim collect name=region_points",
    ),
    settings=RegionSettings,
    adapt=adapt,
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    run_many=run_search,
    check_many=check_many,
    always_many=True,
    sweeps_members=True,
    shows=("figure",),
    panels=("specificity", "gating", "therapist_spread", "severity_spread", "dose_spread"),
    no_effect=NoEffect(
        "specificity",
        "do",
        "study",
        "population",
        "measure",
        "beats",
        "replicate",
        "budget",
        "data",
        "size.clients_per_point",
        instead="region has studies and dials of its own (task.treatments, task.specificity ...)",
    ),
)
