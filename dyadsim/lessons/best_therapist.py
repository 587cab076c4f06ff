"""Lesson: the best therapist. A league table with few clients each, beside further clients.

What a therapist is truly worth is estimated from many further clients, so ranks carry an error. Let
m_j be the mean gain of n_j further clients, s^2 the variance within therapists and t^2 that
between therapists (analysis of variance). Given m_j the true mean is normal around
m + w_j (m_j - m) with variance t^2 (1 - w_j), w_j = t^2 / (t^2 + s^2 / n_j): the empirical Bayes
distribution, from which ranks are drawn. That true means are normal is an assumption.

Gains are of last scores, so therapists whose clients stay longer are further along the natural
course. Where no pathway of therapy reaches distress, that is all in which they can differ.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import fdtrc

from dyadsim.analysis.arrays import residual_gain
from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.lessons import numbers, published
from dyadsim.lessons.dials import THERAPISTS_DIFFER, WORLD_PICK, Dial
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
from dyadsim.lessons.statements import by_sign, ends, plain_number
from dyadsim.model.declarations import without
from dyadsim.model.mechanism import Factor
from dyadsim.model.parameters import Parameters, flat
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.study import ROUTINE, Caseload

FURTHER = 600  # clients of each therapist beyond the table, whose mean estimates the truth
TIRELESS = {"resonance.presence_wear": 0.0}  # so many clients would tire anybody
SURE = 0.001  # p of "all are alike" below which therapists are ranked at all
DRAWS = 4000  # of all ranks
TABLES = 1000  # of equal therapists, for the band of chance
ALIKE, DIFFERENT, UNCLEAR = 1, 2, 0
ALL_ALIKE = 3  # place of that option of the bet


class Finding(NamedTuple):
    """A league table beside further clients.

    Attributes
    ----------
    therapists, tenth
        Their number, and how many make a tenth.
    seems
        Points by which the first of the table lies above the average there.
    further
        The same of their further clients.
    kind
        ALIKE: the therapists are identical; DIFFERENT: the further clients tell them apart; else
        UNCLEAR.
    best_rank, worst_rank
        Ends of the 95 % interval of the true rank of the first of the table; 0 unless DIFFERENT.
    hits
        How many of the best tenth of the table are in the best tenth by their further clients; 0
        unless DIFFERENT.
    reliability
        Of a mean in the table.
    heals
        Whether anything that therapists do reaches distress; if not, they are ALIKE.
    """

    therapists: int
    tenth: int
    seems: float
    further: Estimate
    kind: int
    best_rank: int
    worst_rank: int
    hits: int
    reliability: float
    heals: bool = True


def compute(values: Values) -> LessonResult:
    """Return a league table of raw means, the same means shrunk, and what further clients say."""
    count, size = int(values["therapists"]), int(values["each"])
    per = FURTHER + size
    study = cohort(follow_up=(), sessions=12, sample=ROUTINE, caseload=Caseload(per * 1.0, 0.0))
    parameters = lesson_parameters(LESSON, values, TIRELESS)
    caseloads = _gains(numbers.run_study(study, parameters, values, count * per), size)[:count]
    table, further = [gains[:size] for gains in caseloads], [gains[size:] for gains in caseloads]
    raw = np.array([gains.mean() for gains in table])
    within = float(np.mean([gains.var(ddof=1) for gains in table])) / size
    between = max(float(raw.var(ddof=1)) - within, 0.0)
    reliability = between / (between + within)
    heals = therapists_reach_distress(parameters)
    identical = not heals or parameters.population.therapist_spread == 0
    finding = _finding(raw, further, identical=identical, seed=int(values[SEED]))
    finding = finding._replace(reliability=reliability, heals=heals)
    shrunk = raw.mean() + reliability * (raw - raw.mean())
    means = np.array([gains.mean() for gains in further])
    return result_of(finding, [_figure(raw, shrunk, means, float(np.sqrt(within)))])


def therapists_reach_distress(parameters: Parameters) -> bool:
    """Return whether any pathway of therapy into distress has a strength above 0."""
    strengths = without(Factor.SPECIFIC, Factor.COMMON)
    return any(flat(parameters)[name] > 0 for name in strengths)


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    further = finding.further
    place = by_sign(further, "above average", "below average", "not to be told from the average")
    sentence = (
        f"The therapist at the top of the table seems {plain_number(finding.seems, 1)} points "
        f"better than average. By about {FURTHER} further clients the difference is "
        f"{plain_number(further.value, 1)} points (95 % interval {ends(further, 1)}): {place}. "
        f"{_ranks(finding)}"
    )
    return LessonResult(
        sentence,
        _answers(finding),
        {
            "seems": finding.seems,
            **numbers.named("further clients", further),
            "alike (1), different (2) or unclear (0)": float(finding.kind),
            "best rank": float(finding.best_rank),
            "worst rank": float(finding.worst_rank),
            "in both best tenths": float(finding.hits),
            "tenth": float(finding.tenth),
            "reliability": finding.reliability,
            "therapists": float(finding.therapists),
            "what therapists do reaches distress (1) or not (0)": float(finding.heals),
        },
        figures,
    )


def _ranks(finding: Finding) -> str:
    """Return what can be said about ranks."""
    if not finding.heals:
        return (
            "Nothing that therapists do reaches distress in this world, so all are equally good "
            "and no true rank exists, though one must come first. What lies beyond chance is time "
            "in care: where clients stay longer, the last score comes later in the natural course."
        )
    if finding.kind == ALIKE:
        return (
            "All therapists are equally good here: no true rank exists, though one must come first."
        )
    if finding.kind == UNCLEAR:
        return "The further clients do not tell the therapists apart, so no rank is given."
    best, worst = finding.best_rank, finding.worst_rank
    ranks = f"rank {best}" if best == worst else f"a rank from {best} to {worst}"
    chance = plain_number(finding.tenth**2 / finding.therapists, 1)
    return (
        f"That leaves {ranks} of {finding.therapists} (95 %). Of the {finding.tenth} at the top of "
        f"the table, {finding.hits or 'none'} {'is' if finding.hits == 1 else 'are'} among the "
        f"{finding.tenth} best by further clients; by chance it would be {chance}."
    )


def _answers(finding: Finding) -> tuple[int, ...]:
    """Return the options of the bet that are left."""
    if finding.kind == ALIKE:
        return (ALL_ALIKE,)
    if finding.kind == UNCLEAR:
        return tuple(range(ALL_ALIKE + 1))
    edges = (1.5, finding.tenth + 0.5)
    best, worst = (numbers.bracket(rank, edges) for rank in (finding.best_rank, finding.worst_rank))
    return tuple(range(best, worst + 1))


def _finding(raw: np.ndarray, further: list[np.ndarray], *, identical: bool, seed: int) -> Finding:
    """Return what table `(therapist,)` and gains of further clients say, without reliability."""
    means = np.array([gains.mean() for gains in further])
    errors = np.array([gains.std(ddof=1) / np.sqrt(gains.size) for gains in further])
    first, count = int(raw.argmax()), len(raw)
    others = np.delete(errors, first)
    apart = (1 - 1 / count) * np.hypot(errors[first], np.sqrt((others**2).sum()) / (count - 1))
    tenth = max(1, count // 10)
    finding = Finding(
        count,
        tenth,
        float(raw.max() - raw.mean()),
        from_standard_error(float(means[first] - means.mean()), float(apart), further[first].size),
        ALIKE if identical else UNCLEAR,
        *(0, 0, 0),
        0.0,
    )
    spread, p = between_therapists(further)
    if identical or p >= SURE:
        return finding
    ranks = draw_ranks(means, errors, spread, np.random.default_rng(seed))[:, first]
    best, worst = np.quantile(ranks, (0.025, 0.975), method="nearest")
    hits = int(np.isin(raw.argsort()[-tenth:], means.argsort()[-tenth:]).sum())
    return finding._replace(kind=DIFFERENT, best_rank=int(best), worst_rank=int(worst), hits=hits)


def between_therapists(gains: list[np.ndarray]) -> tuple[float, float]:
    """Return the variance between therapists and the p value of "there is none".

    One-way analysis of variance; the variance is the method of moments', 0 or more.
    """
    sizes = np.array([part.size for part in gains])
    count, total = len(gains), int(sizes.sum())
    grand = float(np.concatenate(gains).mean())
    means = np.array([part.mean() for part in gains])
    within = sum(float(part.var(ddof=1)) * (part.size - 1) for part in gains) / (total - count)
    between = float((sizes * (means - grand) ** 2).sum()) / (count - 1)
    usual = (total - float((sizes**2).sum()) / total) / (count - 1)
    p = float(fdtrc(count - 1, total - count, between / within))
    return max((between - within) / usual, 0.0), p


def draw_ranks(
    means: np.ndarray, errors: np.ndarray, spread: float, rng: np.random.Generator
) -> np.ndarray:
    """Return ranks `(draw, therapist)`, 1 = best, that means, their errors and t^2 leave likely."""
    weight = spread / (spread + errors**2)
    middle = means.mean() + weight * (means - means.mean())
    true = rng.normal(middle, np.sqrt(spread * (1 - weight)), (DRAWS, len(means)))
    return np.asarray(1 + (-true).argsort(axis=1).argsort(axis=1))


def _gains(run: Run, size: int) -> list[np.ndarray]:
    """Return the clients' gains of each therapist who has at least twice `size`."""
    scores = numbers.observed_arrays(run)
    gain, therapist = residual_gain(scores.pre, scores.post), run.clients.therapist
    known = ~np.isnan(gain)
    caseloads = [
        gain[known & (therapist == number)] for number in np.unique(therapist[therapist >= 0])
    ]
    return [gains for gains in caseloads if gains.size >= 2 * size]


