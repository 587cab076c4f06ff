"""Latent to questionnaire score: reliability, rater style, rounding, floor, ceiling, missingness.

    score = clip(round((a + b x + v u + e n) / step) step, floor, ceiling)

x latent, u the rater's style (shared by everything this rater rates: method variance), n a fresh
standard normal. For an instrument of reliability rho in a reference group whose true scores have
SD t: b t is the true SD in points, e = b t sqrt((1 - rho) / rho) reliability_factor^(1/2), and
v = style b t, with the sign that favours: a favourable rater reports less distress, more alliance.
"""

from typing import Annotated, Any, NamedTuple

import numpy as np

from dyadsim.errors import BadInput, nearest
from dyadsim.model.mechanism import Need, Reads, Writes, normal, uniform
from dyadsim.model.parameters import Measurement
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import HALF, ZERO
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream, Words, normals


class Instrument(NamedTuple):
    """A questionnaire.

    Attributes
    ----------
    name
        Its name, also that of its column.
    construct
        The latent that it measures.
    intercept, slope
        Points at latent 0, and points per unit of the latent.
    floor, ceiling, step
        Range and grain of its scores.
    reliability
        Its reliability in a group whose true scores have SD `reference_sd`.
    reference_sd
        That SD, in units of the latent.
    style
        Sign of the rater's style: -1 less distress, +1 more alliance, 0 an observer.
    when
        "every" session, "intake" only, or "start" (sessions 1 and 2).
    cut_off, reliable_change
        In points; NaN where there is none.
    source
        Keys of `references.bib`, separated by ";".
    """

    name: str
    construct: str
    intercept: float
    slope: float
    floor: float
    ceiling: float
    step: float
    reliability: float
    reference_sd: float
    style: float
    when: str = "every"
    cut_off: float = float("nan")
    reliable_change: float = float("nan")
    source: str = "assumption"


FURTHEST_SCORE = 1000.0
"""Every score lies within this of 0: squares of greater ones would not fit the streaming sums."""

# Ranges, cut-offs, reliable changes and reliabilities of the distress instruments: the measurement
# constants of docs/background/facts.md; intercepts and slopes place the healthy average (distress
# 0) and the published intake means on one latent, and are assumptions. Reference SD .95: true
# scores at intake in routine care (`study.ROUTINE`).
SYMPTOM_INSTRUMENTS = {
    form.name: form
    for form in (
        Instrument("phq9", "distress", 2.5, 5.2, 0, 27, 1, 0.87, 0.95, -1, "every", 10, 6),
        Instrument("bdi2", "distress", 1.0, 10.5, 0, 63, 1, 0.88, 0.95, -1, "every", 14, 9),
        Instrument("oq45", "distress", 34, 21.5, 0, 180, 1, 0.90, 0.95, -1, "every", 63, 14),
        Instrument("core_om", "distress", 4.0, 6.1, 0, 40, 0.5, 0.92, 0.95, -1, "every", 10, 5),
        Instrument("gad7", "distress", 2.0, 4.6, 0, 21, 1, 0.85, 0.95, -1, "every", 8, 4),
    )
}
# Relationship and process instruments; 1-5 item means as in the WAI-SR (12 items, 4 a subscale).
PROCESS_INSTRUMENTS = {
    form.name: form
    for form in (
        Instrument("bond_score", "bond", 1, 4.2, 1, 5, 0.25, 0.77, 0.11, 1),
        Instrument("goal_score", "goal", 1, 4.2, 1, 5, 0.25, 0.77, 0.10, 1),
        Instrument("task_score", "task", 1, 4.2, 1, 5, 0.25, 0.77, 0.10, 1),
        Instrument("session_rating_score", "alliance", 2, 40, 0, 40, 1, 0.80, 0.10, 1),
        Instrument("real_relationship_score", "bond", 1, 4.2, 1, 5, 0.1, 0.80, 0.11, 1),
        Instrument("empathy_score", "felt_empathy", 3.5, 0.6, 1, 5, 0.1, 0.75, 1.0, 1),
        Instrument("congruence_score", "felt_congruence", 3.5, 0.6, 1, 5, 0.1, 0.70, 1.0, 1),
        Instrument("regard_score", "felt_regard", 3.5, 0.6, 1, 5, 0.1, 0.70, 1.0, 1),
        Instrument("expectancy_score", "expectancy", 1, 8, 1, 9, 0.25, 0.80, 0.15, 1),
        Instrument("credibility_score", "credibility", 1, 8, 1, 9, 0.25, 0.80, 0.10, 1, "start"),
        Instrument("stage_score", "readiness", 1, 4, 1, 5, 0.25, 0.75, 0.18, 1),
        Instrument("attachment_score", "attachment", 4, 1.2, 1, 7, 0.1, 0.80, 1.0, 1, "intake"),
        Instrument("adherence_score", "adherence", 0, 7, 1, 7, 0.25, 0.60, 0.06, 0),
        Instrument("competence_score", "delivered_competence", 1, 2.5, 0, 6, 0.25, 0.60, 0.3, 0),
        Instrument("process_change_score", "process_change", 0, 4, 0, 4, 0.1, 0.80, 0.2, 1),
    )
}
# How far the therapist's trait, against the bond, colours what the client reports of it.
_NAN = np.float32(np.nan)
_FELT = {"felt_empathy": "empathy", "felt_congruence": "congruence", "felt_regard": "regard"}
_FELT_TRAIT, _FELT_BOND = 0.6, 5.0


