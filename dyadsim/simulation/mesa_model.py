"""Mesa's face: `DyadModel`, and `Client` and `Therapist` as views of rows.

An agent holds no numbers of its own: it reads and writes its row of the arrays that
`simulate.advance` works on, so that a stepped model and a batch run give the same bits. Agents are
made when somebody asks for them. Where a subclass overrides `Therapist.plan` or `Client.decide`,
that method is called for each of its agents before every session; otherwise nothing is called.
"""

from typing import Any

import mesa
import numpy as np

from dyadsim.errors import BadInput, nearest
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import ENDINGS, IN_CARE, PROCESSES, VARIABLES
from dyadsim.simulation import simulate
from dyadsim.studies.study import Study

_HIGHEST_DOSE = 5.0
_THERAPIST_TRAITS = (
    "empathy",
    "congruence",
    "regard",
    "repair_skill",
    "formulation_skill",
    "caseload",
)


class Client(mesa.Agent):  # type: ignore[misc]
    """One client as a view of a row: every variable of `state.VARIABLES` is an attribute."""

    def __init__(self, model: "DyadModel", number: int) -> None:
        super().__init__(model)
        self.number = number

    def __getattr__(self, name: str) -> Any:
        """Read a variable: a float, or an array `(4,)` over the processes."""
        if name not in VARIABLES:
            raise AttributeError(f"a client has no '{name}'.{nearest(name, VARIABLES)}")
        value = getattr(self.model.run_state.clients, name)[..., self.number]
        return value.copy() if value.ndim else float(value)

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
        """One of `state.ENDINGS`: 'in_care' until treatment has ended."""
        return ENDINGS[int(self.ended)]

    @property
    def in_care(self) -> bool:
        """Whether treatment has not ended."""
        return int(self.ended) == IN_CARE

    def plan_dose(self, **dose: float) -> None:
        """Write this session's doses; processes not named keep the manual's.

        Raises
        ------
        BadInput
            an unknown process, or a dose outside [0, 5].
        """
        clients = self.model.run_state.clients
        for process, value in dose.items():
            if process not in PROCESSES:
                raise BadInput(f"there is no process '{process}'.{nearest(process, PROCESSES)}")
            if not 0 <= value <= _HIGHEST_DOSE:
                raise BadInput(f"a dose must lie in [0, {_HIGHEST_DOSE:g}]; {value:g} given.")
            clients.planned_dose[PROCESSES.index(process), self.number] = value
        clients.dose_fixed[self.number] = 1.0

    def end(self, how: str = "dropout") -> None:
        """End treatment before this session.

        Raises
        ------
        BadInput
            `how` is not one of `state.ENDINGS` but the first.
        """
        if how not in ENDINGS[1:]:
            raise BadInput(f"there is no ending '{how}'.{nearest(how, ENDINGS[1:])}")
        if self.in_care:
            self.model.run_state.clients.ended[self.number] = ENDINGS.index(how)

    def decide(self) -> None:
        """Override: called before each session while in care; may call `end`."""


class Therapist(mesa.Agent):  # type: ignore[misc]
    """One therapist as a view of a row: traits, caseload and today's presence."""

    def __init__(self, model: "DyadModel", number: int) -> None:
        super().__init__(model)
        self.number = number

    def __getattr__(self, name: str) -> Any:
        """Read a trait as a float."""
        if name not in _THERAPIST_TRAITS:
            raise AttributeError(f"a therapist has no '{name}'.{nearest(name, _THERAPIST_TRAITS)}")
        return float(getattr(self.model.run_state.therapists, name)[self.number])

    @property
    def competence(self) -> Any:
        """Competence per process, `(4,)`."""
        return self.model.run_state.therapists.competence[:, self.number].copy()

    @property
    def presence(self) -> float:
        """Presence at the last session, 0-1."""
        run = self.model.run_state
        return float(run.therapists.presence[run.step, self.number])

    @property
    def clients(self) -> list[Client]:
        """The therapist's clients."""
        mine = np.flatnonzero(self.model.run_state.clients.therapist == self.number)
        return [self.model.client(int(number)) for number in mine]

    def plan(self) -> None:
        """Override: called before each session; may call `client.plan_dose`."""


class DyadModel(mesa.Model):  # type: ignore[misc]
    """A study in one world, stepped session by session.

    Parameters
    ----------
    study, parameters
        what and in which world.
    clients
        number of clients.
    rng
        the seed, a whole number >= 0 (the luck is addressed, so no generator will do).
    replicate, moments
        as in `simulate.start`.
    client_class, therapist_class
        subclasses with a `decide` or a `plan` of their own.

    `run_state` is the `simulate.Run`; `running` turns False after the last step.
    """

    running: bool

    def __init__(
        self,
        study: Study,
        parameters: Parameters,
        clients: int = 100,
        rng: int = 1,
        *,
        replicate: int = 0,
        moments: int = 0,
        client_class: type[Client] = Client,
        therapist_class: type[Therapist] = Therapist,
    ) -> None:
        if isinstance(rng, bool) or not isinstance(rng, int | np.integer):
            raise BadInput(f"rng must be a whole number, the seed; not {type(rng).__name__}.")
        super().__init__(rng=int(rng))
        self.run_state = simulate.start(study, parameters, clients, int(rng), replicate, moments)
        self._client_class, self._therapist_class = client_class, therapist_class
        self._clients: dict[int, Client] = {}
        self._therapists: dict[int, Therapist] = {}
        self._plans = therapist_class.plan is not Therapist.plan
        self._decides = client_class.decide is not Client.decide

    def client(self, number: int) -> Client:
        """Return client `number`, made at the first call."""
        if not 0 <= number < self.run_state.clients.word.size:
            raise BadInput(f"there is no client {number}.")
        if number not in self._clients:
            self._clients[number] = self._client_class(self, number)
        return self._clients[number]

    def therapist(self, number: int) -> Therapist:
        """Return therapist `number`, made at the first call."""
        if not 0 <= number < self.run_state.therapists.word.size:
            raise BadInput(f"there is no therapist {number}.")
        if number not in self._therapists:
            self._therapists[number] = self._therapist_class(self, number)
        return self._therapists[number]

    @property
    def agents(self) -> Any:
        """Every client and every therapist as a Mesa `AgentSet`; makes those not made yet."""
        for number in range(self.run_state.clients.word.size):
            self.client(number)
        for number in range(self.run_state.therapists.word.size):
            self.therapist(number)
        return self._all_agents

    def step(self) -> None:
        """Hold one session with everybody: the same `simulate.advance` as a batch run."""
        if not self.running:
            return
        self._ask()
        self.run_state = simulate.advance(self.run_state, 1)
        self.run_state.clients.dose_fixed[:] = 0
        self.running = self.run_state.step < self.run_state.plan.weeks.size - 1

    def _ask(self) -> None:
        """Call overridden hooks; the manual's doses are laid out first."""
        if self._plans:
            _lay_out(self.run_state)
            for number in range(self.run_state.therapists.word.size):
                self.therapist(number).plan()
        if self._decides:
            for who in np.flatnonzero(self.run_state.clients.ended == IN_CARE):
                self.client(int(who)).decide()


def _lay_out(run: simulate.Run) -> None:
    """Write the manual's doses of the coming session, so that a plan can start from them."""
    given = run.plan.therapy[run.clients.arm, run.step + 1]
    doses = run.plan.treatments[:4, np.maximum(given, 0)] * (given >= 0)
    run.clients.planned_dose[:] = doses
