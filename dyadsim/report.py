"""Numbers and figures to one self-contained HTML page that needs no network."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jinja2

from dyadsim.known_truth import NOTE

_FIGURES = {
    "courses": (
        "Mean courses",
        "Mean symptom score by week in the trial (top) and in routine care (bottom), one column a "
        "world. Before the post-test at week 12 only clients still in treatment fill in "
        "forms; at week 12 dropouts are assessed too, hence the step. In routine care only clients "
        "still in care are seen: those who got better have left, so the line flattens.",
    ),
    "intervals": (
        "Worlds against published intervals",
        "Each statistic as a researcher computes it from scores, beside the published interval.",
    ),
    "individuals": (
        "Who got better?",
        "Each dot is one client in routine care with caseness at intake (PHQ-9 of 10 or more).",
    ),
}


def _embedded(path: Path) -> str:
    """Return a PNG as a data address, so that the page needs no other file."""
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def _figures(folder: Path, names: Iterable[str]) -> list[dict[str, str]]:
    """Return every figure in the folder with heading, caption and image; `names` of the worlds."""
    found = []
    for name, (heading, caption) in _FIGURES.items():
        found.append({"heading": heading, "caption": caption, "name": name})
    for world in names:
        found.append(
            {
                "heading": f"Therapists in the {world} world",
                "caption": "Raw means spread wider than what is really there; shrunken estimates "
                "take the number of clients into account.",
                "name": f"therapists_{world}",
            }
        )
    return [{**one, "image": _embedded(folder / f"{one['name']}.png")} for one in found]


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
                "label": first["label"], "unit": first["unit"], "cells": cells,
                "published": f"{first['low']:g} to {first['high']:g}",
            }
        )  # fmt: skip
    return rows


def comparison(
    folder: Path, found: Mapping[str, Any], figures: Path, claims: Mapping[str, str],
    manifest: Mapping[str, Any],
) -> Path:  # fmt: skip
    """Write report.html of a comparison into `folder`; return its path."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    page = environment.get_template("report.html.j2").render(
        verdict=found["verdict"],
        claims=claims,
        rows=_rows(found["statistics"]),
        true_rows=_true_rows(found["truth"]),
        truth_note=NOTE,
        figures=_figures(figures, claims),
        manifest=manifest,
        clients=manifest["config"]["size"]["clients"],
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path
