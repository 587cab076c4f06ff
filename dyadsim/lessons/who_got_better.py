"""Lesson: who got better? Single courses, reliable change, and those who waited."""

import numpy as np

from dyadsim.analysis.change import reliable_change
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
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
from dyadsim.studies.designs.rct import rct

KINDS = ("recovered", "improved", "no reliable change", "worse")
EDGES = (0.25, 0.5, 0.75)
ARMS = {"cbt": "therapy", "waitlist": "waiting"}


def kinds(pre: np.ndarray, post: np.ndarray, form: questionnaires.Instrument) -> np.ndarray:
    """Return the share of each of KINDS by Jacobson and Truax's rule (`analysis.change`)."""
    found = reliable_change(
        pre, post, reliable_change=form.reliable_change, cut_off=form.cut_off
    ).value_counts(normalize=True)
    return np.array(
        [found[name] for name in ("recovered", "improved", "unchanged", "deteriorated")]
    )


def compute(values: Values) -> Shown:
    """Return single courses and how many changed, in therapy and waiting."""
    study = rct(
        ("cbt", "waitlist"), sessions=int(values["sessions"]), follow_up=(), instrument="phq9"
    )
    made = numbers.run(study, parameters(LESSON, values), values)
    seen, form = numbers.seen(made), questionnaires.named("phq9")
    shares, counts, scores = {}, {}, {}
    for code, (arm, word) in enumerate(ARMS.items()):
        mine = (made.clients.arm == code) & ~np.isnan(seen.pre + seen.post)
        shares[word] = kinds(seen.pre[mine], seen.post[mine], form)
        counts[word], scores[arm] = int(mine.sum()), mine
    treated, waited = seen.post[scores["cbt"]], seen.post[scores["waitlist"]]
    above = float((treated < waited.mean()).mean())
    therapy, waiting = shares["therapy"], shares["waiting"]
    sentence = (
        f"In therapy {numbers.percent(therapy[0])} recover and {numbers.percent(therapy[3])} get "
        f"worse; of those who wait, {numbers.percent(waiting[0])} recover all the same. "
        f"{numbers.percent(above)} of the treated end better than the average of those who wait."
    )
    found: dict[str, float] = {"better than the average of the waiting": above}
    for word, share in shares.items():
        for kind, value in zip(KINDS, share, strict=True):
            found[f"{word}, {kind}"] = float(value)
            found[f"{word}, {kind}.se"] = numbers.share_error(float(value), counts[word])
    every = numbers.latent(made, "symptom_score")[:, made.clients.arm == 0]
    return Shown(
        sentence,
        numbers.bracket(float(therapy[0]), EDGES),
        found,
        [_courses(every, numbers.weeks_of(made)), _bars(shares, counts)],
    )


def _courses(scores: np.ndarray, weeks: np.ndarray) -> Figure:
    parts = numbers.courses(scores, weeks, "in therapy")
    return Figure(
        "courses",
        "Single courses in therapy",
        "weeks since intake",
        "PHQ-9 score (0 to 27, lower is better)",
        parts,
        f"Courses of single clients in therapy; their mean falls from {parts[2].y[0]:.1f} to "
        f"{parts[2].y[-1]:.1f} points. The middle eight of ten lie between {parts[1].low[-1]:.0f} "
        f"and {parts[1].high[-1]:.0f} at the end.",
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
        "What became of them",
        "",
        "per cent of the clients of that arm",
        [_bar(word, share, counts[word], k) for k, (word, share) in enumerate(shares.items())],
        f"{about}.",
        0,
        100,
    )


def _bar(word: str, share: np.ndarray, count: int, look: int) -> Series:
    half = np.array([196 * numbers.share_error(float(value), count) for value in share])
    return Series(
        "bars",
        word,
        list(KINDS),
        numbers.numbers(100 * share, 1),
        numbers.numbers(100 * share - half, 1),
        numbers.numbers(100 * share + half, 1),
        look,
    )


LESSON = Lesson(
    "who_got_better",
    "Who got better?",
    "A mean falls by so many points. Who are the clients behind it?",
    "80 % are better off after therapy",
    Bet(
        "Of a hundred clients in therapy, how many recover: reliably better, and no longer a case?",
        ("fewer than 25", "25 to 50", "50 to 75", "more than 75"),
    ),
    (
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
    {
        "Time alone": {"world": "null"},
        "Medical world": {"world": "medical"},
        "Contextual world": {"world": "contextual"},
        "Four sessions": {"sessions": 4},
    },
    (
        "“80 % better off” says that the average treated client ends better than 80 % of the "
        "untreated. It does not say that 80 % got better.",
        "Some recover without therapy and would have been counted as its success.",
        "Who gets worse in therapy may have got worse without it: compare with those who waited.",
        "Up to the last week the curves show those still in care, the last point shows everybody: "
        "so the mean can rise at the end.",
        "Reliable change depends on the questionnaire: a better one finds more of it.",
    ),
    compute,
    ("gyani2013", "whiteford2013"),
)
