"""The data of a fit, from the settings `data...`: scores of clients, or published moments."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dyadsim.checks import (
    is_number,
    known_name,
    number,
    setting_word,
    short_enough,
    shown_number,
    whole_number,
)
from dyadsim.cli.data_words import words_of_data
from dyadsim.cli.own_choices import treatment_name
from dyadsim.cli.table_settings import table_choices
from dyadsim.cli.tasks.fit import is_moments
from dyadsim.errors import BadInput
from dyadsim.fitting import client_data, published_moments
from dyadsim.fitting.client_data import ClientData
from dyadsim.fitting.data_design import DesignOptions, observed_design
from dyadsim.fitting.own_questionnaire import (
    Described,
    describe_questionnaire,
    with_reliable_change,
)
from dyadsim.fitting.study_time import FileChoices
from dyadsim.fitting.target import score_evidence
from dyadsim.fitting.treatment_length import PER_WEEK, StatedLength
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
    scores = read_scores(settings)
    design = observed_design(
        scores,
        _therapy_of_arm(data, scores.arms),
        options=DesignOptions(
            stated_length(data),
            data.measured,
            data.rule,
            data.sample,
            _threshold(settings, scores.instrument),
        ),
        seed=settings.seed,
    )
    evidence = score_evidence(design, bool((scores.therapist >= 0).any()))
    return Source(
        evidence,
        (*scores.assumed, *design.assumed, *_undefined_words(evidence.undefined)),
        f"{scores.clients} clients",
        {"clients": scores.clients, "scores": len(scores.score)},
        scores.instrument.name,
        scores.clients * design.scores.shape[0],
        words_of_data(settings),
    )


def read_scores(settings: "Settings") -> ClientData:
    """Return the measurements, with the questionnaire's reliable change and words on it.

    Raises
    ------
    BadData
        A file that cannot be used.
    BadInput
        A setting that cannot.
    """
    described, higher_is_better = questionnaire_of(settings)
    form = described.instrument if isinstance(described, Described) else described
    scores = scores_of(settings.data, form, higher_is_better)
    words = f"reliable change is {shown_number(form.reliable_change)}, as published for {form.name}"
    if isinstance(described, Described):
        form, words = with_reliable_change(described, scores.first_scores)
    first, *others = scores.assumed
    return scores._replace(instrument=form, assumed=(first, words, *others))


def scores_of(data: "DataFile", form: Instrument, higher_is_better: bool) -> ClientData:
    """Return the measurements of a questionnaire that is known.

    Parameters
    ----------
    data
        The settings `data...`.
    form
        The questionnaire, on which high scores are bad.
    higher_is_better
        High scores are good in the file.

    Raises
    ------
    BadData
        A file that cannot be used.
    BadInput
        A setting that cannot.
    """
    return client_data.read_client_data(
        data.path or "",
        client_data.column_roles(data.columns),
        instrument=form,
        unit=data.unit,
        higher_is_better=higher_is_better,
        choices=FileChoices(
            _where(data.where),
            data.therapist,
            data.repeated,
            data.rebase,
            data.baseline,
            number("data.per_week", data.per_week, *PER_WEEK),
            table_choices(data),
        ),
    )


def stated_length(data: "DataFile") -> StatedLength:
    """Return what the settings say of the length of treatment.

    Raises
    ------
    BadInput
        A setting that cannot.
    """
    if data.sessions is not None:
        whole_number("data.sessions", data.sessions, 1, 500)
    weeks = data.follow_up if data.follow_up is not None else []
    if isinstance(weeks, str | Mapping) or not isinstance(weeks, Sequence):
        raise BadInput(f"data.follow_up must be a list of weeks such as [26,52], not '{weeks}'.")
    follow_up = tuple(number("data.follow_up", week, 0, 5000, open_low=True) for week in weeks)
    unit = table_choices(data).unit(data.unit)
    return StatedLength(
        data.sessions,
        data.per_week,
        follow_up or None,
        unit == "session",
        unit == "day",
    )


def _where(pairs: object) -> dict[str, tuple[str, ...]]:
    """Return column -> values that count; of a list, each column:value or [column,value,...]."""
    if pairs is None:
        return {}
    if isinstance(pairs, list | tuple) and pairs:
        return _where_of_list(pairs)
    if not isinstance(pairs, Mapping) or not pairs:
        raise BadInput(
            f"data.where must be pairs in quotes, such as 'data.where={{questionnaire:PHQ9}}', "
            f"not '{pairs}'."
        )
    return {
        str(name): tuple(map(str, values)) if isinstance(values, list | tuple) else (str(values),)
        for name, values in pairs.items()
    }


def _where_of_list(pairs: Sequence[object]) -> dict[str, tuple[str, ...]]:
    """Return column -> values that count, from pairs of which the columns may have any name."""
    where: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        column, *values = pair if isinstance(pair, list) else str(pair).partition(":")[::2]
        if not values or not all(map(str, values)) or not str(column):
            raise BadInput(
                f"data.where: '{pair}' must be column:value, such as "
                "'data.where=[\"questionnaire:PHQ9\"]'."
            )
        where[str(column)] = (*where.get(str(column), ()), *map(str, values))
    return where


def _undefined_words(names: Sequence[str]) -> list[str]:
    """Return words on statistics of which the data give no value; none where all have one."""
    if not names:
        return []
    return [f"the data give no value of these, so nothing is learned from them: {'; '.join(names)}"]


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


def questionnaire_of(settings: "Settings") -> tuple[Instrument | Described, bool]:
    """Return the questionnaire, by name or described, and whether its high scores are good.

    Raises
    ------
    BadInput
        A setting that cannot.
    """
    name, higher_is_better = settings.data.instrument, settings.data.higher_is_better
    if isinstance(name, Mapping):
        described = describe_questionnaire(name)
        if higher_is_better and not described.reverse:
            raise BadInput(
                "data.higher_is_better: the healthy lie below the cut-off in data.instrument, so "
                "high scores are not good."
            )
        return described, described.reverse
    if name == "by_study":
        name = settings.instrument
    if name == "by_study":
        known = ", ".join(questionnaires.SYMPTOM_INSTRUMENTS)
        raise BadInput(
            f"data.instrument: which questionnaire are the scores of? {known}; or "
            "{floor:0,ceiling:40,healthy:6,cut_off:12,reliability:.9}."
        )
    return questionnaires.find_instrument(str(name)), higher_is_better


def _threshold(settings: "Settings", instrument: Instrument) -> float | None:
    """Return the score from which people came, if there is one, where high scores are bad."""
    value = settings.data.threshold
    if value is None:
        return None
    if not is_number(value) or not instrument.floor <= value <= instrument.ceiling:
        raise BadInput(
            f"data.threshold must be a score of {instrument.name} in [{instrument.floor:g}, "
            f"{instrument.ceiling:g}], not '{value}'."
        )
    reverse = questionnaire_of(settings)[1]
    return instrument.floor + instrument.ceiling - value if reverse else value


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
            word = setting_word("data.arms", [f"{name}:cbt" for name in arms])
            such = f", such as {word}" if short_enough(word) else ""
            raise BadInput(f"data.arms: '{pair}' must be arm:therapy{such}.")
        known_name("arm", arm, arms, where="data.arms")
        therapies[arm] = treatment_name(therapy)
    return therapies or ({arms[0]: treatment_name(data.therapy)} if len(arms) == 1 else {})
