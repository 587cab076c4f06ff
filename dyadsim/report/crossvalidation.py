"""One cross-validation: the table of predictions, its figure, and what it says."""

from functools import partial
from pathlib import Path

import pandas as pd
from scipy.stats import sem

from dyadsim.calibration.crossvalidation import ALL, NULL, PRIOR, shares_inside
from dyadsim.report.printed import print_frame, say
from dyadsim.simulation.unfinished import write_file


def write_crossvalidation(folder: Path, scores: pd.DataFrame, table: pd.DataFrame) -> None:
    """Write scores.csv, and the table and figure of predictions: prediction.csv, .png and .svg.

    Parameters
    ----------
    folder
        The results folder.
    scores
        A row a fact and world (`crossvalidation.crossvalidate`).
    table
        A row a family and world (`crossvalidation.prediction_table`).
    """
    from dyadsim.plots import predictions, style

    named = scores.assign(world=scores["world"] + " world")  # a bare null is read as missing
    write = partial(named.to_csv, index=False, float_format="%.6g", lineterminator="\n")
    write_file(folder / "scores.csv", write)
    style.save_figure(predictions.figure(table), folder, "prediction", table)


def table_text(table: pd.DataFrame) -> str:
    """Return the share of left-out facts inside, a row a family and a column a world, as text.

    Parameters
    ----------
    table
        As `crossvalidation.prediction_table`.
    """
    shares = shares_inside(table)
    names = [name for name in shares.columns if name not in ("family", "facts")]
    lines = [f"{'family':18} facts" + "".join(f"{name:>12}" for name in names)]
    for row in shares.to_dict("records"):
        cells = "".join(f"{float(row[name]):12.2f}" for name in names)
        lines.append(f"{row['family']:18} {row['facts']:5d}{cells}")
    return "\n".join(lines)


def sentences(table: pd.DataFrame, scores: pd.DataFrame) -> str:
    """Return how much better worlds predict than draws of the prior and than null, in words.

    Parameters
    ----------
    table
        As `crossvalidation.prediction_table`.
    scores
        As `crossvalidation.crossvalidate`.
    """
    total = table[table["family"] == ALL].set_index("world")
    inside, distance, score = (
        {str(world): float(value) for world, value in total[name].items()}
        for name in ("inside", "distance", "log_score")
    )
    lines = []
    for world, share in inside.items():
        if world in (PRIOR, NULL):
            continue
        words = ", ".join(
            f"{_difference(scores, world, name)} against {title}"
            for name, title in ((PRIOR, "draws of the prior"), (NULL, "null"))
        )
        lines.append(
            f"{world} holds {share:.0%} of the facts that it was not shown: {words} (mean distance "
            f"{distance[world]:.2f} half-widths, log score {score[world]:.2f})."
        )
    others = " and ".join(
        f"{name} {inside[name]:.0%} ({distance[name]:.2f} half-widths, {score[name]:.2f})"
        for name in (PRIOR, NULL)
    )
    note = "± is one standard error over facts, paired; less than two may be chance."
    return "\n".join([*lines, f"Beside them: {others}.", note])


def _difference(scores: pd.DataFrame, world: str, other: str) -> str:
    """Return by how many points more facts are inside in one world, with its standard error."""
    wide = scores.pivot(index="fact", columns="world", values="inside")
    differences = 100 * (wide[world] - wide[other]).to_numpy(float)
    mean, error = float(differences.mean()), float(sem(differences))
    return f"{mean:+.0f} ± {error:.0f} points"


def print_crossvalidation(table: pd.DataFrame, scores: pd.DataFrame, folder: Path) -> None:
    """Print the table of predictions, and what it says.

    Parameters
    ----------
    table
        As `crossvalidation.prediction_table`.
    scores
        As `crossvalidation.crossvalidate`.
    folder
        Where tables and figure were written.
    """
    shares = shares_inside(table)
    names = [name for name in shares.columns if name not in ("family", "facts")]
    shown = shares.assign(**{name: shares[name].map("{:.2f}".format) for name in names})
    print_frame("Share of left-out facts inside their published interval", shown, ("family",))
    say(sentences(table, scores))
    print(f"Tables and figure: {folder}")
