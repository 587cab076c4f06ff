"""Lesson: three percentages of the same therapy, each with a denominator of its own."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dyadsim.analysis.shapley import shapley_shares
from dyadsim.attribution import true_shares
from dyadsim.attribution.estimated_shares import CLAIMED_PIE
from dyadsim.attribution.true_shares import CAUSES, Care
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


def compute(values: Values) -> LessonResult:
    """Return the three percentages of each ingredient."""
    world = lesson_parameters(LESSON, values)
    care = Care(dose_spread=float(values["dose_spread"]))
    clients, seed = int(values["clients"]), int(values[SEED])
    planned = true_shares.attribution_study(care)
    ends = true_shares.redrawn_outcomes(planned, world, clients=clients, seed=seed)[:, 1]
    share, share_error = _variance(ends), _error([_variance(part) for part in _batches(ends)])
    distress = _distress_without(care, world, clients, seed)
    lost, lost_error = _lost(distress), _error([_lost(part) for part in _batches(distress)])
    technique = float(lost[LOST.index("technique")])
    loss = (
        "where nothing heals, nothing can be lost"
        if np.isnan(technique)
        else f"without it {technique:.0f} % of the mean effect is lost"
    )
    sentence = (
        f"Technique is said to be {CLAIMED_PIE['technique']:.0f} % of outcome. In this world it "
        f"explains {max(share[TECHNIQUE], 0.0):.1f} % of the differences between clients, and "
        f"{loss}."
    )
    return LessonResult(
        sentence,
        0 if np.isnan(technique) else numbers.bracket(technique, EDGES),
        {
            **_named("lost without", LOST, lost, lost_error),
            **_named("differences explained by", LABELS, share, share_error),
        },
        [_figure((share, share_error), (lost, lost_error))],
    )


def _named(
    what: str, labels: tuple[str, ...], values: np.ndarray, errors: np.ndarray
) -> dict[str, float]:
    """Return percentages and their errors by name, the last label first."""
    result: dict[str, float] = {}
    for label, value, error in reversed(list(zip(labels, values, errors, strict=True))):
        result |= {f"{what} {label}, %": value, f"{what} {label}, %.se": error}
    return result


def _batches(values: np.ndarray) -> list[np.ndarray]:
    """Return the clients (last axis) in batches."""
    return np.array_split(values, BATCHES, axis=-1)


def _error(parts: list[np.ndarray]) -> np.ndarray:
    """Return the standard error of the whole, from the spread of its batches."""
    return np.asarray(np.std(parts, axis=0, ddof=1) / np.sqrt(len(parts)))


def _variance(ends: np.ndarray) -> np.ndarray:
    """Return Shapley shares of the variance of distress at the end (%), in the order of LABELS."""
    worth = true_shares.closed_variances(ends)
    shares = 100 * shapley_shares(worth[None])[0] / (worth[-1] - worth[0])
    by_group = dict(zip((group.name.lower() for group in Group), shares, strict=True))
    by_group["client and life"] = by_group.pop("client")
    return np.array([by_group[label] for label in LABELS])


def _distress_without(care: Care, world: Parameters, clients: int, seed: int) -> np.ndarray:
    """Return distress at the end, `(condition, client)`.

    The conditions: untreated, treated, and treated without each of LOST.
    """
    treated = true_shares.attribution_study(
        care._replace(treatments=care.treatments[:1], dose_spread=0.0)
    )
    untreated = treated._replace(arms=(arm("untreated", None, care.sessions),))
    without = [Intervention(hold={CAUSES[name]: 0.0}) for name in LOST]

    def end(condition: tuple[Study, Intervention | None]) -> np.ndarray:
        study, intervention = condition
        if intervention is None:
            run = simulate.run(study, world, clients, seed=seed, threads=1)
        else:
            run = counterfactual.do(study, world, clients, intervention, seed=seed, threads=1)
        return np.asarray(numbers.latent_values(run, "distress")[-1])

    with ThreadPoolExecutor(simulate.default_threads()) as pool:
        conditions = [(untreated, None), (treated, None), *((treated, what) for what in without)]
        return np.array(list(pool.map(end, conditions)))


def _lost(distress: np.ndarray) -> np.ndarray:
    """Return how much of the mean effect against no treatment is lost without each of LOST (%)."""
    untreated, full, *without = distress.mean(axis=-1)
    if untreated - full < 1e-6:
        return np.full(len(LOST), np.nan)
    return np.array([100 * (mean - full) / (untreated - full) for mean in without])


def _spread_out(values: dict[str, float]) -> np.ndarray:
    """Return values in the order of LABELS, NaN where there is none."""
    return np.array([values.get(label, float("nan")) for label in LABELS])


def _figure(
    explained: tuple[np.ndarray, np.ndarray], lost: tuple[np.ndarray, np.ndarray]
) -> Figure:
    """Return the bars; either argument: percentages and their errors."""
    share, share_error = explained
    loss, loss_error = (_spread_out(dict(zip(LOST, part, strict=True))) for part in lost)
    bars = (
        ("claimed (Lambert's pie)", _spread_out(dict(CLAIMED_PIE)), np.full(len(LABELS), np.nan)),
        ("differences between clients that it explains", np.maximum(share, 0), share_error),
        ("mean effect that is lost without it", loss, loss_error),
    )
    about = "; ".join(f"{name}: {_in_words(values)}" for name, values, _ in bars)
    return Figure(
        "three",
        "Three percentages of one therapy, each of something else",
        "",
        "per cent, each with its own denominator",
        [_bar(name, values, error, look=k) for k, (name, values, error) in enumerate(bars)],
        f"Bars in per cent. {about}.",
    )


def _in_words(values: np.ndarray) -> str:
    """Return the known percentages with their labels."""
    return ", ".join(
        f"{label} {value:.0f}"
        for label, value in zip(LABELS, values, strict=True)
        if not np.isnan(value)
    )


def _bar(name: str, values: np.ndarray, error: np.ndarray, *, look: int) -> Series:
    low, high = values - 1.96 * error, values + 1.96 * error
    y, ends = numbers.rounded(values, 1), (numbers.rounded(low, 1), numbers.rounded(high, 1))
    return Series("bars", name, list(LABELS), y, *ends, look)


LESSON = Lesson(
    name="three_percentages",
    place=10,
    title="Three percentages",
    question="“40 % client, 30 % relationship, 15 % hope, 15 % technique.” Per cent of what?",
    misconception="15 % of outcome is technique",
    bet=Bet(
        "How much of therapy's mean effect is lost in this world if technique is taken away?",
        ("under 2 %, or nothing", "2 to 10 %", "10 to 30 %", "more than 30 %"),
    ),
    controls=(
        WORLD_PICK,
        Dial("distress.specificity", "Share of treatment that needs the right match", 0, 1, 0.05),
        Dial("process_change.gating", "How much technique needs trust", 0, 2, 0.1),
        Dial("population.therapist_spread", "How much therapists differ", 0, 3, 0.1, unit="SD"),
        Dial("dose_spread", "How much the dose of technique differs", 0, 0.9, 0.1, 0.0),
        Dial("clients", "Clients", 400, 4000, 200, 1000),
    ),
    presets={
        "Medical world": {"world": "medical"},
        "Contextual world": {"world": "contextual"},
        "Doses differ": {"world": "medical", "dose_spread": 0.9},
    },
    careful=(
        "The three have different denominators, so they cannot be added, averaged or put into one "
        "pie.",
        "What everybody gets alike explains no differences, however much it heals.",
        "Losses can add up to more than 100 %: what works only together is lost twice. In the "
        "medical world nothing heals but the ingredient, and yet without any relationship people "
        "leave before it has worked.",
        "The pie is a judgement that was never computed from data.",
        "Shares carry chance, and one or two per cent may be nothing but chance: try a new seed.",
    ),
    compute=compute,
    sources=("founding_paper",),
)
