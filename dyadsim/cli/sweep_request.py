"""What the words of a sweep ask for: axes, points and conditions, checked, as a `PlannedSweep`."""

import dataclasses
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dyadsim.attribution.true_shares import Care
from dyadsim.checks import names_list, setting_word, whole_number
from dyadsim.cli.one_value import check_one_value
from dyadsim.cli.over_members import conditions_of_members
from dyadsim.cli.results_folder import NoFolder, folder_name
from dyadsim.cli.searched_sweep import OPTUNA, check_search
from dyadsim.cli.settings import Points, Settings
from dyadsim.cli.words import parse_word
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameters import flat
from dyadsim.simulation import records
from dyadsim.simulation.simulate import default_threads
from dyadsim.simulation.specificity import DIAL as SPECIFICITY
from dyadsim.simulation.specificity import GAIN
from dyadsim.simulation.unfinished import write_file
from dyadsim.studies import study as studies
from dyadsim.sweeps import outputs, sampling
from dyadsim.sweeps.executors import Executor, run_here, run_on_dask, run_on_local_cluster
from dyadsim.sweeps.outputs import Job
from dyadsim.sweeps.planned_sweep import PlannedSweep
from dyadsim.sweeps.sampling import DIAL, Axis, Sampling
from dyadsim.sweeps.sweep import Shard, Sweep

BLOCK_SECONDS = 1.0  # about what a block should take: often enough to keep, seldom enough to write
MOST_ROWS = 16384  # of a block: bounds its memory
MANIFEST = "manifest.json"
# Words that say how and where, not what: with no others, the sweep is the one that is stored.
_HOW = ("task", "name", "results", "json", "threads", "shard", "shards", "executor", "dry_run")


class SweepRequest(NamedTuple):
    """A sweep, and how and where this process works on it.

    Attributes
    ----------
    settings
        Of its first condition.
    planned
        The sweep.
    shard
        The part of the work that this process does.
    executor
        Where blocks are computed.
    folder
        Of the store.
    words
        The words of the command line that describe the sweep.
    task
        Of a grid of another task (decompose, facts, region): its name; "" of a sweep.
    """

    settings: Settings
    planned: PlannedSweep
    shard: Shard
    executor: Executor
    folder: Path
    words: tuple[str, ...]
    task: str = ""

    @property
    def threads(self) -> int:
        """Threads of this process, or as many workers on this machine."""
        return self.settings.threads or default_threads()

    @property
    def threads_of_block(self) -> int:
        """Threads that compute one block: one on each worker of a cluster of this machine."""
        workers = self.settings.executor
        return 1 if workers.kind == "dask" and workers.address is None else self.threads


def _says_how(word: str, owners: tuple[str, ...] = ("task.", "executor.")) -> bool:
    key = word.split("=", 1)[0]
    return key in _HOW or key.startswith(owners)


def _begins_sweep(word: str) -> bool:
    """Return whether a word names points: a list, an interval, a file, an experiment."""
    named = word.startswith(("points=file", "points.file=", "experiment="))
    return named or parse_word(word).is_sweep_override() or "interval(" in word


