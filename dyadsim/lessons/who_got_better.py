"""Lesson: who got better? Single courses, reliable change, and those who waited."""

from typing import NamedTuple

import numpy as np

from dyadsim.analysis.clinical_significance import reliable_change
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
    WORLD_PICK,
    Bet,
    Dial,
    Figure,
    Lesson,
    LessonResult,
    Series,
    Values,
    lesson_parameters,
)
from dyadsim.model import questionnaires
from dyadsim.studies.designs.rct import rct

KINDS = ("recovered", "improved", "no reliable change", "worse")
EDGES = (0.25, 0.5, 0.75)
ARMS = ("therapy", "waiting")  # in the order of the trial's arms


class ArmScores(NamedTuple):
    """Scores before and after of the clients of an arm who gave both, `(client,)`."""

    pre: np.ndarray
    post: np.ndarray


def kind_shares(scores: ArmScores, form: questionnaires.Instrument) -> np.ndarray:
    """Return the share of each of KINDS by Jacobson and Truax's rule (`analysis.change`)."""
    shares = reliable_change(
        scores.pre, scores.post, reliable_change=form.reliable_change, cut_off=form.cut_off
    ).value_counts(normalize=True)
    return np.array(
        [shares[name] for name in ("recovered", "improved", "unchanged", "deteriorated")]
    )


def compute(values: Values) -> LessonResult:
    """Return single courses and how many changed, in therapy and waiting."""
    study = rct(
        ("cbt", "waitlist"), sessions=int(values["sessions"]), follow_up=(), instrument="phq9"
    )
    run = numbers.run_study(study, lesson_parameters(LESSON, values), values)
    scores, form = numbers.observed_arrays(run), questionnaires.find_instrument("phq9")
    arms = {}
    for code, word in enumerate(ARMS):
        mine = (run.clients.arm == code) & ~np.isnan(scores.pre + scores.post)
        arms[word] = ArmScores(scores.pre[mine], scores.post[mine])
    shares = {word: kind_shares(arm, form) for word, arm in arms.items()}
    counts = {word: int(arm.post.size) for word, arm in arms.items()}
    above = float((arms["therapy"].post < arms["waiting"].post.mean()).mean())
    therapy, waiting = shares["therapy"], shares["waiting"]
    sentence = (
        f"In therapy {numbers.percent(therapy[0])} recover and {numbers.percent(therapy[3])} get "
        f"worse; of those who wait, {numbers.percent(waiting[0])} recover all the same. "
        f"{numbers.percent(above)} of the treated end better than the average of those who wait."
    )
    result = {"better than the average of those who wait": above}
    for word, share in shares.items():
        for kind, value in zip(KINDS, share, strict=True):
            result[f"{word}, {kind}"] = float(value)
            result[f"{word}, {kind}.se"] = numbers.share_error(float(value), counts[word])
    treated = numbers.latent_values(run, "symptom_score")[:, run.clients.arm == 0]
    return LessonResult(
        sentence,
        numbers.bracket(float(therapy[0]), EDGES),
        result,
        [_courses(treated, numbers.weeks_of(run)), _bars(shares, counts)],
    )


def _courses(scores: np.ndarray, weeks: np.ndarray) -> Figure:
    lines, band, mean = numbers.course_series(scores, weeks, "in therapy")
    return Figure(
        "courses",
        "Single courses in therapy",
        "weeks since intake",
        "PHQ-9 score (0 to 27, lower is better)",
        [lines, band, mean],
        f"Courses of single clients in therapy; their mean falls from {mean.y[0]:.1f} to "
        f"{mean.y[-1]:.1f} points. The middle eight of ten lie between {band.low[-1]:.0f} and "
        f"{band.high[-1]:.0f} at the end.",
        0,
        27,
    )


def _bars(shares: dict[str, np.ndarray], counts: dict[str, int]) -> Figure:
    about = "; ".join(
        f"{word}: "
        + ", ".join(f"{kind} {value:.0%}" for kind, value in zip(KINDS, share, strict=True))
        for word, share in shares.items()
    )
    return Figure(
        "kinds",
        "What became of the clients",
        "",
        "per cent of the clients in that arm",
        [_bar(word, share, counts[word], look=k) for k, (word, share) in enumerate(shares.items())],
        f"{about}.",
        0,
        100,
    )


def _bar(word: str, share: np.ndarray, count: int, *, look: int) -> Series:
    half = np.array([196 * numbers.share_error(float(value), count) for value in share])
    return Series(
        "bars",
        word,
        list(KINDS),
        numbers.rounded(100 * share, 1),
        numbers.rounded(100 * share - half, 1),
        numbers.rounded(100 * share + half, 1),
        look,
    )


LESSON = Lesson(
    name="who_got_better",
    place=50,
    title="Who got better?",
    question="A mean score falls by a few points. Who are the clients behind it?",
    misconception="80 % are better off after therapy",
    bet=Bet(
        "Of a hundred clients in therapy, how many recover, that is, get reliably better and end "
        "below the clinical cut-off?",
        ("fewer than 25", "25 to 50", "50 to 75", "more than 75"),
    ),
    controls=(
        WORLD_PICK,
        Dial("sessions", "Sessions", 4, 30, 1, 12),
        Dial("population.distress_mean", "Distress of the population", -1, 3, 0.1, unit="distress"),
        Dial("distress.treatment_gain", "Strength of treatment", 0, 6, 0.1, unit="distress"),
        Dial(
            "distress.distress_noise",
            "Ups and downs from week to week",
            0,
            2,
            0.05,
            unit="distress",
        ),
        numbers.CLIENTS,
    ),
    presets={
        "Time alone": {"world": "null"},
        "Medical world": {"world": "medical"},
        "Contextual world": {"world": "contextual"},
        "Four sessions": {"sessions": 4},
    },
    careful=(
        "“80 % better off” means that the average treated client ends better than 80 % of the "
        "untreated. It does not mean that 80 % got better.",
        "Some recover without therapy, and would have been counted as its success.",
        "Clients who get worse in therapy may have got worse without it: compare them with those "
        "who waited.",
        "Up to the last week the curves show those still in care; the last point shows everybody. "
        "That is why the mean can rise at the end.",
        "Reliable change depends on the questionnaire: a better one finds more of it.",
    ),
    compute=compute,
    sources=("gyani2013", "whiteford2013"),
)
