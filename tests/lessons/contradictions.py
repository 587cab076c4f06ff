"""What a lesson's sentence must not say: recomputed from the lesson's numbers, word by word.

Every check reads value and interval out of `LessonResult.numbers` and knows nothing of how the
sentence is built. A phrase must stand there if and only if its condition holds.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping

from dyadsim.lessons.lesson import LessonResult

type Numbers = Mapping[str, float]
type Check = Callable[[str, Numbers], Iterator[str]]

# For each lesson the edges of the bet's options, and the number that decides; others: see below.
BRACKETS = {
    "alliance": ("effect", (1e-9, 0.1)),
    "three_percentages": ("lost without technique, %", (2.0, 10.0, 75.0)),
    "your_trial": ("better", (0.2, 0.5, 0.8)),
    "who_got_better": ("therapy, recovered", (0.25, 0.5, 0.75)),
    "harm": ("harmed", (0.005, 0.05)),
}
NEVER = ("nan", "inf ", "-0.00 ", "-0 ", " 1 sessions", "no 1", "  ", "..", "(, ")
ALT_NEVER = ("nan", "the true difference", "true values", "in truth", "-0.00 ")
NUMBER = r"(-?\d+(?:\.\d+)?)"


def contradictions(name: str, result: LessonResult) -> list[str]:
    """Return what the sentence, the answers or the descriptions of figures say against the numbers.

    Parameters
    ----------
    name
        Of the lesson.
    result
        What the lesson says, with or without figures.
    """
    words = [*_form(result), *_intervals(result.numbers), *_answers(name, result)]
    words += CHECKS[name](result.sentence, result.numbers)
    return [f"{name}: {word} | {result.sentence}" for word in words]


def _form(result: LessonResult) -> Iterator[str]:
    """Yield errors of form, in the sentence and in the descriptions of figures."""
    sentence = result.sentence
    if re.fullmatch(r"[A-Z0-9].*\.", sentence) is None:
        yield "no sentence"
    yield from (f"holds '{part}'" for part in NEVER if part in sentence)
    for low, high in re.findall(rf"{NUMBER} to {NUMBER} %\)", sentence):
        if float(low) > float(high):
            yield f"interval {low} to {high}"
    for figure in result.figures:
        yield from (f"{figure.name}: '{part}'" for part in ALT_NEVER if part in figure.about)
        if not figure.about.endswith("."):
            yield f"{figure.name}: no sentence"


def _intervals(numbers: Numbers) -> Iterator[str]:
    """Yield estimates outside their own interval."""
    for key in numbers:
        if f"{key}.low" in numbers:
            low, value, high = numbers[f"{key}.low"], numbers[key], numbers[f"{key}.high"]
            if not low - 1e-9 <= value <= high + 1e-9:
                yield f"{key} {value} outside {low} to {high}"


def _answers(name: str, result: LessonResult) -> Iterator[str]:
    """Yield options that the interval leaves and the answers lack, or the other way round."""
    numbers = result.numbers
    expected = ANSWERS[name](numbers) if name in ANSWERS else _reached(numbers, *BRACKETS[name])
    if tuple(result.answers) != tuple(expected):
        yield f"answers {result.answers}, not {tuple(expected)}"


def _reached(numbers: Numbers, key: str, edges: tuple[float, ...]) -> list[int]:
    """Return the brackets between edges that an interval overlaps."""
    if key not in numbers:
        return [0]
    low, high = numbers[f"{key}.low"], numbers[f"{key}.high"]
    bounds = list(itertools.pairwise((-float("inf"), *edges, float("inf"))))
    return [k for k, (start, stop) in enumerate(bounds) if low < stop and high >= start]


def _sign(numbers: Numbers, key: str) -> int:
    """Return on which side of 0 a number's interval lies; 0: it holds 0."""
    return (numbers[f"{key}.low"] > 0) - (numbers[f"{key}.high"] < 0)


def _one_of(sentence: str, phrases: Mapping[str, bool]) -> Iterator[str]:
    """Yield phrases that stand there against their condition, or are missing."""
    for phrase, holds in phrases.items():
        if holds != (phrase in sentence):
            yield f"'{phrase}' must {'' if holds else 'not '}stand there"


