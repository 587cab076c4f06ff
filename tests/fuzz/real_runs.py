"""Small runs that are not dry: what only a run shows, at the ends of the parameters' ranges."""

import random

from fuzz.case import Case

from dyadsim.cli.words import choices
from dyadsim.evidence.outcomes import OUTCOMES
from dyadsim.model.parameters import catalogue
from dyadsim.simulation.intervention import PATHS

SIMULATED = (
    "beats=3",
    "seed=7",
    "replicate=2",
    "do.hold.alliance=0.5",
    "do.hold.symptom_score=9",
    "do.therapist=0",
    "do.add_rupture=[1,2]",
    "do.remove_rupture=[1]",
    "do.file={files}/good.yaml",
    "task.truth=false",
    "json=true",
    "results=new/place",
    "experiment.name=pilot",
    "measure.instrument=oq45",
    "population=trial",
    "population=routine",
    "specificity=0",
    "specificity=1",
    "threads=2",
)
SHORT = {
    "waitlist": ("study.weeks=2", "study.assessments=[2]"),
    "n_of_1": ("study.weeks_per_phase=1",),
}
LIGHT = (
    ("params", "task.word=alliance"),
    ("params", "bond", "json=true"),
    ("cite", "json=true"),
    ("version", "seed=3"),
    ("status", "name=nothing"),
    ("collect", "name=nothing"),
    ("lesson", "nonsense"),
    ("lesson", "alliance", "task.set={nonsense:1}"),
    ("lesson", "alliance", "task.set={session:-1}"),
    ("simulate", "results=/dev/null/x", "size=tiny"),
    ("teach", "task.keep=nonsense"),
)


def _ends(rng: random.Random, count: int) -> list[str]:
    """Return parameters at the ends of their ranges."""
    known = catalogue()
    names = rng.sample(sorted(known), count)
    return [
        f"{name}={rng.choice((known[name].about.low, known[name].about.high)):g}" for name in names
    ]


def _study(rng: random.Random) -> list[str]:
    """Return a short study of any design."""
    name = rng.choice(choices("study"))
    follow_up = () if name == "waitlist" else ("study.follow_up=[1]",)
    return [f"study={name}", *SHORT.get(name, (f"study.sessions={rng.randint(1, 4)}",)), *follow_up]


def case_of_runs(rng: random.Random) -> Case:
    """Return a small run: of simulate, of a sweep, or of a task that simulates nothing."""
    draw = rng.random()
    if draw < 0.2:
        return Case(rng.choice(LIGHT), "real")
    world = ["world=" + rng.choice(choices("world"))]
    if draw < 0.7:
        clients = f"size.clients={rng.choice((1, 2, 3, 6, 9))}"
        own = rng.sample(SIMULATED, rng.choice((0, 1, 1, 2)))
        path = [f"do.remove=[{rng.choice(list(PATHS))}]"] * (rng.random() < 0.1)
        ends = _ends(rng, rng.choice((0, 1, 1, 3)))
        return Case(("simulate", *_study(rng), clients, *world, *own, *path, *ends), "real")
    axis = _ends(rng, 1)[0].partition("=")[0]
    about = catalogue()[axis].about
    clients = f"size.clients_per_point={rng.choice((4, 6, 12))}"
    outputs = f"outputs=[{','.join(rng.sample(list(OUTCOMES), 2))}]"
    words = ("sweep", *_study(rng), f"{axis}={about.low:g},{about.high:g}", clients, *world)
    more = rng.choice((("json=true",), (outputs,), ("points.replicates=2",), ()))
    return Case((*words, *more, *_ends(rng, rng.choice((0, 1)))), "real")
