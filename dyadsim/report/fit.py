"""What people see of a fit: assumptions, tables, figures, one self-contained report with doubts."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from scipy.stats import binom

from dyadsim.cli.results_folder import rows_of
from dyadsim.cli.settings import Settings
from dyadsim.fitting.coverage import LEVEL, UNKNOWN
from dyadsim.fitting.fit import Fit, paths
from dyadsim.fitting.reference_table import prior_values
from dyadsim.fitting.target import Evidence

OUTSIDE = 0.01  # share of simulated data sets as far out: below, the data are like none of them
ODD = 0.1  # two-sided tail below which a prediction is called missed: outside its 90 %
UNEVEN = 0.01  # p of the ranks, below which the posterior is called uncalibrated
PAGE = Path(__file__).parent / "templates" / "fit.html"


class Source(NamedTuple):
    """Where a fit's numbers come from: the data, what was assumed of them, and words for them.

    counts: of what, for the summary. scores: name of the questionnaire; None: published moments.
    dyad_sessions: of one simulated data set. planning: words for `recover`; "": there are none.
    """

    evidence: Evidence
    assumed: tuple[str, ...]
    what: str
    counts: Mapping[str, int]
    scores: str | None
    dyad_sessions: int
    planning: str


def assumptions(texts: Iterable[str]) -> str:
    """Return everything that was assumed, a line each."""
    return "Assumed:\n" + "\n".join(f"  - {text}" for text in texts)


def chance(sets: int) -> tuple[float, float]:
    """Return between which shares a LEVEL interval's coverage lies, 99 of 100 times, by chance."""
    low, high = binom.interval(0.99, sets, LEVEL)
    return float(low / sets), float(high / sets)


def warnings(made: Fit) -> list[str]:
    """Return what should keep a reader from believing the numbers, loudest first."""
    world, found = made.problem.world, []
    if made.far[world] < OUTSIDE:
        found.append(
            f"THE DATA ARE UNLIKE ANYTHING THIS WORLD PRODUCES: only {made.far[world]:.1%} of "
            f"simulated data sets of the {world} world lie as far from the others. Do not believe "
            "the posterior below; look for what the design or the instrument gets wrong."
        )
    if made.at_an_end:
        found.append(
            f"The data push {', '.join(made.at_an_end)} to the end of what the prior allows: what "
            "is said of them is a limit, not an estimate."
        )
    off = made.shown[made.shown["tail"] < ODD]["statistic"]
    if len(off):
        found.append(
            "Numbers that were fitted are not met by what the fit predicts: " + ", ".join(off) + "."
        )
    missed = made.posterior_checks[made.posterior_checks["tail"] < ODD]["statistic"]
    if len(missed):
        found.append("Statistics that the fit has not seen are missed: " + ", ".join(missed) + ".")
    uneven = made.parameters[made.parameters["rank_p"] < UNEVEN]["parameter"]
    if len(uneven):
        found.append("The posterior is not calibrated for: " + ", ".join(uneven) + ".")
    low, _ = chance(len(made.trust.ranks))
    sure = made.parameters[made.parameters["covered"] < low]["parameter"]
    if len(sure):
        found.append(
            f"Intervals are too narrow for: {', '.join(sure)} (they hold the truth in less than "
            f"{low:.0%} of {len(made.trust.ranks)} simulated data sets)."
        )
    unknown = made.parameters[~made.parameters["identified"]]["parameter"]
    if len(unknown):
        found.append(
            f"Not identified by such data (contraction below {UNKNOWN:g}): {', '.join(unknown)}. "
            "What is said of them is the prior."
        )
    return found


def verdict(made: Fit) -> str:
    """Return what the data say, in a sentence or two."""
    known = made.parameters[made.parameters["identified"]]["parameter"]
    if made.far[made.problem.world] < OUTSIDE:
        return (
            f"Data like these do not come out of the {made.problem.world} world, so neither its "
            "parameters nor the choice among worlds can be believed."
        )
    text = (
        f"Under the {made.problem.world} world such data tell {len(known)} of "
        f"{len(made.parameters)} parameters"
    )
    text += f": {', '.join(known)}." if len(known) else "."
    if made.choice is None:
        return text
    best = int(np.argmax(made.choice.probability))
    name, share = made.choice.worlds[best], made.choice.probability[best]
    right = made.choice.confusion.to_numpy()[best, best]
    said = (
        "speak for" if share > 0.9 else "lean towards" if share > 0.6 else "do not decide; first is"
    )
    return (
        f"{text} Of the worlds they {said} {name} ({share:.0%}); simulated data of that world are "
        f"given {right:.0%} for it on average."
    )


