"""One arm of a study: which treatment when, how it ends, and what its therapists have."""

from typing import NamedTuple

from dyadsim import checks
from dyadsim.errors import BadInput
from dyadsim.model.mechanisms.ending import FIXED_RULE, GOOD_ENOUGH_RULE, OPEN_RULE
from dyadsim.studies.therapy import Therapy

RULES = {"fixed": FIXED_RULE, "good_enough": GOOD_ENOUGH_RULE, "open": OPEN_RULE}
TRAINABLE = (
    "empathy",
    "congruence",
    "regard",
    "repair_skill",
    "formulation_skill",
    "competence",
    "allegiance",
)
NO_FEEDBACK, ALERTS, SUPPORT = range(3)
MOST_SHARE = 1000  # of a block of the allocation


class Phase(NamedTuple):
    """A treatment from session `first` to session `last`, both included."""

    therapy: Therapy
    first: int
    last: int


class Arm(NamedTuple):
    """One arm of a study.

    Attributes
    ----------
    name
        Its name, unique in the study.
    phases
        Who gets which treatment when; none = no treatment.
    rule
        How treatment ends, a key of `RULES`.
    share
        Its part in the allocation, a whole number of 1 or more.
    feedback
        The therapists see the scores.
    support
        Alerts come with clinical support tools; needs feedback.
    training
        What the arm's therapists gained before the study: (trait of `TRAINABLE`, z in [-3, 3]).
    matched
        Clients go to the therapist with the best strengths for them.
    """

    name: str
    phases: tuple[Phase, ...]
    rule: str = "fixed"
    share: int = 1
    feedback: bool = False
    support: bool = False
    training: tuple[tuple[str, float], ...] = ()
    matched: bool = False


def arm(
    name: str, therapy: Therapy | None, sessions: int, rule: str = "fixed", feedback: bool = False
) -> Arm:
    """Return an arm with one therapy throughout, or none.

    Parameters
    ----------
    name
        The arm's name.
    therapy
        What it gets; None = no treatment.
    sessions
        The last session of the therapy, >= 1.
    rule
        How treatment ends, a key of `RULES`.
    feedback
        Whether the therapists see the scores.

    Returns
    -------
    Arm
        The arm, not checked yet (`check_study` does).
    """
    phases = () if therapy is None else (Phase(therapy, 1, sessions),)
    return Arm(name, phases, rule, feedback=feedback)


def last_session(arm: Arm) -> int:
    """Return an arm's last planned session, 0 without treatment."""
    return max((phase.last for phase in arm.phases), default=0)


def feedback_code(arm: Arm) -> int:
    """Return the code of an arm's feedback."""
    return SUPPORT if arm.feedback and arm.support else ALERTS if arm.feedback else NO_FEEDBACK


def training_gains(arm: Arm) -> list[float]:
    """Return what the arm's therapists gained in every trait of `TRAINABLE`, in z."""
    gains = dict(arm.training)
    return [gains.get(trait, 0.0) for trait in TRAINABLE]


def continued_medication(arm: Arm) -> float:
    """Return the medication that goes on after the arm's last session."""
    if not arm.phases:
        return 0.0
    last = max(reversed(arm.phases), key=lambda phase: phase.last).therapy
    return last.medication if last.continued else 0.0


def check_arm(where: str, arm: Arm, steps: int) -> None:
    """Refuse an arm that the schedule cannot take."""
    checks.known_name("ending rule", arm.rule, RULES, where=where)
    checks.whole_number(f"{where}: share", arm.share, 1, MOST_SHARE)
    if arm.support and not arm.feedback:
        raise BadInput(f"{where}: clinical support needs feedback.")
    for trait, gain in arm.training:
        checks.known_name("therapist skill to train", trait, TRAINABLE, where=where)
        checks.number(f"{where}: training of {trait} (in z)", gain, -3, 3)
    for phase in arm.phases:
        if not 1 <= phase.first <= phase.last <= steps:
            raise BadInput(
                f"{where}: {phase.therapy.label} from session {phase.first} to {phase.last} does "
                f"not fit into {steps} sessions."
            )


def treatment_in_words(arm: Arm) -> str:
    """Return what an arm gets, in words."""
    phases = [f"{phase.therapy.label} ({phase.first} to {phase.last})" for phase in arm.phases]
    return ", ".join(phases) or "none"
