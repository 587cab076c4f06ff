"""Lesson: harm. Who gets worse, with and without therapy, and how much of it is error.

The same clients are simulated twice with common random numbers, in therapy and waiting. A score
that is reliably worse (Jacobson and Truax) counts as error of the questionnaire where a score
without error, at the same true distress, would not have risen by as much. A client is harmed here
if true distress at the end is above that of the twin who waited by HARMED standard deviations of
distress at intake or more, which is an assumption about what matters.
"""

from typing import NamedTuple

import numpy as np

from dyadsim.analysis.estimate import Estimate
from dyadsim.lessons import numbers, published
from dyadsim.lessons.dials import CLIENTS, RUPTURES, SESSIONS, UPS_AND_DOWNS, WORLD_PICK, Dial
from dyadsim.lessons.lesson import (
    Bet,
    Drawing,
    Figure,
    Handle,
    Lesson,
    LessonResult,
    Series,
    Values,
    lesson_parameters,
)
from dyadsim.lessons.statements import by_sign, percent, percent_ends
from dyadsim.model import questionnaires
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.rct import rct

HARMED = 0.2  # standard deviations of true distress at intake; an assumption
FEWEST = 15  # clients with a worse score of whom a share is given
EDGES = (0.005, 0.05)
ARMS = ("in therapy", "waiting")
_FORM = questionnaires.find_instrument("phq9")


class Course(NamedTuple):
    """Scores and true distress before and after, `(client,)`; NaN: no score."""

    pre: np.ndarray
    post: np.ndarray
    start: np.ndarray
    end: np.ndarray


class Finding(NamedTuple):
    """Who gets worse.

    Attributes
    ----------
    therapy, waiting
        Shares of clients whose score gets reliably worse.
    apart
        therapy - waiting, of the same clients.
    error, error_waiting
        Of those, the share whose score would not have risen by as much without error; None: too few
        of them.
    harmed
        Share of clients whose true distress ends above that of their twin who waited.
    """

    therapy: Estimate
    waiting: Estimate
    apart: Estimate
    error: Estimate | None
    error_waiting: Estimate | None
    harmed: Estimate


def compute(values: Values) -> LessonResult:
    """Return who gets worse in therapy, waiting, and through therapy."""
    trial = rct(
        ("cbt", "waitlist"), sessions=int(values["sessions"]), follow_up=(), instrument="phq9"
    )
    parameters = lesson_parameters(LESSON, values)
    runs = [
        numbers.run_study(trial._replace(arms=(arm,)), parameters, values) for arm in trial.arms
    ]
    courses = [_course(run) for run in runs]
    therapist = runs[0].clients.therapist
    worse = [course.post - course.pre >= _FORM.reliable_change for course in courses]
    both = ~np.isnan(courses[0].pre + courses[0].post + courses[1].pre + courses[1].post)
    shares = [numbers.clustered_share(mask[both], therapist[both]) for mask in worse]
    rose = [_true_rise(course) >= _FORM.reliable_change for course in courses]
    margin = HARMED * float(courses[0].start.std(ddof=1))
    harmed = courses[0].end - courses[1].end >= margin
    change = worse[0][both].astype(float) - worse[1][both]
    apart = numbers.clustered(
        float(change.mean()), (change - change.mean()) / change.size, therapist[both]
    )
    error, error_waiting = (
        _share_of_error(mask & both, ~up, therapist) for mask, up in zip(worse, rose, strict=True)
    )
    finding = Finding(
        shares[0],
        shares[1],
        apart,
        error,
        error_waiting,
        numbers.clustered_share(harmed[both], therapist[both]),
    )
    bars = _bars(
        finding, [float((mask & up)[both].mean()) for mask, up in zip(worse, rose, strict=True)]
    )
    return result_of(finding, [bars, _twins(courses, both)])


def _true_rise(course: Course) -> np.ndarray:
    """Return by how many points a score without error would have risen, `(client,)`."""
    first, last = (
        np.clip(_FORM.intercept + _FORM.slope * distress, _FORM.floor, _FORM.ceiling)
        for distress in (course.start, course.end)
    )
    return np.asarray(last - first)


def _share_of_error(worse: np.ndarray, error: np.ndarray, therapist: np.ndarray) -> Estimate | None:
    """Return the share of those with a worse score whose true score did not rise by as much."""
    if int(worse.sum()) < FEWEST:
        return None
    return numbers.clustered_share(error[worse], therapist[worse])


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    therapy, waiting, harmed = finding.therapy, finding.waiting, finding.harmed
    compared = by_sign(
        finding.apart, "more in therapy", "fewer in therapy", "the two cannot be told apart"
    )
    sentence = (
        f"In therapy the score of {percent(therapy.value)} gets reliably worse (95 % interval "
        f"{percent_ends(therapy)}), waiting that of {percent(waiting.value)} "
        f"({percent_ends(waiting)}): {compared}. {_error(finding.error)} "
        f"{_harmed(harmed)}"
    )
    known = {
        "worse in therapy": therapy,
        "worse waiting": waiting,
        "apart": finding.apart,
        "error in therapy": finding.error,
        "error waiting": finding.error_waiting,
        "harmed": harmed,
    }
    return LessonResult(
        sentence,
        numbers.brackets_left(harmed, EDGES),
        {
            key: value
            for name, part in known.items()
            if part is not None
            for key, value in numbers.named(name, part).items()
        },
        figures,
    )


def _harmed(harmed: Estimate) -> str:
    """Return how many end worse than their twin who waited."""
    if harmed.value == 0:
        return (
            "None of them ends with true distress clearly above that of the twin who waited "
            f"({percent_ends(harmed)}): who got worse here would have got worse without therapy."
        )
    return (
        f"True distress of {percent(harmed.value)} ({percent_ends(harmed)}) ends clearly above "
        "that of their twins who waited: these were harmed, and no score shows who they are."
    )


