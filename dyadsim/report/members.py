"""What a task found over members of the ensemble: medians with 90 % intervals, on screen and page.

Wherever a number is an interval over members, the typical Monte-Carlo error of one member stands
beside it: the first is what the facts leave open, the second is chance.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dyadsim.analysis.monte_carlo import decimals_of
from dyadsim.checks import shown_number
from dyadsim.evidence.verdict import SIGNS, VERDICTS
from dyadsim.model.members import MEMBER, member_count
from dyadsim.report.page import embedded_image, interval_text, run_line, write_page
from dyadsim.simulation.ensemble import SURE, names_of, summarise_members

WIDTH = 80  # letters of a line, also where the output is piped
NEXT = ""  # the command that is printed below
MUCH_CHANCE = 0.5  # from this share of chance on a row is marked
_NUMBERS, _ERROR = 26, 11  # letters of a column
_SURE = f"{100 * SURE:.0f} %"
_VERDICT = "verdict"
_OPTIONAL: Mapping[str, Any] = {
    "at": "",
    "unit": "",
    "detail": False,
    "published_low": float("nan"),
    "published_high": float("nan"),
}


ERROR_SENTENCE = (
    "± is the typical Monte-Carlo error of one member. All members have the same random numbers: "
    "chance moves the whole interval more than it widens it."
)


class MembersResult(NamedTuple):
    """What a task found over members.

    Attributes
    ----------
    task
        Its name.
    table
        A row an estimate and member, as the task gave them (`cli.task.Estimates`), with member.
    summary
        `summarise_estimates` of it.
    members
        Their numbers.
    study, clients, repeats, seed
        As `page.run_line` takes them.
    changes
        What was changed in every member, in words; "" where nothing was.
    available
        How many members there are; 0: as many as `conf/world` has.
    """

    task: str
    table: pd.DataFrame
    summary: pd.DataFrame
    members: tuple[int, ...]
    study: str
    clients: int
    repeats: Sequence[int] | int
    seed: int
    changes: str
    available: int = 0

    @property
    def of(self) -> str:
        """How many members of how many, in words."""
        return f"{len(self.members)} of {self.available or member_count()}"

    @property
    def title(self) -> str:
        """What stands above everything."""
        *others, last = map(str, dict.fromkeys(self.table["world"]))
        worlds = f"{', '.join(others)} and {last} worlds" if others else f"{last} world"
        return f"{self.task} in the {worlds}, over {len(self.members)} members of the ensemble"

    @property
    def run(self) -> str:
        """What was simulated, in a line."""
        line = run_line(self.study, clients=self.clients, repeats=self.repeats, seed=self.seed)
        return f"{line}; members: {self.of}"


def changes_text(changed: Iterable[tuple[str, Mapping[str, float]]]) -> str:
    """Return what was changed in every member, in words, each change once; "" where nothing was.

    Parameters
    ----------
    changed
        World, and the values that were set in it by name.

    Examples
    --------
    >>> changes_text([("medical", {}), ("hybrid", {"alliance.rate": 0.4})])
    'hybrid changed: alliance.rate = 0.4'
    """
    worlds: dict[str, list[str]] = {}
    for world, values in changed:
        text = ", ".join(f"{name} = {shown_number(value)}" for name, value in values.items())
        names = worlds.setdefault(text, [])
        names += [world] * (world not in names)
    return "; ".join(
        f"{', '.join(names)} changed: {text}" for text, names in worlds.items() if text
    )


def summarise_estimates(table: pd.DataFrame) -> pd.DataFrame:
    """Return medians and intervals over members; of verdicts, in how many members each is given.

    Parameters
    ----------
    table
        A row an estimate and member: member, value, se, what names the estimate and, where there is
        one, verdict.

    Returns
    -------
    DataFrame
        As `ensemble.summarise_members`; with verdicts also met, violated and undecided, numbers
        of members.
    """
    if _VERDICT not in table:
        return summarise_members(table)
    plain = table.drop(columns=_VERDICT)
    summary, names = summarise_members(plain), names_of(plain)
    groups = plain.groupby(names, sort=False, dropna=False, observed=True).ngroup()
    for verdict in VERDICTS:
        counts = (table[_VERDICT] == verdict).groupby(groups, sort=True).sum()
        summary[verdict] = counts.to_numpy()
    return summary


def sentences(result: MembersResult) -> list[str]:
    """Return what the numbers are, in words."""
    state = f"NOT as calibrated: {result.changes}. " if result.changes else ""
    texts = [
        f"{state}Median [{_SURE} interval] over {result.of} members "
        "of the ensemble, each a set of values that the published facts allow; member 0, the best, "
        "is what the name of a world means.",
        ERROR_SENTENCE,
    ]
    if (result.summary["monte_carlo_share"] > MUCH_CHANCE).any():
        texts.append(
            "* The error is large beside the spread over members: chance may have moved or widened "
            "this interval by about as much as the worlds differ. More clients or repeats (size) "
            "would tell."
        )
    if _VERDICT in result.table:
        texts.append(
            "In how many members a published interval is met, violated, undecided (the member's "
            f"own error reaches over an edge): {', '.join(SIGNS[name] for name in VERDICTS)}."
        )
    return texts


def median_text(row: Mapping[Any, Any]) -> str:
    """Return "median [low, high]" with as many digits as the spread over members deserves.

    Examples
    --------
    >>> median_text({"median": 0.7712, "low": 0.7011, "high": 0.8424, "monte_carlo": 0.02})
    '0.77 [0.70, 0.84]'
    >>> median_text({"median": 0.0, "low": 0.0, "high": 0.0, "monte_carlo": 0.0})
    '0 [0, 0]'
    """
    values = [float(row[name]) for name in ("median", "low", "high")]
    if values[0] != values[0]:
        return "undefined"
    spread = max((values[2] - values[1]) / 2, row["monte_carlo"] if values[1] == values[2] else 0.0)
    if not spread > 1e-9 * max(abs(values[0]), 1e-3):
        texts = [shown_number(value, 4) for value in values]
    else:
        digits = decimals_of(spread)
        texts = [f"{round(value, digits) + 0.0:.{digits}f}" for value in values]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]"


def error_text(row: Mapping[Any, Any]) -> str:
    """Return "± error" of a row of the summary, with a star where chance may be most of it."""
    error = float(row["monte_carlo"])
    star = " *" if row["monte_carlo_share"] > MUCH_CHANCE else ""
    if error != error:
        return "± unknown"
    return f"± {error:.{decimals_of(error)}f}{star}" if error > 1e-12 else "± 0"


def _parts(summary: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield heading and rows of every part, with a label; of several jobs each has its parts.

    A unit that all rows share stands in the heading.
    """
    full = summary.assign(**{k: v for k, v in _OPTIONAL.items() if k not in summary})
    for (at, part), rows in full.groupby(["at", "part"], sort=False, dropna=False):
        units, labels = rows["unit"], rows["estimate"].astype(str)
        heading = str(part)
        if units.nunique() > 1:
            labels = labels.where(units == "", labels + " (" + units + ")")
        elif units.iloc[0] not in ("", "%"):
            heading += f" ({units.iloc[0]})"
        elif units.iloc[0] == "%":
            heading += ", %" * ("%" not in heading)
        yield heading + f" ({at})" * bool(at), rows.assign(label=labels)


