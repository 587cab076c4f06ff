"""One study as plain arrays: what every comparator gets, and the sums that it gives back."""

from typing import Any, NamedTuple

import numpy as np

import dyadsim
from dyadsim.kernel import sessions as kernel
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.kernel.treatment import orders
from dyadsim.model import questionnaires
from dyadsim.model.elapsed_time import kept, spread
from dyadsim.model.parameters import as_float32
from dyadsim.model.questionnaires import Scale
from dyadsim.numerics.jit import compiled
from dyadsim.simulation import simulate
from dyadsim.studies.study import Plan, Study


def trial(sessions: int) -> Study:
    """Return a trial of two therapies."""
    return dyadsim.rct(("cbt", "interpersonal"), sessions, follow_up=())


STUDIES = {"trial": trial(12), "routine": dyadsim.cohort(follow_up=())}
WORLD = dyadsim.world("hybrid")


class Pace(NamedTuple):
    """What the length of one step does to every decay, float32."""

    distress_kept: np.float32
    week_kept: np.float32
    week_spread: np.float32
    load_kept: np.float32
    load_spread: np.float32
    contact_kept: np.float32
    process_kept: np.float32
    action_kept: np.float32
    regulation_kept: np.float32


def pace(weeks: np.float32, p: Any) -> Pace:
    """Return the decays of a step of `weeks`."""
    rates = (
        p.distress.contact_fade,
        p.process_change.process_decay,
        p.action.action_decay,
        p.regulation.regulation_decay,
    )
    values = (
        kept(p.distress.rate, weeks),
        kept(p.distress.fluctuation_decay, weeks),
        spread(p.distress.fluctuation_decay, weeks),
        kept(p.distress.load_decay, weeks),
        spread(p.distress.load_decay, weeks),
        *(kept(rate, weeks) for rate in rates),
    )
    return Pace(*map(np.float32, values))


class Setting(NamedTuple):
    """A study at intake: `table` (variable, client) with this step's orders, `arm`, `therapist`.

    `presence` (step, therapist), `p` the parameters, `kept` the decays of one step, `form` the
    questionnaire, all float32.
    """

    run: simulate.Run
    table: np.ndarray
    arm: np.ndarray
    therapist: np.ndarray
    presence: np.ndarray
    plan: Plan
    p: Any
    kept: Pace
    form: Scale
    sessions: int


@compiled
def give_orders(table: Any, arm: Any, therapist: Any, therapists: Any, plan: Any) -> None:
    """Write the orders of the first step, which only compiled code can."""
    orders(table, arm, therapist, therapists, plan, 1)


def setting_at_intake(study: Study, clients: int, seed: int = 1) -> Setting:
    """Return `clients` of a study at intake; every step is a week."""
    run = simulate.start(study, WORLD, clients, seed, keep_truth=False)
    p, people = as_float32(WORLD), run.clients
    form = questionnaires.scale(questionnaires.find_instrument(study.instrument), WORLD.measurement)
    give_orders(people.table, people.arm, people.therapist, run.therapists, run.plan)
    return Setting(
        run,
        people.table.copy(),
        people.arm,
        people.therapist,
        run.therapists.presence,
        run.plan,
        p,
        pace(run.plan.weeks[1], p),
        form,
        run.plan.weeks.size - 1,
    )


def empty_sums(setting: Setting) -> np.ndarray:
    """Return zeros (arm, step, sum), columns `SUMS`."""
    return np.zeros((len(setting.run.study.arms), setting.sessions + 1, len(SUMS)))


def ours(
    setting: Setting, threads: int = 1, sums: bool = True, block: int = kernel.BLOCK
) -> np.ndarray:
    """Return the sums of dyadsim's kernel; without `sums` the bare kernel. See `reset`."""
    total = empty_sums(setting).astype(np.int64) if sums else np.zeros((0, 0, 0), np.int64)
    simulate._blocks(setting.run, 1, setting.sessions, threads, block, total)
    return total / list(SUMS.values()) if sums else total


def reset(setting: Setting) -> None:
    """Put the clients back to intake, which `ours` moves and the comparators copy."""
    setting.run.clients.table[:] = setting.table


def doubled(setting: Setting) -> Setting:
    """Return the same numbers in 64 bits, NumPy's own default."""

    def wide(values: Any) -> Any:
        if isinstance(values, tuple):
            return type(values)(*map(wide, values))
        return float(values) if isinstance(values, np.floating) else values

    return setting._replace(
        table=setting.table.astype(float),
        presence=setting.presence.astype(float),
        p=wide(setting.p),
        kept=wide(setting.kept),
        form=wide(setting.form),
    )


def stream(sessions: int, clients: int) -> simulate.Sums:
    """Return the sums of a trial in streaming mode, on one thread, everything included."""
    return simulate.stream(trial(sessions), WORLD, clients, threads=1)
