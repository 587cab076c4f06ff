"""The model as Mesa agents: `DyadModel`, and `Client` and `Therapist` as views of rows.

An agent holds no numbers of its own: it reads its row of the arrays that `simulate.advance` works
on, so that a stepped model and a batch run give the same bits. Agents are made when somebody asks
for them. Where a subclass overrides `Therapist.plan` or `Client.decide`, that method is called for
each of its agents before every session; otherwise nothing is called.
"""

import secrets
from typing import Any, ClassVar

import mesa
import numpy as np

from dyadsim import checks
from dyadsim.errors import BadInput, nearest
from dyadsim.model.variables import ENDINGS, IN_CARE, PROCESSES, VARIABLES
from dyadsim.simulation import simulate
from dyadsim.simulation.inputs import World
from dyadsim.studies.study import Study
from dyadsim.studies.therapy import HIGHEST_DOSE

_TRAITS = ("empathy", "congruence", "regard", "repair_skill", "formulation_skill", "caseload")
_REPORTS = ("seed", "mean_distress", "share_in_care")


class _View(mesa.Agent):  # type: ignore[misc]
    """An agent that is a view of one row; what is read from the run cannot be set."""

    _kind: ClassVar[str]
    _variables: ClassVar[tuple[str, ...]]
    _instead: ClassVar[str]

    def __init__(self, model: "DyadModel", number: int, unique_id: int) -> None:
        super().__init__(model)
        self.unique_id = unique_id
        self.number = number  # from here on neither of the two can be set

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of a subclass's own; refuse what is read from the run."""
        own = getattr(type(self), name, None)
        computed = isinstance(own, property) and own.fset is None
        fixed = name in ("unique_id", "number") and "number" in self.__dict__
        if computed or fixed or name in self._variables:
            raise AttributeError(
                f"{self._kind}.{name} cannot be set: it is read from the run. {self._instead}"
            )
        super().__setattr__(name, value)

    def _missing(self, name: str) -> AttributeError:
        """Return the error for an attribute that does not exist."""
        return AttributeError(f"a {self._kind} has no '{name}'.{nearest(name, self._variables)}")

    def step(self) -> None:
        """Refuse: nobody steps alone.

        Raises
        ------
        BadInput
            Always.
        """
        raise BadInput(
            f"a {self._kind} does not step alone: model.step() has one session with everybody. To "
            "act before a session, override Client.decide or Therapist.plan."
        )

    advance = step

    def remove(self) -> None:
        """Refuse: who is in a study stays in it.

        Raises
        ------
        BadInput
            Always.
        """
        raise BadInput(
            f"a {self._kind} cannot be removed: the study's numbers belong to everybody in it. "
            f"{self._instead}"
        )


class Client(_View):
    """One client as a view of a row: every variable of `variables.VARIABLES` is an attribute.

    `number` and `unique_id` are the client's number, as in the tables of a run.

    Examples
    --------
    >>> import dyadsim
    >>> model = dyadsim.DyadModel(dyadsim.cohort(), "hybrid", clients=50, rng=7)
    >>> model.step()
    >>> model.client(3).arm, model.client(3).in_care
    ('care', True)
    """

    _kind = "client"
    _variables = tuple(VARIABLES)
    _instead = (
        "To change what happens use plan_dose(...) or end(...), or run the study under a "
        "dyadsim.Intervention with dyadsim.do."
    )

    def __init__(self, model: "DyadModel", number: int) -> None:
        super().__init__(model, number, number)

    def __getattr__(self, name: str) -> Any:
        """Read a variable: a float, or an array `(4,)` over the processes."""
        if name not in VARIABLES:
            raise self._missing(name)
        value = getattr(self.model.run_state.clients, name)[..., self.number]
        return value.copy() if value.ndim else _short(value)

    def __repr__(self) -> str:
        """Return number, arm and state in one line."""
        return (
            f"<{type(self).__name__} {self.number}: arm {self.arm}, {self.ending}, distress "
            f"{self.distress:.2f}>"
        )

    @property
    def arm(self) -> str:
        """The name of the client's arm."""
        run = self.model.run_state
        return str(run.study.arms[run.clients.arm[self.number]].name)

    @property
    def therapist(self) -> "Therapist | None":
        """The client's therapist, or None."""
        index = int(self.model.run_state.clients.therapist[self.number])
        return None if index < 0 else self.model.therapist(index)

    @property
    def ending(self) -> str:
        """One of `variables.ENDINGS`: 'in_care' until treatment has ended."""
        return ENDINGS[int(self.ended)]

    @property
    def in_care(self) -> bool:
        """Whether treatment has not ended."""
        return int(self.ended) == IN_CARE

    def plan_dose(self, **dose: float) -> None:
        """Write the next session's doses for this client.

        Parameters
        ----------
        **dose
            A dose in [0, 5] by process; a process that is not named keeps the manual's.

        Raises
        ------
        BadInput
            An unknown process, a dose out of range, or a study that has ended.
        """
        self.model.check_running()
        doses = {}
        for process, value in dose.items():
            checks.known_name("process", process, PROCESSES)
            plain = value.item() if isinstance(value, np.generic) else value
            doses[process] = checks.number(f"the dose of {process}", plain, 0, HIGHEST_DOSE)
        clients = self.model.run_state.clients
        if not clients.dose_held[self.number]:
            write_manual_doses(self.model.run_state, np.array([self.number]))
        for process, value in doses.items():
            clients.planned_dose[PROCESSES.index(process), self.number] = value
        clients.dose_held[self.number] = 1.0

    def end(self, how: str = "dropout") -> None:
        """End this client's treatment before the next session.

        Parameters
        ----------
        how
            'dropout', 'planned', 'good_enough' or 'removed'.

        Raises
        ------
        BadInput
            Another word.
        """
        checks.known_name("ending", how, ENDINGS[1:])
        if self.in_care:
            self.model.run_state.clients.ended[self.number] = ENDINGS.index(how)

    def decide(self) -> None:
        """Override: called before each session while in care; may call `end`."""


