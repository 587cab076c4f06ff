"""do(...): a study under interventions; twins: the same clients without and with them.

Every random number belongs to its address, so the same client can be run twice with the same
noise, once as things were and once under the interventions (common random numbers). What differs
at the end is the individual treatment effect, which no trial can observe. Where nothing that
matters to a client changed, the two runs are the same bits.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dyadsim import checks
from dyadsim.errors import BadInput
from dyadsim.model.display import html_table
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import Array
from dyadsim.numerics import random_streams
from dyadsim.simulation import simulate
from dyadsim.simulation.inputs import World
from dyadsim.simulation.intervention import (
    EVENTS,
    HOLDABLE,
    PATHS,
    SCORE,
    Intervention,
    check_intervention,
)
from dyadsim.simulation.runs import Run, latent
from dyadsim.studies.study import ALERTS, Study

_ALWAYS, _NEVER = 1e3, -1e3  # on the probit scale, and in distress: beyond every draw
_RUPTURE, _ALERT = "rupture.base", "responsiveness.alert_level"

type Interventions = Intervention | Sequence[Intervention]


class Twins(NamedTuple):
    """The same clients with the same noise, without and with the interventions.

    Attributes
    ----------
    factual
        The run as things were.
    counterfactual
        The run under `do`.
    """

    factual: Run
    counterfactual: Run

    def effect(self, step: int = -1) -> Array:
        """Return each client's effect on distress at a step, `(client,)`.

        Parameters
        ----------
        step
            A step of the study; 0 is intake, -1 the last.

        Returns
        -------
        Array
            Distress without minus distress with the interventions; above 0 = it helped.

        Raises
        ------
        BadInput
            There is no such step.
        """
        steps = self.factual.plan.weeks.size
        checks.whole_number("step", step, -steps, steps - 1)
        before, after = (latent(run, "distress")[step] for run in self)
        return np.asarray(before - after)

    def __repr__(self) -> str:
        """Return study, size and mean effect in one line."""
        return f"<Twins in study {self.factual.study.name}: {self._summary()}>"

    def _repr_html_(self) -> str:
        """Return the mean effect by arm, for notebooks."""
        effect, arm = self.effect().astype(float), self.factual.clients.arm
        rows = []
        for index, name in enumerate(arm.name for arm in self.factual.study.arms):
            gain = effect[arm == index]
            mean = f"{gain.mean():.3f}" if gain.size else ""
            rows.append((name, str(gain.size), mean))
        header = ("arm before do", "clients", "mean effect on distress at the last step")
        return html_table(f"Twins: {self._summary()}", header, rows)

    def _summary(self) -> str:
        """Return size and mean effect in words."""
        effect = self.effect().astype(float)
        return (
            f"{effect.size} clients, mean effect on distress at the last step {effect.mean():.3f} "
            "(above 0 = better off under do)"
        )


def _put(parameters: Parameters, values: Mapping[str, float]) -> Parameters:
    """Return `parameters` with values put in, also outside the range that users may set."""
    for name, value in values.items():
        owner, field = name.split(".")
        part: Any = getattr(parameters, owner)
        parameters = parameters._replace(**{owner: part._replace(**{field: value})})
    return parameters


def under(parameters: Parameters, intervention: Intervention) -> Parameters:
    """Return the parameters under what an intervention removes and fixes."""
    zeros = [PATHS[name] for name in intervention.remove]
    zeros += [
        rate for name in intervention.hold if name in HOLDABLE for rate in HOLDABLE[name].rates
    ]
    return _put(parameters, dict.fromkeys(zeros, 0.0))


def _force_events(run: Run, step: int, interventions: Sequence[Intervention]) -> Run:
    """Return the run with the events of this one session forced."""
    forced: dict[str, float] = {}
    plan = run.plan
    for intervention in interventions:
        if step in intervention.add_rupture:
            forced[_RUPTURE] = _ALWAYS
        if step in intervention.remove_rupture:
            forced[_RUPTURE] = _NEVER
        if step in intervention.add_alert:
            forced[_ALERT] = _ALWAYS
            plan = plan._replace(feedback=np.maximum(plan.feedback, np.float32(ALERTS)))
        if step in intervention.remove_alert:
            forced[_ALERT] = _NEVER
    return run._replace(plan=plan, parameters=_put(run.parameters, forced))


def _write(run: Run, intervention: Intervention) -> None:
    """Write fixed values, the new arm and the new therapist into the clients."""
    for name, value in intervention.hold.items():
        for row in HOLDABLE[name].rows if name in HOLDABLE else ():
            getattr(run.clients, row)[:] = np.float32(value)
    if intervention.arm is not None:
        run.clients.arm[:] = [arm.name for arm in run.study.arms].index(intervention.arm)
    if intervention.therapist is not None:
        _write_therapist(run, intervention.therapist)


def _write_therapist(run: Run, therapist: int) -> None:
    """Write everybody's new therapist and how the two fit."""
    count = run.therapists.word.size
    if not 0 <= therapist < count:
        raise BadInput(
            f"do: there is no therapist {therapist}; the study has therapists 0 to {count - 1}."
        )
    run.clients.therapist[:] = therapist
    pairs = np.empty_like(run.clients.word)
    random_streams.fill_pair_words(pairs, run.clients.word, run.clients.therapist)
    stream = random_streams.Stream.DYAD_FIT
    run.clients.dyad_fit[:] = random_streams.normals(pairs, run.seed, run.replicate, 0, stream)