class Scale(NamedTuple):
    """An instrument's numbers as the kernel needs them, all float32."""

    intercept: np.float32
    slope: np.float32
    style: np.float32
    error: np.float32
    floor: np.float32
    ceiling: np.float32
    step: np.float32
    missing: np.float32
    missing_assessment: np.float32


def find_instrument(name: str | Instrument) -> Instrument:
    """Return the symptom instrument of a name; an instrument stands for itself.

    Raises
    ------
    BadInput
        There is none of that name; the message offers the nearest.
    """
    if isinstance(name, Instrument):
        return name
    if name not in SYMPTOM_INSTRUMENTS:
        known = ", ".join(SYMPTOM_INSTRUMENTS)
        raise BadInput(
            f"There is no symptom instrument '{name}'.{nearest(name, SYMPTOM_INSTRUMENTS)} "
            f"Instruments: {known}."
        )
    return SYMPTOM_INSTRUMENTS[name]


def check_scores(form: Instrument, where: str) -> None:
    """Refuse an instrument with scores that lie further from 0 than `FURTHEST_SCORE`."""
    if not (form.floor >= -FURTHEST_SCORE and form.ceiling <= FURTHEST_SCORE):
        raise BadInput(
            f"{where}: floor and ceiling must lie in [-{FURTHEST_SCORE:g}, {FURTHEST_SCORE:g}], "
            f"not {form.floor:g} and {form.ceiling:g}. Divide all scores by 10, or by 100."
        )


def scale(form: Instrument, q: Measurement) -> Scale:
    """Return the numbers of an instrument under the parameters `q` of measurement."""
    narrow: Any = [np.float32(value) for value in q]
    return Scale(*map(np.float32, scaled(usual(form), Measurement(*narrow))))


def usual(form: Instrument) -> Scale:
    """Return the numbers of an instrument with style and error factor 1 and nothing missing."""
    true_sd = abs(form.slope) * form.reference_sd
    error = true_sd * np.sqrt((1 - form.reliability) / form.reliability)
    line, ends = (form.intercept, form.slope), (form.floor, form.ceiling, form.step)
    return Scale(*map(np.float32, (*line, form.style * true_sd, error, *ends, 0.0, 0.0)))


@compiled
def scaled(s, q):
    """Return the `usual` numbers `s` of an instrument under the parameters `q` of measurement."""
    return Scale(
        s.intercept,
        s.slope,
        s.style * q.style,
        s.error * np.sqrt(q.reliability_factor),
        s.floor,
        s.ceiling,
        s.step,
        q.missing,
        q.missing_assessment,
    )


@compiled
def score(latent, style, noise, s):
    """Return one questionnaire score, rounded to its step and kept in its range."""
    raw = s.intercept + s.slope * latent + s.style * style + s.error * noise
    grain = np.floor(raw / s.step + HALF) * s.step
    return min(max(grain, s.floor), s.ceiling)


@compiled
def score_lanes(out, latent, style, noise, s):
    """Write the scores of a row of clients, `(client,)`."""
    for i in range(out.shape[0]):
        out[i] = score(latent[i], style[i], noise[i], s)


class SymptomRows(NamedTuple):
    """What the symptom questionnaire reads, writes and draws."""

    symptom_score: Writes
    last_score: Writes
    distress: Reads
    rater_style: Reads
    in_session: Reads
    noise: Annotated[Array, normal(Stream.SYMPTOM, Need.FORM)]
    missing: Annotated[Array, uniform(Stream.SYMPTOM_MISSING, Need.FORM)]


