"""Planning a study: how many clients and therapists it takes to find something."""

import dataclasses
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dyadsim.checks import flag, names_list, number, whole_number
from dyadsim.cli.memory import PROCESS_BYTES, Need
from dyadsim.cli.own_choices import treatment_name
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.model.parameters import Parameters
    from dyadsim.planning.planned_power import Question
    from dyadsim.planning.power_design import Assumptions
    from dyadsim.planning.power_formulas import Size
    from dyadsim.planning.world_trials import WorldPlan

# Processor time on a small machine: a client of a trial, drawn and analysed with and without an
# effect; and what a trial takes beside its clients.
CLIENT_SECONDS, TRIAL_SECONDS, DYAD_SECONDS = 1e-7, 1e-4, 1e-7
BATCH_BYTES, CLIENT_BYTES = 2e8, 120.0  # of a batch; of a client of all trials of a world
WORLD, ENSEMBLE = "world", "ensemble"
MADE_BY_WORLD = ("icc", "effect_sd", "process_icc", "before_r", "dropout", "residual")
OF_WORLD = ("therapy", "comparator", "sessions", "assessed", "members")
MOST_SIZES = 400

WITHOUT = {"therapists": ("icc", "layout"), "process": ("layout",)}  # what a design does not use
ONLY_OF = {"process_icc": "process", "residual": "growth"}  # and what no other one does


@dataclasses.dataclass
class PowerSettings(TaskSettings):
    """Settings of `power`."""

    design: str = setting(
        "bona_fide",
        "bona_fide, waiting, supportive, usual_care, feedback, preference, moderator, process, "
        "therapists, growth",
    )
    effect: Any = setting(
        None, "g, r or ICC; world or ensemble: what a world makes; null = the published one"
    )
    clients: Any = setting(None, "[100,200]: in all arms; null = around what a formula asks for")
    therapists: Any = setting(None, "[8,16,32]: in all arms")
    caseload: Any = setting(None, "[10,20]: clients of each therapist, instead of task.clients")
    layout: str | None = setting(
        None, "nested (therapists in one arm each), crossed, one_arm; null = as is usual"
    )
    icc: float = setting(0.05, "therapists' share of the outcome's variance")
    effect_sd: float = setting(0.0, "SD of the effect over therapists, in g (crossed)")
    process_icc: float = setting(0.05, "therapists' share of the process score's variance")
    before_r: float = setting(0.45, "correlation of intake and outcome")
    dropout: Any = setting(0.175, "share without an outcome, by chance; [0.2,0.1] by arm")
    spread: float = setting(0.0, "of caseloads, SD of log2; 0 = equal")
    treated: float = setting(0.5, "share of clients in the first arm")
    analyses: Any = setting(
        [],
        "the last one decides: t_test, ancova, mixed, mixed_slopes (arms); correlation, "
        "regression, mixed (process, moderator); f_test, lrt, lrt_ml, permutation (therapists); "
        "two_level, three_level (growth)",
    )
    level: float = setting(0.05, "of the tests")
    target: float = setting(0.8, "power that is wanted")
    trials: int = setting(1000, "simulated at each size, with and without an effect")
    therapy: str | None = setting(None, "of a world: first arm; null = cbt or routine_care")
    comparator: str | None = setting(None, "of a world: second arm; null = the design's usual one")
    sessions: int = setting(12, "of a world, and of growth: planned sessions")
    residual: float = setting(0.3, "of growth: variance of a score from session to session")
    assessed: bool = setting(False, "of a world: dropouts are assessed at the end")
    members: int = setting(10, "of the ensemble, which share the trials")


def _in_world(effect: object) -> bool:
    return effect in (WORLD, ENSEMBLE)


def _dropout(value: object) -> tuple[float, float]:
    """Return the dropout of both arms."""
    values = list(value) if isinstance(value, list | tuple) else [value, value]
    if len(values) != 2:
        raise BadInput(f"task.dropout must be a share or a pair of them, not '{value}'.")
    return number("task.dropout", values[0], 0, 0.8), number("task.dropout", values[1], 0, 0.8)


def assumptions_of(settings: "Settings") -> tuple["Assumptions", str]:
    """Return what is taken for granted, and the references of a published effect.

    Raises
    ------
    BadInput
        A value that cannot be used.
    """
    from dyadsim.checks import known_name
    from dyadsim.planning import power_design

    task: PowerSettings = settings.task
    known_name("design", task.design, power_design.DESIGNS, where="power")
    design, references = power_design.DESIGNS[task.design], ""
    effect = task.effect
    if _in_world(effect) and design.kind == power_design.GROWTH:
        raise BadInput(
            "power: growth takes a stated effect, such as task.effect=0.5; a world's sessions are "
            "planned with usual_care."
        )
    if effect is None or _in_world(effect):
        published = power_design.published_effect(task.design)
        effect = design.effect if published is None else published.value
        references = "" if published is None else published.source
    elif isinstance(effect, str):
        raise BadInput(f"task.effect must be a number, world or ensemble, not '{effect}'.")
    layout = design.layout if task.layout is None else task.layout
    assumptions = power_design.Assumptions(
        task.design,
        number("task.effect", effect, 0, 5),
        layout,
        icc=task.icc,
        effect_sd=task.effect_sd,
        process_icc=task.process_icc,
        before_r=task.before_r,
        dropout=_dropout(task.dropout),
        spread=task.spread,
        treated=task.treated,
        sessions=task.sessions,
        residual=task.residual,
    )
    return power_design.check_assumptions(assumptions), references


