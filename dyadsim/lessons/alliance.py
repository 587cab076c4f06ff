"""Lesson: whether alliance causes outcome."""

import numpy as np

from dyadsim.analysis.arrays import residual_gain
from dyadsim.evidence.study_scores import score_at
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
    SEED,
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
from dyadsim.simulation import counterfactual
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort

SESSIONS = 16
LOW, HIGH = 0.62, 0.78  # one SD below and above the usual alliance of the hybrid world
EDGES = (0.1, 0.2)


def compute(values: Values) -> LessonResult:
    """Return the correlation that a study finds, and the effect of fixing everybody's alliance."""
    world, study = lesson_parameters(LESSON, values), cohort(follow_up=(), sessions=SESSIONS)
    run = numbers.run_study(study, world, values)
    rated, gain = _study_scores(run, int(values["session"]))
    r = float(np.corrcoef(rated, gain)[0, 1])
    ends = [
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
        for level in (LOW, HIGH)
    ]
    change = (ends[0][-1] - ends[1][-1]) / ends[0][0].std(ddof=1)
    effect = float(change.mean())
    sentence = (
        f"Alliance at session {values['session']} correlates {r:.2f} with outcome. Fixing "
        f"everybody's alliance at a high instead of a low level {_caused(effect)}."
    )
    return LessonResult(
        sentence,
        numbers.bracket(r, EDGES),
        {
            "r": r,
            "r.se": float((1 - r**2) / np.sqrt(len(rated) - 1)),
            "effect": effect,
            "effect.se": float(change.std(ddof=1) / np.sqrt(change.size)),
            "clients": float(len(rated)),
        },
        [_scatter(rated, gain, r), _twins(ends, numbers.weeks_of(run))],
    )


def _study_scores(run: Run, session: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rated alliance and the gain of the clients who have both, `(client,)`."""
    scores = numbers.observed_arrays(run, process_scores=True)
    rated = score_at(scores, "alliance_score", session)
    gain = residual_gain(scores.pre, scores.post)
    both = np.flatnonzero(~(np.isnan(rated) | np.isnan(gain)))
    return rated[both], gain[both]


def _caused(effect: float) -> str:
    """Return an effect in words, above 0: less distress."""
    if abs(effect) < 1e-6:
        return "changes nothing at all"
    verb = "lowers" if effect > 0 else "raises"
    return f"{verb} distress by {abs(effect):.2f} standard deviations"


def _scatter(rated: np.ndarray, gain: np.ndarray, r: float) -> Figure:
    dots = numbers.evenly_spaced(len(rated), numbers.DOTS)
    ends = np.array([np.nanmin(rated), np.nanmax(rated)])
    line = gain.mean() + r * gain.std() / rated.std() * (ends - rated.mean())
    shake = np.random.default_rng(0).uniform(-0.03, 0.03, len(dots))  # scores lie on a grid
    x, y = numbers.rounded(rated[dots] + shake), numbers.rounded(gain[dots], 1)
    fit = numbers.rounded(ends), numbers.rounded(line)
    return Figure(
        "seen",
        "What a study sees",
        "alliance as the client rates it (1 to 5)",
        "gain beyond what the intake score predicts (PHQ-9 points)",
        [
            Series("points", "single clients", x, y, faint=True),
            Series("line", f"best line, r = {r:.2f}", *fit, look=1),
        ],
        f"Scatter of {len(rated)} clients: alliance against gain; the correlation is {r:.2f}.",
    )


def _twins(ends: list[np.ndarray], weeks: np.ndarray) -> Figure:
    levels = (("alliance fixed low", LOW), ("alliance fixed high", HIGH))
    return Figure(
        "true",
        "What alliance causes: the same clients twice",
        "weeks since intake",
        "true distress (0 = healthy average)",
        [
            numbers.mean_line(distress, weeks, f"{name} ({level:g} of 1)", look)
            for look, (distress, (name, level)) in enumerate(zip(ends, levels, strict=True))
        ],
        "Mean true distress of the same clients with everybody's alliance fixed low and fixed "
        f"high. At the end: {ends[0][-1].mean():.2f} and {ends[1][-1].mean():.2f}.",
        0,
    )


LESSON = Lesson(
    name="alliance",
    place=30,
    title="Does alliance cause outcome?",
    question="Clients rate the alliance early in therapy, and those who rate it well gain more. "
    "What does that prove?",
    misconception="r = .28 means that alliance causes 28 % of outcome (or 8 %)",
    bet=Bet(
        "How large is the correlation between alliance and outcome in this world?",
        ("below .1", ".1 to .2", "above .2"),
    ),
    controls=(
        WORLD_PICK,
        Dial("distress.bond_effect", "How much the bond itself heals", 0, 2, 0.05, unit="distress"),
        Dial("alliance.reverse", "How much improvement lifts the alliance", 0, 4, 0.1),
        Dial(
            "measurement.style",
            "Tendency of raters to see everything as good or as bad",
            0,
            1,
            0.05,
            unit="SD",
        ),
        Dial("session", "Session at which alliance is rated", 1, 8, 1, 3),
        numbers.CLIENTS,
    ),
    presets={
        "Alliance does nothing": {"world": "null"},
        "Only specific ingredients heal": {"world": "medical"},
        "Alliance heals": {"world": "contextual"},
        "Alliance heals much": {"world": "contextual", "distress.bond_effect": 2},
        "Nothing heals, ratings without bias, improvement lifts nothing": {
            "world": "null",
            "measurement.style": 0,
            "alliance.reverse": 0,
        },
    },
    careful=(
        "A correlation is not a share: r = .28 means 8 % of the variance in common, and even that "
        "need not be caused.",
        "Clients who are getting better rate the alliance higher, and some raters see everything "
        "in a good light. Both produce a correlation without any effect of alliance.",
        "Where only specific ingredients heal, alliance changes who stays long enough to get them: "
        "a small effect, and no healing of its own.",
        "The lower figure shows everybody, including those who have left care. That is why "
        "distress can rise.",
        "Nor does the correlation prove that alliance does nothing: in the contextual world it is "
        "about as large, and there the bond heals.",
        "Nobody can fix a real alliance at a number (.62 and .78 of 1 are about one standard "
        "deviation below and above the usual). That is what a simulation is for.",
    ),
    compute=compute,
    sources=("fluckiger2018",),
)
