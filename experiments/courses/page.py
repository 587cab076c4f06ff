"""The table of the page docs/background/courses.md, written from results/courses/courses.csv."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from dyadsim.evidence.verdict import SIGNS
from dyadsim.model.worlds import WORLDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "background" / "courses.md"
NUMBERS = ROOT / "results" / "courses" / "courses.csv"
BEGIN, END = "<!-- courses -->\n", "<!-- end of courses -->"
COLOURS = 32  # of a stored figure


def written(value: float, unit: str) -> str:
    """Return a number as the page writes it, with the digits of its unit."""
    if np.isnan(value):
        return "–"
    return f"{value:.{1 if unit in ('%', '% points', 'points', 'sessions') else 2}f}"


def published_text(row: pd.Series) -> str:
    """Return the published value with its interval and the key of its source."""
    if pd.isna(row["low"]) and pd.isna(row["high"]):
        return "–"
    low, high = written(row["low"], row["unit"]), written(row["high"], row["unit"])
    if pd.isna(row["high"]):
        return f"> {float(row['low']):g} ({row['source']})"
    middle = "" if pd.isna(row["published"]) else f"{written(row['published'], row['unit'])} "
    return f"{middle}[{low}, {high}] ({row['source']})"


def table_of(numbers: pd.DataFrame) -> str:
    """Return the table: a row a measure, the published value, a column a world."""
    worlds = list(dict.fromkeys(numbers["world"]))
    lines = [
        "| measure | unit | published | " + " | ".join(worlds) + " |",
        "|---|---|---|" + "---:|" * len(worlds),
    ]
    for _, rows in numbers.groupby("name", sort=False):
        first = rows.iloc[0]
        if pd.isna(first["simulated"]) and first["verdict"] not in SIGNS:
            cells = [str(first["verdict"])] + ["–"] * len(worlds)
        else:
            values = [
                f"{written(row['simulated'], row['unit'])} {SIGNS.get(row['verdict'], '')}".rstrip()
                for _, row in rows.iterrows()
            ]
            cells = [published_text(first), *values]
        lines.append(f"| {first['measure']} | {first['unit']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def read_numbers() -> pd.DataFrame:
    """Return the numbers of the last run; its worlds are named "null world" and the like."""
    return pd.read_csv(NUMBERS)


def page_with(text: str, table: str) -> str:
    """Return the page with another table between its marks."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}{table}{END}{rest.split(END)[1]}"


def shrink_figures(folder: Path, names: Iterable[str]) -> None:
    """Store figures with a few colours, so that each stays below 300 KB."""
    for name in names:
        with Image.open(folder / f"{name}.png") as stored:
            if stored.mode == "P":  # done before
                continue
            few = stored.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(folder / f"{name}.png", optimize=True, dpi=(150, 150))


def renew_page() -> None:
    """Write the table of the last kept run into the page, and make its figures small."""
    if not NUMBERS.is_file():
        return
    shrink_figures(NUMBERS.parent, WORLDS)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page_with(text, table_of(read_numbers())), encoding="utf-8")