def _number(sentence: str, pattern: str, value: float, width: float) -> Iterator[str]:
    """Yield a number that is missing or farther from its value than rounding."""
    match = re.search(pattern.replace("#", NUMBER), sentence)
    if match is None:
        yield f"no '{pattern}'"
    elif abs(float(match.group(1)) - value) > width + 1e-9:
        yield f"'{match.group(0)}' is not {value}"


def _alliance(sentence: str, n: Numbers) -> Iterator[str]:
    zero, side = n["effect"] == n["effect.se"] == 0, _sign(n, "effect")
    yield from _number(sentence, r"correlates r = # with", n["r"], 0.005)
    yield from _number(sentence, r"95 % interval # to", n["r.low"], 0.005)
    yield from _one_of(
        sentence,
        {
            "changes nothing at all": zero,
            "lowers true distress": side > 0,
            "raises true distress": side < 0,
            "cannot be told from nothing": side == 0 and not zero,
            "standard deviations of true distress at intake": not zero,
        },
    )


def _best_therapist(sentence: str, n: Numbers) -> Iterator[str]:
    heals = n["what therapists do reaches distress (1) or not (0)"] == 1
    kind, side = n["alike (1), different (2) or unclear (0)"], _sign(n, "further clients")
    best, worst, hits = (int(n[key]) for key in ("best rank", "worst rank", "in both best tenths"))
    yield from _number(sentence, r"seems # points better", n["seems"], 0.05)
    yield from _one_of(
        sentence,
        {
            ": above average": side > 0,
            ": below average": side < 0,
            "not to be told from the average": side == 0,
            "no true rank exists": kind == 1,
            "Nothing that therapists do reaches distress": not heals,
            "is time in care": not heals,
            "so no rank is given": kind == 0,
            "That leaves": kind == 2,
            f"a rank from {best} to {worst} of": kind == 2 and best < worst,
            f"leaves rank {best} of": kind == 2 and best == worst,
            f", {hits or 'none'} {'is' if hits == 1 else 'are'} among": kind == 2,
        },
    )
    if kind == 2:
        chance = n["tenth"] ** 2 / n["therapists"]
        yield from _number(sentence, r"by chance it would be (\d+\.\d)", chance, 0.05)
        if not 1 <= best <= worst <= n["therapists"]:
            yield "ranks out of order"
    elif re.search(r"\brank \d", sentence):
        yield "a rank where there is none"


def _certified(sentence: str, n: Numbers) -> Iterator[str]:
    side, many = _sign(n, "huge trial"), int(n["teams"])
    pooled = "pooled" in n
    apart = 0
    if pooled:
        gap = n["pooled"] - n["huge trial"]
        down = (n["pooled"] - n["pooled.low"]) ** 2 + (n["huge trial.high"] - n["huge trial"]) ** 2
        up = (n["pooled.high"] - n["pooled"]) ** 2 + (n["huge trial"] - n["huge trial.low"]) ** 2
        apart = (gap > down**0.5) - (-gap > up**0.5)
        yield from _number(sentence, r"find g = # \(", n["pooled"], 0.005)
    yield from _number(sentence, r"finds # \(", n["huge trial"], 0.005)
    if n["specific"] and ("against waiting" in sentence or not n["certified"]):
        yield "waiting is no placebo"
    if (many >= 2) != bool(n["certified"]):
        yield f"{many} teams, certified {n['certified']}"
    yield from _one_of(
        sentence,
        {
            "too few to pool": not pooled,
            "more than one huge trial": pooled and apart > 0,
            "less than one huge trial": pooled and apart < 0,
            "not to be told from one huge trial": pooled and apart == 0,
            "by it CBT is better": side > 0,
            "by it CBT is worse": side < 0,
            "cannot be told apart": side == 0,
            "CBT is “efficacious”": bool(n["certified"]) and not n["specific"],
            "CBT is “efficacious and specific”": bool(n["specific"]),
            "CBT is not certified": not n["certified"],
            "no team has": many == 0,
            "only one team has": many == 1,
            f"{many} teams have": many > 1,
            f"{int(n['published']) or 'None'} of {int(n['trials'])} trials": True,
            " was published": n["published"] == 1,
            " were published": n["published"] != 1,
        },
    )


