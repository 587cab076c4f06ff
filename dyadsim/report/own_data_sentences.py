"""What a report on a researcher's own data says: the answer, its doubts, and what is missing."""

import math
from collections.abc import Sequence

from dyadsim.analysis.clinical_significance import reliable_change_criterion
from dyadsim.analysis.estimate import Estimate
from dyadsim.fitting.own_estimates import Statistic
from dyadsim.fitting.own_statistics import OwnAnalysis
from dyadsim.fitting.own_tables import OwnTables

FEW_ARMS = 3  # that a sentence names one by one


def number_text(value: float, decimals: int) -> str:
    """Return a number with so many decimals, never "-0".

    Examples
    --------
    >>> number_text(0.4567, 2), number_text(-0.001, 1)
    ('0.46', '0.0')
    """
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def estimate_words(estimate: Estimate) -> str:
    """Return "value [low, high]", with the digits that so wide an interval deserves.

    Examples
    --------
    >>> estimate_words(Estimate(54.3, 3.0, 48.02, 60.4, 173))
    '54 [48, 60]'
    >>> estimate_words(Estimate(0.4567, 0.1, 0.26, 0.65, 173))
    '0.46 [0.26, 0.65]'
    """
    decimals = decimals_of(estimate)
    value, low, high = (number_text(estimate[place], decimals) for place in (0, 2, 3))
    return f"{value} [{low}, {high}]"


def decimals_of(estimate: Estimate) -> int:
    """Return how many decimals an estimate deserves, from the width of its interval."""
    width = estimate.high - estimate.low
    return 0 if width >= 10 else 1 if width >= 1 else 2


def answer(analysis: OwnAnalysis) -> list[str]:
    """Return three sentences: the effect, the shares of clients, and what stands behind them.

    Parameters
    ----------
    analysis
        Of a researcher's data.

    Returns
    -------
    list of str
        Each a full sentence.
    """
    return [_effect(analysis), _shares(analysis), _behind(analysis)]


def _effect(analysis: OwnAnalysis) -> str:
    """Return the sentence on arms, or on change where there is one arm."""
    tables = analysis.tables
    if len(tables.arms) == 1:
        change = analysis.estimate("pre_post_d", tables.arms[0])
        if change is None:
            return "How much clients changed, the data do not say."
        way = "improved" if change.value > 0 else "got worse"
        if change.low < 0 < change.high:
            return (
                "Whether clients improved on average, the data do not tell: d = "
                f"{estimate_words(change)}, {change.n} clients."
            )
        return (
            f"From the intake to their last score clients {way} by d = {estimate_words(change)} "
            f"SDs of the intake ({change.n} clients, 95 % interval in brackets)."
        )
    row = _main_comparison(analysis)
    if row is None or row.estimate is None:
        return "How the arms differ, the data do not say."
    (pair, when), g = row.group.rsplit(", ", 1), row.estimate
    when = "at the last score" if when == "last score" else f"at {when}"
    of_many = f"; {_comparisons(analysis)} comparisons are in the table" * (
        _comparisons(analysis) > 1
    )
    numbers = f"g = {estimate_words(g)}, {g.n} clients, 95 % interval in brackets{of_many}"
    first, second = pair.split(" against ", 1)
    if g.low <= 0 <= g.high:
        return f"Whether {first} or {second} is better {when}, the data do not tell: {numbers}."
    better, worse = (first, second) if g.value > 0 else (second, first)
    if g.value < 0:
        numbers = numbers.replace(estimate_words(g), estimate_words(_turned(g)))
    return f"Scores are better in {better} than in {worse} {when}: {numbers}."


def _turned(estimate: Estimate) -> Estimate:
    """Return an estimate of the opposite difference."""
    return estimate._replace(value=-estimate.value, low=-estimate.high, high=-estimate.low)


def _comparisons(analysis: OwnAnalysis) -> int:
    """Return how many comparisons between arms there are."""
    rows = [row for row in analysis.statistics if row.key == "hedges_g"]
    return sum(row.estimate is not None for row in rows)


def _main_comparison(analysis: OwnAnalysis) -> Statistic | None:
    """Return the comparison of the first two arms at the end of treatment."""
    rows = [row for row in analysis.statistics if row.key == "hedges_g" and row.estimate]
    tables = analysis.tables
    ends = [week for week in tables.waves if 0 < week <= tables.end]
    first = [row for row in rows if ends and row.group.endswith(f", week {ends[-1]:g}")] or rows
    return first[0] if first else None


