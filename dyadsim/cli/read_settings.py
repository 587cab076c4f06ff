"""From a composed configuration to `Settings`: every value checked before anything is computed."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from dyadsim.checks import known_name, names_list, number, whole_number
from dyadsim.cli.figure_files import check_panels
from dyadsim.cli.own_choices import choice_name, treatment_name
from dyadsim.cli.results_folder import folder_name, results_path
from dyadsim.cli.settings import (
    BUDGETS,
    ENSEMBLE,
    FORMATS,
    Config,
    FigureFiles,
    Points,
    Settings,
    Workers,
)
from dyadsim.errors import BadInput
from dyadsim.model import questionnaires, worlds
from dyadsim.model.parameters import Parameters, catalogue
from dyadsim.simulation import intervention, simulate, specificity
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies import study as studies
from dyadsim.studies.designs import find_design
from dyadsim.studies.study import Study


def settings_of_config(
    config: Any, plain: Mapping[str, Any], said: frozenset[str] = frozenset()
) -> Settings:
    """Return checked settings from the composed configuration.

    Parameters
    ----------
    config
        A `Config`, with the model's parameters beside its fields.
    plain
        The same as plain values.
    said
        Names of the settings that the command line or a file sets.

    Raises
    ------
    BadInput
        A value that cannot be used.
    """
    fixed = _parameters_set(plain)
    compared = getattr(config.task, "worlds", None)
    settings = Settings(
        task=config.task,
        world=_world(config.world),
        values={**_values_of_world(config.world.get("parameters")), **fixed},
        fixed=fixed,
        compared=_compared(compared) if compared else (),
        members=_members(config),
        study=_study(config),
        study_clients=config.study.get("n_clients"),
        size=config.size,
        clients=_clients(config),
        seed=whole_number("seed", config.seed, 0, 2**62),
        replicate=whole_number("replicate", config.replicate, 0, 2**31),
        beats=whole_number("beats", config.beats, 0, 4000),
        do=_interventions(config),
        threads=whole_number("threads", config.threads, 0, 1024) or None,
        specificity=config.specificity,
        budget=known_name("budget", config.budget, BUDGETS),
        figure=_figure(config.figure),
        data=config.data,
        instrument=str(config.measure["instrument"]),
        points=typed("points", Points, config.points),
        executor=typed("executor", Workers, config.executor),
        outputs=_outputs(config.outputs),
        sweep_name=config.name,
        shard=config.shard,
        shards=config.shards,
        results=results_path(config.results),
        experiment=folder_name(
            "experiment.name", str(config.experiment["name"] or config.task.name)
        ),
        json=config.json,
        dry_run=config.dry_run,
        manifest=plain,
        said=said,
    )
    whole_number("size.clients_per_replicate", config.size.clients_per_replicate, 100, 10**6)
    whole_number("size.replicates", config.size.replicates, 2, 1000)
    for name in settings.worlds:
        parameters_of(settings, name)
    check_panels(settings)
    for planned in settings.do:
        intervention.check_intervention(planned, settings.study)
    return settings


def _figure(figure: FigureFiles) -> FigureFiles:
    """Return how figures are written, with its values checked."""
    if figure.format is not None:
        known_name("figure.format", figure.format, FORMATS)
    whole_number("figure.dpi", figure.dpi, 30, 1200)
    for side in ("width", "height"):
        inches = getattr(figure, side)
        if inches is not None:
            number(f"figure.{side}", inches, 2, 100)
    if figure.language != FigureFiles().language:
        from dyadsim.plots.language import languages  # with matplotlib, slow to import

        known_name("figure.language", figure.language, languages())
    panels = figure.panels if isinstance(figure.panels, list) else [figure.panels]
    figure.panels = [str(name) for name in panels if name is not None]
    return figure


def typed[T](group: str, kind: type[T], values: Mapping[str, Any]) -> T:
    """Return the values of a group as an object of its class, each of its field's type.

    Raises
    ------
    BadInput
        A value of another type.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from dyadsim.cli.compose import reason

    try:
        merged = OmegaConf.merge(OmegaConf.structured(kind), values)
        value: T = OmegaConf.to_object(merged)  # type: ignore[assignment]
    except OmegaConfBaseException as error:
        raise BadInput(reason(error, prefix=f"{group}.")) from None
    return value


def _world(choice: Mapping[str, Any]) -> str:
    """Return the name of the world that was chosen.

    Raises
    ------
    BadInput
        There is none of that name, or a world of one's own has been given another base.
    """
    base = "null" if choice["base"] is None else str(choice["base"])  # YAML reads null as nothing
    world = worlds.find_world(str(choice.get("name") or base))
    if world.base and base != world.base:
        raise BadInput(f"world.base is {world.base} in {world.path}; it is changed there.")
    return world.name


def _values_of_world(values: object) -> Mapping[str, float]:
    """Return what a world's file sets, a mapping of parameters."""
    if values is not None and not isinstance(values, Mapping):
        raise BadInput(f"world.parameters must be pairs of name and number, not '{values}'.")
    return values or {}


