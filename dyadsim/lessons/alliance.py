"""Lesson: whether alliance causes outcome."""

from typing import NamedTuple

import numpy as np

from dyadsim.analysis import process
from dyadsim.analysis.arrays import residual_gain
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate
from dyadsim.evidence.study_scores import score_at
from dyadsim.lessons import numbers, published
from dyadsim.lessons.dials import CLIENTS, WORLD_PICK, Dial
from dyadsim.lessons.lesson import (
    SEED,
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
from dyadsim.lessons.statements import by_sign, ends, is_nothing, plain_number
from dyadsim.simulation import counterfactual
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.simulate import Run
from dyadsim.simulation.true_effects import HIGH_ALLIANCE, LOW_ALLIANCE
from dyadsim.studies.designs.cohort import cohort

SESSIONS = 16
EDGES = (1e-9, 0.1)


class Finding(NamedTuple):
    """What one study finds.

    Attributes
    ----------
    session
        At which alliance is rated.
    r
        Correlation of the rating with residual gain.
    effect
        Of fixing everybody's alliance high instead of low, on true distress after the last session,
        in standard deviations of true distress at intake; above 0: less distress.
    clients
        With both scores.
    """

    session: int
    r: Estimate
    effect: Estimate
    clients: int


def compute(values: Values) -> LessonResult:
    """Return the correlation that a study finds, and the effect of fixing everybody's alliance."""
    world, study = lesson_parameters(LESSON, values), cohort(follow_up=(), sessions=SESSIONS)
    run = numbers.run_study(study, world, values)
    session = int(values["session"])
    both, rated, gain = _study_scores(run, session)
    courses = [
        numbers.latent_values(
            counterfactual.do(
                study,
                world,
                run.clients.word.size,
                Intervention(hold={"alliance": level}),
                seed=int(values[SEED]),
            ),
            "distress",
        )
        for level in (LOW_ALLIANCE, HIGH_ALLIANCE)
    ]
    r = correlation(rated, gain, run.clients.therapist[both])
    finding = Finding(session, r, _effect(courses, run.clients.therapist), len(rated))
    figures = [_scatter(rated, gain, finding), _twins(courses, numbers.weeks_of(run))]
    return result_of(finding, figures)


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    r = finding.r
    sentence = (
        f"Alliance at session {finding.session} correlates r = {plain_number(r.value)} with "
        f"outcome (95 % interval {ends(r)}). Fixing everybody's alliance at {HIGH_ALLIANCE:g} "
        f"instead of {LOW_ALLIANCE:g} {_caused(finding.effect)}."
    )
    return LessonResult(
        sentence,
        numbers.brackets_left(finding.effect, EDGES),
        {
            **numbers.named("r", r),
            **numbers.named("effect", finding.effect),
            "clients": float(finding.clients),
        },
        figures,
    )


def _study_scores(run: Run, session: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which clients have both scores, their rated alliance and their gain, `(client,)`."""
    scores = numbers.observed_arrays(run, process_scores=True)
    rated = score_at(scores, "alliance_score", session)
    gain = residual_gain(scores.pre, scores.post)
    both = np.flatnonzero(~(np.isnan(rated) | np.isnan(gain)))
    return both, rated[both], gain[both]


def correlation(x: np.ndarray, y: np.ndarray, therapist: np.ndarray) -> Estimate:
    """Return Pearson's r of clients who share therapists.

    The influence of a client is (zx zy - r (zx^2 + zy^2) / 2) / n, and the interval is that of
    Fisher's z, turned back.
    """
    r = process.pearson(x, y).value
    zx, zy = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    influence = (zx * zy - r * (zx**2 + zy**2) / 2) / len(x)
    bent = 1 - r**2
    z = numbers.clustered(float(np.arctanh(r)), influence / bent, therapist)
    error, low, high = z.standard_error * bent, np.tanh(z.low), np.tanh(z.high)
    return Estimate(r, error, float(low), float(high), len(x))


def _effect(courses: list[np.ndarray], therapist: np.ndarray) -> Estimate:
    """Return the mean effect of high instead of low alliance, from distress `(step, client)`."""
    change = (courses[0][-1] - courses[1][-1]) / courses[0][0].std(ddof=1)
    mean = float(change.mean())
    return numbers.clustered(mean, (change - mean) / change.size, therapist)


def _caused(effect: Estimate) -> str:
    """Return an effect in words, above 0: less distress."""
    if is_nothing(effect):
        return "changes nothing at all"
    scale = "standard deviations of true distress at intake"
    nearer, farther = sorted((abs(effect.low), abs(effect.high)))
    certain = (
        f"true distress at the end by {plain_number(abs(effect.value))} {scale} "
        f"({plain_number(nearer)} to {plain_number(farther)})"
    )
    unclear = (
        f"makes a difference of {plain_number(effect.value)} {scale} ({ends(effect)}; above 0: "
        "less distress), which cannot be told from nothing"
    )
    return by_sign(effect, f"lowers {certain}", f"raises {certain}", unclear)


def _scatter(rated: np.ndarray, gain: np.ndarray, finding: Finding) -> Figure:
    r = finding.r.value
    dots = numbers.evenly_spaced(len(rated), numbers.DOTS)
    sides = np.array([np.nanmin(rated), np.nanmax(rated)])
    line = gain.mean() + r * gain.std() / rated.std() * (sides - rated.mean())
    shake = np.random.default_rng(0).uniform(-0.03, 0.03, len(dots))  # scores lie on a grid
    x, y = numbers.rounded(rated[dots] + shake), numbers.rounded(gain[dots], 1)
    fit = numbers.rounded(sides), numbers.rounded(line)

    def fan(low: float, high: float) -> tuple[list[float], list[float]]:
        slopes = np.array([low, high])[:, None] * gain.std() / rated.std()
        lines = gain.mean() + slopes * (sides - rated.mean())
        return numbers.rounded(lines.min(0)), numbers.rounded(lines.max(0))

    known = published.ends_of("alliance_outcome")
    low, high = fan(*known)
    by_chance = NORMAL_QUANTILE / np.sqrt(len(rated))
    name = f"published, r = {published.between(*known)}"
    return Figure(
        "seen",
        "What a study sees",
        "alliance as the client rates it (1 to 5)",
        "gain beyond what the intake score predicts (PHQ-9 points)",
        [
            Series("points", "single clients", x, y, faint=True),
            published.chance_band(fit[0], *fan(-by_chance, by_chance), "studies"),
            Series("band", name, fit[0], [], low, high, look=published.GREY),
            Series("line", f"best line, r = {plain_number(r)}", *fit, look=1),
        ],
        f"Scatter of {len(dots)} of {len(rated)} clients: rated alliance against gain. Over all of "
        f"them the correlation is {plain_number(r)} (95 % interval {ends(finding.r)}).",
    )


def _twins(courses: list[np.ndarray], weeks: np.ndarray) -> Figure:
    levels = (("alliance fixed low", LOW_ALLIANCE), ("alliance fixed high", HIGH_ALLIANCE))
    return Figure(
        "true",
        "What alliance causes: the same clients twice",
        "weeks since intake",
        "true distress (0 = healthy average)",
        [
            numbers.mean_line(distress, weeks, f"{name} ({level:g} of 1)", look)
            for look, (distress, (name, level)) in enumerate(zip(courses, levels, strict=True))
        ],
        "Mean true distress of the same clients with everybody's alliance fixed low and fixed "
        f"high. At the end: {courses[0][-1].mean():.2f} and {courses[1][-1].mean():.2f}.",
        0,
    )


LESSON = Lesson(
    name="alliance",
    place=30,
    title="Does alliance cause outcome?",
    question="In published studies, clients who rate the alliance well early in therapy gain more: "
    "r is about .28. What does that prove?",
    misconception="r = .28 means that alliance causes 28 % of outcome (or 8 %)",
    bet=Bet(
        "If everybody's alliance were fixed high instead of low, how much lower would true "
        "distress be at the end of therapy?",
        ("not lower at all", "by less than a tenth of a standard deviation", "by a tenth or more"),
        Drawing(
            "In the {world} world {clients} clients rate the alliance at session {session}. Which "
            "correlation r with outcome does a study find? And if everybody's alliance were fixed "
            "high instead of low, how much lower would true distress be at the end, in standard "
            "deviations?",
            "points",
            (
                Handle("r", "r that a study finds"),
                Handle("effect", "what alliance causes (SD)"),
            ),
            *(-0.2, 0.8, 0.02),
        ),
    ),
    controls=(
        WORLD_PICK,
        Dial(
            *("distress.bond_effect", "How much the bond itself heals", 0, 2, 0.05),
            unit="distress",
            help="How much distress a full bond between client and therapist takes away at most.",
        ),
        Dial(
            *("alliance.reverse", "How much improvement lifts the alliance", 0, 4, 0.1),
            help="The reverse path: who has just got better rates the alliance higher.",
        ),
        Dial(
            "measurement.style",
            "Tendency of raters to see everything as good or as bad",
            *(0, 1, 0.05),
            unit="SD",
            help="Style of raters as a standard deviation (SD) of the true score; it colours all "
            "forms of one person.",
        ),
        Dial(
            *("session", "Session at which alliance is rated", 1, 8, 1, 3),
            help="Early in therapy, before most of the change.",
        ),
        CLIENTS._replace(value=3000),
    ),
    presets={
        "Alliance does nothing": {"world": "null"},
        "Only specific ingredients heal": {"world": "medical"},
        "Alliance heals": {"world": "contextual"},
        "Alliance heals, rated at session 1": {"world": "contextual", "session": 1},
        "Alliance heals much": {"world": "contextual", "distress.bond_effect": 2},
        "Nothing heals, improvement lifts the alliance much": {
            "world": "null",
            "alliance.reverse": 4,
        },
        "Nothing heals, ratings without bias, improvement lifts nothing": {
            "world": "null",
            "measurement.style": 0,
            "alliance.reverse": 0,
        },
    },
    careful=(
        "A correlation is not a share: r = .28 means 8 % of the variance in common, and even that "
        "need not be caused.",
        "Clients of one therapist are alike. The interval counts therapists, not only clients, and "
        "is wider than the usual formula for r says.",
        "Clients who are getting better rate the alliance higher, and some raters see everything "
        "in a good light. Both produce a correlation without any effect of alliance.",
        "Where only specific ingredients heal, alliance changes who stays long enough to get them: "
        "a small effect, and no healing of its own.",
        "The second figure shows everybody, including those who have left care. That is why "
        "distress can rise.",
        "Nor does the correlation prove that alliance does nothing: in the contextual world, where "
        "the bond heals, it is about .29, in the medical world, where it does not, .27, and where "
        "nothing heals at all still .20 (as calibrated; means of 20 seeds).",
        "Nobody can fix a real alliance at a number. The two levels, .62 and .78 of 1, lie 1.7 "
        "standard deviations of the alliance at session 3 apart.",
    ),
    compute=compute,
    sources=("fluckiger2018",),
    models="The correlation that the contextual model cites arises in the medical world as well: "
    "it counts for neither.",
    main="distress.bond_effect",
    facts=("alliance_outcome", "alliance_dropout", "within_client_lag"),
)
