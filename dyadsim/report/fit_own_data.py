"""Sections of a fit's page: the data with the effect that is predicted, and the parameters."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.fitting.data_design import ObservedDesign
from dyadsim.fitting.fit import Fit
from dyadsim.fitting.summaries import BETWEEN
from dyadsim.fitting.target import Evidence, ScoreEvidence
from dyadsim.model.parameters import catalogue
from dyadsim.model.questionnaires import Instrument
from dyadsim.report.fit_tables import section
from dyadsim.studies import study as studies

LEVEL_OF_DISTRESS = ("population.distress_mean",)  # a level; others in distress are differences


def weeks_of_design(design: ObservedDesign) -> pd.DataFrame:
    """Return n, mean, SD and a 95 % interval, arm by arm and week by week.

    Parameters
    ----------
    design
        The design with the data.

    Returns
    -------
    pandas.DataFrame
        arm, week, n, mean, sd, low, high (Student's t; NaN for one client), missing.
    """
    from scipy.special import stdtrit

    weeks = np.cumsum(studies.plan_study(design.study).weeks, dtype=float)
    rows = []
    for code, arm in enumerate(design.study.arms):
        scores = design.scores[:, design.allocation.arm == code]
        for step, week in enumerate(weeks):
            known = scores[step][~np.isnan(scores[step])]
            if not len(known):
                continue
            sd = float(known.std(ddof=1)) if len(known) > 1 else np.nan
            half = stdtrit(max(len(known) - 1, 1), 0.975) * sd / np.sqrt(len(known))
            mean, missing = float(known.mean()), scores.shape[1] - len(known)
            rows.append(
                (arm.name, float(week), len(known), mean, sd, mean - half, mean + half, missing)
            )
    names = ["arm", "week", "n", "mean", "sd", "low", "high", "missing"]
    return pd.DataFrame(rows, columns=names)


def arms_of_design(design: ObservedDesign, therapists_known: bool) -> pd.DataFrame:
    """Return who got what, and first and last scores.

    Parameters
    ----------
    design
        The design with the data.
    therapists_known
        Whether the data say who treated whom; else the design's therapists are drawn.

    Returns
    -------
    pandas.DataFrame
        arm, simulated as (the therapy), clients, therapists, first and last: mean (SD) in
        treatment.
    """
    end, rows = design.study.schedule.sessions, []
    for code, arm in enumerate(design.study.arms):
        clients = design.allocation.arm == code
        scores = design.scores[: end + 1, clients]
        therapists = design.allocation.therapist[clients]
        care = arm.phases[0].therapy.name if arm.phases else "no therapy"
        rows.append(
            {
                "arm": arm.name,
                "simulated as": care,
                "clients": int((~np.isnan(design.scores[:, clients])).any(axis=0).sum()),
                "therapists": _count(therapists) if therapists_known and arm.phases else "-",
                "first": _mean_sd(scores[0]),
                "last": _mean_sd(_last(scores)),
            }
        )
    return pd.DataFrame(rows)


def _count(therapists: Any) -> int:
    return len(set(therapists[therapists >= 0].tolist()))


def _last(scores: Any) -> Any:
    """Return each client's last score, if it is a second one."""
    known = ~np.isnan(scores)
    place = len(scores) - 1 - known[::-1].argmax(axis=0)
    last = scores[place, np.arange(scores.shape[1])]
    return np.where(known.sum(axis=0) > 1, last, np.nan)


def _mean_sd(values: Any) -> str:
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return "-"
    return f"{known.mean():.1f} ({known.std(ddof=1):.1f}), n = {len(known)}"


def effects_of_fit(fit: Fit) -> pd.DataFrame:
    """Return the differences between arms, observed and predicted.

    Parameters
    ----------
    fit
        The fit.

    Returns
    -------
    pandas.DataFrame
        arms, observed, predicted, predicted before (from the prior); no rows of one arm.
    """
    before = {row["statistic"]: row for row in fit.prior_checks.to_dict("records")}
    rows = [
        {
            "arms": row["statistic"].removeprefix(BETWEEN),
            "observed": f"{row['data']:.2f}",
            "predicted": _interval(row),
            "predicted before": _interval(before[row["statistic"]]),
        }
        for row in fit.posterior_checks.to_dict("records")
        if row["statistic"].startswith(BETWEEN)
    ]
    return pd.DataFrame(rows, columns=["arms", "observed", "predicted", "predicted before"])


def _interval(row: Any) -> str:
    return f"{row['middle']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"


def plain_parameters(fit: Fit, instrument: Instrument | None) -> pd.DataFrame:
    """Return the posterior in plain names, in points of the questionnaire where it can be.

    Parameters
    ----------
    fit
        The fit.
    instrument
        Of the data; None: published numbers, which have none.

    Returns
    -------
    pandas.DataFrame
        what (its meaning, and its name), unit, median [90 %], in points, moved.
    """
    rows = []
    for row in fit.parameters.to_dict("records"):
        numbers = np.array([row["middle"], row["low"], row["high"]])
        points = "-"
        if instrument is not None and row["unit"] == "distress":
            level = instrument.intercept if row["parameter"] in LEVEL_OF_DISTRESS else 0.0
            middle, low, high = level + instrument.slope * numbers
            points = f"{middle:.1f} [{low:.1f}, {high:.1f}]"
        rows.append(
            {
                "what": f"{catalogue()[row['parameter']].about.meaning} ({row['parameter']})",
                "unit": row["unit"],
                "median [90 %]": _interval(row),
                "in points": points,
                "moved": row["moved"],
            }
        )
    table = pd.DataFrame(rows)
    return table if instrument is not None else table.drop(columns="in points")


def data_section(
    evidence: Evidence, label: str, fit: Fit, images: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return the section on the data, with the difference between arms, observed and predicted.

    Parameters
    ----------
    evidence
        The data with their design, or published numbers.
    label
        What they are, in words.
    fit
        The fit.
    images
        Figures as PNG by name.
    """
    if not isinstance(evidence, ScoreEvidence):
        checked = set(fit.posterior_checks["statistic"])
        rows = [*fit.shown.to_dict("records"), *fit.posterior_checks.to_dict("records")]
        numbers = pd.DataFrame(
            [(row["statistic"], row["data"], row["statistic"] in checked) for row in rows],
            columns=["number", "data", "kept out of the fit"],
        )
        return section("Your data", f"{label}.", tables={"": numbers})
    design, effects = evidence.design, effects_of_fit(fit)
    tables = {"": arms_of_design(design, evidence.shape.therapists_known)}
    if len(effects):
        tables["Difference between arms at the end of treatment"] = effects
    text = (
        f"{label}, {len(design.study.arms)} "
        f"{'arms' if len(design.study.arms) > 1 else 'arm'}; scores as they were fitted, low is "
        "good. The figure shows means of those measured in a week, with 95 % intervals."
    )
    return section("Your data", text, image=images["data"], tables=tables)


def parameter_section(evidence: Evidence, fit: Fit, images: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the section on the posterior, with plain names.

    Parameters
    ----------
    evidence, fit, images
        As of `data_section`.
    """
    instrument = evidence.shape.instrument if isinstance(evidence, ScoreEvidence) else None
    return section(
        "What is known of each parameter",
        f"Of the {fit.problem.world} world, the one that was fitted (world=...). Each on its own "
        "scale: the 90 % interval of its prior is grey. Unit distress: 0 = healthy average, 1 = an "
        "SD of the distress of people who come to care. Table: the posterior.",
        image=images["parameters"],
        tables={"": plain_parameters(fit, instrument)},
    )
