"""What a plan with power says: the answer, the sentence for an application, assumptions, doubts."""

import math
from typing import Any

import pandas as pd

from dyadsim.checks import shown_number
from dyadsim.planning.planned_power import Answer, Question, clients_by_formula, limits_of
from dyadsim.planning.power_design import (
    ANALYSIS_WORDS,
    ARMS,
    DESIGNS,
    GROWTH,
    MODERATOR,
    PROCESS,
    THERAPISTS,
)

LAYOUT_WORDS = {
    "nested": "each therapist treats in one arm only",
    "crossed": "every therapist treats in both arms",
    "one_arm": "there are therapists in the first arm only",
}
IGNORING = ("t_test", "ancova", "correlation", "regression", "two_level")


def two_decimals(value: float) -> str:
    """Return a share without its leading zero.

    Examples
    --------
    >>> two_decimals(0.814), two_decimals(1.0), two_decimals(0.999)
    ('.81', '1.00', '1.00')
    """
    return f"{value:.2f}".removeprefix("0")


def share_words(row: "pd.Series[Any]", name: str) -> str:
    """Return "power [low, high]" of a row.

    Examples
    --------
    >>> share_words(pd.Series({"power": 0.81, "power_low": 0.785, "power_high": 0.833}), "power")
    '.81 [.79, .83]'
    """
    low, high = (two_decimals(row[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{two_decimals(row[name])} [{low}, {high}]"


def effect_words(question: Question, row: "pd.Series[Any] | None" = None) -> str:
    """Return the effect that is looked for, in words.

    Parameters
    ----------
    question
        What is planned.
    row
        A size, of whose trials a world's mean effect is said.
    """
    assumptions = question.plan.assumptions
    if question.world is not None:
        mean = math.nan if row is None else float(row["estimate"])
        size = "" if mean != mean else f", {mean:.2f} SDs on average"
        return f"the effect that the {question.world_label} makes{size}"
    value = shown_number(assumptions.effect)
    quantity = DESIGNS[assumptions.design].quantity
    words = {"g per SD": f"a change of g by {value} per SD of the moderator"}
    return words.get(quantity, f"{quantity} = {value}")


def aim_words(question: Question) -> str:
    """Return what the study is to show.

    Parameters
    ----------
    question
        What is planned.
    """
    assumptions = question.plan.assumptions
    about = DESIGNS[assumptions.design].about
    if question.world is not None and assumptions.kind in (ARMS, MODERATOR):
        about += f" ({' and '.join(arm.name for arm in question.world.study.arms)})"
    return {
        ARMS: f"a difference between {about}",
        MODERATOR: f"a difference in {about}",
        GROWTH: f"a difference between {about}",
        PROCESS: f"a correlation between {about}",
        THERAPISTS: "a variance between therapists",
    }[assumptions.kind]


def size_words(row: "pd.Series[Any]") -> str:
    """Return clients and therapists of a row.

    Examples
    --------
    >>> size_words(pd.Series({"clients": 1240, "therapists": 12}))
    '1,240 clients and 12 therapists'
    """
    return f"{int(row['clients']):,} clients and {int(row['therapists']):,} therapists"


def answer_sentences(answer: Answer) -> list[str]:
    """Return the answer: the smallest design, what limits it, and what ignoring therapists does.

    Parameters
    ----------
    answer
        What the grid says.

    Returns
    -------
    list of str
        Two or three full sentences.
    """
    question, row = answer.question, answer.chosen
    target = two_decimals(question.target)
    if answer.smallest is not None:
        first = (
            f"Of the designs tried, {size_words(row)} are the smallest that reach a power of "
            f"{target}: {share_words(row, 'power')} to find {aim_words(question)}, "
            f"{effect_words(question, row)}."
        )
    else:
        first = (
            f"None of the designs tried reaches a power of {target} to find "
            f"{aim_words(question)}, {effect_words(question, row)}; {size_words(row)} come "
            f"nearest, "
            f"with {share_words(row, 'power')}."
        )
    analysis = ANALYSIS_WORDS[question.plan.main]
    level = two_decimals(question.plan.level)
    second = (
        f"Analysis: {analysis}; without an effect {share_words(row, 'type_1')} of its trials are "
        f"significant at {level}."
    )
    return [first, second, *_limit(answer), *_members(answer), *_ignored(answer)]


def _limit(answer: Answer) -> list[str]:
    """Return what clients alone cannot do."""
    limits = limits_of(answer.question)
    if not limits:
        return []
    count = max(limits)
    return [
        f"With {count} therapists no number of clients gives more than "
        f"{two_decimals(limits[count])}: therapists differ, so it takes more of them."
    ]


def _members(answer: Answer) -> list[str]:
    """Return how far the members of an ensemble differ."""
    row, count = answer.chosen, answer.question.plan.members
    if count < 2:
        return []
    low, high = (two_decimals(row[f"member_{end}"]) for end in ("lowest", "highest"))
    return [
        f"That is the mean over {count} members of the ensemble, from {low} to {high} "
        f"({answer.question.plan.trials // count} trials each)."
    ]


def _ignored(answer: Answer) -> list[str]:
    """Return what an analysis that ignores therapists does where there is no effect."""
    row, plan = answer.chosen, answer.question.plan
    same = answer.table[
        (answer.table["clients"] == row["clients"])
        & (answer.table["therapists"] == row["therapists"])
        & answer.table["analysis"].isin(IGNORING)
    ]
    wrong = same[same["type_1_low"] > plan.level]
    if wrong.empty:
        return []
    worst = wrong.loc[wrong["type_1"].idxmax()]
    return [
        f"Not to be used here: {ANALYSIS_WORDS[str(worst['analysis'])]}, which without an effect "
        f"is significant in {share_words(worst, 'type_1')} of trials."
    ]


def application_sentence(answer: Answer) -> str:
    """Return the sentence for an application, about the design that was chosen.

    Parameters
    ----------
    answer
        What the grid says.
    """
    question, row = answer.question, answer.chosen
    plan = question.plan
    assumptions = plan.assumptions
    sided = "one-sided" if assumptions.kind == THERAPISTS else "two-sided"
    return (
        f"With {size_words(row)} ({layout_words(question)}) a {sided} test at "
        f"{shown_number(plan.level)} ({ANALYSIS_WORDS[plan.main]}) has a power of "
        f"{share_words(row, 'power')} (95 % Monte-Carlo interval, {plan.trials:,} simulated "
        f"trials, type-1 error {share_words(row, 'type_1')}) to find {aim_words(question)}, "
        f"{effect_words(question, row)}{_given(question, row)}."
    )


def layout_words(question: Question) -> str:
    """Return where therapists treat, in words.

    Parameters
    ----------
    question
        What is planned.
    """
    assumptions = question.plan.assumptions
    if not assumptions.two_arms:
        return "each client has one therapist"
    return LAYOUT_WORDS[assumptions.layout]


def _given(question: Question, row: "pd.Series[Any]") -> str:
    """Return what the power is conditional on."""
    assumptions = question.plan.assumptions
    if question.world is not None:
        return f", with {100 * (1 - row['completed']):.0f} % dropout as that world makes it"
    parts = [f"a correlation of {shown_number(assumptions.before_r)} between intake and outcome"]
    if assumptions.kind == GROWTH:
        parts = [
            f"{assumptions.sessions} sessions with scores",
            f"{100 * assumptions.residual:g} % of their variance within clients",
            parts[0].replace("outcome", "last session"),
            f"therapists' share of {100 * assumptions.icc:g} % of the variance of change",
        ]
    elif assumptions.kind != THERAPISTS:
        parts.insert(0, f"an intraclass correlation of therapists of {assumptions.icc:g}")
    if assumptions.effect_sd:
        parts.append(f"effects that differ between therapists by an SD of {assumptions.effect_sd}")
    parts.append(_dropout_words(assumptions.dropout))
    return f", given {', '.join(parts[:-1])} and {parts[-1]}"


def _dropout_words(dropout: tuple[float, float]) -> str:
    first, second = (f"{100 * share:g}" for share in dropout)
    return f"{first} % dropout" if first == second else f"dropout of {first} and {second} %"


def assumed(question: Question) -> list[tuple[str, str]]:
    """Return what was assumed: name and value, with the setting that changes it.

    Parameters
    ----------
    question
        What is planned.

    Returns
    -------
    list of tuple
        What it is, and its value in words.
    """
    assumptions = question.plan.assumptions
    source = f" (published: {question.source.replace(';', '; ')})" if question.source else ""
    rows = [
        ("question (task.design)", f"{assumptions.design}: {aim_words(question)}"),
        ("effect (task.effect)", effect_words(question) + source),
        ("therapists (task.layout)", layout_words(question)),
    ]
    rows += _assumed_of_scores(question) if question.world is None else _assumed_of_world(question)
    equal = "equal" if assumptions.spread == 0 else f"SD of log2: {assumptions.spread:g}"
    rows.append(("caseloads (task.spread)", equal))
    if assumptions.two_arms:
        rows.append(("share in the first arm (task.treated)", shown_number(assumptions.treated)))
    return rows


def _assumed_of_scores(question: Question) -> list[tuple[str, str]]:
    """Return what was assumed of drawn scores."""
    assumptions = question.plan.assumptions
    icc, before_r = shown_number(assumptions.therapist_share), shown_number(assumptions.before_r)
    lost = _dropout_words(assumptions.dropout)
    if assumptions.kind == GROWTH:
        sessions, residual = assumptions.sessions, shown_number(assumptions.residual)
        return [
            ("sessions; scores at intake and after each (task.sessions)", f"{sessions}"),
            ("variance of scores from session to session (task.residual)", residual),
            ("correlation of first and last score (task.before_r)", before_r),
            ("therapists' share of the variance of change (task.icc)", f"{assumptions.icc:g}"),
            ("who leaves by chance, at any session; scores until then count (task.dropout)", lost),
        ]
    rows = [
        ("therapists' share of the outcome's variance (task.icc)", icc),
        ("correlation of intake and outcome (task.before_r)", before_r),
        ("dropout, by chance (task.dropout)", lost),
    ]
    if assumptions.kind == PROCESS:
        share = shown_number(assumptions.process_icc)
        rows.append(("therapists' share of the process score's variance (task.process_icc)", share))
    if assumptions.two_arms and assumptions.layout == "crossed":
        spread = shown_number(assumptions.effect_sd)
        rows.append(("SD of the effect over therapists, in g (task.effect_sd)", spread))
    return rows


def _assumed_of_world(question: Question) -> list[tuple[str, str]]:
    """Return what was assumed of a world's trials."""
    world, members = question.world, question.plan.members
    if world is None:
        return []
    several = f", {members} members of the ensemble" if members > 1 else ""
    lost = "is assessed at the end" if world.assessed else "has no outcome"
    return [
        ("world", question.world_label + several),
        ("study", repr(world.study)[1:-1]),
        ("who drops out (task.assessed)", lost),
    ]


def doubts(answer: Answer) -> list[str]:
    """Return what the numbers do not say.

    Parameters
    ----------
    answer
        What the grid says.
    """
    question = answer.question
    texts = [
        "Power is conditional on the assumptions above: try the smallest effect that would matter, "
        "a larger intraclass correlation and more dropout before an application says a number.",
    ]
    if question.source:
        texts.append(
            "The effect is a published mean: an effect that is smaller than it needs more clients "
            "with the square of the ratio."
        )
    if question.world is None:
        texts.append(
            "Outcomes are normal and dropout is by chance (assumptions). task.effect=world lets a "
            "world make scores and dropout."
        )
    else:
        texts.append(
            "A world that the published facts allow is possible, not true: try the others, or "
            "task.effect=ensemble."
        )
    if question.plan.assumptions.kind == GROWTH:
        texts.append(
            "Change is a straight line over sessions (assumption). Where most of it comes early, a "
            "line finds less of it than this power says."
        )
    if question.plan.assumptions.kind == THERAPISTS:
        texts.append(
            "The likelihood-ratio test takes the null distribution of many therapists, half of it "
            "at 0: with few it rejects too rarely. The F test is exact."
        )
    if clients_by_formula(question):
        texts.append(
            "The column formula is a closed form for equal caseloads, with the degrees of freedom "
            "of therapists where they differ; with few therapists the mixed model often estimates "
            "no variance between them and then has a little more power."
        )
    return texts
