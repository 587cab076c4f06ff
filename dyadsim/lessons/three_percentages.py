"""Lesson: three percentages of the same therapy, each with a denominator of its own."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dyadsim.analysis.shapley import shapley
from dyadsim.attribution import true_shares
from dyadsim.attribution.estimated_shares import PIE
from dyadsim.attribution.true_shares import CAUSES, Care
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
from dyadsim.model.parameters import Parameters
from dyadsim.numerics.random_streams import Group
from dyadsim.simulation import counterfactual, simulate
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies.study import Study, arm

EDGES = (2.0, 10.0, 30.0)
# What the three have in common. The pie's first slice is all that is not therapy; chance and the
# therapists have a share of variance alone.
LABELS = ("client and life", "therapist", "relationship", "expectancy", "technique", "chance")
TECHNIQUE = LABELS.index("technique")
BATCHES = 10  # of clients, whose spread gives the errors
LOST = ("relationship", "expectancy", "technique")


def compute(values: Values) -> Shown:
    """Return the three percentages of each ingredient."""
    world = parameters(LESSON, values)
    care = Care(dose_spread=float(values["dose_spread"]))
    clients, seed = int(values["clients"]), int(values[LUCK])
    ends = true_shares.lives(true_shares.study(care), world, clients, seed)[:, 1]
    share, error = _variance(ends), _error([_variance(part) for part in _batches(ends)])
    left = _left(care, world, clients, seed)
    gone, gone_error = _lost(left), _error([_lost(part) for part in _batches(left)])
    technique = float(gone[2])
    told = (
        "where nothing heals, nothing can be lost"
        if np.isnan(technique)
        else f"without it {technique:.0f} % of the mean effect is lost"
    )
    sentence = (
        f"Technique is said to be {PIE['technique']:.0f} % of outcome. In this world it explains "
        f"{max(share[TECHNIQUE], 0.0):.1f} % of the differences between clients, and {told}."
    )
    parts = (
        ("lost without", LOST, gone, gone_error),
        ("differences explained by", LABELS, share, error),
    )
    found: dict[str, float] = {}
    for word, names, values_of, errors in parts:
        for name, value, chance in reversed(list(zip(names, values_of, errors, strict=True))):
            found |= {f"{word} {name}, %": value, f"{word} {name}, %.se": chance}
    answer = 0 if np.isnan(technique) else numbers.bracket(technique, EDGES)
    return Shown(sentence, answer, found, [_figure(share, error, gone, gone_error)])


def _batches(values: np.ndarray) -> list[np.ndarray]:
    """Return the clients (last axis) in batches."""
    return np.array_split(values, BATCHES, axis=-1)


def _error(parts: list[np.ndarray]) -> np.ndarray:
    """Return the error of a whole, from the spread of what its batches say."""
    return np.asarray(np.std(parts, axis=0, ddof=1) / np.sqrt(len(parts)))


def _variance(ends: np.ndarray) -> np.ndarray:
    """Return Shapley shares of variance of distress at the end (%), in the order of LABELS."""
    worth = true_shares.closed_variances(ends)
    whole = 100 * shapley(worth[None])[0] / (worth[-1] - worth[0])
    found = dict(zip((one.name.lower() for one in Group), whole, strict=True))
    found["client and life"] = found.pop("client")
    return np.array([found[name] for name in LABELS])


def _left(care: Care, world: Parameters, clients: int, seed: int) -> np.ndarray:
    """Return distress at the end untreated, treated, and treated without each of LOST."""
    planned = true_shares.study(care._replace(treatments=care.treatments[:1], dose_spread=0.0))
    nobody = planned._replace(arms=(arm("untreated", None, care.sessions),))
    gone = [Intervention(hold={CAUSES[name]: 0.0}) for name in LOST]

    def end(what: tuple[Study, Intervention | None]) -> np.ndarray:
        study, done = what
        if done is None:
            run = simulate.run(study, world, clients, seed, threads=1)
        else:
            run = counterfactual.do(study, world, clients, done, seed, threads=1)
        return np.asarray(numbers.latent(run, "distress")[-1])

    with ThreadPoolExecutor(simulate.default_threads()) as pool:
        kinds = [(nobody, None), (planned, None), *((planned, one) for one in gone)]
        return np.array(list(pool.map(end, kinds)))


def _lost(left: np.ndarray) -> np.ndarray:
    """Return what of the mean effect against no treatment is lost without each of LOST (%)."""
    untreated, full, *without = left.mean(axis=-1)
    if untreated - full < 1e-6:
        return np.full(len(LOST), np.nan)
    return np.array([100 * (one - full) / (untreated - full) for one in without])


def _figure(
    share: np.ndarray, error: np.ndarray, gone: np.ndarray, gone_error: np.ndarray
) -> Figure:
    none = float("nan")
    lost, lost_error = (dict(zip(LOST, found, strict=True)) for found in (gone, gone_error))
    bars = {
        "claimed (Lambert's pie)": [PIE.get(name, none) for name in LABELS],
        "differences between clients it explains": list(np.maximum(share, 0)),
        "mean effect that is lost without it": [lost.get(name, none) for name in LABELS],
    }
    halves = ([none] * len(LABELS), error, [lost_error.get(name, none) for name in LABELS])
    about = "; ".join(
        f"{name}: "
        + ", ".join(
            f"{label} {value:.0f}"
            for label, value in zip(LABELS, row, strict=True)
            if not np.isnan(value)
        )
        for name, row in bars.items()
    )
    return Figure(
        "three",
        "Three percentages of one therapy, each of something else",
        "",
        "per cent, each of its own whole",
        [
            Series(
                "bars",
                name,
                list(LABELS),
                numbers.numbers(row, 1),
                numbers.numbers(np.array(row) - 1.96 * np.array(half), 1),
                numbers.numbers(np.array(row) + 1.96 * np.array(half), 1),
                k,
            )
            for k, ((name, row), half) in enumerate(zip(bars.items(), halves, strict=True))
        ],
        f"Bars in per cent. {about}.",
    )


LESSON = Lesson(
    "three_percentages",
    "Three percentages",
    "“40 % client, 30 % relationship, 15 % hope, 15 % technique.” Per cent of what?",
    "15 % of outcome is technique",
    Bet(
        "How much of therapy's mean effect is lost in this world if technique is taken away?",
        ("under 2 %, or nothing", "2 to 10 %", "10 to 30 %", "more than 30 %"),
    ),
    (
        WORLD_PICK,
        Dial("distress.specificity", "Share of treatment that needs the right match", 0, 1, 0.05),
        Dial("process_change.gating", "How far technique needs trust", 0, 2, 0.1),
        Dial("population.therapist_spread", "How much therapists differ", 0, 3, 0.1, unit="SD"),
        Dial("dose_spread", "How much the dose of technique differs", 0, 0.9, 0.1, 0.0),
        Dial("clients", "Clients", 400, 4000, 200, 1000),
    ),
    {
        "Medical world": {"world": "medical"},
        "Contextual world": {"world": "contextual"},
        "Doses differ": {"world": "medical", "dose_spread": 0.9},
    },
    (
        "The three have different wholes, so they cannot be added, averaged or put into one pie.",
        "What everybody gets alike explains no differences, however much it heals.",
        "Losses can add to more than 100 %: what works only together is lost twice. In the medical "
        "world nothing heals but the ingredient, and yet without any relationship people leave "
        "before it has worked.",
        "The pie is a judgement that was never computed from data.",
        "Shares carry chance, and one or two per cent may be nothing but chance: try new luck.",
    ),
    compute,
    ("founding_paper",),
)
