"""What the command line was told, checked: plain values, a study and each world's parameters."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dyadsim.attribution import true_shares
from dyadsim.attribution.true_shares import Care
from dyadsim.calibration.prior import space
from dyadsim.calibration.search import BUDGETS, Budget
from dyadsim.errors import BadInput, nearest
from dyadsim.evidence import literature
from dyadsim.evidence.literature import Field
from dyadsim.model import questionnaires, worlds
from dyadsim.model.parameters import Parameters, catalogue
from dyadsim.simulation import intervention, simulate, specificity
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies import study
from dyadsim.studies.designs.additive import additive
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.dismantling import dismantling
from dyadsim.studies.designs.feedback import feedback
from dyadsim.studies.designs.matching import matching
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.preference import preference
from dyadsim.studies.designs.process import process
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.skill_training import skill_training
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Study

DESIGNS: dict[str, Callable[..., Study]] = {
    "rct": rct,
    "cohort": cohort,
    "waitlist": waitlist,
    "additive": additive,
    "dismantling": dismantling,
    "feedback": feedback,
    "preference": preference,
    "n_of_1": n_of_1,
    "process": process,
    "skill_training": skill_training,
    "matching": matching,
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the command line was told, as plain values; `config` is the whole for the manifest."""

    task: Mapping[str, Any]
    world: str
    values: Mapping[str, float]
    held: Mapping[str, float]
    study: Study
    clients: int
    clients_per_replicate: int
    replicates: int
    seed: int
    replicate: int
    moments: int
    do: tuple[Intervention, ...]
    threads: int | None
    specificity: float | None
    results: Path
    experiment: str
    json: bool
    config: Mapping[str, Any]


def settings(config: Mapping[str, Any]) -> Settings:
    """Return checked settings from the composed configuration.

    Raises
    ------
    BadInput
        any value that cannot be used.
    """
    held = _given(config)
    values = {**(config["world"].get("parameters") or {}), **held}
    base = worlds.named(str(config["world"]["base"])).name
    one = Settings(
        task=config["task"],
        world=base,
        values=values,
        held=held,
        study=_study(config),
        clients=_clients(config),
        clients_per_replicate=whole(
            "size.clients_per_replicate", config["size"]["clients_per_replicate"], 100, 10**6
        ),
        replicates=whole("size.replicates", config["size"]["replicates"], 2, 1000),
        seed=whole("seed", config["seed"], 0, 2**62),
        replicate=whole("replicate", config["replicate"], 0, 2**31),
        moments=whole("moments", config["moments"], 0, 4000),
        do=_do(config),
        threads=whole("threads", config["threads"], 0, 1024) or None,
        specificity=config["specificity"],
        results=Path(str(config["results"])),
        experiment=str(config["experiment"]["name"] or config["task"]["name"]),
        json=yes("json", config["json"]),
        config=config,
    )
    for name in worlds_of(one):
        parameters_of(one, name)
    if one.task["name"] == "literature":
        literature_of(one)
    if one.task["name"] == "decompose":
        care_of(one)
    if one.task["name"] == "calibrate":
        budget_of(one)
        space(one.world, one.held)
    arms = len(one.study.arms)
    if one.task["name"] == "simulate" and one.clients < arms:
        raise BadInput(
            f"{one.clients} client{'s' * (one.clients > 1)} cannot fill the {arms} arms of study "
            f"{one.study.name}: give size.clients={arms} or more."
        )
    for what in one.do:
        intervention.checked(what, one.study)
    return one


def budget_of(one: Settings) -> Budget:
    """Return the budget of a calibration.

    Raises
    ------
    BadInput
        there is none of that name.
    """
    name = str(one.config["budget"])
    if name not in BUDGETS:
        raise BadInput(
            f"there is no budget '{name}'.{nearest(name, BUDGETS)} Budgets: {', '.join(BUDGETS)}."
        )
    return BUDGETS[name]


class Literature(NamedTuple):
    """What the task `literature` was told."""

    therapy: str
    comparators: tuple[str, ...]
    repeats: int
    margin: float
    field: Field


def literature_of(one: Settings) -> Literature:
    """Return the literature that is asked for.

    Raises
    ------
    BadInput
        a value that cannot be used.
    """
    task = one.task
    if isinstance(task["comparators"], str) or not task["comparators"]:
        raise BadInput(f"task.comparators must be a list of names, not '{task['comparators']}'.")
    margin = task["margin"]
    if isinstance(margin, bool) or not isinstance(margin, int | float) or not 0 < margin <= 2:
        raise BadInput(f"task.margin must be a number in (0, 2], not '{margin}'.")
    asked = Literature(
        str(task["therapy"]),
        tuple(map(str, task["comparators"])),
        whole("task.repeats", task["repeats"], 3, 10_000),
        float(margin),
        literature.checked(Field(**task["field"])),
    )
    for comparator in asked.comparators:
        literature.trial(asked.therapy, comparator, False)
    return asked