def _label(row: Mapping[Any, Any]) -> str:
    """Return what is estimated and, where there is one, its published interval."""
    published = interval_text(row["published_low"], row["published_high"])
    return str(row["label"]) if published == "-" else f"{row['label']}; published {published}"


def _verdicts(row: Mapping[Any, Any]) -> str:
    """Return in how many members a fact is met, violated and undecided; "" without a verdict."""
    if not sum(row.get(name, 0) for name in VERDICTS):
        return ""
    return "  ".join(f"{SIGNS[name]} {row[name]}" for name in VERDICTS)


def _wrapped(text: str, first: str = "", later: str = "") -> str:
    """Return a text in lines of the screen; a number and its % stay together."""
    unbroken = text.replace(" %", "\N{NO-BREAK SPACE}%")
    lines = textwrap.fill(unbroken, WIDTH, initial_indent=first, subsequent_indent=later)
    return lines.replace("\N{NO-BREAK SPACE}", " ")


def answers(result: MembersResult) -> dict[str, list[str]]:
    """Return what summary.json says of a result in sentences: nothing beyond its numbers."""
    return {}


def print_members(result: MembersResult) -> None:
    """Print every estimate's median and interval over members, in 80 columns.

    Parameters
    ----------
    result
        What the task found.
    """
    print(_wrapped(result.title))
    for heading, rows in _parts(result.summary):
        shown = rows[~rows["detail"].astype(bool)]
        if shown.empty:
            continue
        print()
        print(_wrapped(heading))
        if shown["world"].nunique() == 1 and _VERDICT not in result.table:
            _print_lines(shown, [_label(row) for row in shown.to_dict("records")])
            continue
        for _, group in shown.groupby("estimate", sort=False):
            label = _label(group.iloc[0].to_dict())
            print(_wrapped(label, "  ", "    "))
            _print_lines(group, list(group["world"]), indent=4, width=12)
    print()
    for text in sentences(result):
        print(_wrapped(text))
    print(_wrapped(result.run))