def _numbers(name: str, value: object, low: int, high: int) -> list[int]:
    """Return one whole number or a list of them, each once."""
    values = value if isinstance(value, list) else [value]
    if not values:
        raise BadInput(f"{name} must be a list such as {name}=[{low},{high}], not empty.")
    return list(dict.fromkeys(whole_number(name, item, low, high) for item in values))


def sizes_of(settings: "Settings", assumptions: "Assumptions") -> list["Size"]:
    """Return the sizes that are tried.

    Raises
    ------
    BadInput
        Both clients and caseloads, or sizes that cannot be drawn.
    """
    from dyadsim.planning import power_formulas, power_grid
    from dyadsim.planning.power_formulas import Size

    task: PowerSettings = settings.task
    if task.clients is not None and task.caseload is not None:
        raise BadInput("power: give task.clients or task.caseload, not both.")
    usual = power_formulas.usual_grid(assumptions, task.target, task.level)
    if task.clients is None and task.caseload is None and task.therapists is None:
        return [power_grid.check_size(assumptions, size) for size in usual]
    therapists = sorted({size.therapists for size in usual})
    if task.therapists is not None:
        therapists = _numbers("task.therapists", task.therapists, 2, power_grid.MOST_THERAPISTS)
    if task.caseload is not None:
        loads = _numbers("task.caseload", task.caseload, 2, 1000)
        part = assumptions.treated if assumptions.layout == "one_arm" else 1.0
        part = part if assumptions.two_arms else 1.0
        sizes = [Size(round(count * load / part), count) for count in therapists for load in loads]
    elif task.clients is not None:
        most = power_grid.MOST_CLIENTS
        clients = _numbers("task.clients", task.clients, power_grid.FEWEST_CLIENTS, most)
        sizes = [Size(number_of, count) for count in therapists for number_of in clients]
    else:
        sizes = [
            size
            for count in therapists
            for size in power_formulas.grid_of(assumptions, count, task.target, task.level)
        ]
    if len(sizes) > MOST_SIZES:
        raise BadInput(f"power: {len(sizes)} sizes are too many; {MOST_SIZES} are possible.")
    return [power_grid.check_size(assumptions, size) for size in sizes]


def _world(settings: "Settings", assumptions: "Assumptions") -> "WorldPlan":
    """Return how a world makes the trials."""
    from dyadsim.model import members, worlds
    from dyadsim.planning import world_trials

    task: PowerSettings = settings.task
    guided = task.design in ("feedback", "therapists", "process")
    study = world_trials.world_study(
        task.design,
        treatment_name(task.therapy or ("routine_care" if guided else "cbt")),
        treatment_name(task.comparator or world_trials.COMPARATORS.get(task.design, "")),
        task.sessions,
        instrument=None if settings.instrument == "by_study" else settings.instrument,
    )
    every: tuple[Parameters, ...] = (settings.parameters(),)
    if task.effect == ENSEMBLE:
        numbers = members.chosen_members(whole_number("task.members", task.members, 2, 1000))
        if task.trials < 50 * len(numbers):
            raise BadInput(
                f"power: {task.trials} trials are too few for {len(numbers)} members: "
                f"task.trials={50 * len(numbers)}."
            )
        every = tuple(
            worlds.member_parameters(settings.world, member, settings.fixed) for member in numbers
        )
    plan = world_trials.WorldPlan(
        assumptions._replace(effect=0.0, icc=0.0, dropout=(0.0, 0.0)),
        study,
        every,
        assessed=flag("task.assessed", task.assessed),
        seed=settings.seed,
        threads=settings.threads,
    )
    return world_trials.check_layout(plan)


def question_of(settings: "Settings") -> "Question":
    """Return what is planned.

    Raises
    ------
    BadInput
        A value that cannot be used.
    """
    from dyadsim.planning import power_design
    from dyadsim.planning.planned_power import Question
    from dyadsim.planning.power_grid import PowerPlan
    from dyadsim.simulation import changed_worlds

    task: PowerSettings = settings.task
    number("task.level", task.level, 1e-4, 0.5)
    number("task.target", task.target, 0.1, 0.999)
    assumptions, references = assumptions_of(settings)
    sizes = sizes_of(settings, assumptions)
    in_world = _in_world(task.effect)
    world = _world(settings, assumptions) if in_world else None
    names = names_list("task.analyses", task.analyses, empty=True)
    plan = PowerPlan(
        world.assumptions if world else assumptions,
        power_design.check_analyses(assumptions, names),
        level=task.level,
        trials=whole_number("task.trials", task.trials, 50, 1_000_000),
        seed=settings.seed,
        members=len(world.members) if world else 0,
    )
    label = changed_worlds.world_label(settings.world, settings.parameters()) if world else ""
    stated, refined = task.effect is None, task.clients is None and task.caseload is None
    return Question(
        plan, tuple(sizes), task.target, references if stated else "", world, label, refined
    )


