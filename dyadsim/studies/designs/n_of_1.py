"""One client, phases with and without treatment (A-B-A-B), measured every week."""

from collections.abc import Sequence
from pathlib import Path

from dyadsim.choices import conf_folder
from dyadsim.errors import BadInput, nearest
from dyadsim.model import questionnaires
from dyadsim.studies import therapy as library
from dyadsim.studies.case_card import Case, read
from dyadsim.studies.designs.cohort import ROUTINE_CASELOAD
from dyadsim.studies.designs.waitlist import UNTREATED
from dyadsim.studies.study import ROUTINE, Arm, Caseload, Phase, Sample, Schedule, Study, check


def n_of_1(
    therapy: str = "cbt",
    baseline: str = "untreated",
    phases: str = "ABAB",
    weeks_per_phase: int = 6,
    follow_up: Sequence[float] = (26.0,),
    instrument: str = "bdi2",
    sample: Sample = ROUTINE,
    caseload: Caseload = ROUTINE_CASELOAD,
    card: str | None = None,
) -> Study:
    """Return a single-case study: every client goes through all phases, assessed every week.

    With a `card`, everybody is that one client: several clients are several possible lives.

    Parameters
    ----------
    therapy
        name in `conf/therapy/`, given weekly in phases B.
    baseline
        what is given in phases A: 'untreated', 'waitlist' or a name in `conf/therapy/`.
    phases
        letters A and B, at least one of each.
    weeks_per_phase
        length of a phase, a session a week, >= 2.
    follow_up, instrument, sample, caseload
        as in `rct`.
    card
        a case card: a name in `conf/case/` or the path of a YAML file (`case.read`).

    Raises
    ------
    BadInput
        a case card that cannot be, an unknown therapy, other letters, only one kind
        of phase, too short a phase.
    """
    if set(phases) != {"A", "B"}:
        raise BadInput(
            f"study n_of_1: phases must be letters A and B, each at least once, not '{phases}'."
        )
    if isinstance(weeks_per_phase, bool) or not isinstance(weeks_per_phase, int):
        raise BadInput(
            f"study n_of_1: weeks_per_phase must be a whole number, not '{weeks_per_phase}'."
        )
    if weeks_per_phase < 2:
        raise BadInput(f"study n_of_1: weeks_per_phase must be 2 or more, not {weeks_per_phase}.")
    given = {
        "A": None if baseline in UNTREATED else library.named(baseline),
        "B": library.named(therapy),
    }
    plan = []
    for number, letter in enumerate(phases):
        treatment = given[letter]
        if treatment is not None:
            first = number * weeks_per_phase + 1
            plan.append(Phase(treatment, first, first + weeks_per_phase - 1))
    weeks = len(phases) * weeks_per_phase
    schedule = Schedule(weeks, 1.0, tuple(range(1, weeks + 1)), tuple(follow_up))
    case = Arm("case", tuple(plan))
    client = None if card is None else _client(card, instrument)
    return check(Study("n_of_1", (case,), schedule, sample, caseload, instrument, client))


def _client(card: str, instrument: str) -> Case:
    """Return the client of a card whose scores the instrument can give."""
    folder = conf_folder() / "case"
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if card not in known and not Path(card).exists():
        raise BadInput(
            f"study n_of_1: there is no case card '{card}' and no such file.{nearest(card, known)} "
            f"Cards: {', '.join(known)}."
        )
    found = read(folder / f"{card}.yaml" if card in known else card)
    form = questionnaires.named(instrument)
    for name in ("symptom_score", "usual_score", "good_enough_score"):
        score = getattr(found, name)
        if score is not None and not form.floor <= score <= form.ceiling:
            raise BadInput(
                f"case card {found.name}: {name} must be a score of {instrument}, from "
                f"{form.floor:g} to {form.ceiling:g}, not {score:g}."
            )
    return found
