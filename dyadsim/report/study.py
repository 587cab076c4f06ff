"""One simulated study: its figure, and what an intervention changed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from dyadsim.model import questionnaires
from dyadsim.report.page import estimate_text, run_line
from dyadsim.report.printed import print_table, say
from dyadsim.studies.study import Study


def write_study_figure(
    folder: Path, clients: pd.DataFrame, sessions: pd.DataFrame, *, study: Study, label: str
) -> Path:
    """Write the study's figure and its data: figure.png, figure.svg, figure.csv.

    Groups are the arms; in a preference trial, who got the preferred therapy and who did not.

    Parameters
    ----------
    folder
        The results folder.
    clients, sessions
        The tables of clients and sessions; of the latter client, arm, occasion, week and
        symptom_score.
    study
        The study.
    label
        What the world is called (`changed_worlds.world_label`), for the title.

    Returns
    -------
    Path
        Of figure.png.
    """
    count = len(clients)
    name = study.name.replace("_", " ")
    title = f"{name} in the {label}, {count} client{'s' * (count > 1)}"
    if study.name == "n_of_1":
        _write_phases(folder, clients, sessions, study=study, title=title)
    else:
        _write_courses(folder, clients, sessions, study=study, title=title)
    return folder / "figure.png"


def _unit(study: Study) -> str:
    """Return the name of the study's questionnaire as people write it."""
    from dyadsim.plots import style

    return style.INSTRUMENTS[questionnaires.find_instrument(study.instrument).name]


def _write_phases(
    folder: Path, clients: pd.DataFrame, sessions: pd.DataFrame, *, study: Study, title: str
) -> None:
    """Write the figure of single cases."""
    from dyadsim.plots import phases, style

    treated = [(float(phase.first), float(phase.last)) for phase in study.arms[0].phases]
    if len(clients) > phases.SHOWN:
        title += f" (the first {phases.SHOWN} are shown)"
    figure = phases.figure(sessions, treated, title=title, unit=_unit(study))
    scores = sessions[["client", "week", "occasion", "symptom_score"]]
    style.save_figure(figure, folder, "figure", scores)


def _write_courses(
    folder: Path, clients: pd.DataFrame, sessions: pd.DataFrame, *, study: Study, title: str
) -> None:
    """Write the figure of mean courses and endings."""
    from dyadsim.plots import study as study_plot
    from dyadsim.plots import style

    group = clients["arm"]
    if study.name == "preference":
        preferred = clients["therapy"] == clients["preferred_therapy"]
        group = preferred.map({True: "preferred therapy", False: "other therapy"})
    clients = clients.assign(group=group)
    group_of = pd.Series(pd.Categorical(group), clients["client"])  # a byte a row, not a word
    sessions = sessions.assign(group=sessions["client"].map(group_of))
    title += "; bands and bars: 95 % intervals"
    figure = study_plot.figure(sessions, clients, title=title, unit=_unit(study))
    style.save_figure(figure, folder, "figure", study_plot.mean_courses(sessions))


def print_scores(summary: Mapping[str, Any], label: str) -> None:
    """Print the mean score of every arm and occasion.

    Parameters
    ----------
    summary
        study, instrument, clients, seed, and symptom_score: rows of arm, occasion, week, mean, std
        and count.
    label
        What the world is called.
    """
    table = Table(title=f"{summary['study']} in the {label}: {summary['instrument']} score")
    for name in ("arm", "occasion", "week", "mean", "SD", "scores"):
        table.add_column(name)
    for row in summary["symptom_score"]:
        mean, spread = ("" if row[key] is None else f"{row[key]:.2f}" for key in ("mean", "std"))
        table.add_row(row["arm"], row["occasion"], row["week"], mean, spread, str(row["count"]))
    print_table(table)
    say(run_line(summary["study"], clients=summary["clients"], seed=summary["seed"]))


def print_individual_effects(table: pd.DataFrame) -> None:
    """Print what an intervention changed, arm by arm; no researcher could observe it.

    Parameters
    ----------
    table
        arm, at, clients, effect, se, better, worse, unchanged (shares of the clients).
    """
    shown = Table(
        title="Individual treatment effects of do(...): every client beside the counterfactual "
        "twin, with common random numbers (true distress)"
    )
    for name in (
        "arm",
        "at",
        "clients",
        "mean effect ± error (SD of distress at intake)",
        "better off",
        "worse off",
        "exactly unchanged",
    ):
        shown.add_column(name)
    for row in table.to_dict("records"):
        shares = [f"{row[name]:.1%}" for name in ("better", "worse", "unchanged")]
        labels = [str(row[name]) for name in ("arm", "at", "clients")]
        shown.add_row(*labels, estimate_text(row["effect"], row["se"]), *shares)
    print_table(shown)
    say(
        "Above 0: less distress under do. Shares: of the arm's clients; a difference of any size "
        "counts."
    )
