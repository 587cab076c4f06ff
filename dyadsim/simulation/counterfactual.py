"""do(...): run a study under interventions; counterfactual twins.

Every random number belongs to its address, so the same client can be run twice with the same
luck, once as things were and once under the interventions. What differs at the end is the
individual effect, which no trial can observe. Where nothing relevant changed, the two runs are
the same bits.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dyadsim.errors import BadInput
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import Array
from dyadsim.numerics import random_streams
from dyadsim.simulation import simulate
from dyadsim.simulation.intervention import EVENTS, HOLDABLE, PATHS, SCORE, Intervention, checked
from dyadsim.simulation.simulate import Run
from dyadsim.studies.study import ALERTS, Study

_SURE, _NEVER = 1e3, -1e3  # on the probit scale, and in distress: beyond every draw

type What = Intervention | Sequence[Intervention]


class Twins(NamedTuple):
    """The same clients with the same luck, without and with the intervention."""

    factual: Run
    counterfactual: Run

    def effect(self, step: int = -1) -> Array:
        """Return each client's effect on distress at a step, `(client,)`; above 0 = it helped.

        With `do` as the second life, "it helped" means that distress is lower under `do`.
        """
        before = dict(simulate.variables(self.factual.truth))["distress"][step]
        after = dict(simulate.variables(self.counterfactual.truth))["distress"][step]
        return np.asarray(before - after)


def _put(parameters: Parameters, values: Mapping[str, float]) -> Parameters:
    """Return `parameters` with values put in, also outside the range that users may set."""
    for name, value in values.items():
        owner, field = name.split(".")
        part: Any = getattr(parameters, owner)
        parameters = parameters._replace(**{owner: part._replace(**{field: value})})
    return parameters


def under(parameters: Parameters, what: Intervention) -> Parameters:
    """Return the parameters under what an intervention removes and holds."""
    zeros = [PATHS[name] for name in what.remove]
    zeros += [rate for name in what.hold if name in HOLDABLE for rate in HOLDABLE[name].rates]
    return _put(parameters, dict.fromkeys(zeros, 0.0))


def _once(run: Run, step: int, whats: Sequence[Intervention]) -> Run:
    """Return the run with what happens at this one session forced."""
    forced: dict[str, float] = {}
    plan = run.plan
    for what in whats:
        if step in what.add_rupture:
            forced["rupture.base"] = _SURE
        if step in what.remove_rupture:
            forced["rupture.base"] = _NEVER
        if step in what.add_alert:
            forced["responsiveness.alert_level"] = _SURE
            seen = np.maximum(plan.feedback, np.float32(ALERTS))
            plan = plan._replace(feedback=seen)
        if step in what.remove_alert:
            forced["responsiveness.alert_level"] = _NEVER
    return run._replace(plan=plan, parameters=_put(run.parameters, forced))


def _write(run: Run, what: Intervention) -> None:
    """Write what is held, the new arm and the new therapist into the clients."""
    for name, value in what.hold.items():
        for row in HOLDABLE[name].rows if name in HOLDABLE else ():
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
        random_streams.fill_pair_words(pairs, run.clients.word, run.clients.therapist)
        stream = random_streams.Stream.DYAD_FIT
        run.clients.dyad_fit[:] = random_streams.normals(pairs, run.seed, run.replicate, 0, stream)


def _hold_score(run: Run, value: float) -> None:
    """Write the held score wherever the step just done, and intake's last score, had one."""
    people, rows = run.clients, dict(simulate.variables(run.truth))
    seen = ~np.isnan(people.symptom_score)
    people.symptom_score[seen] = people.last_score[:] = np.float32(value)
    if run.truth.shape[2]:
        rows[SCORE][run.step] = people.symptom_score
        rows["last_score"][run.step] = people.last_score


def _pauses(whats: Sequence[Intervention], steps: int) -> list[int]:
    """Return the steps before which something changes, and the last step + 1."""
    if any(SCORE in what.hold for what in whats):
        return list(range(1, steps + 2))
    found = {1, steps + 1, *(what.start for what in whats)}
    for what in whats:
        for session in (one for event in EVENTS for one in getattr(what, event)):
            found |= {session, session + 1}
    return sorted(found)


def do(
    study: Study,
    parameters: Parameters,
    clients: int,
    what: What,
    seed: int = 1,
    replicate: int = 0,
    moments: int = 0,
    threads: int | None = None,
) -> Run:
    """Return a finished run under one intervention or several (a later one in the list wins).

    Raises
    ------
    BadInput
        an intervention on something that does not exist, or after the end.
    """
    whats = (what,) if isinstance(what, Intervention) else tuple(what)
    for one in whats:
        checked(one, study)
    run = simulate.start(study, parameters, clients, seed, replicate, moments)
    plan, world = run.plan, parameters
    pauses = _pauses(whats, plan.weeks.size - 1)
    for step, following in itertools.pairwise(pauses):
        for one in whats:
            if one.start == step:
                _write(run, one)
                world = under(world, one)
        scores = [one.hold[SCORE] for one in whats if SCORE in one.hold and one.start <= step]
        if scores:
            run.clients.last_score[:] = np.float32(scores[-1])
        forced = _once(run._replace(plan=plan, parameters=world), step, whats)
        run = simulate.advance(forced, following - step, threads)
        if scores:
            _hold_score(run, scores[-1])
    return run._replace(plan=plan, parameters=world)


def twins(
    study: Study,
    parameters: Parameters,
    clients: int,
    what: What,
    seed: int = 1,
    replicate: int = 0,
    moments: int = 0,
    threads: int | None = None,
) -> Twins:
    """Return the same clients with the same luck, without and with the interventions."""
    address = (seed, replicate, moments, threads)
    return Twins(
        simulate.run(study, parameters, clients, *address),
        do(study, parameters, clients, what, *address),
    )