@compiled_within
def symptom_lanes(rows, everybody, session, s):
    """Write the symptom score of a block and the last one filled in.

    `everybody`, `session` (0/1): whether everybody is seen, whether those in a session are.
    """
    share = s.missing_assessment if everybody > ZERO else s.missing
    for i in range(rows.symptom_score.shape[0]):
        handed_out = max(everybody, session * rows.in_session[i])
        filled_in = handed_out if rows.missing[i] >= share else ZERO
        y = score(rows.distress[i], rows.rater_style[i], rows.noise[i], s)
        rows.symptom_score[i] = y if filled_in > ZERO else _NAN
        rows.last_score[i] = y if filled_in > ZERO else rows.last_score[i]


def latent_of(construct: str, truth: dict[str, Array], traits: dict[str, Array]) -> Array:
    """Return the latent that an instrument measures.

    Process change as the client reports it is what has changed in the processes that maintain this
    client's distress, sum_k w_k Z_k. What a client reports of the therapist's empathy, congruence
    or regard is partly the trait and partly the bond: .6 z + 5 (bond - .6), an assumption.

    Parameters
    ----------
    construct
        What the instrument measures, `Instrument.construct`.
    truth
        Recorded variables by name, `(session, client)`, or `(4, session, client)`.
    traits
        Traits by name, `(client,)`, or `(4, client)`.

    Returns
    -------
    Array
        `(session, client)` float32.
    """
    if construct in truth:
        return truth[construct]
    if construct == "process_change":
        weighted = traits["weight"][:, None, :] * truth["process"]
        return np.ascontiguousarray(weighted.sum(axis=0), dtype=np.float32)
    shape = truth["distress"].shape
    if construct == "alliance":
        human = traits["human"]
        parts = human * truth["bond"] + truth["goal"] + truth["task"]
        return (parts / (human + np.float32(2))).astype(np.float32)
    if construct in _FELT:
        trait = np.float32(_FELT_TRAIT) * traits[_FELT[construct]]
        return (trait + np.float32(_FELT_BOND) * (truth["bond"] - np.float32(0.6))).astype(
            np.float32
        )
    return np.broadcast_to(traits[construct], shape)


class Raters(NamedTuple):
    """Who fills in a form: rater styles and random words, `(client,)`."""

    style: Array
    word: Words


def rated(
    form: Instrument,
    latent: Array,
    raters: Raters,
    measurement: Measurement,
    address: tuple[int, int, int],
) -> Array:
    """Return the scores of an instrument.

    Forms of a session are missing together with the symptom form, which the caller masks; here
    only the wrong occasions are.

    Parameters
    ----------
    form
        The instrument.
    latent
        What it measures, `(session, client)`.
    raters
        The clients who rate.
    measurement
        Parameters of measurement.
    address
        Seed, replicate, and the number of the instrument in its list.

    Returns
    -------
    Array
        `(session, client)` float32, NaN where the form is not filled in.
    """
    seed, replicate, number = address
    numbers = scale(form, measurement)
    out = np.full(latent.shape, np.nan, np.float32)
    stream = int(Stream.INSTRUMENT) + number
    steps = {"every": range(latent.shape[0]), "intake": range(1), "start": range(1, 3)}[form.when]
    for step in steps:
        if step < latent.shape[0]:
            noise = normals(raters.word, seed, replicate, step, stream)
            row = np.ascontiguousarray(latent[step])
            score_lanes(out[step], row, raters.style, noise, numbers)
    return out


def observed_skill(
    empathy: Array, regard: Array, repair: Array, words: Words, seed: int, replicate: int
) -> Array:
    """Return a rater's score of each therapist's facilitative skill.

    The mean of three traits and an error of SD .6: the observable skill of the field's performance
    tests; the reliability is an assumption.

    Parameters
    ----------
    empathy, regard, repair
        The therapists' traits, `(therapist,)`.
    words
        Their random words.
    seed, replicate
        The address of the random numbers.

    Returns
    -------
    Array
        `(therapist,)` float32.
    """
    noise = normals(words, seed, replicate, 0, Stream.OBSERVED_SKILL)
    return ((empathy + regard + repair) / np.float32(3) + np.float32(0.6) * noise).astype(
        np.float32
    )