def _error(error: Estimate | None) -> str:
    """Return how many of the worse scores are error."""
    if error is None:
        return "Too few get worse in therapy to say how many of them truly did."
    return (
        f"Of those who get worse in therapy by their score, {percent(error.value)} "
        f"({percent_ends(error)}) would not count without the questionnaire's error."
    )


def _course(run: Run) -> Course:
    """Return scores and true distress before and after."""
    scores, distress = numbers.observed_arrays(run), numbers.latent_values(run, "distress")
    return Course(scores.pre, scores.post, distress[0], distress[-1])


def _bars(finding: Finding, truly: list[float]) -> Figure:
    names = [*ARMS, "through therapy"]
    parts = [finding.therapy, finding.waiting, finding.harmed]
    y, low, high = (
        numbers.rounded([100 * getattr(part, end) for part in parts], 1)
        for end in ("value", "low", "high")
    )
    missing = float("nan")
    true = numbers.rounded([100 * share for share in truly], 1)
    return Figure(
        "worse",
        "Who gets worse: by the score, truly, and through therapy",
        "",
        "per cent of the clients",
        [
            published.share_of("reliable_deterioration", names[0]),
            Series(
                "bars", "score reliably worse (95 % interval)", names[:2], y[:2], low[:2], high[:2]
            ),
            Series("bars", "of these, without the error too", names[:2], true, look=1),
            Series(
                "bars",
                "truly above the twin who waited (95 % interval)",
                names,
                [missing, missing, y[2]],
                [missing, missing, low[2]],
                [missing, missing, high[2]],
                look=2,
            ),
        ],
        f"Bars in per cent. Score reliably worse: in therapy {y[0]}, waiting {y[1]}; without "
        f"error {true[0]} and {true[1]}. Truly above the twin who waited: {y[2]}.",
        0,
    )


def _twins(courses: list[Course], both: np.ndarray) -> Figure:
    """Return each client's true distress at the end in therapy against that of the twin."""
    known = np.flatnonzero(both)
    dots = known[numbers.evenly_spaced(known.size, numbers.DOTS)]
    treated, waiting = (course.end[dots] for course in courses)
    ends = [float(min(treated.min(), waiting.min())), float(max(treated.max(), waiting.max()))]
    line = numbers.rounded(ends)
    return Figure(
        "twins",
        "The same clients twice: in therapy and waiting",
        "true distress at the end, waiting (0 = healthy average)",
        "true distress at the end, in therapy",
        [
            Series(
                "points",
                "single clients",
                numbers.rounded(waiting),
                numbers.rounded(treated),
                faint=True,
            ),
            Series("line", "no difference; above: harmed", line, line, look=1),
        ],
        f"Scatter of {len(dots)} clients: true distress at the end when they wait and when they "
        f"are in therapy; {int((treated > waiting).sum())} lie above the line, worse off in "
        "therapy.",
    )


LESSON = Lesson(
    name="harm",
    place=15,
    title="Harm",
    question="Some clients end worse than they began. Has therapy harmed them, and did they get "
    "worse at all?",
    misconception="who got worse was harmed by therapy (or: therapy cannot harm)",
    bet=Bet(
        "How many clients end clearly worse off in therapy than the same clients would have ended "
        "without it?",
        ("fewer than 1 in 200", "between 1 in 200 and 1 in 20", "more than 1 in 20"),
        Drawing(
            "In the {world} world clients get {sessions} sessions of CBT, and the same clients "
            "wait. How many get reliably worse by their score, and how many end clearly worse off "
            "in therapy than they would have ended without it?",
            "bars",
            (
                Handle("worse in therapy", "worse score in therapy", 100),
                Handle("worse waiting", "worse score waiting", 100),
                Handle("harmed", "truly worse off than without", 100),
            ),
            *(0, 40, 1),
            "of 100 clients",
        ),
    ),
    controls=(
        WORLD_PICK,
        SESSIONS,
        Dial(
            *("distress.harm", "How much unresolved strain harms", 0, 3, 0.1),
            unit="distress",
            help="How much distress strain that nobody repairs adds at most.",
        ),
        RUPTURES,
        UPS_AND_DOWNS,
        CLIENTS._replace(value=4000),
    ),
    presets={
        "Nothing heals": {"world": "null"},
        "Medical world": {"world": "medical"},
        "Contextual world, strain harms": {"world": "contextual", "distress.harm": 3},
        "Ruptures harm a few": {"rupture.base": -0.5, "distress.harm": 1.5},
        "Ruptures harm many": {"rupture.base": 0.5, "distress.harm": 3},
    },
    careful=(
        "A worse score is not harm: many of those who wait get worse, too, and some scores are "
        "wrong.",
        "Nor is the absence of worse scores the absence of harm: somebody who improves a little in "
        "therapy may have improved more without.",
        f"Harmed: true distress at the end lies {HARMED:g} standard deviations or more above that "
        "of the same client who waited. That border is an assumption, and no study can see a twin.",
        f"Reliably worse: PHQ-9 rises by {_FORM.reliable_change:.0f} points or more, which by the "
        "rule happens by error alone to a few of a hundred.",
        "In these worlds harm comes from ruptures that nobody repairs. Other harm, such as that of "
        "a wrong diagnosis or of abuse, is not in the model.",
    ),
    compute=compute,
    sources=("gyani2013",),
    models="That therapy can harm through the relationship fits the contextual model, that the "
    "wrong ingredient harms would fit the medical; a count of worse scores shows neither.",
    main="distress.harm",
    facts=("reliable_deterioration", "deterioration_rr"),
)
