"""Clients and therapists as Mesa agents: views of rows, which hold no numbers of their own."""

from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np

from dyadsim import checks
from dyadsim.errors import BadInput, nearest
from dyadsim.model.variables import ENDINGS, IN_CARE, PROCESSES, VARIABLES
from dyadsim.simulation.runs import Run
from dyadsim.studies.therapy import HIGHEST_DOSE

if TYPE_CHECKING:
    from dyadsim.simulation.mesa_model.model import DyadModel

_TRAITS = ("empathy", "congruence", "regard", "repair_skill", "formulation_skill", "caseload")


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
        return value.copy() if value.ndim else short_number(value)

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
        if not clients.dose_fixed[self.number]:
            write_manual_doses(self.model.run_state, np.array([self.number]))
        for process, value in doses.items():
            clients.planned_dose[PROCESSES.index(process), self.number] = value
        clients.dose_fixed[self.number] = 1.0

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
        return short_number(getattr(self.model.run_state.therapists, name)[self.number])

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
        return short_number(run.therapists.presence[run.step, self.number])

    @property
    def clients(self) -> list[Client]:
        """The therapist's clients."""
        numbers = np.flatnonzero(self.model.run_state.clients.therapist == self.number)
        return [self.model.client(int(number)) for number in numbers]

    def plan(self) -> None:
        """Override: called before each session; may call `client.plan_dose`."""


def write_manual_doses(run: Run, clients: np.ndarray[Any, Any]) -> None:
    """Write the manual's doses of the coming session, so that a plan can start from them."""
    therapy = run.plan.therapy[run.clients.arm[clients], run.step + 1]
    doses = run.plan.treatments[: len(PROCESSES), np.maximum(therapy, 0)] * (therapy >= 0)
    run.clients.planned_dose[:, clients] = doses


def short_number(value: np.float32) -> float:
    """Return the shortest decimal that a float32 stands for: 12.3, not 12.300000190734863."""
    return float(str(value))