def summary(source: Source, made: Fit) -> dict[str, Any]:
    """Return all numbers of a fit as plain values."""
    choice = made.choice
    return {
        "task": "fit",
        "world": made.problem.world,
        **source.counts,
        "assumed": list(source.assumed),
        "verdict": verdict(made),
        "warnings": warnings(made),
        "parameters": rows_of(made.parameters),
        "far": {name: float(share) for name, share in made.far.items()},
        "worlds": None
        if choice is None
        else {
            "probability": dict(zip(choice.worlds, map(float, choice.probability), strict=True)),
            "confusion": choice.confusion.round(3).to_dict("index"),
            "skill": choice.skill,
            "temperature": choice.temperature,
            "curve": rows_of(choice.curve),
        },
        "other_priors": rows_of(made.priors),
        "prior_checks": rows_of(made.prior_checks),
        "posterior_checks": rows_of(made.posterior_checks),
        "fitted": rows_of(made.shown),
        "summaries": list(made.summaries),
    }


def leave(place: Path, source: Source, made: Fit, manifest: Mapping[str, Any]) -> None:
    """Write tables, figures and the report."""
    from dyadsim.plots import fit as drawn
    from dyadsim.plots import style

    figures = place / "figures"
    names = made.problem.names
    style.save(drawn.parameters(made.parameters), figures, "parameters", made.parameters)
    ranks = pd.DataFrame(made.trust.ranks, columns=list(names))
    style.save(drawn.ranks(made.trust.ranks, names), figures, "ranks", ranks)
    style.save(
        drawn.predictions(made.shown, made.posterior_checks, source.scores),
        figures,
        "predictions",
        made.posterior_checks,
    )
    after = paths(made.draws, made.problem)
    before = paths(prior_values(made.problem, len(after)), made.problem)
    style.save(drawn.strengths(before, after), figures, "strengths", after)
    if made.choice is not None:
        shares = dict(zip(made.choice.worlds, made.choice.probability, strict=True))
        style.save(drawn.worlds(shares, made.choice.curve), figures, "worlds", made.choice.curve)
        made.choice.confusion.to_csv(place / "confusion.csv")
    made.draws.to_parquet(place / "posterior.parquet", index=False)
    made.parameters.to_csv(place / "parameters.csv", index=False)
    page = jinja2.Environment(autoescape=True).from_string(PAGE.read_text(encoding="utf-8"))
    told = page.render(
        title=f"A fit of the {made.problem.world} world to {source.what}",
        warnings=warnings(made),
        verdict=verdict(made),
        manifest=manifest,
        assumed=source.assumed,
        parts=[*_parts(made, figures), *_more(source)],
    )
    (place / "report.html").write_text(told, encoding="utf-8")


def _more(source: Source) -> list[dict[str, Any]]:
    """Return the section on planning, where there is a design to plan with."""
    if not source.planning:
        return []
    return [
        {
            "heading": "What more would help?",
            "text": f"dyadsim recover {source.planning} simulates studies of this design with the "
            "therapists' names, with the alliance each session, with three times the clients, and "
            "says how much narrower each parameter becomes.",
        }
    ]


def _html(table: pd.DataFrame, digits: int = 2) -> Any:
    from markupsafe import Markup

    return Markup(table.round(digits).to_html(index=False, border=0))


