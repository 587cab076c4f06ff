"""Lesson: one dyad. Alliance and symptoms by session, ruptures, and the moments of a session."""

from typing import TYPE_CHECKING

import numpy as np

from dyadsim.analysis.synchrony import synchrony_minus_surrogate
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
    LUCK,
    WORLD_PICK,
    Bet,
    Dial,
    Figure,
    Lesson,
    Series,
    Shown,
    Values,
    parameters,
)
from dyadsim.model import questionnaires
from dyadsim.simulation import observe
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort

if TYPE_CHECKING:
    from dyadsim.simulation.mesa_model import DyadModel

DYADS = 60  # people in whose rooms the moments are compared; the first is shown
SESSIONS, MOMENTS = 16, 60
EDGES = (0.5, 0.95)


def stepped(values: Values) -> "DyadModel":
    """Return a Mesa model of DYADS dyads with the moments of every session, stepped session by
    session as far as the settings say; `shown` says which dyad is looked at.
    """
    from dyadsim.simulation.mesa_model import (
        DyadModel,  # Mesa takes half a second that other lessons do not need
    )

    study = cohort(follow_up=(), sessions=SESSIONS, rule="fixed")
    arm = study.arms[0]._replace(training=(("empathy", float(values["empathy"])),))
    model = DyadModel(
        study._replace(arms=(arm,)),
        parameters(LESSON, values, numbers.NOBODY_LEAVES),
        DYADS,
        int(values[LUCK]),
        moments=MOMENTS,
    )
    for _ in range(int(values["held"])):
        model.step()
    return model


def shown(made: Run) -> int:
    """Return the number of the dyad that is shown: the first client who comes as a case."""
    case = numbers.latent(made, "symptom_score")[0] >= questionnaires.named("phq9").cut_off
    return int(case.argmax())


def compute(values: Values) -> Shown:
    """Return one dyad's course so far, and a session's moments against shuffled pairs."""
    held = int(values["held"])
    made, session = stepped(values).run_state, min(int(values["session"]), held)
    people = observe.arousal(made, session, DYADS, MOMENTS)
    above = synchrony_minus_surrogate(people, rng=int(values[LUCK]))
    one, present = shown(made), people["client"].unique()
    mine = people[people["client"] == (one if one in present else present[0])]
    other = people[people["client"] == present[present != mine["client"].iloc[0]][0]]
    both = _r(mine["client_arousal"], mine["therapist_arousal"])
    stranger = _r(mine["client_arousal"], other["therapist_arousal"])
    course = {
        name: numbers.latent(made, name)[: held + 1, one]
        for name in ("bond", "goal", "task", "expectancy", "rupture", "repaired", "symptom_score")
    }
    ruptures, repaired = course["rupture"] > 0, course["repaired"] > 0
    score = course["symptom_score"]
    last = score[~np.isnan(score)][-1]
    shorter = ", the last one held," if session < int(values["session"]) else ""
    sentence = (
        f"After {held} {'session' if held == 1 else 'sessions'}: "
        f"{_many(int(ruptures.sum()), 'rupture')}, {int(repaired.sum())} repaired; the score goes "
        f"from {score[0]:.0f} to {last:.0f}. In session {session}{shorter} the two move together "
        f"with r = {both:.2f}; the same client beside a stranger's therapist: {stranger:.2f}. Over "
        f"{DYADS} dyads, synchrony above chance is {above.value:.2f} (95 % interval "
        f"{above.low:.2f} to {above.high:.2f})."
    )
    answer = 0 if above.high < 0 else 2 if above.low > 0 else 1
    found = {
        "above chance": above.value,
        "above chance.se": above.standard_error,
        "r": both,
        "r of strangers": stranger,
        "ruptures": float(ruptures.sum()),
        "repaired": float(repaired.sum()),
        "first score": float(score[0]),
        "last score": float(last),
    }
    weeks = numbers.weeks_of(made)[: held + 1]
    return Shown(
        sentence,
        answer,
        found,
        [
            _alliance(course, weeks, ruptures, repaired),
            _symptoms(score, weeks, ruptures),
            _moments(
                mine["client_arousal"],
                mine["therapist_arousal"],
                other["therapist_arousal"],
                session,
            ),
        ],
    )


def _r(first: object, second: object) -> float:
    return float(np.corrcoef(np.asarray(first, float), np.asarray(second, float))[0, 1])


def _many(count: int, word: str) -> str:
    return f"{count or 'no'} {word}{'s' * (count != 1)}"