def _how_many_sessions(sentence: str, n: Numbers) -> Iterator[str]:
    if not n:
        yield from _one_of(sentence, {"Too few clients": True})
        return
    apart, later = _sign(n, "apart"), _sign(n, "later")
    yield from _number(sentence, r"sessions?, # % recovered", 100 * n["few"], 0.5)
    yield from _number(sentence, r"Had everybody stayed, # %", 100 * n["late, had all stayed"], 0.5)
    yield from _one_of(
        sentence,
        {
            "for many recovered more often": apart > 0,
            "for many recovered less often": apart < 0,
            "the two cannot be told apart": apart == 0,
            ", more than the": later > 0,
            ", fewer than the": later < 0,
            ", not to be told from the": later == 0,
        },
    )


def _one_dyad(sentence: str, n: Numbers) -> Iterator[str]:
    side, ruptures, repaired = _sign(n, "above chance"), int(n["ruptures"]), int(n["repaired"])
    first, last = round(n["first score"]), round(n["last score"])
    yield from _number(sentence, r"shuffled pairs is # in", n["above chance"], 0.005)
    yield from _one_of(
        sentence,
        {
            ": more than strangers": side > 0,
            ": less than strangers": side < 0,
            "no difference that 60 dyads can show": side == 0,
            "no ruptures;": ruptures == 0,
            "1 rupture, repaired;": ruptures == 1 == repaired,
            "1 rupture, not repaired;": ruptures == 1 and repaired == 0,
            f"{ruptures} ruptures, {repaired or 'none'} of them repaired;": ruptures > 1,
            "the score falls": last < first,
            "the score rises": last > first,
            "as at the start": last == first,
            "points lower than": _sign(n, "points gained") > 0,
            "points higher than": _sign(n, "points gained") < 0,
        },
    )


def _three_percentages(sentence: str, n: Numbers) -> Iterator[str]:
    explained, lost = "differences explained by technique, %", "lost without technique, %"
    yield from _number(sentence, r"it explains # %", n[explained], 0.05)
    yield from _one_of(
        sentence, {"not to be told from none": _sign(n, explained) == 0, "95 % interval": True}
    )
    if lost not in n:
        nothing = n["mean effect"] == n["mean effect.se"] == 0
        yield from _one_of(
            sentence,
            {
                "where nothing heals, nothing can be lost": nothing,
                "therapy has no mean effect that could be told from nothing": not nothing,
            },
        )
        return
    if n["mean effect.low"] <= 0:
        yield "a share of an effect that may be 0"
    zero = abs(n[lost]) < 1e-6 and n[f"{lost}.se"] < 1e-6
    side = 0 if zero else _sign(n, lost)
    yield from _one_of(
        sentence,
        {
            "without it nothing of the mean effect is lost": zero,
            "% of the mean effect is lost": side > 0,
            "% larger": side < 0,
            "cannot be told from nothing": side == 0 and not zero,
        },
    )


def _who_got_better(sentence: str, n: Numbers) -> Iterator[str]:
    parts = sentence.split(". ")
    low, high = 0.04, 0.09  # facts.csv: reliable_deterioration
    for part, kind in ((parts[0], "recovered"), (parts[1], "reliably worse")):
        arms = [
            [n[f"{arm}, {kind}{end}"] for end in ("", ".low", ".high")]
            for arm in ("therapy", "waiting")
        ]
        (a, a_low, a_high), (b, b_low, b_high) = arms
        side = (a - b > ((a - a_low) ** 2 + (b_high - b) ** 2) ** 0.5) - (
            b - a > ((a_high - a) ** 2 + (b - b_low) ** 2) ** 0.5
        )
        yield from _number(part, r"In therapy # %", 100 * a, 0.5 if a >= 0.0995 else 0.05)
        yield from _one_of(
            part,
            {
                ": more in therapy": side > 0,
                ": fewer in therapy": side < 0,
                "the two cannot be told apart": side == 0,
            },
        )
    worse = [n[f"therapy, reliably worse.{end}"] for end in ("low", "high")]
    yield from _number(sentence, r"client ends better off than # %", 100 * n[BELOW], 0.5)
    yield from _one_of(
        sentence,
        {
            "6.6 % are published (4 to 9 % still agree)": True,
            "here it is fewer": worse[1] < low,
            "here it is more": worse[0] > high,
            "here it is about as many": low <= worse[0] and worse[1] <= high,
            "here it may be as many": worse[1] >= low
            and worse[0] <= high
            and not (low <= worse[0] and worse[1] <= high),
        },
    )


