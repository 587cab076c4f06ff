"""What all reports share: numbers in words, images inside the page, pages that need no network."""

import base64
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from dyadsim.analysis.monte_carlo import with_error

_HEADING = re.compile(r'<h2(?: id="(?P<place>[^"]*)")?>(?P<heading>.*?)</h2>', re.DOTALL)

_MARK = "<!-- contents -->"


def estimate_text(value: float, error: float) -> str:
    """Return "value ± error" with as many digits as the error deserves.

    Parameters
    ----------
    value
        The estimate.
    error
        Its standard error; see `monte_carlo.with_error`.

    Returns
    -------
    str
        Such as "0.123 ± 0.004".
    """
    return with_error(value, error)


def run_line(study: str, *, clients: int, repeats: Sequence[int] | int = 1, seed: int) -> str:
    """Return what was simulated, the line below every printed result.

    Parameters
    ----------
    study
        Its name, or what the studies are.
    clients
        Of each study and repeat.
    repeats
        How often it was simulated; several numbers where studies differ.
    seed
        The random seed.

    Returns
    -------
    str
        A line without a full stop.

    Examples
    --------
    >>> run_line("rct", clients=20000, seed=7)
    'Study: rct; clients: 20,000; repeats: 1; seed: 7'
    >>> run_line("of each fact", clients=4000, repeats=[60, 8, 8], seed=1)
    'Study: of each fact; clients: 4,000 in each repeat; repeats: 8 to 60; seed: 1'
    """
    numbers = [repeats] if isinstance(repeats, int) else sorted(set(repeats))
    count = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
    where = "" if numbers[-1] == 1 else " in each repeat"
    return f"Study: {study}; clients: {clients:,}{where}; repeats: {count}; seed: {seed}"


def command_text(manifest: Mapping[str, Any]) -> str:
    """Return the command line of a run as it can be typed; "" where it is not known.

    Parameters
    ----------
    manifest
        How the run can be repeated (`records.manifest`).

    Examples
    --------
    >>> command_text({"argv": ["__main__.py", "show", "my results"]})
    "dyadsim show 'my results'"
    """
    program, *words = [*map(str, manifest.get("argv") or ())] or [""]
    if program in ("__main__.py", "dyadsim.exe"):  # python -m dyadsim; Windows
        program = "dyadsim"
    return shlex.join([program, *words]) if program else ""


def interval_text(low: float | None, high: float | None) -> str:
    """Return a published interval in words, one-sided where it is.

    Parameters
    ----------
    low, high
        Its ends; None or NaN: not published.

    Returns
    -------
    str
        Such as "0.6 to 0.85", "above 0", or "-" without any end.
    """
    low = None if low is not None and low != low else low
    high = None if high is not None and high != high else high
    if low is None and high is None:
        return "-"
    if high is None:
        return f"above {low:g}"
    return f"{low:g} to {high:g}" if low is not None else f"below {high:g}"


def embedded_image(image: bytes) -> str:
    """Return a PNG as a data address, so that the page needs no other file."""
    return "data:image/png;base64," + base64.b64encode(image).decode()


def write_page(folder: Path, template: str, **values: Any) -> Path:
    """Write report.html into a folder.

    Parameters
    ----------
    folder
        The results folder.
    template
        Name of a file in `templates/`.
    **values
        What the template shows. Text is escaped; a value that the template needs and that is
        missing is an error.

    Returns
    -------
    Path
        Of the page.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["command"] = command_text
    path = folder / "report.html"
    page = with_contents(environment.get_template(template).render(values))
    path.write_text(page, encoding="utf-8")
    return path


def with_contents(page: str) -> str:
    r"""Return a page with a table of contents, an entry a section.

    Parameters
    ----------
    page
        HTML; every h2 becomes an entry and, where it has none, gets an id. The contents stand at
        the comment "contents", else after the h1.

    Examples
    --------
    >>> print(with_contents("<h1>Title</h1>\n<h2>A part</h2>text"))
    <h1>Title</h1>
    <nav aria-label="Contents"><ol>
    <li><a href="#section-1">A part</a></li>
    </ol></nav>
    <h2 id="section-1">A part</h2>text
    """
    entries: list[str] = []

    def entry(match: re.Match[str]) -> str:
        place, heading = match["place"] or f"section-{len(entries) + 1}", match["heading"]
        entries.append(f'<li><a href="#{place}">{heading}</a></li>')
        return f'<h2 id="{place}">{heading}</h2>'

    page = _HEADING.sub(entry, page)
    contents = "\n".join(['<nav aria-label="Contents"><ol>', *entries, "</ol></nav>"])
    if _MARK in page:
        return page.replace(_MARK, contents, 1)
    return page.replace("</h1>", f"</h1>\n{contents}", 1)
