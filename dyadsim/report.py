"""Numbers and figures to one self-contained HTML page that needs no network."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

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


def _figures(folder: Path) -> list[dict[str, str]]:
    """Return every figure in the folder with heading, caption and image."""
    found = []
    for name, (heading, caption) in _FIGURES.items():
        found.append({"heading": heading, "caption": caption, "name": name})
    for path in sorted(folder.glob("therapists_*.png")):
        world = path.stem.removeprefix("therapists_")
        found.append(
            {
                "heading": f"Therapists in the {world} world",
                "caption": "Raw means spread wider than what is really there; shrunken estimates "
                "take the number of clients into account.",
                "name": path.stem,
            }
        )
    return [{**one, "image": _embedded(folder / f"{one['name']}.png")} for one in found]


def _rows(statistics: Any) -> list[dict[str, Any]]:
    """Return one row a statistic with a cell a world."""
    rows = []
    for _, group in statistics.groupby("fact", sort=False):
        first = group.iloc[0]
        cells = [
            {"text": f"{one.simulated:.2f} ± {one.se:.2f}", "met": bool(one.met)}
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
        figures=_figures(figures),
        manifest=manifest,
        clients=manifest["config"]["size"]["clients"],
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path
