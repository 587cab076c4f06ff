"""A planned study's power: answer, table over clients and therapists, figure, page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dyadsim.planning.planned_power import Answer, assumptions_for_json, clients_by_formula
from dyadsim.planning.power_design import ANALYSIS_WORDS
from dyadsim.planning.power_grid import main_rows
from dyadsim.report.page import embedded_image, write_page
from dyadsim.report.plain_rows import rows_for_json
from dyadsim.report.power_sentences import (
    aim_words,
    answer_sentences,
    application_sentence,
    assumed,
    doubts,
    effect_words,
    share_words,
    two_decimals,
)
from dyadsim.report.printed import print_frame, say


def summary_of(answer: Answer) -> dict[str, Any]:
    """Return everything as plain values, for summary.json and `json=true`.

    Parameters
    ----------
    answer
        What the grid says.
    """
    question = answer.question
    smallest = None if answer.smallest is None else answer.smallest.to_frame().T
    return {
        "task": "power",
        "answer": answer_sentences(answer),
        "sentence": application_sentence(answer),
        "assumptions": dict(assumptions_for_json(question)),
        "analyses": {name: ANALYSIS_WORDS[name] for name in question.plan.analyses},
        "main": question.plan.main,
        "level": question.plan.level,
        "target": question.target,
        "trials": question.plan.trials,
        "seed": question.plan.seed,
        "smallest": None if smallest is None else rows_for_json(smallest.infer_objects())[0],
        "formula_clients": {str(k): n for k, n in clients_by_formula(question).items()},
        "table": rows_for_json(answer.table),
    }


def power_table(answer: Answer) -> pd.DataFrame:
    """Return the power of the main analysis: a row a number of clients, a column of therapists.

    Parameters
    ----------
    answer
        What the grid says.

    Returns
    -------
    DataFrame
        Text; "*" marks what reaches the target. Where every number of therapists has clients of
        its own, rows are clients of each therapist.
    """
    question = answer.question
    rows, target = main_rows(answer.table, question.plan).copy(), question.target
    chosen = (answer.chosen["clients"], answer.chosen["therapists"])
    shown = {*question.sizes, chosen}
    sizes = zip(rows["clients"], rows["therapists"], strict=True)
    rows = rows[[size in shown for size in sizes]]
    load = (rows["clients"] / rows["therapists"]).round(1)
    by_caseload = load.nunique() < rows["clients"].nunique() and rows["therapists"].nunique() > 1
    head = "clients each" if by_caseload else "clients"
    rows[head] = [f"{value:g}" for value in load] if by_caseload else rows["clients"]
    rows["order"] = load if by_caseload else rows["clients"]
    rows["cell"] = [
        share_words(row, "power") + ("*" if row["power"] >= target else "")
        for _, row in rows.iterrows()
    ]
    wide = rows.pivot(index=["order", head], columns="therapists", values="cell").fillna("")
    wide = wide.sort_index().reset_index(level="order", drop=True)
    wide.columns = [f"{count} therapists" for count in wide.columns]
    return wide.reset_index().astype({head: str})


def analyses_table(answer: Answer) -> pd.DataFrame:
    """Return every analysis at the design that was chosen.

    Parameters
    ----------
    answer
        What the grid says.

    Returns
    -------
    DataFrame
        Text: analysis, power, type-1 error.
    """
    row, table = answer.chosen, answer.table
    same = table[(table["clients"] == row["clients"]) & (table["therapists"] == row["therapists"])]
    return pd.DataFrame(
        {
            "analysis": [ANALYSIS_WORDS[name] for name in same["analysis"]],
            "power": [share_words(line, "power") for _, line in same.iterrows()],
            "type-1 error": [share_words(line, "type_1") for _, line in same.iterrows()],
        }
    )


def sizes_table(answer: Answer) -> pd.DataFrame:
    """Return every size with what it means for the main analysis, for the page.

    Parameters
    ----------
    answer
        What the grid says.

    Returns
    -------
    DataFrame
        Text: clients, therapists, caseload, power, formula, type-1 error, design effect; columns
        of which nothing is known are left out.
    """
    rows = main_rows(answer.table, answer.question.plan)
    table = pd.DataFrame(
        {
            "clients": [f"{count:,}" for count in rows["clients"]],
            "therapists": [f"{count:,}" for count in rows["therapists"]],
            "caseload": [f"{value:.1f}" for value in rows["caseload"]],
            "power": [share_words(row, "power") for _, row in rows.iterrows()],
            "formula": [_known(value) for value in rows["formula"]],
            "lowest to highest member": [
                _known(low) and f"{_known(low)} to {_known(high)}"
                for low, high in zip(rows["member_lowest"], rows["member_highest"], strict=True)
            ],
            "type-1 error": [share_words(row, "type_1") for _, row in rows.iterrows()],
            "design effect": [_known(value) for value in rows["design_effect"]],
            "estimate": [
                _known(value) and f"{value:.2f} (SD {spread:.2f})"
                for value, spread in zip(rows["estimate"], rows["estimate_sd"], strict=True)
            ],
        }
    )
    return table[[name for name in table if table[name].ne("").any()]]


def _known(value: float) -> str:
    """Return a number with two decimals, "" where it is not known."""
    if value != value:
        return ""
    return two_decimals(value)


def write_power(folder: Path, answer: Answer, manifest: Mapping[str, Any]) -> None:
    """Write power.csv, the figure with its data, and the page, report.html.

    Parameters
    ----------
    folder
        The results folder.
    answer
        What the grid says.
    manifest
        How the run can be repeated.
    """
    from dyadsim.plots import power, style

    question = answer.question
    answer.table.to_csv(folder / "power.csv", index=False)
    title = f"To find {aim_words(question)}: {effect_words(question)}"
    drawn = power.figure(
        answer.table,
        ANALYSIS_WORDS,
        main=question.plan.main,
        target=question.target,
        level=question.plan.level,
    )
    style.add_to_title(drawn, title)
    image = style.save_figure(drawn, folder / "figures", "power", answer.table)
    write_page(
        folder,
        "power.html.j2",
        title="How many clients and therapists?",
        answer=answer_sentences(answer),
        sentence=application_sentence(answer),
        image=embedded_image(image),
        words=_figure_words(answer),
        power=_cells(power_table(answer)),
        sizes=_cells(sizes_table(answer)),
        analyses=_cells(analyses_table(answer)),
        chosen=f"{int(answer.chosen['clients'])} clients, "
        f"{int(answer.chosen['therapists'])} therapists",
        assumed=assumed(question),
        doubts=doubts(answer),
        plan=question.plan,
        target=question.target,
        in_world=question.world is not None,
        manifest=manifest,
    )


def _figure_words(answer: Answer) -> str:
    """Return the figure in words."""
    texts = []
    rows = main_rows(answer.table, answer.question.plan)
    for therapists, part in rows.groupby("therapists"):
        first, last = part.iloc[0], part.iloc[-1]
        texts.append(
            f"{therapists} therapists: power {two_decimals(first['power'])} with "
            f"{first['clients']} clients, {two_decimals(last['power'])} with {last['clients']}"
        )
    return "; ".join(texts) + "."


def _cells(table: pd.DataFrame) -> list[list[str]]:
    """Return headings and rows as text."""
    return [list(map(str, table.columns)), *table.astype(str).to_numpy().tolist()]


def print_power(answer: Answer) -> None:
    """Print the answer, the table and the sentence for an application.

    Parameters
    ----------
    answer
        What the grid says.
    """
    question, left = answer.question, ("analysis",)
    for text in answer_sentences(answer):
        say(text)
    print_frame(f"Power (*: {two_decimals(question.target)} or more)", power_table(answer), left)
    where = f"{answer.chosen['clients']} clients, {answer.chosen['therapists']} therapists"
    print_frame(f"Analyses, {where}", analyses_table(answer), left)
    effect = answer.chosen["design_effect"]
    more = "" if effect != effect else f"; design effect {two_decimals(effect)}"
    say(
        f"In brackets: 95 % Monte-Carlo intervals, {question.plan.trials:,} trials{more}; "
        f"seed: {question.plan.seed}."
    )
    say(f"For the application:\n{application_sentence(answer)}")
