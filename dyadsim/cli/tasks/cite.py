"""Say how to cite dyadsim: plain text and BibTeX, from CITATION.cff."""

import json
from typing import TYPE_CHECKING, Any

from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


def _authors(citation: dict[str, Any]) -> list[str]:
    """Return the authors as they are written in a reference."""
    names = []
    for author in citation["authors"]:
        family, first = author.get("family-names"), author.get("given-names")
        names.append(author["name"] if family is None else ", ".join(filter(None, (family, first))))
    return names


def citation_texts(citation: dict[str, Any]) -> dict[str, str]:
    """Return the reference as plain text and as BibTeX.

    Parameters
    ----------
    citation
        The fields of a CITATION.cff file.
    """
    year = str(citation.get("date-released", "n.d."))[:4]
    title, version = citation["title"], citation["version"]
    address = citation.get("repository-code") or citation.get("url")
    fields = {
        "author": " and ".join(
            name if ", " in name else f"{{{name}}}" for name in _authors(citation)
        ),
        "title": f"{{{title}}}",
        "version": version,
        **({} if year == "n.d." else {"year": year}),
        **({"doi": citation["doi"]} if "doi" in citation else {}),
        **({"url": address} if address else {}),
    }
    rows = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    place = f" {address}" if address else ""
    return {
        "text": f"{'; '.join(_authors(citation))} ({year}). {title} (version {version}) "
        f"[Computer software].{place}",
        "bibtex": f"@software{{dyadsim,\n{rows}}}",
    }


def run(settings: "Settings") -> None:
    """Print how to cite dyadsim."""
    import yaml

    from dyadsim.choices import package_file
    from dyadsim.report.printed import say

    citation = yaml.safe_load(package_file("CITATION.cff").read_text(encoding="utf-8"))
    texts = citation_texts(citation)
    if settings.json:
        print(json.dumps(texts))
        return
    say(f"{texts['text']}\n\n{texts['bibtex']}", indent="    ")


TASK = Task(
    name="cite",
    section="about dyadsim",
    help="how to cite dyadsim: plain text and BibTeX",
    example="dyadsim cite",
    run=run,
    no_effect=NoEffect(
        *NOT_IN_INFORMATION, "results", instead="cite says how to cite dyadsim", parameters=True
    ),
)
