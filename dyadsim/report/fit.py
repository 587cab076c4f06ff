"""A fit: assumptions, warnings, tables, figures and a self-contained page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rich.table import Table

from dyadsim.checks import shown_number
from dyadsim.fitting.coverage import LEVEL
from dyadsim.fitting.fit import Fit, paths
from dyadsim.fitting.reference_table import prior_values
from dyadsim.fitting.target import Evidence, ScoreEvidence
from dyadsim.fitting.world_choice import SURE, WorldChoice
from dyadsim.fitting.world_verdict import OUTSIDE, judge_worlds, share_interval
from dyadsim.report.fit_own_data import data_section, parameter_section, weeks_of_design
from dyadsim.report.fit_sentences import (
    NOTHING_KEPT_OUT,
    UNEVEN,
    coverage_by_chance,
    fit_verdict,
    fit_warnings,
    fitted_and_kept_out,
    unlike_data,
)
from dyadsim.report.fit_tables import ENDS, section
from dyadsim.report.page import write_page
from dyadsim.report.plain_rows import rows_for_json
from dyadsim.report.printed import print_table, say
from dyadsim.report.world_sentences import short_reason, world_table, worlds_line


class Source(NamedTuple):
    """Where the numbers of a fit come from.

    Parameters
    ----------
    evidence
        The data with their design.
    assumed
        What was assumed of them, a sentence each.
    label
        What they are, in words.
    counts
        Their size for the summary: what -> how many.
    instrument
        Name of the questionnaire; None: published moments.
    dyad_sessions
        Of one simulated data set.
    planning
        Words for `dyadsim recover` that plan a study like this one; "": there are none.
    """

    evidence: Evidence
    assumed: tuple[str, ...]
    label: str
    counts: Mapping[str, int]
    instrument: str | None
    dyad_sessions: int
    planning: str


def fit_summary(source: Source, fit: Fit) -> dict[str, Any]:
    """Return all numbers of a fit as plain values, for summary.json.

    Parameters
    ----------
    source
        Where the data come from.
    fit
        The fit.

    Returns
    -------
    dict
        Tables as lists of rows.
    """
    return {
        "task": "fit",
        "world": fit.problem.world,
        **source.counts,
        "assumed": list(source.assumed),
        "verdict": fit_verdict(fit),
        "warnings": fit_warnings(fit),
        "parameters": rows_for_json(fit.parameters),
        "far": dict(fit.far),
        "worlds": None if fit.choice is None else _choice_summary(fit.choice, fit.far),
        "other_priors": rows_for_json(fit.priors),
        "prior_checks": rows_for_json(fit.prior_checks),
        "posterior_checks": rows_for_json(fit.posterior_checks),
        "fitted": rows_for_json(fit.shown),
        "summaries": list(fit.summaries),
    }


def _choice_summary(choice: WorldChoice, far: Mapping[str, float]) -> dict[str, Any]:
    """Return the choice among worlds as plain values."""

    def by_world(values: Any) -> dict[str, float]:
        return dict(zip(choice.worlds, map(float, values), strict=True))

    verdict = judge_worlds(choice, far)
    return {
        "probability": by_world(choice.probability),
        "low": by_world(choice.low),
        "high": by_world(choice.high),
        "interval": SURE,
        "log_odds_error": by_world(choice.error),
        "draws": choice.draws,
        "verdict": {
            "most_probable": verdict.world,
            "claim": verdict.claim,
            "withheld": list(verdict.withheld),
            "draws_needed": verdict.draws_needed,
        },
        "confusion": choice.confusion.round(3).to_dict("index"),
        "skill": choice.skill,
        "temperature": choice.temperature,
        "curve": rows_for_json(choice.curve),
        "off": choice.off,
    }


def write_fit(folder: Path, source: Source, fit: Fit, manifest: Mapping[str, Any]) -> None:
    """Write the tables, the figures and the page, report.html, of a fit.

    Parameters
    ----------
    folder
        The results folder.
    source
        Where the data come from.
    fit
        The fit.
    manifest
        How the run can be repeated.
    """
    if fit.choice is not None:
        fit.choice.confusion.to_csv(folder / "confusion.csv")
        fit.choice.curve.to_csv(folder / "calibration.csv", index=False)
    fit.draws.to_parquet(folder / "posterior.parquet", index=False)
    fit.parameters.to_csv(folder / "parameters.csv", index=False)
    images = _write_figures(folder / "figures", source, fit)
    alarm = unlike_data(fit)
    write_page(
        folder,
        "fit.html.j2",
        title=_title(source, manifest),
        alarm=alarm,
        warnings=[text for text in fit_warnings(fit) if text != alarm],
        verdict=fit_verdict(fit),
        manifest=manifest,
        assumed=source.assumed,
        sections=[*_sections(source, fit, images), *_planning(source)],
    )


def _title(source: Source, manifest: Mapping[str, Any]) -> str:
    """Return a title that names the data and the budget."""
    config = manifest["config"]
    name = Path(str(config["data"]["path"])).name
    return f"{name}: {source.label}, fitted with budget={config['budget']}"


def _write_figures(folder: Path, source: Source, fit: Fit) -> dict[str, bytes]:
    """Write every figure with its data; return them as PNG by name."""
    from dyadsim.plots import (
        fit_parameters,
        fit_predictions,
        fit_ranks,
        fit_strengths,
        fit_worlds,
        own_courses,
        style,
    )

    names, ranks = fit.problem.names, fit.coverage.ranks
    after = paths(fit.draws, fit.problem)
    before = paths(prior_values(fit.problem, len(after)), fit.problem)
    fitted, checks = fitted_and_kept_out(fit)
    figures = {
        "parameters": (fit_parameters.figure(fit.parameters, _doubt(fit)), fit.parameters),
        "ranks": (fit_ranks.figure(ranks, names), pd.DataFrame(ranks, columns=list(names))),
        "predictions": (fit_predictions.figure(fitted, checks, source.instrument), checks),
        "strengths": (fit_strengths.figure(before, after), after),
    }
    if isinstance(source.evidence, ScoreEvidence):
        design, form = source.evidence.design, source.evidence.shape.instrument
        weeks, schedule = weeks_of_design(design), design.study.schedule
        drawn = own_courses.figure(
            weeks,
            instrument=form.name,
            cut_off=form.cut_off,
            end=schedule.sessions * schedule.weeks_between,
            span=(form.floor, form.ceiling),
        )
        figures["data"] = (drawn, weeks)
    if fit.choice is not None:
        table, reason = world_table(fit.choice, fit.far), short_reason(fit.choice, fit.far)
        figures["worlds"] = (fit_worlds.figure(table, fit.choice.curve, reason), table)
    return {
        name: style.save_figure(figure, folder, name, data)
        for name, (figure, data) in figures.items()
    }


def _doubt(fit: Fit) -> str:
    """Return why the posterior must not be trusted, for a figure; "": nothing forbids it."""
    if fit.far[fit.problem.world] < OUTSIDE:
        return f"NOT to be trusted: the data are unlike the {fit.problem.world} world"
    return ""


def _sections(source: Source, fit: Fit, images: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return the sections of the page: data first, then doubts, and only then what was learned."""
    worlds = [] if fit.choice is None else [_world_section(fit, fit.choice, images)]
    return [
        data_section(source.evidence, source.label, fit, images),
        _typical_section(fit),
        _prediction_section(fit, images),
        parameter_section(source.evidence, fit, images),
        section(
            "Specific against common strength",
            "Grey: the prior. The data have taught something only where the blue cloud is narrower "
            "than the grey one; along the length of the blue cloud they cannot tell specific from "
            "common strength.",
            image=images["strengths"],
            narrow=True,
        ),
        *worlds,
        _trust_section(fit, images),
        section(
            "What if the prior were different?",
            "Posterior means in SDs of the prior. What moves with the prior comes from the prior.",
            tables={"": fit.priors},
        ),
    ]


