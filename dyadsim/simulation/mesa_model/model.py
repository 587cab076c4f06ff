"""A study as a Mesa model, stepped session by session."""

import secrets
from typing import Any

import mesa
import numpy as np

from dyadsim.errors import BadInput
from dyadsim.model.variables import IN_CARE
from dyadsim.simulation import simulate
from dyadsim.simulation.inputs import World
from dyadsim.simulation.mesa_model.agents import (
    Client,
    Therapist,
    short_number,
    write_manual_doses,
)
from dyadsim.studies.study import Study

_REPORTS = ("seed", "mean_distress", "share_in_care")


class DyadModel(mesa.Model):  # type: ignore[misc]
    """A study in one world, stepped session by session; the same bits as `dyadsim.run`.

    Parameters
    ----------
    study
        Who gets what when, such as `dyadsim.cohort()`.
    world
        A world's name, or the parameters of one.
    clients
        Number of clients, >= 1.
    rng
        The seed, a whole number >= 0: every random number has its address, so no generator will
        do. None draws a seed, which `model.seed` tells.
    replicate, beats
        As in `dyadsim.start`.
    client_class, therapist_class
        Subclasses with a `decide` or a `plan` of their own.

    Attributes
    ----------
    run_state
        The `simulate.Run` so far.
    running
        Whether a step is left.
    datacollector
        A Mesa `DataCollector` of seed, mean distress and the share in care, from intake on; put
        one of your own in its place and collect with it.

    Raises
    ------
    BadInput
        A study, world, size or seed that cannot be used.

    Examples
    --------
    >>> import dyadsim
    >>> model = dyadsim.DyadModel(dyadsim.cohort(), "hybrid", clients=50, rng=7)
    >>> model.run_for(3)
    >>> model
    <DyadModel: study cohort, 50 clients, step 3 of 36, seed 7>
    """

    running: bool

    def __init__(
        self,
        study: Study,
        world: World,
        clients: int = 100,
        rng: int | None = 1,
        *,
        replicate: int = 0,
        beats: int = 0,
        client_class: type[Client] = Client,
        therapist_class: type[Therapist] = Therapist,
    ) -> None:
        seed = secrets.randbelow(2**31) if rng is None else rng
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise BadInput(f"rng must be a whole number, the seed; not {type(rng).__name__}.")
        for name, kind, base in (
            ("client_class", client_class, Client),
            ("therapist_class", therapist_class, Therapist),
        ):
            if not isinstance(kind, type) or not issubclass(kind, base):
                raise BadInput(f"{name} must be a subclass of {base.__name__}, not {kind}.")
        self.run_state = simulate.start(
            study, world, clients, int(seed), replicate=replicate, beats=beats
        )
        super().__init__(rng=int(seed))
        self._step_of_mesa, self.step = self.step, self._step_or_refuse  # type: ignore[method-assign]
        self._client_class, self._therapist_class = client_class, therapist_class
        self._clients: dict[int, Client] = {}
        self._therapists: dict[int, Therapist] = {}
        self._collector = mesa.DataCollector({name: name for name in _REPORTS})
        self.datacollector = self._collector
        self._collector.collect(self)

    def __repr__(self) -> str:
        """Return study, size, progress and seed in one line."""
        run = self.run_state
        return (
            f"<{type(self).__name__}: study {run.study.name}, {run.clients.word.size} clients, "
            f"step {run.step} of {run.plan.weeks.size - 1}, seed {run.seed}>"
        )

    @property
    def seed(self) -> int:
        """The random seed of the run."""
        return self.run_state.seed

    @property
    def mean_distress(self) -> float:
        """Mean distress of all clients now."""
        return short_number(self.run_state.clients.distress.mean())

    @property
    def share_in_care(self) -> float:
        """Share of the treated clients whose treatment has not ended, 0-1; NaN without any."""
        run = self.run_state
        ended = run.clients.ended[run.plan.last[run.clients.arm] > 0]
        return float(np.mean(ended == IN_CARE)) if ended.size else float("nan")

    def client(self, number: int) -> Client:
        """Return a client, made at the first call.

        Parameters
        ----------
        number
            From 0 on.

        Raises
        ------
        BadInput
            There is no client of this number.
        """
        _check_number("client", number, self.run_state.clients.word.size)
        if number not in self._clients:
            self._clients[number] = self._client_class(self, number)
        return self._clients[number]

    def therapist(self, number: int) -> Therapist:
        """Return a therapist, made at the first call.

        Parameters
        ----------
        number
            From 0 on.

        Raises
        ------
        BadInput
            There is no therapist of this number.
        """
        _check_number("therapist", number, self.run_state.therapists.word.size)
        if number not in self._therapists:
            self._therapists[number] = self._therapist_class(self, number)
        return self._therapists[number]

    @property
    def agents(self) -> Any:
        """Every client and then every therapist, as a Mesa `AgentSet`."""
        self._make_all()
        return self._all_agents

    @property
    def agents_by_type(self) -> Any:
        """Every client and every therapist by class, each an `AgentSet`."""
        self._make_all()
        return self._agents_by_type

    def _make_all(self) -> None:
        """Make the agents that nobody has asked for yet; put all in the order of their ids."""
        counts = (self.run_state.clients.word.size, self.run_state.therapists.word.size)
        if (len(self._clients), len(self._therapists)) == counts:
            return
        for number in range(counts[0]):
            self.client(number)
        for number in range(counts[1]):
            self.therapist(number)
        for agents in (self._all_agents, *self._agents_by_type.values()):
            agents.sort("unique_id", ascending=True, inplace=True)

    def check_running(self) -> None:
        """Refuse what needs a step that is left.

        Raises
        ------
        BadInput
            The study has ended.
        """
        if not self.running:
            raise BadInput(
                f"study {self.run_state.study.name} has ended after step {self.run_state.step}: "
                "`model.running` tells, and a new DyadModel starts again."
            )

    def _step_or_refuse(self) -> None:
        """Step as Mesa does; refuse a step after the end before Mesa's clock moves."""
        self.check_running()
        self._step_of_mesa()

    def step(self) -> None:
        """Have one session with everybody: the same `simulate.advance` as a batch run.

        Raises
        ------
        BadInput
            The study has ended.
        """
        self.check_running()
        self._call_hooks()
        self.run_state = simulate.advance(self.run_state, 1)
        self.run_state.clients.dose_fixed[:] = 0
        self.running = self._left() > 0
        if self.datacollector is self._collector:
            self._collector.collect(self)

    def run_for(self, duration: float) -> None:
        """Take several steps, and stop quietly at the study's end.

        Parameters
        ----------
        duration
            The number of steps.
        """
        steps = min(duration, self._left())
        if steps > 0:
            super().run_for(steps)

    def run_until(self, end_time: float) -> None:
        """Step until a time, and stop quietly at the study's end.

        Parameters
        ----------
        end_time
            The number of steps since intake.
        """
        self.run_for(end_time - self.time)

    def _left(self) -> int:
        """Return how many steps are left."""
        return self.run_state.plan.weeks.size - 1 - self.run_state.step

    def _call_hooks(self) -> None:
        """Call overridden hooks; the manual's doses are written first."""
        if self._therapist_class.plan is not Therapist.plan:
            free = np.flatnonzero(self.run_state.clients.dose_fixed == 0)
            write_manual_doses(self.run_state, free)
            for number in range(self.run_state.therapists.word.size):
                self.therapist(number).plan()
        if self._client_class.decide is not Client.decide:
            for number in np.flatnonzero(self.run_state.clients.ended == IN_CARE).tolist():
                self.client(number).decide()


def _check_number(kind: str, number: object, count: int) -> None:
    """Refuse the number of somebody who does not exist."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer):
        raise BadInput(f"the number of a {kind} must be a whole number, not '{number}'.")
    if not 0 <= number < count:
        raise BadInput(f"there is no {kind} {number}: they are numbered 0 to {count - 1}.")
