"""Many small trials in one world: what gets published, pooled, certified or called equivalent."""

import dataclasses
import json
import time
from typing import TYPE_CHECKING, Any

from dyadsim.checks import names_list, number, whole_number
from dyadsim.cli.cost import estimate
from dyadsim.cli.memory import Need, largest_run
from dyadsim.cli.own_choices import treatment_name
from dyadsim.cli.own_mechanism_words import said_again, typed_settings
from dyadsim.cli.progress import progress_of
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.evidence.review import ReviewPlan


@dataclasses.dataclass
class FieldSettings:
    """How a field does its trials: assumptions, see `dyadsim.evidence.literature.Field`."""

    trials: int = setting(12, "trials of a comparison")
    smallest: int = setting(40, "clients of the smallest trial; sizes are even on the log scale")
    largest: int = setting(160, "clients of the largest trial")
    teams: int = setting(5, "research teams")
    allegiant: float = setting(0.6, "share of teams that favour the therapy")
    belief: float = setting(1.0, "what that adds to their therapists' allegiance, z")
    supervision: float = setting(0.5, "and to their competence, z")
    credibility: float = setting(0.15, "and to the credibility of the rationale, 0-1")
    far: float = setting(0.3, "share of trials whose outcome measure is far from the target")
    far_error: float = setting(4.0, "by which its error variance is larger")
    publication: float = setting(0.4, "chance that a non-significant result is published")


@dataclasses.dataclass
class LiteratureSettings(TaskSettings):
    """Settings of `literature`."""

    therapy: str = setting("cbt", "the therapy that is certified or not")
    comparators: Any = setting(
        ["waitlist", "intent_to_fail", "supportive", "interpersonal"], "what it is compared with"
    )
    repeats: int = setting(100, "literatures; each of field.trials trials")
    margin: float = setting(0.2, "Hedges g (SDs of post-test scores) that counts as equivalent")
    field: FieldSettings = setting(FieldSettings, "how the field works")


def literature_of(settings: "Settings") -> "ReviewPlan":
    """Return the literature that the settings describe.

    Raises
    ------
    BadInput
        A value that cannot be used.
    """
    from dyadsim.evidence import literature
    from dyadsim.evidence.review import ReviewPlan

    task: LiteratureSettings = settings.task
    planned = ReviewPlan(
        treatment_name(task.therapy),
        tuple(map(treatment_name, names_list("task.comparators", task.comparators))),
        whole_number("task.repeats", task.repeats, 3, 10_000),
        number("task.margin", task.margin, 0, 2, open_low=True),
        literature.check_field(literature.Field(**dataclasses.asdict(task.field))),
    )
    for comparator in planned.comparators:
        literature.trial_study(planned.therapy, comparator, favours=False)
    return planned


def check(settings: "Settings") -> None:
    """Refuse a literature that cannot be drawn."""
    literature_of(settings)


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the literatures would take."""
    from dyadsim.evidence import literature

    planned = literature_of(settings)
    studies = [
        literature.trial_study(planned.therapy, name, favours=False) for name in planned.comparators
    ]
    replicates = planned.repeats * planned.field.trials
    return estimate(
        studies,
        round((planned.field.smallest + planned.field.largest) / 2),
        replicates=replicates,
        runs=replicates * len(studies),
    )


def memory(settings: "Settings") -> Need:
    """Return the memory that the literatures would take."""
    from dyadsim.evidence import literature

    planned = literature_of(settings)
    trial = literature.trial_study(planned.therapy, planned.comparators[0], favours=False)
    return Need("task.field.largest", planned.field.largest, largest_run([trial]))


def run(settings: "Settings") -> None:
    """Draw literatures of small trials in one world and review them."""
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.evidence import review
    from dyadsim.report import literature as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.report.printed import say
    from dyadsim.simulation import changed_worlds

    began = time.perf_counter()
    check_folder(settings.results)
    planned, parameters = literature_of(settings), settings.parameters()
    label = changed_worlds.world_label(settings.world, parameters)
    reviews = review.review_literatures(
        parameters,
        planned,
        seed=settings.seed,
        progress=progress_of("comparators"),
    )
    summary = {
        "task": "literature",
        **changed_worlds.world_for_json(settings.world, parameters),
        "seed": settings.seed,
        "study": "trials of task.field",
        "repeats": planned.repeats,
        "therapy": planned.therapy,
        "field": planned.field._asdict() | {"caseload": planned.field.caseload._asdict()},
        "margin": planned.margin,
        "units": {
            "g, truth, pooled, pooled_all, margin": "SDs of post-test scores (Hedges' g)",
            "true_d": "SDs of true distress at intake",
        },
        "summary": rows_for_json(reviews.summary),
    }
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, _: report.write_literature(
            place, reviews, therapy=planned.therapy, label=label
        ),
    )
    if settings.json:
        print(json.dumps(summary))
        return
    trials = f"{planned.repeats} literatures of {planned.field.trials} trials each"
    title = f"{planned.therapy} in the {label}: {trials}"
    report.print_literature(reviews, title=title, margin=planned.margin)
    study = f"Study: trials of task.field; repeats: {planned.repeats}; seed: {settings.seed}"
    say(study)
    print(f"Tables and funnel: {folder}")
    if settings.world != "null":
        print(f"Next: {_next()}   (a field where nothing heals)")


def _next() -> str:
    """Return the next command: the same therapy where nothing heals."""
    same = typed_settings("task.therapy", "task.comparators")
    return said_again(f"dyadsim literature world=null{same}")


TASK = Task(
    name="literature",
    section="published evidence",
    help="many small trials: what is published, pooled, certified, called equivalent",
    example="dyadsim literature world=contextual",
    settings=LiteratureSettings,
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    shows=("figure",),
    panels=("<comparator>",),
    no_effect=NoEffect(
        "do",
        "study",
        "population",
        "measure",
        "size",
        "beats",
        "threads",
        "replicate",
        "budget",
        "data",
        instead="literature simulates trials of its own (task.field...)",
    ),
)
