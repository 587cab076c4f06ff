"""Lesson: does alliance cause outcome?"""

import numpy as np

from dyadsim.evidence.statistics import residual_gain, score_at
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
from dyadsim.simulation import counterfactual
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies.designs.cohort import cohort

SESSIONS = 16
LOW, HIGH = 0.62, 0.78  # one SD below and above the usual alliance of the hybrid world
EDGES = (0.1, 0.2)


def compute(values: Values) -> Shown:
    """Return the correlation that a study finds, and the effect of setting everybody's alliance."""
    world, study = parameters(LESSON, values), cohort(follow_up=(), sessions=SESSIONS)
    made = numbers.run(study, world, values)
    seen = numbers.seen(made, process_scores=True)
    rated = score_at(seen, "alliance_score", int(values["session"]))
    gain = residual_gain(seen.pre, seen.post)
    both = np.flatnonzero(~(np.isnan(rated) | np.isnan(gain)))
    x, y = rated[both], gain[both]
    r = float(np.corrcoef(x, y)[0, 1])
    held = [
        counterfactual.do(
            study,
            world,
            made.clients.word.size,
            Intervention(hold={"alliance": level}),
            int(values[LUCK]),
        )
        for level in (LOW, HIGH)
    ]
    ends = [numbers.latent(one, "distress") for one in held]
    change = (ends[0][-1] - ends[1][-1]) / ends[0][0].std(ddof=1)
    effect, error = float(change.mean()), float(change.std(ddof=1) / np.sqrt(change.size))
    caused = (
        "changes nothing at all"
        if abs(effect) < 1e-6
        else f"{'lowers' if effect > 0 else 'raises'} distress by {abs(effect):.2f} "
        "standard deviations"
    )
    sentence = (
        f"Alliance at session {values['session']} correlates {r:.2f} with outcome. Holding "
        f"everybody's alliance high instead of low {caused}."
    )
    return Shown(
        sentence,
        numbers.bracket(r, EDGES),
        {
            "r": r,
            "r.se": float((1 - r**2) / np.sqrt(len(x) - 1)),
            "effect": effect,
            "effect.se": error,
            "clients": float(len(x)),
        },
        [_scatter(x, y, r), _twins(ends, numbers.weeks_of(made))],
    )


def _scatter(x: np.ndarray, y: np.ndarray, r: float) -> Figure:
    every = np.linspace(0, len(x) - 1, min(numbers.DOTS, len(x))).astype(int)
    ends = np.array([np.nanmin(x), np.nanmax(x)])
    line = y.mean() + r * y.std() / x.std() * (ends - x.mean())
    shake = np.random.default_rng(0).uniform(-0.03, 0.03, len(every))  # scores lie on a grid
    return Figure(
        "seen",
        "What a study sees",
        "alliance as the client rates it (1 to 5)",
        "gain beyond what intake predicts (PHQ-9 points)",
        [
            Series(
                "points",
                "one client each",
                numbers.numbers(x[every] + shake),
                numbers.numbers(y[every], 1),
                faint=True,
            ),
            Series(
                "line",
                f"best line, r = {r:.2f}",
                numbers.numbers(ends),
                numbers.numbers(line),
                look=1,
            ),
        ],
        f"Scatter of {len(x)} clients: alliance against gain; the correlation is {r:.2f}.",
    )


def _twins(ends: list[np.ndarray], weeks: np.ndarray) -> Figure:
    names = ("alliance held low", "alliance held high")
    return Figure(
        "true",
        "What alliance causes: the same clients twice",
        "weeks since intake",
        "true distress (0 = healthy average)",
        [
            numbers.mean_line(one, weeks, f"{name} ({level:g} of 1)", look)
            for look, (one, name, level) in enumerate(zip(ends, names, (LOW, HIGH), strict=True))
        ],
        "Mean true distress of the same clients with everybody's alliance held low and held high. "
        f"At the end: {ends[0][-1].mean():.2f} and {ends[1][-1].mean():.2f}.",
        0,
    )


LESSON = Lesson(
    "alliance",
    "Does alliance cause outcome?",
    "A study rates the alliance early in therapy and finds that clients with a good one gain more. "
    "What does that prove?",
    "r = .28 means that alliance causes 28 % of outcome (or 8 %)",
    Bet(
        "How large is the correlation between alliance and outcome in this world?",
        ("below .1", ".1 to .2", "above .2"),
    ),
    (
        WORLD_PICK,
        Dial("distress.bond_effect", "What the bond itself heals", 0, 2, 0.05, unit="distress"),
        Dial("alliance.reverse", "How much getting better lifts the alliance", 0, 4, 0.1),
        Dial("measurement.style", "Raters who see all bright or all dark", 0, 1, 0.05, unit="SD"),
        Dial("session", "Session in which alliance is rated", 1, 8, 1, 3),
        numbers.CLIENTS,
    ),
    {
        "Alliance does nothing": {"world": "null"},
        "Only specific ingredients heal": {"world": "medical"},
        "Alliance heals": {"world": "contextual"},
        "Alliance heals much": {"world": "contextual", "distress.bond_effect": 2},
        "Nothing heals, raters are sober, getting better lifts nothing": {
            "world": "null",
            "measurement.style": 0,
            "alliance.reverse": 0,
        },
    },
    (
        "A correlation is no share: r = .28 is 8 % of the variance in common, and even that need "
        "not be caused.",
        "Clients who are getting better rate the alliance higher, bright raters call all things "
        "bright. Both make a correlation without any effect of alliance.",
        "Where only specific ingredients heal, alliance changes who stays long enough to get them: "
        "a small effect, and no healing of its own.",
        "The lower figure shows everybody, also those who have left care: so distress can rise.",
        "Nor does the correlation prove that alliance does nothing: in the contextual world it is "
        "about as large, and there the bond heals.",
        "Nobody can hold a real alliance at a number (.62 and .78 of 1 are about one standard "
        "deviation below and above the usual). That is what a simulation is for.",
    ),
    compute,
    ("fluckiger2018",),
)
