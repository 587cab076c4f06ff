"""Gather the pages of the documentation site into a folder that Sphinx reads.

The folder mirrors the repository, so that links between pages hold as they are: `docs/`, ODD.md,
the questions of experiments, notes on results, paper. A link to a file that is no page (a test, a
table) leads to a page that shows the file. Pages that are made from the code come on top.
"""

import argparse
import os
import re
import shutil
from pathlib import Path

import equations
import gallery
import reference
import run_blocks

ROOT = run_blocks.ROOT
SITE = Path(__file__).parent
PAGES = (
    "*.md",
    "docs/**/*.md",
    "docs/**/*.ipynb",
    "dyadsim/model/ODD.md",
    "experiments/*/question.md",
    "results/**/*.md",
    "paper/*.md",
)
PICTURES = ("docs/**/*.png", "results/**/*.png", "docs/tutorial/*.csv")
LINK = re.compile(r"(?P<start>!?\[(?:[^\[\]]|\[[^\]]*\])*\])\((?P<target>[^)\s]+)\)")
LANGUAGES = {
    ".py": "python",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".toml": "toml",
    ".R": "r",
}
RUN = "docs/tutorial/"  # here Python blocks are run; commands wherever a page marks them
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Tree:
    """The folder of pages; a file is only written where its content has changed.

    Parameters
    ----------
    folder
        Where the pages go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: set[Path] = set()

    def write(self, name: str, content: str | bytes) -> None:
        """Write a page or picture below the folder."""
        path = self.folder / name
        self.files.add(path)
        data = content.encode() if isinstance(content, str) else content
        if path.is_file() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def remove_others(self) -> None:
        """Remove what an earlier build has left and this one has not written."""
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path.is_file() and path not in self.files:
                path.unlink()


def files_of(patterns: tuple[str, ...]) -> list[Path]:
    """Return the files of the repository that fit patterns."""
    return sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()})


def page_names() -> set[str]:
    """Return the names of all pages that are files of the repository."""
    return {path.relative_to(ROOT).as_posix() for path in files_of(PAGES)}


def with_links(text: str, page: str, pages: set[str], sources: set[str]) -> str:
    """Return a page whose links lead to pages; files that are none are added to `sources`."""

    def lead(match: re.Match[str]) -> str:
        """Return a link that leads somewhere on the site, or its words alone."""
        start, target = match["start"], match["target"].split("#")[0]
        if not target or "://" in target or target.startswith("mailto:") or start[0] == "!":
            return match[0]
        path = os.path.normpath(os.path.join(os.path.dirname(page), target))
        if path in pages:
            return match[0]
        if (ROOT / path).is_file():
            sources.add(path)
            return f"{start}({target}.md)"
        return start.strip("[]")

    blocks = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else LINK.sub(lead, part) for part in blocks)


def source_page(name: str) -> str:
    """Return a page that shows a file; it is not searched."""
    path = ROOT / name
    text = path.read_text(encoding="utf-8", errors="replace")
    language = LANGUAGES.get(path.suffix, "text")
    return f"---\norphan: true\nnosearch: true\n---\n\n# {name}\n\n`````{language}\n{text}\n`````\n"


def section_pages(contents: str) -> dict[str, str]:
    """Return a page a part of the documentation, with the list of its pages."""
    pages = {}
    for title, text in SECTION.findall(contents):
        name = f"docs/{re.sub('[^a-z]+', '_', title.lower()).strip('_')}_pages.md"
        targets = [target for _, target in LINK.findall(text)]
        inside = [t for t in targets if t.endswith((".md", ".ipynb"))]
        extra = reference.PAGES if title == "Reference" else ()
        listed = "".join(f"- [{label}]({target})\n" for target, label in extra)
        text = re.sub(r"!\[.*\n?", "", text).strip() + "\n" + listed
        entries = "\n".join([*inside, *(target for target, _ in extra)])
        pages[name] = f"# {title}\n\n{text}\n```{{toctree}}\n:hidden:\n\n{entries}\n```\n"
    return pages


def front_page(readme: str, parts: list[str]) -> str:
    """Return the first page: question, worlds, figure and answer of the README, and the parts."""
    beginning = readme.split("## Install")[0].replace("(#install)", "(README.md#install)")
    entries = "\n".join([*parts, "docs/gallery"])
    doors = "\n".join(
        f"- [{label}]({target}): {about}"
        for label, target, about in (
            ("Tutorial", "docs/tutorial_pages.md", "from install to a hypothesis of your own"),
            ("How-to guides", "docs/how_to_guides_pages.md", "your file, a study to plan, a class"),
            (
                "Background",
                "docs/background_pages.md",
                "the model, the facts, what to believe",
            ),
            ("Reference", "docs/reference_pages.md", "commands, parameters, Python, glossary"),
            ("Gallery", "docs/gallery.md", "every figure with the command that made it"),
        )
    )
    return (
        f"{beginning}\n## Where to go\n\n{doors}\n\n[Install](README.md#install) · "
        "[Contribute](CONTRIBUTING.md) · [Cite](CITATION.cff)\n\n"
        f"```{{toctree}}\n:hidden:\n\n{entries}\n```\n"
    )


def questions_page(text: str) -> str:
    """Return the page of questions with all of them below it."""
    targets = dict.fromkeys(re.findall(r"\((\S+/question\.md)\)", text))
    entries = "\n".join(targets)
    return f"{text}\n```{{toctree}}\n:hidden:\n\n{entries}\n```\n"


def prepared(name: str, text: str, runs: Path, source: str) -> str:
    """Return what a page becomes on the site, before its links are led."""
    if name.startswith(RUN) and name.endswith(".md"):
        text = run_blocks.with_code_run(text, run_blocks.Runs(runs, f"{name}.code", source))
    if name.startswith("docs/"):
        text = run_blocks.with_commands_run(text, run_blocks.Runs(runs, name, source))
    text = text.replace("```csv\n", "```text\n")  # Pygments does not know csv
    if name == "dyadsim/model/ODD.md":
        text = equations.typeset_blocks(text)
    if name == "docs/reference/questions.md":
        text = questions_page(text)
    if "/" not in name or name.startswith(("results/", "paper/")) or name == "docs/README.md":
        text = f"---\norphan: true\n---\n\n{text}"
    return text


def assemble(build: Path) -> None:
    """Write all pages below `build/source`."""
    tree, sources = Tree(build / "source"), set[str]()
    pages, source = page_names(), run_blocks.hash_of_source()
    contents = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    made = section_pages(contents)
    texts = {
        **{
            name: prepared(name, (ROOT / name).read_text("utf-8"), build / "runs", source)
            for name in pages
        },
        **made,
        "index.md": front_page((ROOT / "README.md").read_text("utf-8"), list(made)),
        **reference.pages(),
        **gallery.page(tree.write, run_blocks.Runs(build / "runs", "gallery", source)),
    }
    known = pages | set(texts)
    for name, text in texts.items():
        is_markdown = name.endswith(".md")
        tree.write(name, with_links(text, name, known, sources) if is_markdown else text)
    for name in sources:
        tree.write(f"{name}.md", source_page(name))
    for path in files_of(PICTURES):
        tree.write(path.relative_to(ROOT).as_posix(), path.read_bytes())
    for path in [SITE / "conf.py", *SITE.glob("static/*"), *SITE.glob("templates/**/*.rst")]:
        name = path.relative_to(SITE).as_posix()
        tree.write(name if path.parent == SITE else f"_{name}", path.read_bytes())
    tree.remove_others()


def main() -> None:
    """Read where the site is built, and gather its pages there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="folder of the build, say build/site")
    parser.add_argument("--fresh", action="store_true", help="run all commands again")
    request = parser.parse_args()
    if request.fresh:
        shutil.rmtree(request.build / "runs", ignore_errors=True)
    assemble(request.build.resolve())


if __name__ == "__main__":
    main()
