"""Pages that are made from the code: parameters, settings, output tables, sources, Python."""

import os
import pkgutil
import re
from collections.abc import Iterator
from contextlib import contextmanager

import dyadsim
from dyadsim.choices import package_file
from dyadsim.cli import help_texts
from dyadsim.cli.task import SECTIONS, all_tasks
from dyadsim.model.parameters import catalogue
from dyadsim.simulation.records import SCHEMA, SCHEMA_VERSION

PAGES = (
    ("reference/settings.md", "Settings of every command"),
    ("reference/parameters.md", "Parameters of the model"),
    ("reference/output_schema.md", "Tables that a run leaves"),
    ("reference/sources.md", "Sources"),
    ("reference/api/index.rst", "Python: every public name and module"),
)
WIDTH = "84"  # letters in a line of the help texts
PACKAGES = {
    "studies": "Who gets what when",
    "simulation": "Runs, twins and what comes back",
    "analysis": "Scores in, estimates out",
    "evidence": "Published numbers and verdicts",
    "attribution": "How much is due to what",
    "calibration": "Worlds from facts",
    "fitting": "Data files and fits",
    "planning": "Plan a study",
    "sweeps": "Many points",
    "plots": "Tables in, figures out",
    "model": "The science",
    "model.mechanisms": "Mechanisms, one theory of change a file",
}
ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"(\w+) = \{((?:[^{}]|\{[^{}]*\})*)\}")


def pages() -> dict[str, str]:
    """Return every page by its name below the folder of the site."""
    return {
        "docs/reference/parameters.md": parameters_page(),
        "docs/reference/settings.md": settings_page(),
        "docs/reference/output_schema.md": schema_page(),
        "docs/reference/sources.md": sources_page(),
        **python_pages(),
    }


def cell(text: object) -> str:
    """Return a text that a Markdown table can hold."""
    return str(text).replace("|", "\\|").replace("<", "\\<").replace("*", "\\*").replace("\n", " ")


def table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def parameters_page() -> str:
    """Return the parameters, a table a submodel, read from their declarations."""
    text = (
        "# Parameters of the model\n\nMade from the declarations beside each equation "
        "([ODD](../../dyadsim/model/ODD.md)); `dyadsim params` prints the same. A value outside "
        "its range is refused. Calibration moves what has a likely range (95 % of the prior).\n"
    )
    groups: dict[str, list[tuple[object, ...]]] = {}
    for item in catalogue().values():
        about, (group, _, _) = item.about, item.name.partition(".")
        likely = about.likely
        odds = "odds of " if likely and likely.shape == "odds" else ""
        moved = (
            f" Likely {odds}{likely.low:g} to {likely.high:g}: {likely.reason}." if likely else ""
        )
        row = (
            f"`{item.name}`",
            f"{item.default:g}",
            f"{about.low:g} to {about.high:g}, {about.unit}",
            f"{about.meaning}.{moved} Source: {about.source.replace(';', '; ')}.",
        )
        groups.setdefault(group, []).append(row)
    header = ("name", "default", "range, unit", "meaning; what is likely, and why; source")
    parts = [f"\n## {group}\n\n{table(header, rows)}" for group, rows in groups.items()]
    return text + "".join(parts)


@contextmanager
def _wide() -> Iterator[None]:
    """Let help texts have lines of `WIDTH` letters."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = WIDTH
    try:
        yield
    finally:
        del os.environ["COLUMNS"]
        if before is not None:
            os.environ["COLUMNS"] = before


def settings_page() -> str:
    """Return the help of every command, read from the registry."""
    with _wide():
        return _settings_page()


def _settings_page() -> str:
    parts = [
        "# Settings of every command\n\nWhat `dyadsim --help` and `dyadsim TASK --help` print. "
        "[What each command is for](commands.md).\n\n"
        f"## All commands\n\n```text\n{help_texts.help_of_all()}```\n"
    ]
    for section in SECTIONS:
        parts.append(f"\n## {section.capitalize()}\n")
        parts += [
            f"\n### {task.name}\n\n```text\n{help_texts.help_of_task(task)}```\n"
            for task in all_tasks()
            if task.section == section
        ]
    return "".join(parts)


def schema_page() -> str:
    """Return the columns of every table that a run leaves."""
    text = (
        f"# Tables that a run leaves\n\nVersion {SCHEMA_VERSION} of the schema, made from "
        "`dyadsim.simulation.records.SCHEMA`. `dyadsim simulate` writes each as Parquet, with this "
        "schema in `schema.json`. The first three hold what a researcher would have; `truth` holds "
        "what only a simulation knows. [How to read results](../how_to/results.md); "
        "[with R](../how_to/r.md).\n"
    )
    for name, columns in SCHEMA.items():
        rows = [(f"`{column}`", *about) for column, about in columns.items()]
        text += f"\n## {name}\n\n{table(('column', 'type', 'unit', 'meaning'), rows)}"
    return text


def sources_page() -> str:
    """Return the entries of references.bib as a list."""
    text = (
        "# Sources\n\nMade from [references.bib](../../dyadsim/references.bib). Only what stands "
        "in our copies is given: a missing title is not in our copy.\n\n"
    )
    bibliography = package_file("references.bib").read_text(encoding="utf-8")
    for _, key, body in sorted(ENTRY.findall(bibliography), key=lambda entry: entry[1]):
        fields = {
            name: re.sub(r"[{}]|\s+(?=\s)|\n", " ", value) for name, value in FIELD.findall(body)
        }
        words = [
            fields.get("author", "").replace(" and ", ", "),
            f"({fields['year']})" if "year" in fields else "",
            fields.get("title", ""),
            " ".join(fields.get(name, "") for name in ("journal", "volume", "pages")),
            fields.get("howpublished", ""),
            fields.get("note", ""),
        ]
        line = ". ".join(" ".join(word.split()) for word in words if word.strip())
        text += f"- `{key}`: {line.replace('. (', ' (').replace('--', '–')}.\n"
    return text


def modules_of(package: str) -> list[str]:
    """Return the public modules of a package, without those of packages in it."""
    home = f"dyadsim.{package}"
    folder = os.path.join(os.path.dirname(dyadsim.__file__), *package.split("."))
    return [
        f"{home}.{module.name}"
        for module in pkgutil.iter_modules([folder])
        if not module.ispkg and not module.name.startswith("_")
    ]


def python_pages() -> dict[str, str]:
    """Return the page of the public names, and one a package with its modules."""
    public = "\n   ".join(name for name in dyadsim.__all__ if name != "__version__")
    entries = "\n   ".join(package for package in PACKAGES)
    index = (
        "Python: every public name and module\n====================================\n\n"
        "The names of ``import dyadsim`` are kept from version to version "
        "(:doc:`in groups <../python>`). Names of modules may change.\n\n"
        ".. currentmodule:: dyadsim\n\n.. autosummary::\n   :toctree: names\n   :nosignatures:\n\n"
        f"   {public}\n\nModules\n-------\n\n.. toctree::\n   :maxdepth: 1\n\n   {entries}\n"
    )
    result = {"docs/reference/api/index.rst": index}
    for package, title in PACKAGES.items():
        heading = f"{title}: dyadsim.{package}"
        listed = "\n   ".join(modules_of(package))
        result[f"docs/reference/api/{package}.rst"] = (
            f"{heading}\n{'=' * len(heading)}\n\n.. autosummary::\n   :toctree: modules\n"
            f"   :nosignatures:\n\n   {listed}\n"
        )
    return result
