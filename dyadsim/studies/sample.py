"""Who comes, how therapists share the clients, and the setting that a study is done in."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, TypedDict

from dyadsim.model.parameter import parameter
from dyadsim.model.questionnaires import Instrument


class Sample(NamedTuple):
    """Who comes through the door, out of the population."""

    seeking_threshold: Annotated[
        float, parameter("distress, as felt, from which people seek or get care", "distress", -9, 5)
    ] = 1.65
    seeking_noise: Annotated[
        float,
        parameter("SD of everything else that decides about seeking care", "distress", 0.1, 4),
    ] = 0.9
    therapist_selection: Annotated[
        float, parameter("spread of therapist traits against routine care", "1", 0, 2)
    ] = 1.0


ROUTINE = Sample()
TRIAL = Sample(seeking_threshold=2.05, seeking_noise=0.45, therapist_selection=0.8)
SAMPLES = {"routine": ROUTINE, "trial": TRIAL}


class Caseload(NamedTuple):
    """Clients of a therapist: mean and spread (SD of log2), crossed with arms or nested in them."""

    mean: float = 40.0
    spread: float = 0.7
    nested: bool = False


class Setting(NamedTuple):
    """What the designs share: who comes, caseloads, what is measured, and when afterwards.

    Attributes
    ----------
    sample
        Who is included.
    caseload
        How therapists share the clients.
    instrument
        The symptom instrument: a name in `questionnaires.SYMPTOM_INSTRUMENTS`, or an instrument.
    follow_up
        Weeks after the last session at which everybody is assessed again, each above 0.
    """

    sample: Sample = ROUTINE
    caseload: Caseload = Caseload()
    instrument: str | Instrument = "phq9"
    follow_up: tuple[float, ...] = ()


class SettingFields(TypedDict, total=False):
    """The fields of a `Setting` as keywords of a design; what is left out is the design's own."""

    sample: Sample | None
    caseload: Caseload | None
    instrument: str | Instrument | None
    follow_up: Sequence[float] | None


TRIAL_CASELOAD = Caseload(mean=8.0, spread=0.5, nested=True)
CROSSED_CASELOAD = Caseload(mean=8.0, spread=0.5, nested=False)
ROUTINE_CASELOAD = Caseload(mean=40.0, spread=0.7)
TRIAL_SETTING = Setting(TRIAL, TRIAL_CASELOAD, "bdi2", (26.0, 52.0))
CROSSED_SETTING = Setting(TRIAL, CROSSED_CASELOAD, "bdi2", (26.0, 52.0))
ROUTINE_SETTING = Setting(ROUTINE, ROUTINE_CASELOAD, "oq45", (26.0, 52.0))