def _outputs(names: object) -> tuple[str, ...]:
    """Return the outputs of a sweep."""
    if names is not None and not isinstance(names, list):
        raise BadInput(f"outputs must be a list, such as outputs=[gain,true_d], not '{names}'.")
    return tuple(map(str, names or ()))


def _compared(names: object) -> tuple[str, ...]:
    compared = [choice_name("world", name) for name in names_list("task.worlds", names)]
    for name in compared:
        if compared.count(name) > 1:
            raise BadInput(f"task.worlds: {name} is there twice.")
        worlds.find_world(name)
    return tuple(compared)


def _members(config: Any) -> tuple[int, ...]:
    """Return the members of the ensemble that `members` or `ensemble` asks for.

    Raises
    ------
    BadInput
        There are not so many, or `world.parameters` is set on the command line.
    """
    if config.members is None and not config.ensemble:
        return ()
    if config.world.get("parameters") and "name" not in config.world:
        raise BadInput(
            "members do not take world.parameters: set parameters by their names "
            "(alliance.rate=0.4), or write a world of your own (docs/how_to/own_world.md)."
        )
    from dyadsim.simulation.ensemble import some_members  # with pandas, slow to import

    named = _compared(compared) if (compared := getattr(config.task, "worlds", None)) else ()
    chosen = map(worlds.find_world, named or [_world(config.world)])
    return some_members(ENSEMBLE if config.members is None else config.members, tuple(chosen))


def _interventions(config: Config) -> tuple[Intervention, ...]:
    """Return the interventions: those of do.file, or the one of the other do keys."""
    fields = dataclasses.asdict(config.do)
    file = fields.pop("file")
    fields["hold"] = {name: value for name, value in fields["hold"].items() if value is not None}
    planned = intervention.intervention_from_fields(fields)
    does_something = planned._replace(start=1) != intervention.intervention_from_fields(
        {"hold": {}}
    )
    if file is not None:
        if does_something:
            raise BadInput("do: give either do.file or the other do keys, not both.")
        return intervention.read_interventions(str(file))
    if not does_something and planned.start != 1:
        raise BadInput(
            f"do: start={planned.start} says from when on, but nothing is to be done: give "
            "do.hold, do.remove, do.arm, do.therapist or a session for one of the events."
        )
    return (planned,) if does_something else ()


def _clients(config: Config) -> int:
    """Return the number of clients of a study: study.n_clients, else size.clients."""
    n_clients = config.study.get("n_clients")
    if n_clients is not None:
        return whole_number("study.n_clients", n_clients, 1, simulate.MOST_CLIENTS)
    return whole_number("size.clients", config.size.clients, 1, simulate.MOST_CLIENTS)


def _parameters_set(plain: Mapping[str, Any]) -> dict[str, float]:
    """Return the parameters that were set beside the world's file."""
    values = {}
    for name in catalogue():
        owner, field = name.split(".")
        value = (plain.get(owner) or {}).get(field)
        if value is not None:
            values[name] = value
    return values


def _study(config: Config) -> Study:
    """Return the study that was chosen, with its sample and instrument."""
    options = {
        key: _named_treatments(value) if key in ("arms", "therapy", "baseline") else value
        for key, value in config.study.items()
        if key != "n_clients"
    }
    name = str(options.pop("design"))
    instrument = config.measure["instrument"]
    if instrument != "by_study":
        options["instrument"] = questionnaires.find_instrument(str(instrument)).name
    try:
        study: Study = find_design(name)(**options)
    except TypeError as error:
        raise BadInput(f"study {name}: {error}.") from None
    sample = config.population["sample"]
    if sample == "by_study":
        return study
    known = ("by_study", *studies.SAMPLES)
    return study._replace(
        sample=studies.SAMPLES[known_name("sample", sample, known, where="population")]
    )


def _named_treatments(value: Any) -> Any:
    """Return treatments by their names, also where they were named by the path of a file."""
    if isinstance(value, list):
        return [_named_treatments(part) for part in value]
    return treatment_name(value) if isinstance(value, str) else value


def parameters_of(settings: Settings, world: str) -> Parameters:
    """Return a world's parameters under the settings.

    In a comparison every world has its own file, and what its claim fixes stays.

    Raises
    ------
    BadInput
        A value out of range, or one that the world's claim fixes.
    """
    values = dict(settings.values)
    claimed = worlds.find_world(world).fixed
    if settings.compared:
        values = {name: value for name, value in settings.fixed.items() if name not in claimed}
    parameters = worlds.member_parameters(world, settings.member, values)
    if settings.specificity is None:
        return parameters
    if specificity.DIAL in claimed:
        if settings.compared:
            return parameters
        raise BadInput(
            f"specificity is fixed at {claimed[specificity.DIAL]:g} in the world '{world}': that "
            "is its claim. Use world=hybrid, where it is free."
        )
    return specificity.dial(parameters, number("specificity", settings.specificity, 0, 1))
