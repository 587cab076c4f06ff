"""do(...): hold a latent, remove a path, change the arm or the therapist, from a session on.

Every random number belongs to its address, so the same client can be run twice with the same
luck, once as things were and once under the intervention. What differs at the end is the
individual effect, which no trial can observe. Where nothing relevant changed, the two runs are
the same bits.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from dyadsim import noise, simulate
from dyadsim.parameters import Parameters, catalogue, changed
from dyadsim.quantity import BadInput, nearest
from dyadsim.simulate import Run
from dyadsim.state import Array
from dyadsim.study import Study

PATHS = {
    "treatment": "distress.treatment_gain",
    "bond": "distress.bond_effect",
    "expectancy": "distress.expectancy_effect",
    "regulation": "distress.regulation_effect",
    "medication": "distress.medication_effect",
    "reverse": "alliance.reverse",
    "synchrony": "alliance.synchrony",
    "gating": "process_change.gating",
}
# Holding a latent = writing it and setting every rate that moves it to 0.
HOLDABLE = {
    "alliance": (("bond", "goal", "task"), ("alliance.rate",)),
    "expectancy": (("expectancy",), ("expectancy.learning_rate", "expectancy.expectancy_noise")),
    "readiness": (
        ("readiness",),
        ("readiness.growth", "readiness.resistance", "readiness.readiness_noise"),
    ),
    "process": (("process",), ("process_change.learning_rate", "process_change.process_decay")),
    "action": (("action",), ("action.learning_rate", "action.action_decay")),
    "regulation": (("regulation",), ("regulation.growth", "regulation.regulation_decay")),
}


class Intervention(NamedTuple):
    """What is done to everybody, from session `start` on.

    `hold`: latents of `HOLDABLE` to a value in [0, 1]; `remove`: names of `PATHS`; `arm`: name of
    the arm that everybody is moved to; `therapist`: number of the therapist everybody gets.
    """

    hold: Mapping[str, float] = MappingProxyType({})
    remove: tuple[str, ...] = ()
    arm: str | None = None
    therapist: int | None = None
    start: int = 1


class Twins(NamedTuple):
    """The same clients with the same luck, without and with the intervention."""

    factual: Run
    counterfactual: Run

    def effect(self, step: int = -1) -> Array:
        """Return each client's effect on distress at a step, `(client,)`; above 0 = it helped."""
        before = dict(simulate.variables(self.factual.truth))["distress"][step]
        after = dict(simulate.variables(self.counterfactual.truth))["distress"][step]
        return np.asarray(before - after)


def _checked(what: Intervention, study: Study) -> Intervention:
    """Refuse an unknown latent, path or arm, a value out of range, or a start after the end."""
    for name, value in what.hold.items():
        if name not in HOLDABLE:
            raise BadInput(f"do: there is no latent '{name}' to hold.{nearest(name, HOLDABLE)}")
        if not 0 <= value <= 1:
            raise BadInput(f"do: {name} is held in [0, 1], not at {value:g}.")
    for name in what.remove:
        if name not in PATHS:
            raise BadInput(f"do: there is no path '{name}' to remove.{nearest(name, PATHS)}")
    arms = [one.name for one in study.arms]
    if what.arm is not None and what.arm not in arms:
        raise BadInput(f"do: there is no arm '{what.arm}'.{nearest(what.arm, arms)}")
    if not 1 <= what.start <= study.schedule.sessions:
        raise BadInput(
            f"do: it must start at a session from 1 to {study.schedule.sessions}, not {what.start}."
        )
    return what


def under(parameters: Parameters, what: Intervention) -> Parameters:
    """Return the quantities under an intervention."""
    zeros = [PATHS[name] for name in what.remove]
    zeros += [rate for name in what.hold for rate in HOLDABLE[name][1]]
    return changed(parameters, {name: max(0.0, catalogue()[name].about.low) for name in zeros})


def _write(run: Run, what: Intervention) -> None:
    """Write what is held, the new arm and the new therapist into the clients."""
    for name, value in what.hold.items():
        for row in HOLDABLE[name][0]:
            getattr(run.clients, row)[:] = np.float32(value)
    if what.arm is not None:
        run.clients.arm[:] = [one.name for one in run.study.arms].index(what.arm)
    if what.therapist is not None:
        if not 0 <= what.therapist < run.therapists.word.size:
            raise BadInput(
                f"do: there is no therapist {what.therapist}; the study has therapists 0 to "
                f"{run.therapists.word.size - 1}."
            )
        run.clients.therapist[:] = what.therapist
        pairs = np.empty_like(run.clients.word)
        noise.fill_pair_words(pairs, run.clients.word, run.clients.therapist)
        stream = noise.Stream.DYAD_FIT
        run.clients.dyad_fit[:] = noise.normals(pairs, run.seed, run.replicate, 0, stream)


def do(
    study: Study, parameters: Parameters, clients: int, what: Intervention, seed: int = 1
) -> Run:
    """Return a finished run under the intervention.

    Raises:
        BadInput: an intervention on something that does not exist, or after the end.
    """
    _checked(what, study)
    run = simulate.start(study, parameters, clients, seed)
    run = simulate.advance(run, what.start - 1)
    _write(run, what)
    return simulate.advance(run._replace(parameters=under(parameters, what)))


def twins(
    study: Study, parameters: Parameters, clients: int, what: Intervention, seed: int = 1
) -> Twins:
    """Return the same clients with the same luck, without and with the intervention."""
    return Twins(
        simulate.run(study, parameters, clients, seed), do(study, parameters, clients, what, seed)
    )
