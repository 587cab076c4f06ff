"""A planned study: how far each way to measure would narrow each parameter."""

from pathlib import Path

import pandas as pd
from rich.table import Table

from dyadsim.fitting.coverage import UNKNOWN
from dyadsim.report.printed import print_table, say


def write_recovery(folder: Path, table: pd.DataFrame) -> None:
    """Write the table and the figure of planning: figure.csv, figure.png, figure.svg.

    Parameters
    ----------
    folder
        The results folder.
    table
        variant, parameter, contraction and more: a row a parameter and way to measure.
    """
    from dyadsim.plots import recovery, style

    style.save_figure(recovery.figure(table, UNKNOWN), folder, "figure", table)


def print_recovery(table: pd.DataFrame, study: str, clients: int, world: str) -> None:
    """Print the contraction of every parameter, a column a way to measure.

    Parameters
    ----------
    table
        variant, parameter, contraction: a row a parameter and way to measure.
    study
        Name of the design.
    clients
        Of the plain design.
    world
        What the world is called in which the study is planned (`changed_worlds.world_label`).
    """
    variants = list(dict.fromkeys(table["variant"]))
    shown = Table(
        "parameter",
        *variants,
        title=f"Contraction in study {study}, {clients} clients, {world} "
        f"(below {UNKNOWN:g}: not identified)",
    )
    for name, rows in table.groupby("parameter", sort=False):
        values = rows.set_index("variant")["contraction"]
        shown.add_row(str(name), *(f"{values[variant]:.2f}" for variant in variants))
    print_table(shown)
    means = table.groupby("variant", sort=False)["contraction"].mean()
    words = ", ".join(f"{variant} {value:.2f}" for variant, value in means.items())
    say(
        "Contraction: 1 - posterior / prior variance (1 known, 0 nothing learnt). On average: "
        f"{words}."
    )