def care_of(one: Settings) -> Care:
    """Return the care that is to be accounted for.

    Raises
    ------
    BadInput
        a value that cannot be used.
    """
    task = one.task
    names, spread = task["treatments"], task["dose_spread"]
    if isinstance(names, str) or not names:
        raise BadInput(f"task.treatments must be a list of names, not '{names}'.")
    if isinstance(spread, bool) or not isinstance(spread, int | float) or not 0 <= spread <= 1:
        raise BadInput(f"task.dose_spread must be a number in [0, 1], not '{spread}'.")
    if one.clients < 100:
        raise BadInput(f"size.clients must be 100 or more to decompose, not {one.clients}.")
    sessions = whole("task.sessions", task["sessions"], 4, 200)
    care = Care(tuple(map(str, names)), float(spread), sessions)
    true_shares.study(care)
    return care


def _do(config: Mapping[str, Any]) -> tuple[Intervention, ...]:
    """Return the interventions asked for: those of do.file, or the one of the other do keys."""
    given = dict(config["do"])
    file = given.pop("file")
    given["hold"] = {name: value for name, value in given["hold"].items() if value is not None}
    one = intervention.intervention(given)
    asked = one._replace(start=1) != intervention.intervention({"hold": {}})
    if file is not None:
        if asked:
            raise BadInput("do: give either do.file or the other do keys, not both.")
        return intervention.read(str(file))
    if not asked and one.start != 1:
        raise BadInput(
            f"do: start={one.start} says from when on, but nothing is to be done: give do.hold, "
            "do.remove, do.arm, do.therapist or a session for one of the events."
        )
    return (one,) if asked else ()


def _clients(config: Mapping[str, Any]) -> int:
    """Return the number of clients of a study: study.n_clients, else size.clients."""
    given = config["study"].get("n_clients")
    if given is not None:
        return whole("study.n_clients", given, 1, simulate.MOST_CLIENTS)
    return whole("size.clients", config["size"]["clients"], 1, simulate.MOST_CLIENTS)


def whole(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(f"{name} must be a whole number from {low} to {high}, not '{value}'.")
    return value


def yes(name: str, value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise BadInput(f"{name} must be true or false, not '{value}'.")
    return value


def _given(config: Mapping[str, Any]) -> dict[str, float]:
    """Return the parameters that were set beside the world's file."""
    values = {}
    for name in catalogue():
        owner, field = name.split(".")
        given = (config.get(owner) or {}).get(field)
        if given is not None:
            values[name] = given
    return values


def _study(config: Mapping[str, Any]) -> Study:
    """Return the study that was chosen, with its sample and instrument."""
    options = {key: value for key, value in config["study"].items() if key != "n_clients"}
    design = str(options.pop("design"))
    if design not in DESIGNS:
        raise BadInput(f"there is no design '{design}'.{nearest(design, DESIGNS)}")
    instrument = config["measure"]["instrument"]
    if instrument != "by_study":
        options["instrument"] = questionnaires.named(str(instrument)).name
    try:
        built = DESIGNS[design](**options)
    except TypeError as error:
        raise BadInput(f"study {design}: {error}.") from None
    sample = config["population"]["sample"]
    if sample != "by_study":
        if sample not in study.SAMPLES:
            known = ", ".join(study.SAMPLES)
            raise BadInput(f"population.sample: '{sample}' is none of by_study, {known}.")
        built = built._replace(sample=study.SAMPLES[sample])
    return built


def worlds_of(one: Settings) -> list[str]:
    """Return the worlds a task runs."""
    if not one.task.get("worlds"):
        return [one.world]
    return [worlds.named(str(name)).name for name in one.task["worlds"]]


def parameters_of(one: Settings, world: str) -> Parameters:
    """Return a world's parameters under the settings.

    In a comparison every world has its own file, and what its claim fixes stays.
    """
    values = dict(one.values)
    fixed = worlds.named(world).fixed
    if one.task.get("worlds"):
        values = {name: value for name, value in one.held.items() if name not in fixed}
    found = worlds.parameters(world, values)
    if one.specificity is None:
        return found
    if specificity.DIAL in fixed:
        if one.task.get("worlds"):
            return found
        raise BadInput(
            f"specificity is fixed at {fixed[specificity.DIAL]:g} in the world '{world}': that is "
            "its claim. Use world=hybrid, where it is free."
        )
    if not isinstance(one.specificity, int | float) or not 0 <= one.specificity <= 1:
        raise BadInput(f"specificity must be a number in [0, 1], not '{one.specificity}'.")
    return specificity.dial(found, float(one.specificity))
