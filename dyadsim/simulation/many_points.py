"""Many parameter points of one study in one call: no Python, no files, no tables per point.

Every point gets the same random numbers of clients and therapists (common random numbers) and the
same allocation, so two points differ by their parameters alone; point k equals `simulate.stream`
with point k's parameters, bit for bit (tested).
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from dyadsim.errors import BadInput, nearest
from dyadsim.kernel import allocation as population
from dyadsim.kernel import sessions
from dyadsim.kernel.parameter_points import run_points
from dyadsim.kernel.sessions import Address, Inputs
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model import questionnaires
from dyadsim.model.parameter import check_value
from dyadsim.model.parameters import Parameters, as_float32, catalogue, flat
from dyadsim.model.population import Population, check_shares
from dyadsim.simulation import simulate
from dyadsim.simulation.first_use import announce_compiling
from dyadsim.simulation.runs import Totals as Totals
from dyadsim.studies import study as studies
from dyadsim.studies.study import Study

type Points = np.ndarray[Any, np.dtype[np.float32]]

_SHARES = ("population.stable_share", "population.load_share")


def parameter_points(base: Parameters, values: Mapping[str, Sequence[float]]) -> Points:
    """Return parameter points: `base` with columns of values put in.

    Parameters
    ----------
    base
        The parameters that all points share.
    values
        Columns of equal length by full name, such as 'alliance.rate'.

    Returns
    -------
    Points
        `(point, parameter)` float32, parameters in the order of `catalogue`.

    Raises
    ------
    BadInput
        An unknown parameter, a value out of its range, or columns of unequal length.
    """
    names = list(catalogue())
    lengths = {name: len(column) for name, column in values.items()}
    if len(set(lengths.values())) > 1:
        raise BadInput(f"points: every parameter needs as many values as the others; {lengths}.")
    count = next(iter(lengths.values()), 1)
    points = np.tile(np.array(list(flat(base).values()), np.float32), (count, 1))
    for name, column in values.items():
        if name not in names:
            raise BadInput(f"There is no parameter '{name}'.{nearest(name, names)}")
        points[:, names.index(name)] = _in_range(name, column)
    _check_shares(points[:, [names.index(name) for name in _SHARES]].sum(axis=1))
    return points


def _in_range(name: str, column: Sequence[float]) -> np.ndarray[Any, Any]:
    """Return the values of one parameter; refuse one out of its range."""
    numbers = np.asarray(column, float)
    for value in (numbers.min(), numbers.max()) if numbers.size else ():
        check_value(catalogue()[name], float(value))
    return numbers


def _check_shares(totals: Points) -> None:
    """Refuse variance shares that together reach 1 at any point."""
    if totals.size and totals.max() >= 1:
        check_shares(Population(stable_share=float(totals.max()), load_share=0.0))


def stream_points(
    study: Study,
    points: Points,
    clients: int,
    seed: int = 1,
    replicate: int = 0,
    threads: int | None = None,
) -> Totals:
    """Return the streaming sums of every point.

    Parameters
    ----------
    study
        Who gets what when; no arm may match clients to therapists, and no case card.
    points
        `(point, parameter)` float32 from `rows`.
    clients
        Clients of each point, all arms together.
    seed, replicate
        The address of all random numbers, the same for every point.
    threads
        How many; None = every processor. The sums are the same for any number.

    Returns
    -------
    Totals
        `(point, arm, step, sum)` int64, sums as `streaming_sums.SUMS`.

    Raises
    ------
    BadInput
        A study that cannot be run so.
    """
    plan = studies.plan_study(studies.check_study(study))
    if study.case is not None or any(arm.matched for arm in study.arms):
        raise BadInput(
            "a batch of points: studies with a case card or with clients matched to therapists "
            "run one point at a time (`simulate.stream`)."
        )
    announce_compiling()
    allocation = population.allocate(study, clients, seed, replicate)
    people = population.clients(allocation, table=False)
    usual = questionnaires.usual(questionnaires.find_instrument(study.instrument))
    block = min(sessions.BLOCK, clients)
    address = Address(seed, replicate, 0, 0, plan.weeks.size - 1, block)
    points = np.ascontiguousarray(points)  # the kernel reads whole rows
    sums = np.zeros((len(points), len(study.arms), plan.weeks.size, len(SUMS)), np.int64)
    threads = max(1, min(threads or simulate.default_threads(), len(points)))
    cuts = [len(points) * k // threads for k in range(threads + 1)]
    case = simulate.case_values(study)

    def work(k: int) -> None:
        therapists = population.empty_therapists(
            allocation, len(studies.treatments(study)), plan.weeks.size
        )
        inputs = Inputs(therapists, plan, as_float32(Parameters()), usual, study.sample, case)
        run_points(points, people, inputs, address, sums, (cuts[k], cuts[k + 1]))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    return sums
