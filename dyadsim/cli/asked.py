"""What the words of a sweep ask for: axes, points and cases, checked and turned into a `Sweep`."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dyadsim.attribution.true_shares import Care
from dyadsim.cli.settings import Settings, parameters_of, whole, yes
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameters import flat
from dyadsim.simulation.specificity import DIAL as SPECIFICITY
from dyadsim.simulation.specificity import GAIN
from dyadsim.studies import study
from dyadsim.sweeps import outputs, sampling
from dyadsim.sweeps.executors import Executor, dask, here
from dyadsim.sweeps.outputs import Job
from dyadsim.sweeps.sampling import DIAL, Axis, Sampling
from dyadsim.sweeps.sweep import Case, Shard, Sweep

BLOCK_SECONDS = 1.0  # about what a block should take: often enough to keep, seldom enough to write
MOST_ROWS = 16384  # of a block: bounds its memory


class Asked(NamedTuple):
    """A sweep, how its points were laid out, its axes and its jobs (one a case)."""

    sweep: Sweep
    sampling: Sampling
    axes: tuple[Axis, ...]
    jobs: tuple[Job, ...]


def name_of(config: Mapping[str, Any]) -> str:
    """Return the name of the sweep's folder.

    Raises
    ------
    BadInput
        a name that is no plain folder name.
    """
    name = str(config["name"] or "sweep")
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise BadInput(f"name must be letters, digits, '_', '-' and '.', not '{name}'.")
    return name


def shard_of(config: Mapping[str, Any]) -> Shard:
    """Return which part of the work this process does.

    Raises
    ------
    BadInput
        a shard that is not there.
    """
    of = whole("shards", config["shards"], 1, 100_000)
    if whole("shard", config["shard"], 0, 100_000) >= of:
        raise BadInput(
            f"shard={config['shard']} is not there: shards={of} are numbered 0 to {of - 1}."
        )
    return Shard(config["shard"], of)


def executor_of(config: Mapping[str, Any]) -> Executor:
    """Return where blocks are computed.

    Raises
    ------
    BadInput
        executor=dask without an address. NoScheduler: see `executors.dask`.
    """
    chosen = config["executor"]
    if chosen["kind"] == "threads":
        return here
    if chosen["address"] is None:
        raise BadInput("executor=dask needs executor.address=tcp://host:8786, its scheduler's.")
    return dask(str(chosen["address"]))


def sampling_of(config: Mapping[str, Any]) -> Sampling:
    """Return how the intervals are filled.

    Raises
    ------
    BadInput
        a number that cannot be used.
    """
    given = dict(config["points"])
    if given["method"] == "file" and given["file"] is None:
        raise BadInput(
            "points=file needs points.file=points.csv: a header of parameters, a row a point."
        )
    for key, low, high in (("n", 1, 2**24), ("levels", 1, 10_000), ("seed", 0, 2**31)):
        if key in given:
            whole(f"points.{key}", given[key], low, high)
    if isinstance(given.get("columns"), str):
        raise BadInput(f"points.columns must be a list of names, not '{given['columns']}'.")
    if "second_order" in given:
        yes("points.second_order", given["second_order"])
    names = set(Sampling._fields) & set(given)
    made = Sampling(**{name: given[name] for name in names})
    return made._replace(columns=tuple(map(str, made.columns)))


def sweep_of(
    ones: Sequence[Settings],
    labels: Sequence[Mapping[str, Any]],
    axes: Mapping[str, Mapping[str, Any]],
) -> Asked:
    """Return the sweep that the settings of all its cases, their labels and its axes ask for.

    Raises
    ------
    BadInput
        anything that cannot be run.
    """
    first = ones[0].config
    how, given = sampling_of(first), None
    found = tuple(
        Axis(
            name,
            tuple(one.get("levels", ())),
            one.get("low", 0.0),
            one.get("high", 1.0),
            bool(one.get("log", False)),
        )
        for name, one in axes.items()
    )
    if how.method == "file":
        filled, given = sampling.read(str(how.file), how.columns)
        if any(not axis.levels for axis in found):
            raise BadInput("points=file has its points in the file: give no interval beside it.")
        found = (*(axis for axis in found if axis.name not in {f.name for f in filled}), *filled)
    else:
        sampling.check(found, how)
    replicates = whole("points.replicates", first["points"]["replicates"], 1, 10_000)
    wanted = first["outputs"]
    if isinstance(wanted, str):
        raise BadInput(f"outputs must be a list, such as outputs=[gain,true_d], not '{wanted}'.")
    studies = list(dict.fromkeys(one.study for one in ones))
    columns = outputs.columns_of(list(map(str, wanted)), studies)
    jobs = tuple(_job(one, found, columns) for one in ones)
    cases = tuple(
        Case(
            label,
            job.digest,
            partial(outputs.compute, job),
            partial(outputs.canonical, job),
            sampling.points(found, how, _base(one, job), given).astype(np.float32),
        )
        for one, job, label in zip(ones, jobs, labels, strict=True)
    )
    block = int(min(max(BLOCK_SECONDS / max(map(outputs.seconds, jobs)), 1), MOST_ROWS))
    return Asked(Sweep(jobs[0].axes, jobs[0].columns, cases, replicates, block), how, found, jobs)


def _base(one: Settings, job: Job) -> dict[str, float]:
    """Return the values from which one axis at a time departs."""
    values = flat(job.base)
    return {**values, DIAL: values[SPECIFICITY]}


def _job(one: Settings, axes: Sequence[Axis], columns: tuple[str, ...]) -> Job:
    """Return what is the same for all points of one case.

    Raises
    ------
    BadInput
        an axis that this world fixes, moments, too few clients.
    """
    names = [axis.name for axis in axes]
    for axis in axes:
        if axis.name != DIAL:
            worlds.parameters(one.world, {axis.name: axis.levels[0] if axis.levels else axis.low})
    if DIAL in names:
        parameters_of(dataclasses.replace(one, specificity=0.5), one.world)  # does it turn?
        if SPECIFICITY in names or one.specificity is not None:
            raise BadInput(
                f"{DIAL} turns {SPECIFICITY} and solves {GAIN} again: sweep either the dial or "
                f"{SPECIFICITY}, not both."
            )
    if one.moments:
        raise BadInput("a sweep takes the closed form of the moments: leave out moments.")
    given = one.config["study"].get("n_clients")
    size = one.config["size"]["clients_per_point"] if given is None else given
    clients = whole("size.clients_per_point", size, 2, 10**7)
    if clients < 2 * len(one.study.arms):
        raise BadInput(
            f"{clients} clients a point are too few for the {len(one.study.arms)} arms of study "
            f"{one.study.name}: give size.clients_per_point={2 * len(one.study.arms)} or more."
        )
    return Job(
        study.check(one.study),
        parameters_of(one, one.world),
        clients,
        one.seed,
        one.replicate,
        yes("points.common", one.config["points"]["common"]),
        tuple(names),
        columns,
        Care(),
        one.replicates,
    )


def folder_of(one: Settings) -> Path:
    """Return the folder of the sweep's store."""
    return one.results / name_of(one.config)
