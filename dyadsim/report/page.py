"""Numbers and figures to one self-contained HTML page that needs no network."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from dyadsim.simulation.true_effects import NOTE

_FIGURES = {
    "courses": (
        "Mean courses",
        "Mean symptom score by week in the trial (top) and in routine care (bottom), one column a "
        "world. Clients in treatment fill in a form at every session; waiting clients only at "
        "intake, week 12 and follow-up, so the line between these points is no course. At week 12 "
        "dropouts are assessed too, hence the step. In routine care only clients still in care are "
        "seen: those who got better have left, so the mean of those who remain flattens or rises "
        "without anybody getting worse.",
    ),
    "intervals": (
        "Worlds against published intervals",
        "Each statistic as a researcher computes it from scores. Every row has a scale of its own: "
        "the published interval is drawn equally wide in all of them, so distances can be compared "
        "within a row only. Bold with ✓: inside with its error; near the edge a value can be "
        "inside and not met, because its error reaches out.",
    ),
    "individuals": (
        "Who got better?",
        "Each dot is one client in routine care with caseness at intake (PHQ-9 of 10 or more) and "
        "two sessions or more; the first ones of the simulation, moved a little at random so that "
        "dots do not hide each other. Recovered: reliable change and below the cut-off; improved: "
        "reliable change, not below it; a dot below the cut-off in the grey band changed by less "
        "than the questionnaire can tell.",
    ),
    "therapists": (
        "Therapists",
        "Residual gain: how much better clients ended than others with the same score at intake. "
        "Raw means spread wider than what is really there, most of all with few clients; shrunken "
        "estimates take the number of clients into account. In the null world all of the spread "
        "is chance, and shrinkage says so.",
    ),
}


def _embedded(path: Path) -> str:
    """Return a PNG as a data address, so that the page needs no other file."""
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def _figures(folder: Path) -> list[dict[str, str]]:
    """Return every figure in the folder with heading, caption and image."""
    return [
        {
            "heading": heading,
            "caption": caption,
            "name": name,
            "image": _embedded(folder / f"{name}.png"),
        }
        for name, (heading, caption) in _FIGURES.items()
    ]


def _true_rows(truth: Any) -> list[dict[str, Any]]:
    """Return one row a question to the known truth, with a cell a world."""
    return [
        {"label": label, "cells": list(map(estimate, rows["effect"], rows["se"]))}
        for label, rows in truth.groupby("label", sort=False)
    ]


def estimate(value: float, error: float) -> str:
    """Return "value ± error" with as many digits as the error deserves."""
    digits = 3 if error < 0.01 else 2
    return f"{value:.{digits}f} ± {error:.{digits}f}"


def _rows(statistics: Any) -> list[dict[str, Any]]:
    """Return one row a statistic with a cell a world."""
    rows = []
    for _, group in statistics.groupby("fact", sort=False):
        first = group.iloc[0]
        cells = [
            {"text": estimate(one.simulated, one.se), "met": bool(one.met)}
            for one in group.itertuples()
        ]
        rows.append(
            {
                "label": first["label"],
                "unit": first["unit"],
                "cells": cells,
                "published": f"{first['low']:g} to {first['high']:g}",
            }
        )
    return rows


def _template(name: str) -> jinja2.Template:
    """Return a page's template; a value that is missing is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(name)


def accountings(
    folder: Path,
    tables: Sequence[Mapping[str, Any]],
    figure: Path,
    world: str,
    manifest: Mapping[str, Any],
) -> Path:
    """Write report.html of the five accountings into `folder`; return its path.

    tables: heading, denominator and rows (group, text) of each.
    """
    page = _template("attribution.html.j2").render(
        tables=tables, image=_embedded(figure), world=world, manifest=manifest
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def comparison(
    folder: Path,
    found: Mapping[str, Any],
    figures: Path,
    claims: Mapping[str, str],
    manifest: Mapping[str, Any],
) -> Path:
    """Write report.html of a comparison into `folder`; return its path."""
    page = _template("comparison.html.j2").render(
        verdict=found["verdict"],
        claims=claims,
        rows=_rows(found["statistics"]),
        true_rows=_true_rows(found["truth"]),
        truth_note=NOTE,
        truth_clients=int(found["truth"]["n"].min()),
        figures=_figures(figures),
        manifest=manifest,
        clients=manifest["config"]["size"]["clients"],
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path
