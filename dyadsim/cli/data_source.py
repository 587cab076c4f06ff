"""The data of a fit, from the settings `data...`: scores of clients, or published moments."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dyadsim.checks import is_number, known_name, whole_number
from dyadsim.cli.tasks.fit import is_moments
from dyadsim.errors import BadInput
from dyadsim.fitting import client_data, published_moments
from dyadsim.fitting.data_design import DesignOptions, ObservedDesign, observed_design
from dyadsim.fitting.own_questionnaire import describe_questionnaire
from dyadsim.fitting.target import score_evidence
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument
from dyadsim.report.fit import Source
from dyadsim.studies import study as studies

if TYPE_CHECKING:
    from dyadsim.cli.settings import DataFile, Settings


def read_source(settings: "Settings") -> Source:
    """Return the data with their design.

    Raises
    ------
    BadData
        A file that cannot be used.
    BadInput
        A setting that cannot.
    """
    data = settings.data
    if not data.path:
        raise BadInput("fit needs your data: data.path=scores.csv (docs/how_to/fitting.md).")
    if is_moments(data.path):
        return _moments(settings, data.path)
    instrument, reverse = _instrument(settings)
    scores = client_data.read_client_data(
        data.path,
        client_data.column_roles(data.columns),
        instrument=instrument,
        unit=data.unit,
        reverse=reverse,
    )
    if data.sessions is not None:
        whole_number("data.sessions", data.sessions, 1, 500)
    design = observed_design(
        scores,
        _therapy_of_arm(data, scores.arms),
        options=DesignOptions(
            data.sessions,
            data.rule,
            data.sample,
            _threshold(data.threshold, scores.instrument),
        ),
        seed=settings.seed,
    )
    return Source(
        score_evidence(design, bool((scores.therapist >= 0).any())),
        (*scores.assumed, *design.assumed),
        f"{scores.clients} clients",
        {"clients": scores.clients, "scores": len(scores.score)},
        instrument.name,
        scores.clients * design.scores.shape[0],
        _similar_study(design),
    )


def _similar_study(design: ObservedDesign) -> str:
    """Return the words that plan a study like this one."""
    study, clients = design.study, design.scores.shape[1]
    sessions = study.schedule.sessions
    if len(study.arms) == 1:
        return f"study=cohort study.sessions={sessions} size.clients={clients}"
    names = [arm.phases[0].therapy.name if arm.phases else "waitlist" for arm in study.arms]
    if len(set(names)) < len(names):
        return ""
    return (
        f"study=rct 'study.arms=[{','.join(names)}]' study.sessions={sessions} "
        f"size.clients={clients}"
    )


def _moments(settings: "Settings", path: str) -> Source:
    """Return published moments, of the study that the settings choose."""
    most = whole_number("size.clients_per_point", settings.size.clients_per_point, 100, 10**6)
    moments = published_moments.read_moments(
        path, settings.study, world=settings.world, most_clients=most, seed=settings.seed
    )
    count = len(moments.moments)
    return Source(
        moments,
        moments.assumed,
        f"{count} published numbers",
        {"moments": count, "clients_simulated": moments.clients},
        None,
        moments.clients * studies.plan_study(settings.study).weeks.size,
        "",
    )


def _instrument(settings: "Settings") -> tuple[Instrument, bool]:
    """Return the questionnaire, by name or described, and whether its scores are turned round."""
    name, reverse = settings.data.instrument, settings.data.reverse
    if isinstance(name, Mapping):
        instrument, turned = describe_questionnaire(name)
        if reverse and not turned:
            raise BadInput(
                "data.reverse: the healthy lie below the cut-off in data.instrument, so "
                "high scores are not good."
            )
        return instrument, turned
    if name == "by_study":
        name = settings.instrument
    if name == "by_study":
        known = ", ".join(questionnaires.SYMPTOM_INSTRUMENTS)
        raise BadInput(
            f"data.instrument: which questionnaire are the scores of? {known}; or "
            "{floor:0,ceiling:40,healthy:6,cut_off:12,reliability:.9}."
        )
    return questionnaires.find_instrument(str(name)), reverse


def _threshold(value: float | None, instrument: Instrument) -> float | None:
    """Return the score from which people came, if there is one, inside the instrument's range."""
    if value is None:
        return None
    if not is_number(value) or not instrument.floor <= value <= instrument.ceiling:
        raise BadInput(
            f"data.threshold must be a score of {instrument.name} in [{instrument.floor:g}, "
            f"{instrument.ceiling:g}], not '{value}'."
        )
    return value


def _therapy_of_arm(data: "DataFile", arms: tuple[str, ...]) -> dict[str, str]:
    """Return arm -> therapy.

    Raises
    ------
    BadInput
        A pair that cannot be read, or an arm that is not in the data.
    """
    pairs = data.arms or []
    if isinstance(pairs, Mapping):
        pairs = [f"{arm}:{therapy}" for arm, therapy in pairs.items()]
    if isinstance(pairs, str):
        raise BadInput(f"data.arms must be a list such as [A:cbt,B:waitlist], not '{pairs}'.")
    therapies = {}
    for pair in pairs:
        arm, _, therapy = str(pair).rpartition(":")
        if not therapy or not arm:
            raise BadInput(
                f"data.arms: '{pair}' must be arm:therapy, such as {arm or therapy}:cbt."
            )
        known_name("arm", arm, arms, where="data.arms")
        therapies[arm] = therapy
    return therapies or ({"care": data.therapy} if len(arms) == 1 else {})