def with_stored_words(words: Sequence[str]) -> list[str]:
    """Return the words with those of the stored sweep before them, where they describe no sweep.

    So `dyadsim status name=bond` is about the sweep that `dyadsim sweep name=bond ...` began.

    Raises
    ------
    BadInput
        Words that describe no sweep, and no sweep of that name.
    """
    if not all(map(_says_how, words)):
        _refuse_part_of_stored(words)
        return list(words)
    folder = _named_folder(words)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        stored, grid_of = [*map(str, manifest["words"])], manifest.get("grid_of")
    except FileNotFoundError:
        raise BadInput(
            f"there is no sweep in {folder}: begin one with parameters to sweep, such as "
            f"dyadsim sweep {setting_word('name', folder.name)} "
            "'distress.bond_effect=interval(0,1)' points=sobol."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{folder / MANIFEST} cannot be read: {error}.") from None
    if grid_of:
        raise BadInput(
            f"{folder} holds points of {grid_of}: dyadsim status "
            f"{setting_word('name', folder.name)} says how many are finished."
        )
    return [*stored, *words]


def _refuse_part_of_stored(words: Sequence[str]) -> None:
    """Refuse words that name no points, where a stored sweep has some: they would replace it.

    Raises
    ------
    BadInput
        With the whole command.
    """
    changing = [word for word in words if not _says_how(word)]
    if any(map(_begins_sweep, changing)):
        return
    folder = _named_folder(words)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        stored = [*map(str, manifest["words"])]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if manifest.get("grid_of") or not any(map(_begins_sweep, stored)):  # of a single point
        return
    new = {word.split("=", 1)[0] for word in changing}
    kept = [word for word in stored if word.split("=", 1)[0] not in new]
    said = " ".join(map(shlex.quote, [*kept, *changing]))
    name = setting_word("name", folder.name)
    raise BadInput(
        f"{' '.join(changing)} alone says not what to sweep. {folder} holds a sweep; to change it, "
        f"give all of it, and what is finished is taken up: dyadsim sweep {name} {said}"
    )


def _named_folder(words: Sequence[str]) -> Path:
    """Return the folder of the sweep that words name."""
    named = {key: word for word in words if (key := word.split("=", 1)[0]) in ("results", "name")}
    values = {key: _plain_text(word) for key, word in named.items()}
    return Path(values.get("results", "results")) / values.get("name", "sweep")


def words_of_grid(words: Sequence[str]) -> list[str]:
    """Return the words of the grid (of decompose, facts or region) that words name; else none.

    So `dyadsim status name=region_points` is about the grid that `dyadsim region` began.
    """
    if not all(map(_says_how, words)):
        return []
    try:
        folder = _named_folder(words)
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        task, stored = manifest.get("grid_of"), manifest["words"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    how = [word for word in words if not word.startswith("task=")]
    return [f"task={task}", *map(str, stored), *how] if task else []


def _plain_text(word: str) -> str:
    """Return the value of a setting without the quotes around it; a list as it was written."""
    override = parse_word(word)
    return word.split("=", 1)[1] if override.is_sweep_override() else str(override.value())


def write_manifest(request: SweepRequest) -> None:
    """Leave the words of a sweep in its folder, so that it can be named instead of described.

    Raises
    ------
    NoFolder
        The place cannot be written.
    """
    folder, file = request.folder, request.planned.sampling.file
    inputs = {"points": Path(str(file))} if file else {}
    owners = ("executor.",) if request.task else ("task.", "executor.")
    words = [word for word in request.words if not _says_how(word, owners)]
    about = {"words": words} | ({"grid_of": request.task} if request.task else {})
    manifest = records.manifest(request.settings.manifest, 0.0, inputs) | about
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / MANIFEST, lambda path: records.write_json(path, manifest))
    except OSError as error:
        raise NoFolder(f"{folder} cannot be written: {error.strerror or error}.") from None


def request_sweep(
    conditions: Sequence[Settings],
    labels: Sequence[Mapping[str, Any]],
    *,
    axes: Mapping[str, Mapping[str, Any]],
    words: Sequence[str],
) -> SweepRequest:
    """Return the request that the settings of all conditions, their labels and the axes make.

    Parameters
    ----------
    conditions
        The settings of each condition; they differ in what `labels` says. With `members` each is a
        condition in every member.
    labels
        The settings that differ between conditions, by name.
    axes
        The swept parameters: levels, or low, high and log.
    words
        The words of the command line.

    Raises
    ------
    BadInput
        Anything that cannot be run.
    NoScheduler
        There is no Dask scheduler at the address.
    """
    check_one_value(labels)
    conditions, labels = conditions_of_members(conditions, labels)
    first = conditions[0]
    return SweepRequest(
        first,
        _planned(conditions, labels, axes),
        shard_of(first),
        executor_of(first),
        first.results / folder_name("name", first.sweep_name or "sweep"),
        tuple(words),
    )


def shard_of(settings: Settings) -> Shard:
    """Return which part of the work this process does."""
    count = whole_number("shards", settings.shards, 1, 100_000)
    if whole_number("shard", settings.shard, 0, 100_000) >= count:
        raise BadInput(
            f"shard={settings.shard} is not there: shards={count} are numbered 0 to {count - 1}."
        )
    return Shard(settings.shard, count)


def executor_of(settings: Settings) -> Executor:
    """Return where blocks are computed; dask without an address starts workers on this machine."""
    workers = settings.executor
    if workers.kind == "threads":
        return run_here
    if workers.address is None:
        return run_on_local_cluster(settings.threads or default_threads())
    return run_on_dask(workers.address)


def _sampling(points: Points) -> Sampling:
    """Return how the intervals are filled."""
    if points.method == "file" and points.file is None:
        raise BadInput(
            "points=file needs points.file=points.csv: a header of parameters, a row a point."
        )
    columns = names_list("points.columns", points.columns, empty=True)
    values = {key: value for key, value in dataclasses.asdict(points).items() if value is not None}
    for key, low, high in (("n", 1, 2**24), ("levels", 1, 10_000), ("seed", 0, 2**31)):
        if key in values:
            whole_number(f"points.{key}", values[key], low, high)
    values["columns"] = columns
    return Sampling(**{name: values[name] for name in Sampling._fields if name in values})


def _axes(axes: Mapping[str, Mapping[str, Any]]) -> tuple[Axis, ...]:
    """Return the swept parameters."""
    return tuple(
        Axis(
            name,
            tuple(values.get("levels", ())),
            values.get("low", 0.0),
            values.get("high", 1.0),
            bool(values.get("log", False)),
        )
        for name, values in axes.items()
    )


def _planned(
    conditions: Sequence[Settings],
    labels: Sequence[Mapping[str, Any]],
    values_of_axes: Mapping[str, Mapping[str, Any]],
) -> PlannedSweep:
    """Return the sweep with its sampling, axes and jobs."""
    first = conditions[0]
    layout, points = _sampling(first.points), None
    axes = _axes(values_of_axes)
    if layout.method == "file":
        filled, points = sampling.read_points(str(layout.file), layout.columns)
        if any(not axis.levels for axis in axes):
            raise BadInput("points=file has its points in the file: give no interval beside it.")
        in_file = {axis.name for axis in filled}
        axes = (*(axis for axis in axes if axis.name not in in_file), *filled)
    elif layout.method != OPTUNA:
        sampling.check_sampling(axes, layout)
    replicates = whole_number("points.replicates", first.points.replicates, 1, 10_000)
    all_studies = list(dict.fromkeys(condition.study for condition in conditions))
    columns = outputs.columns_of(first.outputs, all_studies)
    if layout.method == OPTUNA:
        check_search(conditions, axes, layout, columns)
    jobs = tuple(_job(condition, axes, columns) for condition in conditions)
    points_of_conditions = tuple(
        outputs.condition_of(job, label, _points_of(job, axes, layout, points, place))
        for place, (job, label) in enumerate(zip(jobs, labels, strict=True))
    )
    slowest = max(map(outputs.seconds_per_point, jobs))
    block = int(min(max(BLOCK_SECONDS / slowest, 1), MOST_ROWS))
    sweep = Sweep(jobs[0].axes, jobs[0].columns, points_of_conditions, replicates, block)
    return PlannedSweep(sweep, layout, axes, jobs)


def _points_of(
    job: Job, axes: Sequence[Axis], layout: Sampling, filled: Any, place: int
) -> sampling.Floats:
    """Return a condition's points; of a search, which has none yet, as many in the first one."""
    if layout.method == OPTUNA:
        start = [axis.levels[0] if axis.levels else axis.low for axis in axes]
        return np.tile(start, (layout.n if place == 0 else 0, 1)).reshape(-1, len(axes))
    return sampling.sample_points(axes, layout, base=_departure(job), filled=filled)


def _departure(job: Job) -> dict[str, float]:
    """Return the values from which one axis at a time departs."""
    values = flat(job.base)
    return {**values, DIAL: values[SPECIFICITY]}


def _check_axes(settings: Settings, axes: Sequence[Axis]) -> None:
    """Refuse an axis that the world fixes, or one beside the dial that turns it."""
    for axis in axes:
        if axis.name != DIAL:
            value = axis.levels[0] if axis.levels else axis.low
            worlds.world_parameters(settings.world, {axis.name: value})
    names = [axis.name for axis in axes]
    if DIAL in names:
        dataclasses.replace(settings, specificity=0.5).parameters()  # refused where it is fixed
        if SPECIFICITY in names or settings.specificity is not None:
            raise BadInput(
                f"{DIAL} turns {SPECIFICITY} and solves {GAIN} again: sweep either the dial or "
                f"{SPECIFICITY}, not both."
            )


def _job(settings: Settings, axes: Sequence[Axis], columns: tuple[str, ...]) -> Job:
    """Return what is the same for all points of one condition."""
    _check_axes(settings, axes)
    if settings.beats:
        raise BadInput("a sweep takes the closed form of the beats: leave out beats.")
    study, size = settings.study, settings.study_clients
    size = settings.size.clients_per_point if size is None else size
    clients = whole_number("size.clients_per_point", size, 2, 10**7)
    if clients < 2 * len(study.arms):
        raise BadInput(
            f"{clients} clients a point are too few for the {len(study.arms)} arms of study "
            f"{study.name}: give size.clients_per_point={2 * len(study.arms)} or more."
        )
    return Job(
        studies.check_study(study),
        settings.parameters(),
        clients,
        settings.seed,
        settings.replicate,
        settings.points.common,
        tuple(axis.name for axis in axes),
        columns,
        Care(),
        settings.size.replicates,
    )
