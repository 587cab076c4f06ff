"""The randomised trial: any arms, each a therapy or no treatment, everybody followed up."""

from collections.abc import Sequence

from dyadsim.errors import BadInput
from dyadsim.studies import therapy as library
from dyadsim.studies.designs.waitlist import UNTREATED
from dyadsim.studies.study import TRIAL, Caseload, Sample, Schedule, Study, arm, check
from dyadsim.studies.therapy import Therapy

TRIAL_CASELOAD = Caseload(mean=8.0, spread=0.5, nested=True)


def _treatment(name: str) -> Therapy | None:
    """Return the therapy of an arm by name; None where the arm is untreated."""
    return None if name in UNTREATED else library.named(name)


def rct(
    arms: Sequence[str | Therapy] = ("cbt", "interpersonal", "waitlist"),
    sessions: int = 12,
    weeks_between: float = 1.0,
    follow_up: Sequence[float] = (26.0, 52.0),
    instrument: str = "bdi2",
    sample: Sample = TRIAL,
    caseload: Caseload = TRIAL_CASELOAD,
) -> Study:
    """Return a trial with equal allocation to `arms`.

    Parameters
    ----------
    arms
        names in `conf/therapy/`, `Therapy` values, or 'waitlist' / 'untreated'.
    sessions
        planned number; the post-test is at the last session, for everybody.
    weeks_between
        weeks from session to session.
    follow_up
        weeks after the last session at which everybody is assessed again.
    instrument
        the symptom instrument, `measures.SYMPTOM_INSTRUMENTS`.
    sample, caseload
        who is included and how therapists share them; nested in arms.

    Raises
    ------
    BadInput
        fewer than two arms, an unknown therapy, or a plan that does not fit.
    """
    if isinstance(arms, str) or len(arms) < 2:
        raise BadInput(
            "a trial: it needs two arms or more, a therapy and what it is compared with; "
            f"'{arms}' given."
        )
    built = [
        arm(one.name, one, sessions)
        if isinstance(one, Therapy)
        else arm(one, _treatment(one), sessions)
        for one in arms
    ]
    schedule = Schedule(sessions, weeks_between, (sessions,), tuple(follow_up))
    return check(Study("rct", tuple(built), schedule, sample, caseload, instrument))
