"""Statistics of outcome: differences between arms, change, recovery, relapse."""

import numpy as np

from dyadsim.analysis import arrays
from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.analysis.criteria import reaches
from dyadsim.evidence.declared_statistics import statistic
from dyadsim.evidence.statistic_text import Argument
from dyadsim.evidence.statistic_words import is_form
from dyadsim.evidence.study_scores import (
    BONA_FIDE,
    ScoreArrays,
    clients_in_role,
    clients_of_arm,
    clients_of_design,
    find_form,
    treated_clients,
)
from dyadsim.evidence.two_scales import SECOND, TwoScaleChange, study_change
from dyadsim.evidence.yes_or_no import find_outcome, later_scores
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.rct import TRIAL_CASELOAD
from dyadsim.studies.study import NOT_SEEN, arm
from dyadsim.studies.therapy import find_therapy

_WEEKS_NEAR = 2.0  # a score this far from the week asked for still counts


@statistic("g_between", "mean_signed_g")
def _g_between(scores: ScoreArrays, better: Argument, worse: Argument) -> float:
    first, second = (scores.post[clients_in_role(scores, role)] for role in (better, worse))
    return arrays.hedges_g(-first, -second)


@statistic("post_variance_ratio")
def _post_variance_ratio(scores: ScoreArrays, treated: Argument, control: Argument) -> float:
    first, second = (scores.post[clients_in_role(scores, role)] for role in (treated, control))
    return arrays.variance_ratio(first, second)


@statistic("mean_gain")
def _mean_gain(scores: ScoreArrays) -> float:
    if scores.arm or len(scores.arms) == 1 or "cbt" in scores.arms:
        in_arm = treated_clients(scores)
    else:
        names = " or ".join(f"mean_gain.{name}" for name in scores.arms)
        raise ValueError(f"mean_gain is of one arm, so write {names}")
    return arrays.mean_gain(scores.pre[in_arm], scores.post[in_arm])


@statistic("d_pre_post")
def _d_pre_post(scores: ScoreArrays) -> float:
    here = clients_of_design(scores)
    return arrays.pre_post_d(scores.pre[here], scores.post[here])


@statistic("d_follow_up")
def _d_follow_up(scores: ScoreArrays, weeks: Argument) -> float:
    """Return the mean further fall from the last score to a follow-up, in SDs at intake."""
    treated = treated_clients(scores)
    (later,) = later_scores(scores, weeks)
    known = treated & ~np.isnan(scores.pre + scores.post + later)
    if known.sum() < 2:
        return float("nan")
    return float((scores.post - later)[known].mean() / scores.pre[known].std(ddof=1))


def _one_scale(scores: ScoreArrays) -> TwoScaleChange:
    """Return what became of the cases with two sessions on the study's questionnaire alone."""
    form = find_form(scores)
    cases = (scores.run.clients.attended >= 2) & ~np.isnan(scores.post) & clients_of_arm(scores)
    cases &= reaches(scores.pre, form.cut_off)
    pre, post = scores.pre[cases], scores.post[cases]
    return TwoScaleChange(
        arrays.reliably_improved(pre, post, form.reliable_change),
        arrays.reliably_deteriorated(pre, post, form.reliable_change),
        arrays.reliably_recovered(pre, post, form.reliable_change, form.cut_off),
    )


def _change(scores: ScoreArrays, form: Argument | None, second: Argument | None) -> TwoScaleChange:
    """Return change by the rule of the questionnaires that are named."""
    own = find_form(scores).name
    if form and (form.at is not None or not is_form(form.name, own)):
        raise ValueError(f"{form} is not computed: the study's scores are {own}, so write {own}")
    if second is None:
        return _one_scale(scores)
    if second.at is not None or not is_form(second.name, SECOND.name):
        raise ValueError(f"the second questionnaire of the rule is {SECOND.name}, not {second}")
    return study_change(scores)


@statistic("share_reliable_improvement")
def _share_reliable_improvement(
    scores: ScoreArrays, form: Argument | None = None, second: Argument | None = None
) -> float:
    return arrays.share(_change(scores, form, second).improved)


@statistic("share_reliable_recovery")
def _share_reliable_recovery(
    scores: ScoreArrays, form: Argument | None = None, second: Argument | None = None
) -> float:
    return arrays.share(_change(scores, form, second).recovered)


@statistic("share_reliable_deterioration")
def _share_reliable_deterioration(
    scores: ScoreArrays, form: Argument | None = None, second: Argument | None = None
) -> float:
    return arrays.share(_change(scores, form, second).deteriorated)


