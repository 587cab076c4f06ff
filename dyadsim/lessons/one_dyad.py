"""Lesson: one dyad. Alliance and symptoms by session, ruptures, and the beats of a session."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis import arrays
from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.analysis.synchrony import synchrony_minus_surrogate
from dyadsim.lessons import dyad_figures, numbers
from dyadsim.lessons.dials import RUPTURES, WORLD, WORLD_PICK, Dial
from dyadsim.lessons.lesson import (
    SEED,
    Bet,
    Drawing,
    Figure,
    Handle,
    Lesson,
    LessonResult,
    Values,
    lesson_parameters,
    world_values,
)
from dyadsim.lessons.statements import by_sign, counted, ends, is_nothing, plain_number, sign
from dyadsim.simulation import observe
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.study import Caseload

if TYPE_CHECKING:
    from dyadsim.simulation.mesa_model import DyadModel

DYADS = 60  # whose sessions are compared beat by beat; one of them is shown
SESSIONS, BEATS, SHOWN = 16, 60, 19.0  # SHOWN: intake score of the client who is shown, about
OWN_THERAPIST = Caseload(1.0, 0.0)  # dyads that share a therapist would count as one
COURSE = ("bond", "goal", "task", "expectancy", "rupture", "repaired", "symptom_score")


class Finding(NamedTuple):
    """One dyad so far, and the synchrony of all.

    Attributes
    ----------
    sessions, ruptures, repaired
        So far.
    first, last
        Scores.
    session, is_latest
        The session that is looked into; whether it is the latest because a later one was wanted.
    r, r_stranger
        Correlation of the client's arousal with their therapist's, and with a stranger's.
    above
        Synchrony of all dyads minus that of shuffled pairs, in Fisher's z.
    last_usual
        The last score of the same dyad with every slider as it starts.
    gained
        Points by which all dyads' last scores are lower than with every slider as it starts.
    """

    sessions: int
    ruptures: int
    repaired: int
    first: float
    last: float
    session: int
    is_latest: bool
    r: float
    r_stranger: float
    above: Estimate
    last_usual: float
    gained: Estimate


def stepped_model(values: Values) -> "DyadModel":
    """Return a Mesa model of DYADS dyads, stepped session by session as far as the settings say.

    It records the beats of every session; `shown_dyad` says which dyad the lesson shows.
    """
    # Mesa takes half a second, which other lessons do not need.
    from dyadsim.simulation.mesa_model import DyadModel

    study = cohort(follow_up=(), sessions=SESSIONS, rule="fixed", caseload=OWN_THERAPIST)
    arm = study.arms[0]._replace(training=(("empathy", float(values["empathy"])),))
    model = DyadModel(
        study._replace(arms=(arm,)),
        lesson_parameters(LESSON, values, numbers.NOBODY_LEAVES),
        DYADS,
        int(values[SEED]),
        beats=BEATS,
    )
    for _ in range(int(values["held"])):
        model.step()
    return model


def shown_dyad(run: Run) -> int:
    """Return the number of the dyad that is shown: that whose client starts nearest to SHOWN.

    Far enough from the end of the scale that what the sliders do can be seen in the scores.
    """
    return int(np.abs(numbers.latent_values(run, "symptom_score")[0] - SHOWN).argmin())


def usual_scores(values: Values) -> np.ndarray:
    """Return the scores `(step, dyad)` of the same people with every slider as it starts."""
    shown, start = ("held", "session", SEED), world_values(LESSON, values[WORLD])
    usual = {**values, **start, **{key: values[key] for key in shown}}
    return numbers.latent_values(stepped_model(usual).run_state, "symptom_score")


def compute(values: Values) -> LessonResult:
    """Return one dyad's course so far, and a session's beats against shuffled pairs."""
    sessions = int(values["held"])
    run, session = stepped_model(values).run_state, min(int(values["session"]), sessions)
    people = observe.arousal(run, session, DYADS, BEATS)
    dyad = shown_dyad(run)
    client, therapist, stranger = _arousals(people, dyad)
    rs = arrays.pearson_r(client, therapist), arrays.pearson_r(client, stranger)
    course = {name: numbers.latent_values(run, name)[: sessions + 1, dyad] for name in COURSE}
    score, weeks = course["symptom_score"], numbers.weeks_of(run)[: sessions + 1]
    usual = usual_scores(values)[: sessions + 1]
    change = usual[-1] - numbers.latent_values(run, "symptom_score")[sessions]
    change = change[~np.isnan(change)]
    mine = usual[:, dyad]
    gained = from_standard_error(
        float(change.mean()), float(change.std(ddof=1) / np.sqrt(change.size)), change.size
    )
    finding = Finding(
        sessions,
        int((course["rupture"] > 0).sum()),
        int(((course["rupture"] > 0) & (course["repaired"] > 0)).sum()),
        float(score[0]),
        float(score[~np.isnan(score)][-1]),
        session,
        session < int(values["session"]),
        *rs,
        synchrony_minus_surrogate(people, rng=int(values[SEED])),
        float(mine[~np.isnan(mine)][-1]),
        gained,
    )
    return result_of(
        finding,
        [
            dyad_figures.symptoms(score, weeks, course["rupture"] > 0, usual=mine),
            dyad_figures.relationship(course, weeks),
            dyad_figures.beats((client, therapist, stranger), session, rs),
        ],
    )


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    above = finding.above
    latest = ", the latest so far," if finding.is_latest else ""
    compared = by_sign(
        above,
        "more than strangers",
        "less than strangers",
        f"no difference that {DYADS} dyads can show",
    )
    apart = (
        f"r = {plain_number(finding.r)}, that of the client and a stranger's therapist "
        f"r = {plain_number(finding.r_stranger)}"
    )
    sentence = (
        f"After {counted(finding.sessions, 'session')}: {_ruptures(finding)}; "
        f"{_course_of_score(finding.first, finding.last)}{_beside_usual(finding)}. In session "
        f"{finding.session}{latest} the arousal of the two correlates {apart}. Over {DYADS} dyads, "
        f"synchrony minus that of shuffled pairs is {plain_number(above.value)} in Fisher's z "
        f"(95 % interval {ends(above)}): {compared}."
    )
    return LessonResult(
        sentence,
        (1 + sign(finding.gained),),
        {
            **numbers.named("above chance", above),
            **numbers.named("points gained", finding.gained),
            "last score, usual": finding.last_usual,
            "r": finding.r,
            "r of strangers": finding.r_stranger,
            "ruptures": float(finding.ruptures),
            "repaired": float(finding.repaired),
            "first score": finding.first,
            "last score": finding.last,
        },
        figures,
    )


def _ruptures(finding: Finding) -> str:
    """Return the count of ruptures and how many were repaired."""
    count, repaired = finding.ruptures, finding.repaired
    words = counted(count, "rupture")
    if count == 0:
        return words
    if count == 1:
        return f"{words}, {'repaired' if repaired else 'not repaired'}"
    return f"{words}, {repaired or 'none'} of them repaired"


def _course_of_score(first: float, last: float) -> str:
    if round(first) == round(last):
        return f"the score is {first:.0f} as at the start"
    return f"the score {'falls' if last < first else 'rises'} from {first:.0f} to {last:.0f}"


def _beside_usual(finding: Finding) -> str:
    """Return what the sliders do to this client's score and to those of all."""
    if is_nothing(finding.gained):
        return ""
    points = plain_number(abs(finding.gained.value), 1)
    between = ends(finding.gained, 1)
    if sign(finding.gained):
        low, high = sorted(abs(end) for end in (finding.gained.low, finding.gained.high))
        between = f"{plain_number(low, 1)} to {plain_number(high, 1)}"
    all_dyads = by_sign(
        finding.gained,
        f"{points} points lower than with every slider as it starts",
        f"{points} points higher than with every slider as it starts",
        f"not to be told from those with every slider as it starts by {points} points",
    )
    return (
        f" ({finding.last_usual:.0f} with every slider as it starts); over {DYADS} dyads the last "
        f"scores are {all_dyads} (95 % interval {between})"
    )


