"""One simulated study: its figure, and what an intervention changed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rich.table import Table

from dyadsim.analysis.two_lives import Bounds, share_above
from dyadsim.model import questionnaires
from dyadsim.model.variables import ENDINGS
from dyadsim.report.page import estimate_text, run_line
from dyadsim.report.printed import print_table, say
from dyadsim.simulation import individual_effects
from dyadsim.simulation.study_files import StudyOutcome
from dyadsim.studies.study import Study

_UNTREATED = "no_treatment"  # how it ends where nothing began


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


def estimates_of(
    outcome: StudyOutcome, clusters: "pd.Series[int]", instrument: str
) -> pd.DataFrame:
    """Return what one study says as rows of estimates (`cli.task.Estimates`).

    Parameters
    ----------
    outcome
        Of the study.
    clusters
        By client whose chance is shared: clients of one therapist.
    instrument
        Name of the questionnaire.

    Returns
    -------
    DataFrame
        part, estimate, unit, value, se: the mean score of every arm and occasion (sessions by
        week), the share of clients by ending and, with `do`, its mean effect and who is better or
        worse off. Errors are those of means of clusters.
    """
    parts = [
        *_score_parts(outcome.sessions, f"Mean {instrument} score"),
        *_ending_parts(outcome.clients),
        *(() if outcome.effects is None else _effect_parts(outcome.effects)),
    ]
    rows = [(*part.names, *_clustered_mean(part.values, part.clients, clusters)) for part in parts]
    return pd.DataFrame(rows, columns=["part", "estimate", "unit", "value", "se"])


class _Mean(NamedTuple):
    """What is averaged: part, estimate and unit; values and, beside each, its client."""

    names: tuple[str, str, str]
    values: "pd.Series[Any]"
    clients: "pd.Series[int]"


def _score_parts(sessions: pd.DataFrame, title: str) -> Iterator[_Mean]:
    """Yield the scores of every arm and occasion."""
    scores = sessions.dropna(subset="symptom_score")
    for key, part in scores.groupby(["arm", "occasion", "week"], observed=True):
        arm, occasion, week = map(str, key)
        at = "" if occasion == "intake" else f", week {float(week):g}"
        names = (title, f"{arm}, {occasion}{at}", "points")
        yield _Mean(names, part["symptom_score"], part["client"])


def _ending_parts(clients: pd.DataFrame) -> Iterator[_Mean]:
    """Yield who has each ending, of every arm that is treated."""
    treated = clients[clients["ending"] != _UNTREATED]
    for arm, part in treated.groupby("arm", sort=False, observed=True):
        for ending in ENDINGS:
            names = ("How it ends", f"{arm!s}: {ending}", "share of clients")
            yield _Mean(names, part["ending"] == ending, part["client"])


def _effect_parts(effects: pd.DataFrame) -> Iterator[_Mean]:
    """Yield what an intervention changed."""
    for key, part in effects.groupby(["arm", "at"], sort=False):
        where, gain = ", ".join(map(str, key)), part["effect"]
        for what, unit, values in (
            ("effect", "SD of distress at intake", gain),
            ("better off", "share of clients", gain > 0),
            ("worse off", "share of clients", gain < 0),
        ):
            names = ("do(...): every client beside the twin", f"{where}: {what}", unit)
            yield _Mean(names, values, part["client"])


def _clustered_mean(
    values: "pd.Series[Any]", clients: "pd.Series[int]", clusters: "pd.Series[int]"
) -> tuple[float, float]:
    """Return a mean and its error when rows of a cluster share their chance.

    The error is the root of the sum over clusters of squared sums of deviations, over n, times
    sqrt(G / (G - 1)) for G clusters: the usual sandwich ("CR1" without regressors).
    """
    numbers = values.to_numpy(float)
    mean, codes = numbers.mean(), np.unique(clusters[clients.to_numpy()], return_inverse=True)[1]
    sums = np.bincount(codes, numbers - mean)
    count = sums.size
    if count < 2:
        return float(mean), float("nan")
    error = np.sqrt(count / (count - 1) * np.square(sums).sum()) / numbers.size
    return float(mean), float(error)


def summarise_effects(effects: pd.DataFrame) -> pd.DataFrame:
    """Return individual effects by arm and time, with what a trial would allow.

    Parameters
    ----------
    effects
        Of `individual_effects.effects_table`.

    Returns
    -------
    DataFrame
        As `individual_effects.summarise_effects`, with worse_low and worse_high: between them lies
        the share worse off, if only the two distributions of distress are known (0 and 1 where
        there are fewer than three clients).
    """
    summary = individual_effects.summarise_effects(effects)
    bounds = [
        share_above(part["distress_under_do"], part["distress"]) if len(part) > 2 else Bounds(0, 1)
        for _, part in effects.groupby(["arm", "at"], sort=False)
    ]
    lows, highs = zip(*bounds, strict=True)
    return summary.assign(worse_low=lows, worse_high=highs)


def print_individual_effects(table: pd.DataFrame) -> None:
    """Print what an intervention changed, arm by arm; no researcher could observe it.

    Parameters
    ----------
    table
        arm, at, clients, effect, se, better, worse, unchanged (shares of the clients), worse_low
        and worse_high (what two distributions allow).
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
        "unchanged",
        "worse off: what a trial allows",
    ):
        shown.add_column(name)
    for row in table.to_dict("records"):
        shares = [f"{row[name]:.1%}" for name in ("better", "worse", "unchanged")]
        labels = [str(row[name]) for name in ("arm", "at", "clients")]
        allowed = f"{row['worse_low']:.0%} to {row['worse_high']:.0%}"
        shown.add_row(*labels, estimate_text(row["effect"], row["se"]), *shares, allowed)
    print_table(shown)
    say(
        "Above 0: less distress under do. Shares: of the arm's clients; a difference of any size "
        "counts. No data can show who is worse off: a trial sees two distributions, never two "
        "lives of one client. Even with true distress they would allow the shares in the last "
        "column (Fréchet bounds)."
    )