def _parts(made: Fit, figures: Path) -> list[dict[str, Any]]:
    """Return the sections of the report."""

    def image(name: str) -> str:
        data = base64.b64encode((figures / f"{name}.png").read_bytes()).decode()
        return f"data:image/png;base64,{data}"

    trusted = made.parameters[
        ["parameter", "contraction_here", "contraction", "covered", "rank_p", "recovered"]
    ]
    parts: list[dict[str, Any]] = [
        {
            "heading": "What is known of each parameter",
            "image": image("parameters"),
            "text": "Each on its own scale: its prior's 90 % interval is grey.",
            "table": _html(made.parameters[["parameter", "unit", "low", "middle", "high"]], 3),
        },
        {
            "heading": "Specific against common strength",
            "image": image("strengths"),
            "text": "Only what lies off the grey cloud's own diagonal has been learnt. Along the "
            "cloud data cannot tell one from the other.",
        },
        {
            "heading": "Is the posterior to be trusted?",
            "image": image("ranks"),
            "text": f"{len(made.trust.ranks)} simulated data sets of this very design were fitted "
            f"like the real one. covered: share whose {LEVEL:.0%} interval held the truth. "
            f"By chance it may lie between {chance(len(made.trust.ranks))[0]:.0%} and "
            f"{chance(len(made.trust.ranks))[1]:.0%}. contraction: 1 - posterior / prior variance, "
            "on average; 1 = known, 0 or a little below = nothing learnt; contraction_here: for "
            "these data. rank_p: whether ranks of the true values are uniform (below .01: not "
            "calibrated). recovered: correlation of estimate and truth.",
            "table": _html(trusted),
        },
        {
            "heading": "Does it predict what it has not seen?",
            "image": image("predictions"),
            "text": "What was fitted (left), and statistics kept out of the fit. tail: two-sided "
            "posterior predictive probability. Tables: what was fitted; what was not, first under "
            "the posterior, then under the prior.",
            "table": _html(made.shown) + _html(made.posterior_checks) + _html(made.prior_checks),
        },
        {
            "heading": "And under other priors?",
            "text": "Posterior means in prior SDs. What moves with the prior is the prior's.",
            "table": _html(made.priors),
        },
    ]
    if made.choice is not None:
        confusion = made.choice.confusion.rename_axis("true world").reset_index()
        far = pd.DataFrame(
            {"world": list(made.far), "share of its data sets as far out": made.far.values()}
        )
        parts.insert(
            2,
            {
                "heading": "Which world?",
                "image": image("worlds"),
                "text": "Probabilities at the prior odds given, from a classifier whose stated "
                "probabilities were checked on simulated data sets it had not seen (right). Below: "
                "what it says on average of data sets of each world, in this design; and the share "
                "of each world's data sets that lie as far from the others as yours do.",
                "table": _html(confusion) + _html(far, 3),
            },
        )
    return parts


def print_fit(made: Fit) -> None:
    """Print parameters, worlds, warnings and the verdict."""
    shown = Table(
        "parameter",
        "unit",
        "90 % before",
        "after: median [90 %]",
        "contraction",
        "covered",
        title=f"The {made.problem.world} world, given the data",
    )
    for row in made.parameters.to_dict("records"):
        note = "" if row["identified"] else "  not identified"
        shown.add_row(
            row["parameter"],
            row["unit"],
            f"{row['prior_low']:.3g} to {row['prior_high']:.3g}",
            f"{row['middle']:.3g} [{row['low']:.3g}, {row['high']:.3g}]",
            f"{np.floor(row['contraction'] * 100) / 100:.2f}{note}",
            f"{row['covered']:.0%}",
        )
    console = Console(width=130)
    console.print(shown)
    low, high = chance(len(made.trust.ranks))
    print(
        "contraction: 1 - posterior / prior variance, on average (1 known, 0 nothing learnt); "
        f"covered: share of {len(made.trust.ranks)} simulated data sets of this design whose "
        f"{LEVEL:.0%} interval holds the truth ({low:.0%} to {high:.0%} by chance). Unit distress: "
        "0 = healthy average."
    )
    if made.choice is not None:
        shares = zip(made.choice.worlds, made.choice.probability, strict=True)
        print("worlds: " + ", ".join(f"{name} {share:.0%}" for name, share in shares))
    for text in warnings(made):
        console.print(f"! {text}", markup=False)
    print(verdict(made))


def leave_recovery(place: Path, table: pd.DataFrame) -> None:
    """Write the table and figure of planning."""
    from dyadsim.plots import fit as drawn
    from dyadsim.plots import style

    style.save(drawn.recovery(table), place, "figure", table)


def print_recovery(table: pd.DataFrame, one: Settings) -> None:
    """Print the contraction of every parameter, a column a way to measure."""
    ways = list(dict.fromkeys(table["variant"]))
    shown = Table(
        "parameter",
        *ways,
        title=f"Contraction in study {one.study.name}, {one.clients} "
        f"clients, {one.world} world (below {UNKNOWN:g}: not identified)",
    )
    for name, rows in table.groupby("parameter", sort=False):
        values = rows.set_index("variant")["contraction"]
        shown.add_row(str(name), *(f"{values[way]:.2f}" for way in ways))
    Console(width=130).print(shown)
    mean = table.groupby("variant", sort=False)["contraction"].mean()
    print(f"On average {', '.join(f'{way}: {value:.2f}' for way, value in mean.items())}.")
