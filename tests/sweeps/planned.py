"""A small sweep of the real model for the tests, without the command line."""

import dyadsim
from dyadsim.studies.study import Study
from dyadsim.sweeps import outputs, sampling
from dyadsim.sweeps.outputs import Job
from dyadsim.sweeps.sampling import Axis, Sampling
from dyadsim.sweeps.sweep import Sweep

AXES = (Axis("distress.bond_effect", (), 0.0, 1.0), Axis("alliance.rate", (), 0.1, 0.6))


def study() -> Study:
    return dyadsim.rct(("cbt", "waitlist"), 6, follow_up=())


def planned(
    n: int = 512,
    clients: int = 300,
    names: tuple[str, ...] = ("gain", "true_d"),
    replicates: int = 2,
    block: int = 16,
    axes: tuple[Axis, ...] = AXES,
    common: bool = True,
    worlds: tuple[str, ...] = ("hybrid",),
    method: str = "sobol",
    world_values: tuple = (),
) -> Sweep:
    """Return a sweep of `n` points over bond effect and alliance rate."""
    columns = outputs.columns_of(names, [study()])
    points = sampling.sample_points(axes, Sampling(method, n))
    conditions = []
    axis_names = tuple(axis.name for axis in axes)
    for world in worlds:
        base = dyadsim.world(world, dict(world_values))
        job = Job(study(), base, clients, 1, 0, common, axis_names, columns)
        conditions.append(outputs.condition_of(job, {"world": world}, points))
    return Sweep(axis_names, columns, tuple(conditions), replicates, block)
