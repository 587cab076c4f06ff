"""What both processors are given: a study at the door, as arrays, and its course on the CPU."""

from typing import NamedTuple

import numpy as np

import dyadsim
from dyadsim.kernel import allocation, intake, sessions
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model import questionnaires
from dyadsim.model.parameters import Parameters, as_float32
from dyadsim.simulation import simulate
from dyadsim.studies.study import Sample, Study


def trial(steps: int) -> Study:
    """Return a trial of two therapies without follow-up."""
    return dyadsim.rct(("cbt", "interpersonal"), steps, follow_up=())


def routine(steps: int) -> Study:
    """Return routine care with an end by agreement, feedback, and a follow-up after half a year."""
    return dyadsim.cohort(sessions=steps, follow_up=(26,))


class Job(NamedTuple):
    """A study before intake: `run` for the CPU; `inputs` as the device kernel wants them."""

    run: simulate.Run
    inputs: sessions.Inputs
    keep: bool

    @property
    def steps(self) -> int:
        """The number of steps, intake not counted."""
        return int(self.run.plan.weeks.size) - 1

    def empty_truth(self) -> np.ndarray:
        """Return zeros `(variable, step, dyad)`, or without dyads."""
        return np.zeros_like(self.run.truth)

    def empty_sums(self) -> np.ndarray:
        """Return zeros `(arm, step, sum)` int64."""
        return np.zeros((len(self.run.study.arms), self.steps + 1, len(SUMS)), np.int64)


def prepare(study: Study, world: str, dyads: int, seed: int = 1, *, keep: bool = True) -> Job:
    """Return a job; keep: every latent at every step, besides the sums."""
    parameters = dyadsim.world(world)
    order = simulate._order(study, parameters, dyads, seed, 0)
    drawn, therapists = simulate._allocate(order)
    people = allocation.clients(drawn, table=False)
    run = simulate._run_before_intake(order, people, therapists, dyads if keep else 0)
    p, form = as_float32(parameters), questionnaires.find_instrument(study.instrument)
    inputs = sessions.Inputs(
        therapists,
        run.plan,
        p,
        questionnaires.scale(form, parameters.measurement),
        float32_entry(p, study.sample),
        simulate.case_values(study),
    )
    return Job(run, inputs, keep)


def float32_entry(p: Parameters, sample: Sample) -> intake.Entry:
    """Return what the draw at intake needs; Numba hands float32 back as Python's 64 bits."""
    return intake.Entry(*map(np.float32, intake.entry(p.population, sample)))


def on_cpu(job: Job, threads: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and sums of dyadsim's own kernel."""
    sums = job.empty_sums()
    simulate._blocks(job.run, 0, job.steps, threads, sessions.BLOCK, sums)
    return job.run.truth, sums


STUDIES = {"trial": trial, "routine": routine}
