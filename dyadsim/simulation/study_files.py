"""A study simulated into files, a part of its clients at a time: the truth need not fit in memory.

What stays in memory is what the summary and the figure need: a row a client, and every symptom
score. `do` simulates each part twice, with and without the interventions.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.kernel.sessions import BLOCK
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import counterfactual, individual_effects, memory, observe, simulate
from dyadsim.simulation.counterfactual import Twins
from dyadsim.simulation.individual_effects import DistressAt
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.records import Records
from dyadsim.simulation.runs import Run
from dyadsim.simulation.table_files import TableFiles
from dyadsim.studies import study as studies
from dyadsim.studies.study import NOT_SEEN, OCCASIONS, SESSION, Study

PART_BYTES = 2**26  # of a part's truth
UNDER_DO = "under_do"
_OF_CLIENTS = ["client", "arm", "therapy", "preferred_therapy", "ending"]
# Measured with up to a million clients of `rct`, and rounded up.
PART_COPIES, SECOND_COPIES = 5, 2  # of a part's truth: tables and their Parquet form; of twins
CLIENT_BYTES, SCORE_BYTES = 300, 40


class StudyOrder(NamedTuple):
    """What is simulated.

    Attributes
    ----------
    study, parameters, clients, seed, replicate, beats, threads
        As in `dyadsim.run`.
    truth
        The truth table is written too.
    interventions
        What is done to the same clients in a second run; none = there is no second run.
    """

    study: Study
    parameters: Parameters
    clients: int
    seed: int
    replicate: int = 0
    beats: int = 0
    threads: int | None = None
    truth: bool = True
    interventions: tuple[Intervention, ...] = ()


class StudyOutcome(NamedTuple):
    """What the summary and the figure of a study need.

    Attributes
    ----------
    clients
        client, arm, therapy, preferred_therapy, ending: as in the table of clients.
    sessions
        client, arm, occasion, week, symptom_score: as in the table of sessions; words are
        categories.
    effects
        The individual effects of the interventions; None without any.
    """

    clients: pd.DataFrame
    sessions: pd.DataFrame
    effects: pd.DataFrame | None


def clients_of_a_part(study: Study) -> int:
    """Return how many clients are simulated at a time: whole blocks of the kernel, if one fits.

    Examples
    --------
    >>> import dyadsim
    >>> clients_of_a_part(dyadsim.rct(["cbt", "waitlist"]))
    14112
    """
    fit = max(1, PART_BYTES // memory.client_bytes(study))
    return fit // BLOCK * BLOCK or fit


def bytes_of_study(order: StudyOrder) -> tuple[float, float]:
    """Return the memory that `simulate_into` takes at the least, and the memory a client adds.

    Parameters
    ----------
    order
        What would be simulated.

    Returns
    -------
    tuple of float
        Bytes.
    """
    twins = bool(order.interventions)
    part = min(order.clients, clients_of_a_part(order.study)) * memory.client_bytes(order.study)
    plan = studies.plan_study(order.study)
    in_care = np.arange(plan.occasion.size) <= plan.last.max()
    occasions = int(np.where(plan.occasion == SESSION, in_care, plan.occasion != NOT_SEEN).sum())
    of_client = CLIENT_BYTES * (1 + twins) + SCORE_BYTES * occasions
    return (PART_COPIES + SECOND_COPIES * twins) * part, of_client


def simulate_into(folder: Path, order: StudyOrder, size: int | None = None) -> StudyOutcome:
    """Simulate a study and write its tables into a folder, part by part.

    Parameters
    ----------
    folder
        Where the tables go; those of the second run into `under_do` in it.
    order
        What is simulated.
    size
        Clients of a part; None = `clients_of_a_part`. The same rows come out for any.

    Returns
    -------
    StudyOutcome
        What the summary and the figure need.

    Raises
    ------
    BadInput
        As in `dyadsim.run` and `dyadsim.do`.
    OSError
        The folder cannot be written.
    """
    clients, sessions, distress = [], [], []
    first = 0
    with ExitStack() as files:
        own = files.enter_context(TableFiles(folder))
        other = files.enter_context(TableFiles(folder / UNDER_DO)) if order.interventions else None
        for twins in _parts(order, size or clients_of_a_part(order.study)):
            tables = observe.observed_records(twins[0], order.truth, first=first)
            own.add(tables)
            clients.append(tables.clients[_OF_CLIENTS])
            sessions.append(_small(tables, order.study))
            del tables
            if other is not None and isinstance(twins, Twins):
                other.add(observe.observed_records(twins[1], order.truth, first=first))
                distress.append(individual_effects.distress_at(twins))
            first += twins[0].clients.word.size
    table = pd.concat(clients, ignore_index=True)
    return StudyOutcome(
        table, pd.concat(sessions, ignore_index=True), _effects(distress, table["arm"])
    )


def clusters_of_clients(folder: Path) -> "pd.Series[int]":
    """Return by client whose chance is shared: the therapist's number, or one of the client's own.

    Parameters
    ----------
    folder
        Into which a study was simulated.
    """
    table = pd.read_parquet(folder / "clients.parquet", columns=["client", "therapist"])
    own = -1 - table["client"].astype("int64")
    clusters = table["therapist"].astype("Int64").fillna(own).astype("int64")
    return pd.Series(clusters.to_numpy(), table["client"])


def _parts(order: StudyOrder, size: int) -> Iterator[tuple[Run] | Twins]:
    """Give the finished runs of ever further clients: one, or with interventions two."""
    study, parameters, clients, seed, replicate, beats, threads, _, interventions = order

    def begin() -> Iterator[Run]:
        return simulate.start_in_chunks(
            study,
            parameters,
            clients,
            seed,
            size=size,
            replicate=replicate,
            beats=beats,
            threads=threads,
        )

    if not interventions:
        for run in begin():
            yield (simulate.advance(run, threads=threads),)
        return
    for run, other in zip(begin(), begin(), strict=True):
        yield Twins(
            simulate.advance(run, threads=threads),
            counterfactual.finish_under(other, interventions, threads),
        )


def _small(tables: Records, study: Study) -> pd.DataFrame:
    """Return the symptom scores of a part in as few bytes as they take."""
    arms = pd.CategoricalDtype([arm.name for arm in study.arms])
    occasions = pd.CategoricalDtype(["intake", *OCCASIONS[1:]])
    rows = tables.sessions[["client", "arm", "occasion", "week", "symptom_score"]]
    kind = np.int32 if rows["client"].max() < 2**31 else np.int64
    return rows.astype({"client": kind, "arm": arms, "occasion": occasions})


def _effects(distress: list[DistressAt], arms: pd.Series) -> pd.DataFrame | None:
    """Return the individual effects of all parts together; None without any."""
    if not distress:
        return None
    return individual_effects.table_of_effects(individual_effects.join_distress(distress), arms)
