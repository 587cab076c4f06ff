"""First and last scores of an arm, client by client: what gains and differences rest on.

One definition holds in the package: `pre` is the intake score, `post` the last score before
follow-up of a client who has two scores or more (`analysis.change.pre_post`). Where everybody is
scored at the post-test, streaming sums hold all that is needed. In open-ended care few are in
treatment at the last step, and where forms are missing (a tenth, by default) some have no score
there: then each client is followed, without keeping the truth.
"""

from typing import Any

import numpy as np

from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.runs import Run, Totals
from dyadsim.studies.study import FOLLOW_UP, NOT_SEEN, Plan, Study, plan_study

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

MOMENTS = ("n", "pre", "pre_sd", "post", "post_sd", "gain_sd")
_PLACE = {name: place for place, name in enumerate(SUMS)}


def post_step(plan: Plan) -> int:
    """Return the last step before follow-up at which anybody can have a score."""
    return int(np.flatnonzero(~np.isin(plan.occasion, (FOLLOW_UP, NOT_SEEN)))[-1])


def unpaired(study: Study, sums: Totals) -> Mask:
    """Return where sums are not enough: somebody has no score at the post-test.

    Parameters
    ----------
    study
        The study that was simulated.
    sums
        Streaming sums (point, arm, step, sum).

    Returns
    -------
    ndarray of bool
        `(point,)`.
    """
    last = post_step(plan_study(study))
    at_post = sums[:, :, last]
    scored, clients = at_post[..., _PLACE["scored"]], at_post[..., _PLACE["clients"]]
    return np.asarray((scored < clients).any(axis=1) | (last == 0))


def pairs_from_sums(study: Study, sums: Totals) -> Floats:
    """Return the moments of pairs where everybody is scored at intake and at the post-test.

    Parameters
    ----------
    study
        The study that was simulated.
    sums
        Streaming sums (point, arm, step, sum).

    Returns
    -------
    ndarray
        `(point, arm, moment)` as `MOMENTS`, SDs with n - 1. Sums do not tell how the two occasions
        go together, so `gain_sd` takes them as independent: rather too large than too small.
    """
    steps = sums[:, :, [0, post_step(plan_study(study))]]
    n = steps[..., _PLACE["scored"]].astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = steps[..., _PLACE["symptom_score"]] / SUMS["symptom_score"] / n
        square = steps[..., _PLACE["symptom_score_squared"]] / SUMS["symptom_score_squared"]
        sd = np.sqrt(np.maximum((square - n * mean**2) / (n - 1), 0))
    columns = (n[..., 1], mean[..., 0], sd[..., 0], mean[..., 1], sd[..., 1])
    return np.stack([*columns, np.hypot(sd[..., 0], sd[..., 1])], axis=-1)


def follow_pairs(
    study: Study,
    parameters: Parameters,
    clients: int,
    *,
    seed: int,
    replicate: int,
    threads: int = 1,
) -> Floats:
    """Return the moments of pairs of one study, followed client by client.

    Parameters
    ----------
    study, parameters, clients, seed, replicate, threads
        As in `simulation.simulate.run`.

    Returns
    -------
    ndarray
        `(arm, moment)` as `MOMENTS`, over the clients with two scores or more.
    """
    run = simulate.start(
        study,
        parameters,
        clients,
        seed,
        replicate=replicate,
        keep_truth=False,
        threads=threads,
    )
    pre = run.clients.symptom_score.astype(float)
    follow = _step_by_step if any(arm.feedback for arm in study.arms) else _in_one_go
    post = follow(run, threads)
    in_arms = [run.clients.arm == code for code in range(len(study.arms))]
    return np.array([_moments(pre[mine], post[mine]) for mine in in_arms])


def _in_one_go(run: Run, threads: int) -> Floats:
    """Return last scores: what no form has overwritten stays missing.

    Only therapists who see the scores read `last_score`; a test compares with `_step_by_step`.
    """
    run.clients.last_score[:] = np.nan
    simulate.advance(run, post_step(run.plan), threads=threads)
    return run.clients.last_score.astype(float)


def _step_by_step(run: Run, threads: int) -> Floats:
    """Return last scores, looked up after every step."""
    post = np.full(run.clients.word.size, np.nan)
    for _ in range(post_step(run.plan)):
        run = simulate.advance(run, 1, threads=threads)
        score = run.clients.symptom_score
        post = np.where(np.isnan(score), post, score)
    return post


def _moments(pre: Floats, post: Floats) -> list[float]:
    """Return the moments of one arm's pairs; NaN with fewer than two."""
    both = ~np.isnan(post)
    before, after = pre[both], post[both]
    n = len(before)
    if n < 2:
        return [float(n), *[float("nan")] * (len(MOMENTS) - 1)]
    sds = [float(values.std(ddof=1)) for values in (before, after, before - after)]
    return [float(n), float(before.mean()), sds[0], float(after.mean()), sds[1], sds[2]]
