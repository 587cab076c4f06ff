"""A small sweep of the real model for the tests, without the command line."""

from functools import partial

import numpy as np

import dyadsim
from dyadsim.studies.study import Study
from dyadsim.sweeps import outputs, sampling
from dyadsim.sweeps.outputs import Job
from dyadsim.sweeps.sampling import Axis, Sampling
from dyadsim.sweeps.sweep import Case, Sweep

AXES = (Axis("distress.bond_effect", (), 0.0, 1.0), Axis("alliance.rate", (), 0.1, 0.6))


def study() -> Study:
    return dyadsim.rct(("cbt", "waitlist"), 6, follow_up=())


def planned(
    n: int = 512,
    clients: int = 300,
    wanted: tuple[str, ...] = ("gain", "true_d"),
    replicates: int = 2,
    block: int = 16,
    axes: tuple[Axis, ...] = AXES,
    common: bool = True,
    worlds: tuple[str, ...] = ("hybrid",),
    method: str = "sobol",
    world_values: tuple = (),
) -> Sweep:
    """Return a sweep of `n` points over bond effect and alliance rate."""
    columns = outputs.columns_of(wanted, [study()])
    points = sampling.points(axes, Sampling(method, n), {}).astype(np.float32)
    cases = []
    for name in worlds:
        base = dyadsim.world(name, dict(world_values))
        job = Job(study(), base, clients, 1, 0, common, tuple(one.name for one in axes), columns)
        cases.append(
            Case(
                {"world": name},
                job.digest,
                partial(outputs.compute, job),
                partial(outputs.canonical, job),
                points,
            )
        )
    return Sweep(tuple(one.name for one in axes), columns, tuple(cases), replicates, block)