class Therapist(_View):
    """One therapist as a view of a row: traits, caseload and today's presence.

    `number` is the therapist's number, as in the tables of a run; `unique_id` is the number of
    clients plus that number, so that every agent of a model has an id of its own.

    Examples
    --------
    >>> import dyadsim
    >>> model = dyadsim.DyadModel(dyadsim.cohort(), "hybrid", clients=50, rng=7)
    >>> therapist = model.client(0).therapist
    >>> therapist.number, therapist.unique_id
    (0, 50)
    """

    _kind = "therapist"
    _variables = _TRAITS
    _instead = (
        "To change what a therapist does override Therapist.plan, or run the study under a "
        "dyadsim.Intervention with dyadsim.do."
    )

    def __init__(self, model: "DyadModel", number: int) -> None:
        super().__init__(model, number, model.run_state.clients.word.size + number)

    def __getattr__(self, name: str) -> Any:
        """Read a trait as a float."""
        if name not in _TRAITS:
            raise self._missing(name)
        return _short(getattr(self.model.run_state.therapists, name)[self.number])

    def __repr__(self) -> str:
        """Return number, clients and state in one line."""
        count = int(np.sum(self.model.run_state.clients.therapist == self.number))
        return (
            f"<{type(self).__name__} {self.number}: {count} clients, empathy {self.empathy:.2f}, "
            f"presence {self.presence:.2f}>"
        )

    @property
    def competence(self) -> Any:
        """Competence per process, `(4,)`."""
        return self.model.run_state.therapists.competence[:, self.number].copy()

    @property
    def presence(self) -> float:
        """Presence at the last session, 0-1."""
        run = self.model.run_state
        return _short(run.therapists.presence[run.step, self.number])

    @property
    def clients(self) -> list[Client]:
        """The therapist's clients."""
        numbers = np.flatnonzero(self.model.run_state.clients.therapist == self.number)
        return [self.model.client(int(number)) for number in numbers]

    def plan(self) -> None:
        """Override: called before each session; may call `client.plan_dose`."""


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
    replicate, moments
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
        moments: int = 0,
        client_class: type[Client] = Client,
        therapist_class: type[Therapist] = Therapist,
    ) -> None:
        seed = secrets.randbelow(2**31) if rng is None else rng
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise BadInput(f"rng must be a whole number, the seed; not {type(rng).__name__}.")
        self.run_state = simulate.start(study, world, clients, int(seed), replicate, moments)
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
        return _short(self.run_state.clients.distress.mean())

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
        self.run_state.clients.dose_held[:] = 0
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
            free = np.flatnonzero(self.run_state.clients.dose_held == 0)
            write_manual_doses(self.run_state, free)
            for number in range(self.run_state.therapists.word.size):
                self.therapist(number).plan()
        if self._client_class.decide is not Client.decide:
            for number in np.flatnonzero(self.run_state.clients.ended == IN_CARE).tolist():
                self.client(number).decide()


def write_manual_doses(run: simulate.Run, clients: np.ndarray[Any, Any]) -> None:
    """Write the manual's doses of the coming session, so that a plan can start from them."""
    therapy = run.plan.therapy[run.clients.arm[clients], run.step + 1]
    doses = run.plan.treatments[: len(PROCESSES), np.maximum(therapy, 0)] * (therapy >= 0)
    run.clients.planned_dose[:, clients] = doses


def _check_number(kind: str, number: object, count: int) -> None:
    """Refuse the number of somebody who does not exist."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer):
        raise BadInput(f"the number of a {kind} must be a whole number, not '{number}'.")
    if not 0 <= number < count:
        raise BadInput(f"there is no {kind} {number}: they are numbered 0 to {count - 1}.")


def _short(value: np.float32) -> float:
    """Return the shortest decimal that a float32 stands for: 12.3, not 12.300000190734863."""
    return float(str(value))
