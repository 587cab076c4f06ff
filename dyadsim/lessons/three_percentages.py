"""Lesson: three percentages of the same therapy, each with a denominator of its own."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.shapley import shapley_shares
from dyadsim.attribution import true_shares
from dyadsim.attribution.estimated_shares import CLAIMED_PIE
from dyadsim.attribution.true_shares import CAUSES, Care
from dyadsim.lessons import numbers
from dyadsim.lessons.dials import CLIENTS, MATCH, THERAPISTS_DIFFER, WORLD_PICK, Dial
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
from dyadsim.lessons.statements import by_sign, ends, is_nothing, percent_ends, plain_number
from dyadsim.model.parameters import Parameters
from dyadsim.numerics.random_streams import Group
from dyadsim.simulation import counterfactual, simulate
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies.study import Study, arm

EDGES = (2.0, 10.0, 75.0)
# What the three have in common. The pie's first slice is all that is not therapy; chance and the
# therapists have a share of variance alone.
LABELS = ("client and life", "therapist", "relationship", "expectancy", "technique", "chance")
TECHNIQUE = LABELS.index("technique")
SMALLEST_EFFECT = 1e-6  # below, a mean effect is only rounding
BATCHES = 10  # of clients, whose spread gives the errors
LOST = ("relationship", "expectancy", "technique")


class Finding(NamedTuple):
    """The percentages of one world.

    Attributes
    ----------
    explained
        Share of the variance of distress at the end (%), in the order of LABELS.
    effect
        Mean effect of therapy against no treatment on distress at the end; above 0: less distress.
    lost
        Share of that effect which is lost without each of LOST (%); None where the effect is not
        shown to be above 0, so that there is nothing to divide by.
    """

    explained: list[Estimate]
    effect: Estimate
    lost: list[Estimate] | None


def compute(values: Values) -> LessonResult:
    """Return the three percentages of each ingredient."""
    world = lesson_parameters(LESSON, values)
    care = Care(dose_spread=float(values["dose_spread"]))
    clients, seed = int(values["clients"]), int(values[SEED])
    planned = true_shares.attribution_study(care)
    outcomes = true_shares.redrawn_outcomes(planned, world, clients=clients, seed=seed)[:, 1]
    distress = _distress_without(care, world, clients, seed)
    effect = _from_batches(_effect, distress)[0]
    lost = _from_batches(_lost, distress) if effect.low > SMALLEST_EFFECT else None
    finding = Finding(_from_batches(_variance, outcomes), effect, lost)
    return result_of(finding, [_figure(finding)])


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    sentence = (
        f"Technique is said to be {CLAIMED_PIE['technique']:.0f} % of outcome; in this world it "
        f"explains {_explained(finding.explained[TECHNIQUE])}, and {_loss(finding)}."
    )
    lost = dict(zip(LOST, finding.lost or [], strict=False))
    explained = dict(zip(LABELS, finding.explained, strict=True))
    named = {
        **{f"lost without {label}, %": part for label, part in reversed(lost.items())},
        **{
            f"differences explained by {label}, %": part
            for label, part in reversed(explained.items())
        },
        "mean effect": finding.effect,
    }
    answers = (0,) if not lost else numbers.brackets_left(lost["technique"], EDGES)
    return LessonResult(
        sentence,
        answers,
        {
            key: value
            for name, part in named.items()
            for key, value in numbers.named(name, part).items()
        },
        figures,
    )


def _explained(share: Estimate) -> str:
    """Return the share of variance that technique explains."""
    size = f"{plain_number(share.value, 1)} % of the differences between clients"
    between = f"95 % interval {percent_ends(share, 1.0)}"
    # A share of variance is 0 or more; its estimate may fall below by chance.
    return f"{size} ({between}{by_sign(share, '', '', ', not to be told from none')})"


def _loss(finding: Finding) -> str:
    """Return how much of the mean effect is lost without technique."""
    if finding.lost is None:
        if is_nothing(finding.effect):
            return "where nothing heals, nothing can be lost"
        return (
            f"therapy has no mean effect that could be told from nothing ({ends(finding.effect)} "
            "in units of distress), so none can be lost"
        )
    lost = finding.lost[LOST.index("technique")]
    if is_nothing(lost):
        return "without it nothing of the mean effect is lost"
    size = f"{plain_number(abs(lost.value), 0)} %"
    between = percent_ends(lost, 1.0)
    return by_sign(
        lost,
        f"without it {size} of the mean effect is lost ({between})",
        f"without it the mean effect is {size} larger (lost: {between})",
        f"what is lost of the mean effect without it, {plain_number(lost.value, 1)} % ({between}), "
        "cannot be told from nothing",
    )


def _batches(values: np.ndarray) -> list[np.ndarray]:
    """Return the clients (last axis) in batches."""
    return np.array_split(values, BATCHES, axis=-1)


def _from_batches(
    statistic: Callable[[np.ndarray], np.ndarray], values: np.ndarray
) -> list[Estimate]:
    """Return a statistic of all clients, with errors from batches of them."""
    parts = [statistic(part) for part in _batches(values)]
    return numbers.from_batches(statistic(values), parts)


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


def _effect(distress: np.ndarray) -> np.ndarray:
    """Return the mean effect against no treatment, in units of distress, `(1,)`."""
    untreated, full = distress.mean(axis=-1)[:2]
    return np.array([untreated - full])


def _lost(distress: np.ndarray) -> np.ndarray:
    """Return how much of the mean effect against no treatment is lost without each of LOST (%)."""
    untreated, full, *without = distress.mean(axis=-1)
    return np.array([100 * (mean - full) / (untreated - full) for mean in without])


def _figure(finding: Finding) -> Figure:
    """Return the bars."""
    explained = dict(zip(LABELS, finding.explained, strict=True))
    lost = dict(zip(LOST, finding.lost or [], strict=False))
    bars: tuple[tuple[str, Mapping[str, float | Estimate]], ...] = (
        ("the claimed pie", CLAIMED_PIE),
        ("differences between clients that it explains (95 % interval)", explained),
        ("mean effect that is lost without it (95 % interval)", lost),
    )
    about = "; ".join(f"{name}: {_in_words(values)}" for name, values in bars)
    return Figure(
        "three",
        "Three percentages of one therapy, each of something else",
        "",
        "per cent, each with its own denominator",
        [_bar(name, values, look=k) for k, (name, values) in enumerate(bars)],
        f"Bars in per cent. {about}.",
    )


def _in_words(values: Mapping[str, float | Estimate]) -> str:
    """Return the known percentages with their labels."""
    words = [
        f"{label} {plain_number(value.value, 1)} ({percent_ends(value, 1.0)})"
        if isinstance(value, Estimate)
        else f"{label} {value:.0f}"
        for label, value in values.items()
    ]
    return ", ".join(words) or "no mean effect that could be lost"


def _bar(name: str, values: Mapping[str, float | Estimate], *, look: int) -> Series:
    """Return the bars of one kind; a judgement has no interval, and what is unknown no bar."""
    unknown = float("nan")
    parts = [values.get(label, unknown) for label in LABELS]
    bars = [
        part[:1] + part[2:4] if isinstance(part, Estimate) else (part, part, part) for part in parts
    ]
    y, low, high = (numbers.rounded(column, 1) for column in zip(*bars, strict=True))
    return Series("bars", name, list(LABELS), y, low, high, look)


LESSON = Lesson(
    name="three_percentages",
    place=80,
    title="Three percentages",
    question="“40 % client, 30 % relationship, 15 % hope, 15 % technique.” Per cent of what?",
    misconception="15 % of outcome is technique",
    bet=Bet(
        "How much of therapy's mean effect is lost in this world if technique is taken away?",
        ("under 2 %, or nothing", "2 to 10 %", "10 to 75 %", "more than 75 %"),
        Drawing(
            "In the {world} world, where the dose of technique differs by {dose_spread}: how many "
            "per cent of the differences between clients does technique explain? And how many per "
            "cent of therapy's mean effect are lost without it?",
            "bars",
            (
                Handle("differences explained by technique, %", "differences it explains"),
                Handle("lost without technique, %", "effect lost without it"),
            ),
            *(0, 120, 1),
            "per cent",
        ),
    ),
    controls=(
        WORLD_PICK,
        MATCH,
        Dial(
            *("process_change.gating", "How much technique needs trust", 0, 2, 0.1),
            help="0: technique works alone; 1: in proportion to trust; 2: even more.",
        ),
        THERAPISTS_DIFFER,
        Dial(
            *("dose_spread", "How much the dose of technique differs", 0, 0.9, 0.1, 0.0),
            help="0: everybody gets the same; .9: some get almost none and some nearly double.",
        ),
        CLIENTS._replace(low=400, high=4000, step=200),
    ),
    presets={
        "Medical world": {"world": "medical"},
        "Contextual world": {"world": "contextual"},
        "Nothing heals": {"world": "null"},
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
        "Shares carry chance. One whose interval holds 0 may be nothing but chance: try a new seed "
        "or more clients.",
    ),
    compute=compute,
    sources=("founding_paper",),
    models="With one dose for all, technique explains about one per cent of the differences in "
    "both: in the medical world all of the effect is lost without it, in the contextual world "
    "nothing.",
    main="dose_spread",
    facts=("adherence_outcome", "competence_outcome", "added_component"),
)