def _arousals(people: pd.DataFrame, dyad: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the arousal of a client, of their therapist and of another client's, `(beat,)`."""
    present = people["client"].unique()
    mine = people[people["client"] == (dyad if dyad in present else present[0])]
    other = people[people["client"] == present[present != mine["client"].iloc[0]][0]]
    return (
        mine["client_arousal"].to_numpy(),
        mine["therapist_arousal"].to_numpy(),
        other["therapist_arousal"].to_numpy(),
    )


LESSON = Lesson(
    name="one_dyad",
    place=40,
    title="One dyad",
    question="Two people in a room: alliance, hope and symptoms from session to session, and how "
    "the two move together within a session. When is moving together more than chance?",
    misconception="any movement in step is resonance",
    bet=Bet(
        f"What do these settings do to the last scores of {DYADS} clients, compared with the same "
        "people and every slider as it starts?",
        (
            "the scores are higher, that is, worse",
            "no difference that can be shown",
            "the scores are lower, that is, better",
        ),
        Drawing(
            f"In the {{world}} world {DYADS} clients get {SESSIONS} sessions from therapists whose "
            "empathy is 2 standard deviations above the usual, or 2 below. How many points lower "
            "are their last PHQ-9 scores than those of the same people with every slider as it "
            "starts?",
            "points",
            (
                Handle("points gained", "empathy 2 SD above", at=(("empathy", 2.0),)),
                Handle("points gained", "empathy 2 SD below", at=(("empathy", -2.0),)),
            ),
            *(-2, 2, 0.1),
            "points lower",
        ),
    ),
    controls=(
        WORLD_PICK,
        Dial(
            *("empathy", "Therapists' empathy, relative to the usual", -2, 2, 0.25, 0, "SD"),
            help="In standard deviations (SD) of therapists: 2 is better than 98 of 100.",
        ),
        Dial(
            *("resonance.mirroring", "How much therapists mirror clients", 0, 0.4, 0.05),
            help="How far a therapist's arousal follows that of the client, from beat to beat.",
        ),
        Dial(
            "resonance.coregulation_coupling",
            "How much calm carries over to clients",
            *(0, 0.4, 0.05),
            help="How far a client's arousal follows that of the therapist, from beat to beat.",
        ),
        RUPTURES,
        Dial(
            *("held", "Sessions so far: step through them", 1, SESSIONS, 1, SESSIONS),
            help="The figures show the dyad up to this session.",
        ),
        Dial(
            *("session", "Session to look into", 1, SESSIONS, 1, 3),
            help="Which session the figure of beats shows.",
        ),
    ),
    presets={
        "Begin: the first session": {"held": 1},
        "Many ruptures": {"rupture.base": 0},
        "Warm therapists": {"empathy": 2},
        "Cold therapists, nothing heals": {"world": "null", "empathy": -2},
        "No mirroring, no co-regulation": {
            "resonance.mirroring": 0,
            "resonance.coregulation_coupling": 0,
        },
    },
    careful=(
        "Two series that each drift will correlate by accident: compare with strangers before you "
        "call it resonance.",
        "That no difference shows does not mean that there is none: look at the interval.",
        "One dyad is only one dyad: a new seed shows another. The beats of a session follow each "
        "other, so that r of one session varies far more than that of independent pairs.",
        "In this model a rupture strains the alliance; symptoms follow late and only a little. In "
        "the worlds as calibrated it is rare, 3 in 100 sessions; no published fact fixes that.",
        "In the model, what happens from beat to beat affects the outcome only a little; whether "
        "it does in life is open.",
        "Nobody leaves care here: there is a full course to see.",
    ),
    compute=compute,
    sources=("ramseyer2011",),
    models="That two people move together is what the contextual model leads one to expect; in "
    "the medical world of this page they do so as well, so it does not decide.",
    main="empathy",
    facts=("synchrony_above_chance", "empathy_outcome"),
)
