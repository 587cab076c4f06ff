"""The gallery: every figure that is kept in the repository, and some made now, with its command."""

import html
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from run_blocks import ROOT, Runs

FIGURES = ("docs/*.png", "results/**/*.png")
REPEAT = re.compile(r"`((?:python experiments/|dyadsim )[^`]+)`")
COMMANDS = {
    "docs/answer.png": "dyadsim",
    "docs/courses.png": "dyadsim compare",
    "docs/lesson.png": "dyadsim teach",
    "results/scoreboard": "dyadsim facts",
    "results/crossvalidate": "dyadsim crossvalidate",
    "results/fit_real_data": "python experiments/fit_real_data/run.py",
    "results/how_much_could_it_be": "dyadsim region",
    "results/what_matters": "dyadsim sensitivity experiment=what_matters",
    "results/theory_space/pawn": "dyadsim sensitivity experiment=theory_space task.method=pawn",
    "results/theory_space/prim": "dyadsim sensitivity experiment=theory_space task.method=prim",
    "results/exact_anchor": "python experiments/exact_anchor/run.py",
}
TITLES = {
    "docs/answer.png": "The main answer: what share can technique have?",
    "docs/courses.png": "Four worlds in the same trial and the same clinic",
    "docs/lesson.png": "The teaching page, after a bet",
    "results/scoreboard/scoreboard.png": "Which published facts does each world meet?",
    "results/crossvalidate/prediction.png": "Does it predict? Families of facts left out",
}
CLINIC = (
    "data.path=docs/tutorial/clinic.csv data.instrument=phq9 "
    "data.columns={client:client,time:session,score:phq9}"
)
MADE = (
    ("One trial", "simulate study=rct world=hybrid size=tiny"),
    ("One client, phase by phase", "simulate study=n_of_1 study.card=anna world=hybrid size=tiny"),
    (
        "The same clients without therapy",
        "simulate study=rct world=hybrid do.arm=waitlist size=tiny",
    ),
    ("Four worlds in the same trial and clinic", "compare size=tiny"),
    ("The same over members of each ensemble", "compare members=4 size=tiny"),
    ("How much is due to what", "decompose world=hybrid size=tiny"),
    ("A literature of small trials", "literature world=contextual size=tiny"),
    (
        "Power of a trial",
        "power waiting task.effect=0.5 task.clients=[60,100] task.therapists=[4,8] task.trials=200",
    ),
    (
        "What a planned study could recover",
        "recover study=cohort study.sessions=4 size.clients=40 task.draws=300",
    ),
    ("Your own data, looked at", f"describe {CLINIC}"),
    ("Your own data, analysed", f"analyse {CLINIC}"),
    ("Your own data, fitted", f"fit {CLINIC} budget=small"),
)
OLD = re.compile(r"not renewed for the worlds of version ([\d.]+\d)")
"""What the answer to a question says where its figures were made with earlier worlds."""


def command_of(name: str) -> str:
    """Return the command that made a figure of the repository."""
    folder = "/".join(name.split("/")[:2])
    for place in (name, name.rpartition("/")[0], folder):
        if place in COMMANDS:
            return COMMANDS[place]
    question = ROOT / "experiments" / folder.removeprefix("results/") / "question.md"
    if not question.is_file():
        raise SystemExit(f"docs/site/gallery.py does not know which command made {name}")
    commands = REPEAT.findall(question.read_text(encoding="utf-8").split("Repeat", 1)[-1])
    script = f"python experiments/{question.parent.name}/run.py"
    return next((command for command in commands if command.startswith(script)), script)


def question_of(name: str) -> tuple[str, str]:
    """Return the question that a figure answers, and where it stands; both "" without one."""
    place = f"experiments/{name.split('/')[1]}/question.md" if name.startswith("results/") else ""
    if not place or not (ROOT / place).is_file():
        return "", ""
    return (ROOT / place).read_text(encoding="utf-8").splitlines()[0].removeprefix("# "), place


def age_of(place: str) -> str:
    """Return what is to be said of figures made with earlier worlds; "" where there is nothing."""
    old = OLD.search((ROOT / place).read_text(encoding="utf-8")) if place else None
    return f"Made with earlier worlds than those of version {old[1]}." if old else ""


def figure(picture: str, title: str, command: str, link: str = "", age: str = "") -> str:
    """Return a figure with its title and its command; paths are seen from `docs/`."""
    words = html.escape(title)
    heading = f'<a href="../{link.removesuffix(".md")}.html">{words}</a>' if link else words
    return (
        f'<figure><a href="../{picture}"><img src="../{picture}" alt="{words}" loading="lazy"></a>'
        f"<figcaption><div>{heading}</div><div><code>{html.escape(command)}</code></div>"
        + (f"<div>{age}</div>" if age else "")
        + "</figcaption></figure>"
    )


def kept_figures() -> list[tuple[str, str]]:
    """Return (name, markup) of every figure in the repository."""
    paths = sorted({path for pattern in FIGURES for path in ROOT.glob(pattern)})
    result = []
    for name in (path.relative_to(ROOT).as_posix() for path in paths):
        question, link = question_of(name)
        title = TITLES.get(name) or question or Path(name).stem.replace("_", " ").capitalize()
        if question and name.count("/") > 1:
            title = f"{question} ({Path(name).stem.replace('_', ' ')})"
        markup = figure(f"pictures/{name}", title, command_of(name), link, age_of(link))
        result.append((name, markup))
    return result


def made_figures(write: Callable[[str, bytes], None], runs: Runs) -> list[str]:
    """Return figures that commands draw now, small ones."""
    result = []
    for title, command in MADE:
        place = re.sub(r"\W+", "_", title.lower())
        runs.output(["-m", "dyadsim", *shlex.split(command), f"results={place}"])
        pictures = sorted((runs.folder / "work" / place).rglob("*.png"))
        for picture in pictures:
            name = f"pictures/made/{place}_{picture.name}"
            write(f"_extra/{name}", picture.read_bytes())
            about = picture.stem.replace("_", " ")
            told = title if len(pictures) == 1 else f"{title} ({about})"
            result.append(figure(name, told, f"dyadsim {command}"))
    return result


def page(write: Callable[[str, bytes], None], runs: Runs) -> dict[str, str]:
    """Return the page of the gallery; its pictures go where Sphinx takes them as they are."""
    kept = kept_figures()
    for name, _ in kept:
        write(f"_extra/pictures/{name}", (ROOT / name).read_bytes())
    made = "\n".join(made_figures(write, runs))
    text = (
        "# Gallery\n\nEvery figure that the repository keeps, with the command that made it; a "
        "title leads to the question and its answer. Commands run in a checkout; sizes and times "
        "stand with the questions. Colours and marks of a world are the same everywhere.\n\n"
        '```{raw} html\n<div class="gallery">\n'
        + "\n".join(markup for _, markup in kept)
        + "\n</div>\n```\n\n## Made when this site was built\n\nSmall sizes (`size=tiny`), so that "
        "each takes seconds; with `size=standard` they are smooth.\n\n"
        f'```{{raw}} html\n<div class="gallery">\n{made}\n</div>\n```\n'
    )
    return {"docs/gallery.md": text}