def _by_chance(rank: list[float], error: float) -> Series:
    """Return where the means of equal therapists lie, in order: their table is made by chance."""
    count = len(rank)
    drawn = np.random.default_rng(0).normal(0, error, (TABLES, count))
    drawn = np.sort(drawn - drawn.mean(axis=1, keepdims=True), axis=1)
    low, high = (numbers.rounded(part) for part in np.quantile(drawn, (0.025, 0.975), axis=0))
    return published.chance_band(rank, low, high, "tables of equals")


def _figure(raw: np.ndarray, shrunk: np.ndarray, further: np.ndarray, error: float) -> Figure:
    order = raw.argsort()
    rank = numbers.rounded(np.arange(1, len(raw) + 1), 0)
    table, beyond = raw[order] - raw.mean(), further - further.mean()
    low, high = numbers.rounded(table - 1.96 * error), numbers.rounded(table + 1.96 * error)
    name = "mean of their clients (95 % interval)"
    shrunken, later = numbers.rounded(shrunk[order] - raw.mean()), numbers.rounded(beyond[order])
    return Figure(
        "league",
        "League table of therapists, and what further clients say",
        "therapists, from the lowest mean to the highest",
        "gain beyond what the intake score predicts, relative to the average (PHQ-9 points)",
        [
            _by_chance(rank, error),
            Series("range", name, rank, numbers.rounded(table), low, high),
            Series("points", "shrunk towards the average", rank, shrunken, look=2),
            Series("points", f"mean of about {FURTHER} further clients", rank, later, look=1),
        ],
        f"{len(raw)} therapists in order of their clients' mean gain, from {table[0]:.1f} to "
        f"{table[-1]:.1f} points relative to the average; the means of their further clients lie "
        f"between {beyond.min():.1f} and {beyond.max():.1f}.",
    )


