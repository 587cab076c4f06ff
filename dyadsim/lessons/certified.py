"""Lesson: a certified treatment. Many small trials, allegiance, publication, and a label."""

import numpy as np
import pandas as pd

from dyadsim.analysis.codification import empirically_supported
from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.meta_analysis import pooled_or_none
from dyadsim.evidence import literature
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
    SEED,
    WORLD_PICK,
    Bet,
    Dial,
    Figure,
    Lesson,
    LessonResult,
    Pick,
    Series,
    Values,
    lesson_parameters,
)
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate

TRUTH_CLIENTS = 4000
_HUGE = 2**30  # replicate of the huge trial, far from those of the literature
COMPARED = numbers.comparators("waitlist", "intent_to_fail", "supportive", "interpersonal")


def compute(values: Values) -> LessonResult:
    """Return one literature: what was published, what the label says, and the truth."""
    world, comparator = lesson_parameters(LESSON, values), str(values["comparator"])
    field = literature.FIELD._replace(
        trials=int(values["trials"]),
        allegiant=float(values["allegiant"]),
        publication=float(values["publication"]),
        smallest=30,
        largest=100,
        far=0.0,
    )
    seed = int(values[SEED])
    trials = literature.simulate_literature(world, "cbt", comparator, field=field, seed=seed)
    truth = _huge_trial(world, comparator, seed)
    published = trials[trials["published"]]
    pooled, certified = pooled_or_none(published), bool(empirically_supported(published))
    nan = float("nan")
    mean, error = (nan, nan) if pooled is None else (pooled.mean.value, pooled.mean.standard_error)
    together = (
        "too few were published to pool them"
        if pooled is None
        else f"together the published ones say g = {mean:.2f}"
    )
    verdict = "is" if certified else "is not"
    teams = "two teams or more have" if certified else "fewer than two teams have"
    sentence = (
        f"{len(published)} of {len(trials)} trials against {numbers.COMPARED[comparator]} were "
        f"published; {together}. One huge trial that takes no side says {truth.value:.2f}. "
        f"CBT {verdict} “empirically supported”: {teams} a positive trial."
    )
    return LessonResult(
        sentence,
        0 if certified else 1,
        {
            "pooled": mean,
            "pooled.se": error,
            "truth": truth.value,
            "truth.se": truth.standard_error,
            "published": float(len(published)),
            "certified": float(certified),
        },
        [_funnel(trials, truth.value, mean)],
    )


def _huge_trial(world: Parameters, comparator: str, seed: int) -> Estimate:
    """Return the effect in one huge trial with the same questionnaire, by a neutral team."""
    study = literature.trial_study("cbt", comparator, favours=False)
    run = simulate.run(study, world, TRUTH_CLIENTS, seed=seed, replicate=_HUGE)
    return literature.trial_effect(run)


def _funnel(trials: pd.DataFrame, truth: float, pooled: float) -> Figure:
    published, favours = trials["published"], trials["favours"]
    groups = (
        ("published, team that favours CBT", 0, published & favours),
        ("published, other team", 2, published & ~favours),
        ("never published", 5, ~published),
    )
    parts = [_marks(trials[group], name, look) for name, look, group in groups if group.any()]
    top = float(trials["clients"].max()) * 1.05
    parts.append(_upright(f"one huge trial, {truth:.2f}", truth, top, look=1))
    if not np.isnan(pooled):
        parts.append(_upright(f"published trials pooled, {pooled:.2f}", pooled, top, look=3))
    return Figure(
        "funnel",
        "A literature: each mark is one trial",
        "g of the trial, above 0: CBT better",
        "clients in the trial",
        parts,
        f"{len(trials)} trials, of which {int(published.sum())} were published. One huge trial "
        f"finds {truth:.2f}, the published ones pooled {pooled:.2f}.",
        0,
    )


def _marks(trials: pd.DataFrame, name: str, look: int) -> Series:
    """Return one mark a trial: its effect and its size."""
    effect, clients = numbers.rounded(trials["g"]), numbers.rounded(trials["clients"], 0)
    text = [f"{n} clients" for n in trials["clients"]]
    return Series("points", name, effect, clients, look=look, text=text)


def _upright(name: str, effect: float, top: float, *, look: int) -> Series:
    """Return a vertical line at an effect."""
    return Series("line", name, [round(effect, 3)] * 2, [0.0, top], look=look)


LESSON = Lesson(
    name="certified",
    place=80,
    title="A certified treatment",
    question="A treatment is called “empirically supported” when two independent teams have found "
    "it better than something. How hard is it to get there?",
    misconception="the label proves that the specific ingredients work",
    bet=Bet("Will this literature certify CBT?", ("yes", "no")),
    controls=(
        WORLD_PICK,
        Pick("comparator", "CBT is compared with", COMPARED, "waitlist"),
        Dial("trials", "Trials that are run", 4, 40, 1, 16),
        Dial("allegiant", "Share of teams that favour CBT", 0, 1, 0.1, 0.6),
        Dial("publication", "Chance that an unsuccessful trial is published", 0, 1, 0.1, 0.4),
        Dial("distress.specificity", "Share of treatment that needs the right match", 0, 1, 0.05),
    ),
    presets={
        "Contextual world, against waiting": {"world": "contextual"},
        "Medical world, against another therapy": {
            "world": "medical",
            "comparator": "interpersonal",
        },
        "Nothing heals": {"world": "null", "trials": 40},
        "All published, nobody takes sides": {"allegiant": 0, "publication": 1},
        "A control meant to fail": {"world": "contextual", "comparator": "intent_to_fail"},
    },
    careful=(
        "The label says “better than something”, not “because of its ingredients”: in the "
        "contextual world CBT earns it too.",
        "Results that are not significant are published less often, so what is published looks "
        "too good.",
        "One literature is one random draw: try a new seed. Even where nothing heals, 40 small "
        "trials earn the label by chance now and then.",
        "How often teams favour a treatment and how much goes unpublished are assumptions here.",
    ),
    compute=compute,
    sources=("munder2019",),
)