def _near_week(scores: ScoreArrays, week: float) -> Floats:
    """Return each client's score nearest to `week`, within two weeks, the earlier of two."""
    weeks = np.cumsum(scores.run.plan.weeks, dtype=np.float32).astype(float)
    distance = np.abs(weeks - week)
    distance[0] = np.inf  # intake is what the score is compared with
    measured = scores.run.plan.occasion != NOT_SEEN
    if distance[measured].min() > _WEEKS_NEAR:
        raise ValueError(
            f"nobody is measured within {_WEEKS_NEAR:g} weeks of week {week:g}; measured until "
            f"week {weeks[measured].max():g} (another week?)"
        )
    near: Floats = np.full(scores.pre.size, np.nan)
    for step in np.argsort(distance, kind="stable"):
        if distance[step] <= _WEEKS_NEAR:
            near = np.where(np.isnan(near), scores.scores["symptom_score"][step], near)
    return near


def _near(scores: ScoreArrays, when: Argument) -> Floats:
    """Return the score nearest to the week asked for, of those whom the design looks at."""
    if when.name != "weeks" or when.at is None:
        raise ValueError(f"time is in weeks, as in @13_weeks, not '{when.name}'")
    return np.where(clients_of_design(scores), _near_week(scores, float(when.at)), np.nan)


@statistic("response_50pct")
def _response(scores: ScoreArrays, weeks: Argument) -> float:
    score = _near(scores, weeks)
    counted = ~np.isnan(score) & (scores.pre > 0)
    return arrays.share(arrays.responded(scores.pre[counted], score[counted]))


@statistic("remission")
def _remission(scores: ScoreArrays, weeks: Argument) -> float:
    score, cut_off = _near(scores, weeks), find_form(scores).cut_off
    cases = ~np.isnan(score) & (scores.pre >= cut_off)
    return arrays.share(score[cases] < cut_off)


@statistic("share_of")
def _share_of(scores: ScoreArrays, outcome: Argument) -> float:
    return arrays.share(find_outcome(scores, outcome).among(treated_clients(scores)))


def _two_by_two(scores: ScoreArrays, outcome: Argument, roles: tuple[Argument, Argument]) -> Floats:
    """Return how many of two arms had an outcome, and how many had not, (arm, yes or no)."""
    answers = find_outcome(scores, outcome)
    arms: list[Mask] = [answers.among(clients_in_role(scores, role)) for role in roles]
    return np.array([[mask.sum(), (~mask).sum()] for mask in arms], float)


@statistic("risk_ratio")
def _risk_ratio(scores: ScoreArrays, outcome: Argument, first: Argument, second: Argument) -> float:
    table = _two_by_two(scores, outcome, (first, second))
    if (table.sum(axis=1) == 0).any() or table[1, 0] == 0:
        return float("nan")
    risk = table[:, 0] / table.sum(axis=1)
    return float(risk[0] / risk[1])


@statistic("odds_ratio")
def _odds_ratio(scores: ScoreArrays, outcome: Argument, first: Argument, second: Argument) -> float:
    """Half a client is added to every cell where one is empty, as in `analysis.early_response`."""
    table = _two_by_two(scores, outcome, (first, second))
    if (table.sum(axis=1) == 0).any():
        return float("nan")
    (a, b), (c, d) = table + 0.5 * (table == 0).any()
    return float(a * d / (b * c))


@statistic("upper_bound_true_abs_g")
def _upper_bound_true_abs_g(scores: ScoreArrays) -> float:
    return largest_true_difference(scores.run)


def largest_true_difference(run: Run) -> float:
    """Return the largest true |d| between bona fide therapies: same clients, same random numbers.

    Parameters
    ----------
    run
        A finished run; its study, clients and seed are used again.

    Returns
    -------
    float
        In SDs of true distress at the end, 0 or more.
    """
    final = []
    for name in BONA_FIDE:
        study = run.study._replace(
            arms=(arm(name, find_therapy(name), run.study.schedule.sessions),),
            caseload=TRIAL_CASELOAD,
        )
        alone = simulate.start(
            study,
            run.parameters,
            run.clients.word.size,
            run.seed,
            replicate=run.replicate,
            keep_truth=False,
        )
        final.append(simulate.advance(alone).clients.distress.astype(np.float64))
    gaps = [abs(np.mean(a - b)) / np.std(a) for a in final for b in final]
    return float(max(gaps))
