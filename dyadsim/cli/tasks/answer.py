"""The main answer: how much of the outcome is due to what, in the worlds that the facts allow.

Every world is run in members of its ensemble; what is estimated in one member is what `decompose`
estimates, at a size that lets three worlds of twenty members be read while one waits.
"""

import dataclasses
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import REPORT_BYTES, START_SECONDS, estimate
from dyadsim.cli.memory import Need
from dyadsim.cli.task import Estimates, NoEffect, Task, TaskSettings, setting

if TYPE_CHECKING:
    from dyadsim.attribution.true_shares import Replication
    from dyadsim.cli.settings import Settings

MEMBERS = 20
REPEATS_OF_BEST = 4  # of member 0, whose spread gives the Monte-Carlo error of one member
FEWEST = 200
SECONDS_A_MEMBER = 0.3  # of one world with 20,000 clients, two processors (measured)


@dataclasses.dataclass
class AnswerSettings(TaskSettings):
    """Settings of `answer`."""

    worlds: Any = setting(["contextual", "hybrid", "medical"], "the worlds that may answer")
    sessions: int = setting(12, "sessions of treatment")


def check(settings: "Settings") -> None:
    """Refuse too few clients, and treatments that are too short."""
    from dyadsim.checks import whole_number

    whole_number("size.clients", settings.clients_of_own_studies, FEWEST, 10**7)
    whole_number("task.sessions", settings.task.sessions, 4, 200)


def cost(settings: "Settings") -> dict[str, Any]:
    """Return what one member in all worlds would take."""
    from dyadsim.attribution import true_shares

    studies = [true_shares.attribution_study(true_shares.USUAL_CARE)] * 16
    cost = estimate(
        studies,
        settings.clients_of_own_studies // 5,
        points=len(settings.worlds),
        disk=REPORT_BYTES,
    )
    scale = max(settings.clients_of_own_studies / 20_000, 0.5)
    seconds = START_SECONDS + SECONDS_A_MEMBER * scale * len(settings.worlds)
    return {**cost, "estimated_seconds": seconds}


def memory(settings: "Settings") -> Need:
    """Return the memory that one member would take."""
    from dyadsim.attribution import true_shares
    from dyadsim.cli.memory import OUTCOME_BYTES, client_need, largest_run

    study = true_shares.attribution_study(true_shares.USUAL_CARE)
    return client_need(settings, largest_run([study]) + OUTCOME_BYTES, own_studies=True)


def replication(settings: "Settings") -> "Replication":
    """Return how one member is simulated.

    Of size.clients a fifth are in what studies find, a sixteenth lives for the causal shares of
    the variance and a fortieth twins for those of the mean effect: then most errors are small
    beside the spread over members.
    """
    from dyadsim.attribution.true_shares import Replication

    clients = settings.clients_of_own_studies
    return Replication(
        clients=max(clients // 5, 200),
        replicates=REPEATS_OF_BEST if settings.member == 0 else 1,
        seed=settings.seed,
        threads=settings.threads,
        lives=max(clients // 16, 100),
        twins=max(clients // 40, 100),
    )


def estimates(settings: "Settings") -> Estimates:
    """Return the shares in every world, of one member."""
    import pandas as pd

    from dyadsim.attribution.true_shares import USUAL_CARE
    from dyadsim.report import answer as report

    care, size = USUAL_CARE._replace(sessions=settings.task.sessions), replication(settings)
    tables = [
        report.estimates_in(settings.parameters(world), care, size).assign(world=world)
        for world in settings.worlds
    ]
    return Estimates(pd.concat(tables, ignore_index=True), report.study_text(care), size.clients)


TASK = Task(
    name="answer",
    section="compare worlds",
    help="how much specific ingredients can produce and how much common factors, given the facts",
    example="dyadsim",
    more=(
        f"Runs over {MEMBERS} members of each world's ensemble (members=N); dyadsim without words "
        "is this.",
    ),
    settings=AnswerSettings,
    check=check,
    cost=cost,
    memory=memory,
    estimates=estimates,
    default_members=MEMBERS,
    members_report="answer",
    shows=("figure",),
    panels=("variance", "scores", "effect", "gain"),
    no_effect=NoEffect(
        "world",
        "do",
        "study",
        "population",
        "measure",
        "beats",
        "replicate",
        "budget",
        "data",
        "size.replicates",
        "size.clients_per_replicate",
        "size.clients_per_point",
        instead="answer runs task.worlds=[contextual,hybrid,medical] in studies of its own; for "
        "one world and other care: dyadsim decompose",
    ),
)