def _print_lines(
    rows: pd.DataFrame, labels: Sequence[str], *, indent: int = 2, width: int = 36
) -> None:
    """Print a line a row: label, median with its interval, error, verdicts."""
    for label, row in zip(labels, rows.to_dict("records"), strict=True):
        *above, last = textwrap.wrap(label, width) or [""]
        for text in above:
            print(" " * indent + text)
        numbers = f"{median_text(row):>{_NUMBERS}}  {error_text(row):{_ERROR}}"
        print(f"{' ' * indent}{last:{width}}{numbers} {_verdicts(row)}".rstrip())


def write_members(folder: Path, result: MembersResult, manifest: Mapping[str, Any]) -> None:
    """Write members.csv, over_members.csv, the figure and the page, report.html.

    Parameters
    ----------
    folder
        The results folder.
    result
        What the task found.
    manifest
        How the run can be repeated.
    """
    from dyadsim.plots import members, style

    write_tables(folder, result)
    figures = {}
    for number, (heading, rows) in enumerate(_parts(result.summary), 1):
        shown = rows[~rows["detail"].astype(bool)]
        if shown.empty:
            continue
        figure = members.figure(shown, heading, len(result.members))
        style.add_to_title(figure, result.changes)
        image = style.save_figure(figure, folder / "figures", f"part_{number}", shown)
        figures[number] = embedded_image(image)
    write_page(
        folder,
        "members.html.j2",
        title=result.title,
        sentences=sentences(result),
        parts=_page_parts(result.summary, figures),
        published="published_low" in result.summary,
        verdicts=_VERDICT in result.table,
        run=result.run,
        manifest=manifest,
    )


def write_tables(folder: Path, result: MembersResult) -> None:
    """Write members.csv, every member's values, and over_members.csv, what is summed up of them.

    Parameters
    ----------
    folder
        The results folder.
    result
        What the task found.
    """
    _named(result.table).to_csv(folder / "members.csv", index=False)
    _named(result.summary).to_csv(folder / "over_members.csv", index=False)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose worlds no program reads as missing: "null world"."""
    ordered = table[[MEMBER, *table.columns.drop(MEMBER)]] if MEMBER in table else table
    return ordered.assign(world=ordered["world"] + " world")


def _page_parts(summary: pd.DataFrame, figures: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return every part as the page shows it: heading, figure, rows of text."""
    return [
        {
            "id": f"part-{number}",
            "heading": heading,
            "image": figures.get(number),
            "rows": [
                {
                    "estimate": row["label"],
                    "world": row["world"],
                    "median": median_text(row),
                    "error": error_text(row),
                    "best": "" if row["best"] != row["best"] else shown_number(row["best"]),
                    "published": interval_text(row["published_low"], row["published_high"]),
                    "verdicts": _verdicts(row),
                }
                for row in rows.to_dict("records")
            ],
        }
        for number, (heading, rows) in enumerate(_parts(summary), 1)
    ]