def _your_trial(sentence: str, n: Numbers) -> Iterator[str]:
    counts = [round(60 * n[key]) for key in ("better", "worse", "not significant")]
    better, worse, neither = counts
    side = _sign(n, "g")
    yield from _number(sentence, r"find g = #", n["g"], 0.005)
    if sum(counts) != 60:
        yield f"{counts} trials"
    yield from _one_of(
        sentence,
        {
            ": CBT is better than": side > 0,
            ": CBT is worse than": side < 0,
            "could be told from chance": side == 0,
            f"{better or 'none'} find{'s' * (better < 2)} CBT significantly better": True,
            f"{worse or 'none'} find{'s' * (worse < 2)} it significantly worse": True,
            f"and {neither or 'none'} would report": True,
        },
    )


def _power(sentence: str, n: Numbers) -> Iterator[str]:
    side, size = _sign(n, "g"), int(n["clients per arm"])
    yield from _number(sentence, rf"With {size} clients per arm, # %", 100 * n["found"], 0.5)
    yield from _number(sentence, r"g = # \(", n["g"], 0.005)
    yield from _one_of(
        sentence,
        {
            ", in favour of CBT": side > 0,
            ", against CBT": side < 0,
            "cannot be told from no difference": side == 0,
            "eight of ten trials would find it": side != 0,
        },
    )
    if side:
        text = re.search(r"with about ([\d,]+) clients per arm", sentence)
        stated = float(text.group(1).replace(",", "")) if text else -1.0
        yield from () if abs(stated / n["needed"] - 1) < 0.06 or stated < 10 else ("needed",)
        if not n["fewest needed"] - 1e-6 <= n["needed"] <= n["most needed"] + 1e-6:
            yield "needed outside its range"


def _harm(sentence: str, n: Numbers) -> Iterator[str]:
    side = _sign(n, "apart")
    yield from _number(sentence, r"score of # %", 100 * n["worse in therapy"], 0.5)
    yield from _one_of(
        sentence,
        {
            ": more in therapy": side > 0,
            ": fewer in therapy": side < 0,
            "the two cannot be told apart": side == 0,
            "Too few get worse": "error in therapy" not in n,
            "None of them ends": n["harmed"] == 0,
            "these were harmed": n["harmed"] > 0,
        },
    )


def _needed_left(n: Numbers) -> list[int]:
    """The brackets of clients that the interval of g leaves."""
    largest = max(abs(n["g.low"]), abs(n["g.high"]))
    smallest = min(abs(n["g.low"]), abs(n["g.high"])) if _sign(n, "g") else 0.0
    few, many = (2 * 2.8016**2 / g**2 if g else float("inf") for g in (largest, smallest))
    edges = (-1.0, 50, 200, 1000, float("inf"))
    return [k for k, (a, b) in enumerate(itertools.pairwise(edges)) if few < b and many >= a] or [3]


def _ranks_left(n: Numbers) -> list[int]:
    kind = n["alike (1), different (2) or unclear (0)"]
    if kind < 2:
        return [3] if kind == 1 else [0, 1, 2, 3]
    best, worst, tenth = n["best rank"], n["worst rank"], n["tenth"]
    left = {0: best <= 1, 1: best <= tenth and worst >= 2, 2: worst > tenth}
    return [option for option, holds in left.items() if holds]


BELOW = "better off than of those who wait"
ANSWERS: dict[str, Callable[[Numbers], list[int]]] = {
    "best_therapist": _ranks_left,
    "certified": lambda n: [int(n["certified"] + n["specific"])],
    "power": _needed_left,
    "how_many_sessions": lambda n: [1 + _sign(n, "apart")] if n else [0, 1, 2],
    "one_dyad": lambda n: [1 + _sign(n, "points gained")],
}
CHECKS: dict[str, Check] = {
    "alliance": _alliance,
    "best_therapist": _best_therapist,
    "certified": _certified,
    "harm": _harm,
    "how_many_sessions": _how_many_sessions,
    "power": _power,
    "one_dyad": _one_dyad,
    "three_percentages": _three_percentages,
    "who_got_better": _who_got_better,
    "your_trial": _your_trial,
}