def _alliance(
    course: dict[str, np.ndarray], weeks: np.ndarray, ruptures: np.ndarray, repaired: np.ndarray
) -> Figure:
    """Return bond, goals, tasks and expectancy, with ruptures marked."""
    lines = [
        Series(
            "line", word, numbers.numbers(weeks[1:]), numbers.numbers(course[name][1:]), look=look
        )
        for look, (name, word) in enumerate(
            (
                ("bond", "bond"),
                ("goal", "agreement on goals"),
                ("task", "agreement on tasks"),
                ("expectancy", "hope (expectancy)"),
            )
        )
    ]
    bond = course["bond"]
    for word, where, look in (
        ("rupture, repaired", repaired, 4),
        ("rupture, left open", ruptures & ~repaired, 5),
    ):
        if where.any():
            lines.append(
                Series(
                    "points",
                    word,
                    numbers.numbers(weeks[where]),
                    numbers.numbers(bond[where]),
                    look=look,
                )
            )
    return Figure(
        "alliance",
        "The relationship, session by session",
        "sessions (a week apart)",
        "strength, 0 (none) to 1 (full)",
        lines,
        f"Bond, goals, tasks and hope over {len(weeks) - 1} sessions; bond from {bond[1]:.2f} to "
        f"{bond[-1]:.2f}; {_many(int(ruptures.sum()), 'rupture')}.",
        0,
        1,
    )


def _symptoms(score: np.ndarray, weeks: np.ndarray, ruptures: np.ndarray) -> Figure:
    at, held = np.flatnonzero(ruptures), ~np.isnan(score)
    level = np.interp(weeks, weeks[held], score[held])  # also where no form was filled in
    marks = [
        Series(
            "points",
            "session with a rupture",
            numbers.numbers(weeks[at]),
            numbers.numbers(level[at]),
            look=5,
        )
    ] * bool(at.size)
    return Figure(
        "symptoms",
        "Symptoms, as the questionnaire has them",
        "sessions (a week apart)",
        "PHQ-9 score (0 to 27, lower is better)",
        [
            Series("line", "score", numbers.numbers(weeks[held]), numbers.numbers(score[held])),
            *marks,
        ],
        f"PHQ-9 scores of one client over {len(weeks) - 1} sessions, from {score[0]:.0f} to "
        f"{score[~np.isnan(score)][-1]:.0f}.",
        0,
        27,
    )


def _moments(client: object, therapist: object, stranger: object, session: int) -> Figure:
    x = numbers.numbers(np.arange(MOMENTS), 0)
    lines = [
        Series("line", word, x, numbers.numbers(values, 2), look=look)
        for look, (word, values) in enumerate(
            (
                ("client", client),
                ("their therapist", therapist),
                ("another client's therapist", stranger),
            )
        )
    ]
    return Figure(
        "moments",
        f"Inside session {session}: who moves with whom?",
        "moments of the session",
        "arousal (0 = usual)",
        lines,
        "Arousal of the client, of their therapist, and of a therapist from another room, over "
        f"{MOMENTS} moments.",
    )


LESSON = Lesson(
    "one_dyad",
    "One dyad",
    "Two people in a room: alliance, hope and symptoms from session to session, and how they move "
    "together within one. When is moving together more than chance?",
    "any movement in step is resonance",
    Bet(
        "Do client and therapist move together more than people who never met?",
        ("less than strangers", "no more than chance allows", "more than strangers"),
    ),
    (
        WORLD_PICK,
        Dial("empathy", "The therapists' empathy, beside the usual", -2, 2, 0.25, 0, "SD"),
        Dial("resonance.mirroring", "How far therapists mirror clients", 0, 0.4, 0.05),
        Dial(
            "resonance.coregulation_coupling", "How far calm carries over to clients", 0, 0.4, 0.05
        ),
        Dial("rupture.base", "How easily it ruptures", -4, 0.5, 0.1),
        Dial("held", "Sessions held so far: step through them", 1, SESSIONS, 1, SESSIONS),
        Dial("session", "Session looked into", 1, SESSIONS, 1, 3),
    ),
    {
        "Begin: the first session": {"held": 1},
        "Many ruptures": {"rupture.base": 0},
        "Warm therapists": {"empathy": 2},
        "No mirroring, no co-regulation": {
            "resonance.mirroring": 0,
            "resonance.coregulation_coupling": 0,
        },
    },
    (
        "Two series that each drift will correlate by accident: compare with strangers before you "
        "call it resonance.",
        "One dyad is one dyad: new luck shows another.",
        "In this model a rupture strains the alliance; symptoms follow little and late.",
        "In the model moments inside sessions touch the outcome only a little; whether they do in "
        "life is open.",
        "Nobody leaves care in this lesson, so that there is a course to be seen.",
    ),
    compute,
    ("ramseyer2011",),
)