def _write_score(run: Run, value: float) -> None:
    """Write the fixed score wherever the step just done, and intake's last score, had one."""
    clients = run.clients
    scored = ~np.isnan(clients.symptom_score)
    clients.symptom_score[scored] = clients.last_score[:] = np.float32(value)
    if run.truth.shape[2]:
        latent(run, SCORE)[run.step] = clients.symptom_score
        latent(run, "last_score")[run.step] = clients.last_score


def _pauses(interventions: Sequence[Intervention], steps: int) -> list[int]:
    """Return the steps before which something changes, and the last step + 1."""
    if any(SCORE in intervention.hold for intervention in interventions):
        return list(range(1, steps + 2))
    pauses = {1, steps + 1, *(intervention.start for intervention in interventions)}
    for intervention in interventions:
        for session in itertools.chain(*(getattr(intervention, event) for event in EVENTS)):
            pauses |= {session, session + 1}
    return sorted(pauses)


def do(
    study: Study,
    world: World,
    clients: int,
    interventions: Interventions,
    seed: int = 1,
    *,
    replicate: int = 0,
    beats: int = 0,
    threads: int | None = None,
) -> Run:
    """Return a finished run under one intervention or several.

    Parameters
    ----------
    study, world, clients, seed, replicate, beats, threads
        As in `dyadsim.run`.
    interventions
        One `dyadsim.Intervention` or a list; where two say different things, the later wins.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    BadInput
        An intervention on something that does not exist or after the last session, or a study,
        world, size or seed that cannot be used.

    Examples
    --------
    >>> import dyadsim
    >>> trial = dyadsim.rct(["cbt", "waitlist"], sessions=6, follow_up=())
    >>> good_alliance = dyadsim.Intervention(hold={"alliance": 0.9}, start=3)
    >>> run = dyadsim.do(trial, "hybrid", 50, good_alliance, seed=7)
    >>> run.clients.bond.min().round(2)
    np.float32(0.9)
    """
    run = simulate.start(study, world, clients, seed, replicate=replicate, beats=beats)
    return finish_under(run, interventions, threads)


def finish_under(run: Run, interventions: Interventions, threads: int | None = None) -> Run:
    """Return a run at intake, finished under one intervention or several.

    Parameters
    ----------
    run
        A run at step 0, with its truth kept; its arrays are written into.
    interventions, threads
        As in `dyadsim.do`.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    BadInput
        An intervention on something that does not exist or after the last session.
    """
    checked_ones = _as_sequence(interventions, run.study)
    plan, parameters = run.plan, run.parameters
    for step, following in itertools.pairwise(_pauses(checked_ones, plan.weeks.size - 1)):
        for intervention in checked_ones:
            if intervention.start == step:
                _write(run, intervention)
                parameters = under(parameters, intervention)
        score = _fixed_score(checked_ones, step)
        if score is not None:
            run.clients.last_score[:] = np.float32(score)
        begun = run._replace(plan=plan, parameters=parameters)
        run = simulate.advance(_force_events(begun, step, checked_ones), following - step, threads)
        if score is not None:
            _write_score(run, score)
    return run._replace(plan=plan, parameters=parameters)


def _as_sequence(interventions: Interventions, study: Study) -> tuple[Intervention, ...]:
    """Return interventions that can be done in the study."""
    several = (interventions,) if isinstance(interventions, Intervention) else interventions
    if isinstance(several, str | Mapping) or not isinstance(several, Sequence):
        raise BadInput(
            "interventions must be a dyadsim.Intervention or a list of them, such as "
            f"dyadsim.Intervention(arm='waitlist'), not '{interventions}'."
        )
    return tuple(check_intervention(intervention, study) for intervention in several)


def _fixed_score(interventions: Sequence[Intervention], step: int) -> float | None:
    """Return the symptom score that holds at a step, None where nobody fixes it."""
    scores = [
        intervention.hold[SCORE]
        for intervention in interventions
        if SCORE in intervention.hold and intervention.start <= step
    ]
    return scores[-1] if scores else None


def twins(
    study: Study,
    world: World,
    clients: int,
    interventions: Interventions,
    seed: int = 1,
    *,
    replicate: int = 0,
    beats: int = 0,
    threads: int | None = None,
) -> Twins:
    """Return the same clients with the same noise, without and with the interventions.

    Parameters
    ----------
    study, world, clients, interventions, seed, replicate, beats, threads
        As in `dyadsim.do`.

    Returns
    -------
    Twins
        The two runs; `effect()` gives every client's individual treatment effect.

    Raises
    ------
    BadInput
        An intervention on something that does not exist or after the last session, or a study,
        world, size or seed that cannot be used.

    Examples
    --------
    >>> import dyadsim
    >>> trial = dyadsim.rct(["cbt", "waitlist"], sessions=6, follow_up=())
    >>> pair = dyadsim.twins(trial, "hybrid", 50, dyadsim.Intervention(arm="waitlist"), seed=7)
    >>> waiting = pair.factual.clients.arm == 1
    >>> bool((pair.effect()[waiting] == 0).all())
    True
    """
    return Twins(
        simulate.run(
            study, world, clients, seed, replicate=replicate, beats=beats, threads=threads
        ),
        do(
            study,
            world,
            clients,
            interventions,
            seed,
            replicate=replicate,
            beats=beats,
            threads=threads,
        ),
    )