def _shares(analysis: OwnAnalysis) -> str:
    """Return the sentence on who improved, recovered and got worse."""
    arms = analysis.tables.arms
    parts = []
    for key, words in (
        ("improved", "improved reliably"),
        ("recovered", "of the cases recovered"),
        ("deteriorated", "got reliably worse"),
    ):
        known = [(arm, analysis.estimate(key, arm)) for arm in arms[:FEW_ARMS]]
        shown = [
            f"{estimate_words(estimate)} %" + f" in {arm}" * (len(arms) > 1)
            for arm, estimate in known
            if estimate is not None
        ]
        if shown:
            parts.append(f"{' and '.join(shown)} {words}")
    if not parts:
        return "Who changed reliably, the data do not say."
    more = " (further arms: see the table)" * (len(arms) > FEW_ARMS)
    return f"Of the clients {'; '.join(parts)}{more}."


def _behind(analysis: OwnAnalysis) -> str:
    """Return the sentence on who is missing, and what the numbers cannot say."""
    tables = analysis.tables
    without = int(tables.clients[["pre", "post"]].isna().any(axis=1).sum())
    count = len(tables.clients)
    lack, counted = ("lacks", "counts") if without == 1 else ("lack", "count")
    missing = (
        f"{without} of {count} clients {lack} a first or a later score and {counted} in none of "
        "this"
        if without
        else f"all {count} clients have a first and a later score"
    )
    if len(tables.arms) == 1:
        return (
            f"{missing.capitalize()}; without people who got something else, nothing here says "
            "what the treatment did."
        )
    return (
        f"{missing.capitalize()}; whether the arms were drawn by lot, and so whether a difference "
        "is an effect, the file does not say."
    )


def doubts(analysis: OwnAnalysis) -> list[str]:
    """Return what to bear in mind, a sentence or two each.

    Parameters
    ----------
    analysis
        Of a researcher's data.

    Returns
    -------
    list of str
        Plain sentences.
    """
    tables, scale = analysis.tables, analysis.tables.scale
    known = sum(row.estimate is not None for row in analysis.statistics)
    texts = [
        "Change from before to after holds the natural course, regression to the mean and "
        "whatever else happened.",
        *_missing(tables),
        *_clusters(analysis),
        f"There are {known} intervals of 95 %: about one in twenty misses, even if nothing else is "
        "wrong. Choose beforehand which ones count.",
    ]
    sd = float(tables.clients["pre"].std())
    if sd > 0 and not math.isnan(scale.reliability):
        own = reliable_change_criterion(sd, scale.reliability)
        texts.append(
            f"Shares of reliable change hang on the criterion, here {scale.reliable_change:.3g} "
            f"points ({scale.change_words}). By Jacobson and Truax's rule from the SD of these "
            f"clients at intake ({sd:.3g}) and the reliability {scale.reliability:g} it would be "
            f"{own:.3g}."
        )
    return texts


def _missing(tables: OwnTables) -> list[str]:
    """Return a sentence on clients without a first or a later score; none where all have both."""
    shares = []
    for arm in tables.arms:
        clients = tables.arm(arm)
        without = int(clients[["pre", "post"]].isna().any(axis=1).sum())
        if without:
            shares.append(f"{without} of {len(clients)} in {arm}")
    if not shares:
        return []
    return [
        f"Without a first or a later score: {', '.join(shares)}. If those who left fared "
        "otherwise, the numbers of the others are off."
    ]


def _clusters(analysis: OwnAnalysis) -> list[str]:
    """Return a sentence on clients of one therapist, who are more alike than others."""
    texts = []
    for arm in analysis.tables.arms:
        effect = analysis.estimate("therapist_effect", arm)
        loads = analysis.tables.arm(arm)["therapist"].value_counts()
        if effect is None or effect.value <= 0 or not len(loads):
            continue
        size = float((loads**2).sum() / loads.sum())
        wider = math.sqrt(1 + (size - 1) * effect.value / 100)
        texts.append(
            f"Intervals take clients as independent. In {arm} therapists account for "
            f"{number_text(effect.value, decimals_of(effect))} % of the variance of outcome, with "
            f"{size:.0f} clients each (weighted by clients): an interval of a mean is too narrow "
            f"by a factor of up to {wider:.1f}."
        )
    return texts


def not_possible(rows: Sequence[Statistic]) -> list[Statistic]:
    """Return the statistics without a value, one a name and reason, whose groups are joined."""
    joined: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.estimate is None:
            joined.setdefault((row.key, row.note), []).append(row.group)
    return [
        Statistic(key, "; ".join(filter(None, groups)), None, note)
        for (key, note), groups in joined.items()
    ]