def check(settings: "Settings") -> None:
    """Refuse a study that cannot be drawn."""
    question_of(settings)


def cost(settings: "Settings") -> dict[str, Any]:
    """Return how many trials are simulated."""
    from dyadsim.planning.power_grid import grid_work
    from dyadsim.simulation.simulate import default_threads
    from dyadsim.studies import study as studies

    question = question_of(settings)
    trials, work = question.plan.trials, grid_work(question.sizes, question.plan.trials)
    steps = studies.plan_study(question.world.study).weeks.size if question.world else 0
    analyses = len(question.plan.analyses)
    seconds = analyses * (CLIENT_SECONDS * work + TRIAL_SECONDS * trials * len(question.sizes))
    simulated = work // 2 * steps
    seconds += DYAD_SECONDS * simulated / (settings.threads or default_threads())
    return {
        "sizes": len(question.sizes),
        "trials": 2 * trials * len(question.sizes),
        "dyad_sessions": simulated,
        "estimated_seconds": round(2 + seconds, 1),
    }


def memory(settings: "Settings") -> Need:
    """Return the memory that the trials of the largest size would take."""
    question = question_of(settings)
    largest = max(size.clients for size in question.sizes)
    of_trial = 24.0 * len(question.plan.analyses)
    of_trial += CLIENT_BYTES * largest if question.world else 0.0
    return Need("task.trials", question.plan.trials, of_trial, PROCESS_BYTES + BATCH_BYTES)


def run(settings: "Settings") -> None:
    """Say how many clients and therapists a study needs."""
    from dyadsim.cli.progress import working
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.cli.tasks.calibrate import kept_steps
    from dyadsim.planning.planned_power import answer_question, steps_of
    from dyadsim.report import power as report

    began = time.perf_counter()
    check_folder(settings.results)
    question = question_of(settings)
    work = sum(size.clients for size in question.sizes) * question.plan.trials
    with (
        working("power", work) as on_work,
        kept_steps(settings, on_work, steps_of(question)) as kept,
    ):
        answer = answer_question(question, kept)
    summary = report.summary_of(answer)
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_power(place, answer, manifest),
    )
    kept.remove()
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_power(answer)
    print(f"Report: {folder / 'report.html'}")
    if question.world is None:
        design = "usual_care" if settings.task.design == "growth" else settings.task.design
        print(f"Next, with scores that a world makes: dyadsim power {design} task.effect=world")


def no_effect(words: Mapping[str, str]) -> list[NoEffect]:
    """Return what power does not use."""
    unused = [
        NoEffect(
            "do",
            "study",
            "population",
            "size",
            "beats",
            "replicate",
            "budget",
            "data",
            instead="power plans the study of task.design, of sizes task.clients and "
            "task.therapists",
        )
    ]
    design = words.get("task.design", "bona_fide")
    own = [*WITHOUT.get(design, ()), *(name for name, only in ONLY_OF.items() if only != design)]
    unused.append(
        NoEffect(
            *(f"task.{name}" for name in own),
            task=f"power {design}",
            instead="it is of other designs; of therapists, task.effect is their share",
        )
    )
    if _in_world(words.get("task.effect")):
        names = [f"task.{name}" for name in MADE_BY_WORLD]
        return [*unused, NoEffect(*names, instead="a world makes it")]
    others = (
        [n for n in OF_WORLD if n != "sessions"]
        if words.get("task.design") == "growth"
        else OF_WORLD
    )
    unused.append(
        NoEffect(
            "world",
            "measure",
            "specificity",
            "threads",
            *(f"task.{name}" for name in others),
            instead="the effect is stated; task.effect=world lets a world make it",
            parameters=True,
        )
    )
    return unused


TASK = Task(
    name="power",
    section="planning a study",
    help="how many clients and therapists for what? (docs/how_to/planning.md)",
    example="dyadsim power waiting task.effect=0.5 task.clients=[60,100,160] task.therapists=[4,8]",
    more=(
        "dyadsim power therapists        the test of the therapists' variance",
        "dyadsim power growth            sessions within clients within therapists",
        "dyadsim power bona_fide task.effect=world world=contextual",
        "What was killed goes on where it was: type the same command again",
    ),
    settings=PowerSettings,
    word="design",
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    shows=("figure",),
    panels=("power", "type_1"),
    no_effect=no_effect,
)