def _world_section(fit: Fit, choice: WorldChoice, images: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the section on the choice among worlds."""
    confusion = choice.confusion.rename_axis("true world").reset_index()
    table = world_table(choice, fit.far).drop(columns=["far", "in_words"]).rename(columns=ENDS)
    odds = choice.odds or (1 / len(choice.worlds),) * len(choice.worlds)
    table.insert(1, "prior", odds)
    stated = ", ".join(
        f"{world} {share:.0%}" for world, share in zip(choice.worlds, odds, strict=True)
    )
    return section(
        "Which world?",
        f"Before the data the worlds had these probabilities: {stated} (task.odds). From and to "
        f"are simulation error alone, of {choice.draws:,} simulated data sets a world; another "
        "seed would mostly give probabilities inside it. They come from a classifier whose stated "
        "probabilities were checked on simulated data sets that it had not learnt from (right); "
        f"on average these were off by {100 * choice.off:.1f} points. Bars are grey where no "
        "verdict is given.",
        image=images["worlds"],
        tables={
            "Probability of each world, given the data": table,
            "Mean probability of each world, for data sets simulated in the true world": confusion,
        },
    )


def _typical_section(fit: Fit) -> dict[str, Any]:
    """Return the section on whether data like these come out of the worlds at all."""
    rows = [
        (world, share, *share_interval(share, fit.simulated[world]))
        for world, share in fit.far.items()
    ]
    far = pd.DataFrame(rows, columns=["world", "share", *ENDS.values()])
    return section(
        "Do data like these come out of the worlds?",
        f"Where the share is below {OUTSIDE:.0%}, the data are unlike what the world produces, and "
        "nothing that was fitted in it can be believed.",
        tables={"": far},
    )


def _trust_section(fit: Fit, images: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the section on ranks, coverage and contraction."""
    sets = len(fit.coverage.ranks)
    low, high = coverage_by_chance(sets)
    names = ["parameter", "contraction_here", "contraction", "covered", "rank_p", "recovered"]
    return section(
        "Can the posterior be trusted?",
        f"{sets} simulated data sets of this design were fitted like the real one. By chance the "
        f"coverage of right {LEVEL:.0%} intervals may lie between {low:.0%} and {high:.0%}; ranks "
        f"with p below {UNEVEN:g} are uneven.",
        image=images["ranks"],
        tables={"": fit.parameters[names]},
    )


def _prediction_section(fit: Fit, images: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the section on predictions."""
    (fitted, checks), text = fitted_and_kept_out(fit), NOTHING_KEPT_OUT
    tables, heading = {"Used in the fit": fitted}, "Does it predict what it was not fitted to?"
    if len(checks):
        text = "Left: numbers used in the fit; right: statistics kept out of it."
        tables["Not used in the fit, predicted by the posterior"] = checks
        tables["Not used in the fit, predicted by the prior"] = fit.prior_checks
    return section(heading, text, image=images["predictions"], tables=tables)


def _planning(source: Source) -> list[dict[str, Any]]:
    """Return the section on planning, where there is a design to plan with."""
    if not source.planning:
        return []
    text = (
        f"dyadsim recover {source.planning} simulates studies of this design with the therapists' "
        "names, with the alliance at every session and with three times the clients, and says how "
        "much narrower each parameter becomes."
    )
    return [section("What more would help?", text)]


def print_fit(fit: Fit) -> None:
    """Print parameters, worlds, warnings and the verdict.

    Parameters
    ----------
    fit
        The fit.
    """
    sets = len(fit.coverage.ranks)
    low, high = coverage_by_chance(sets)
    alarm = unlike_data(fit)
    if alarm:
        say(f"! {alarm}")
    print_table(_parameter_table(fit))
    say(
        "Contraction: 1 - posterior / prior variance, on average (1 known, 0 nothing learnt); "
        f"coverage: share of {sets} simulated data sets of this design whose {LEVEL:.0%} interval "
        f"contains the true value ({low:.0%} to {high:.0%} by chance). Unit distress: 0 = healthy "
        "average."
    )
    if fit.choice is not None:
        say(worlds_line(fit.choice))
    for text in fit_warnings(fit):
        if text != alarm:
            say(f"! {text}")
    say(fit_verdict(fit))


def _parameter_table(fit: Fit) -> Table:
    """Return what is known of each parameter, a row each."""
    table = Table(
        "parameter",
        "unit",
        "prior: 90 %",
        "posterior: median [90 %]",
        "contraction",
        "coverage",
        title=f"The {fit.problem.world} world, given the data",
    )
    for row in fit.parameters.to_dict("records"):
        numbers = ("prior_low", "prior_high", "middle", "low", "high")
        number = {name: shown_number(row[name]) for name in numbers}
        note = "" if row["identified"] else "  not identified"
        note += "" if row["stable"] else "  unstable"
        table.add_row(
            row["parameter"],
            row["unit"],
            f"{number['prior_low']} to {number['prior_high']}",
            f"{number['middle']} [{number['low']}, {number['high']}]",
            f"{np.floor(row['contraction'] * 100) / 100:.2f}{note}",
            f"{row['covered']:.0%}",
        )
    return table