LESSON = Lesson(
    name="best_therapist",
    place=50,
    title="The best therapist",
    question="A service ranks its therapists by their clients' mean gain. Should you ask for the "
    "one at the top?",
    misconception="the therapist with the best mean is the best therapist",
    bet=Bet(
        "Where does the therapist at the top of the table truly stand?",
        (
            "first",
            "in the best tenth, but not first",
            "below the best tenth",
            "nowhere: all are equally good",
        ),
        Drawing(
            "{therapists} therapists of the {world} world are ranked by the mean gain of {each} "
            "clients each. How many PHQ-9 points above average does the first of the table seem to "
            "be? And by 600 further clients?",
            "bars",
            (
                Handle("seems", "seems, in the table"),
                Handle("further clients", "is, by further clients"),
            ),
            *(-1, 7, 0.1),
            "points",
        ),
    ),
    controls=(
        WORLD_PICK,
        Dial("therapists", "Therapists", 20, 60, 5, 40, help="How many the service ranks."),
        Dial(
            *("each", "Clients per therapist in the table", 5, 100, 5, 10),
            help="How many clients each mean in the table rests on.",
        ),
        THERAPISTS_DIFFER,
        Dial(
            *("population.skill_loading", "How strongly skills go together", 0, 0.95, 0.05),
            help="How far being good at one thing means being good at others: 0, not at all.",
        ),
    ),
    presets={
        "Ten clients each": {"each": 10},
        "A hundred clients each": {"each": 100},
        "Therapists differ twice as much, 100 clients each": {
            "population.therapist_spread": 2.4,
            "each": 100,
        },
        "Therapists are all alike": {"population.therapist_spread": 0, "each": 10},
    },
    careful=(
        "Whoever comes first of many owes it to chance as well as to skill, and the more to chance "
        "the fewer clients each therapist has. Where all are alike, it is chance alone.",
        "Therapists who are equally good have no true ranks. Any table still has a first and a "
        "last.",
        "The truth is estimated, too: about 600 further clients each leave room for several ranks. "
        "That true means are normally distributed is an assumption behind the interval.",
        "With equally many clients each, shrunken means are better estimates but do not change who "
        "comes first.",
        "Gains are up to the last score. Therapists whose clients stay longer are further along "
        "the natural course, and a table counts that as their success, even where nothing heals.",
        "That no single therapist can be picked out does not mean that therapists are alike.",
        "Therapists of this lesson do not tire, else so many clients would wear them out. Here "
        "clients are assigned at random. Where difficult clients go to some therapists, the "
        "table can mislead even more.",
    ),
    compute=compute,
    sources=("baldwin2013", "johns2019"),
    models="The contextual model points to differences between therapists; they are as large in "
    "the medical world, where skilled delivery makes them, so a league table speaks for "
    "neither.",
    main="each",
    facts=("therapist_effect", "te_by_severity", "therapist_skill_share"),
)
