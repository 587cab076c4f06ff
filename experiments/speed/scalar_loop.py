"""The scalar loop in Numba: one dyad after another, a stateful generator, the library's exp, log.

The same equations and sums as scalar.c and `dyadsim/kernel`, with other random numbers.
"""

import math

import numba
import numpy as np
from setting import Setting, empty_sums

from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model.mechanisms.ending import FIXED_RULE, OPEN_RULE
from dyadsim.model.variables import ROWS_AT as R
from dyadsim.studies.study import NOT_SEEN, SESSION

CLIENTS, CARE, SCORED, SCORE, SQUARE, DISTRESS, DISTRESS2, BOND, RUPTURES, DROPPED, AGREED = range(
    len(SUMS)
)
compiled = numba.njit(fastmath=True, error_model="numpy", cache=True)


@compiled
def normal():
    return np.float32(np.random.standard_normal())  # noqa: NPY002 Numba's own, one a thread


@compiled
def squash(x):
    return np.float32(0.5) + np.float32(0.5) * x / math.sqrt(np.float32(1) + x * x)


@compiled
def power(x, exponent):
    return math.exp(exponent * math.log(max(x, np.float32(1e-30))))


@compiled
def clip(x):
    return min(max(x, np.float32(0)), np.float32(1))


@compiled
def within(x):
    return min(max(x, np.float32(-180)), np.float32(180))


@compiled
def course(t, i, arm, presence, occasion, rule, last, steps, p, kept, form, sums):
    """Run all sessions of one dyad; `t` (variable,) is its column of the table."""
    half, unit, nil = np.float32(0.5), np.float32(1), np.float32(0)
    human, structure, match = t[R.human], t[R.structure], t[R.match]
    individual, body, fit = t[R.individualisation], t[R.body], t[R.dyad_fit]
    w, d, z = (
        t[R.weight : R.weight + 4],
        t[R.planned_dose : R.planned_dose + 4],
        t[R.process : R.process + 4],
    )
    total = d[0] + d[1] + d[2] + d[3]
    distress, load, bond, goal, task = t[R.distress], t[R.load], t[R.bond], t[R.goal], t[R.task]
    strain, hope, readiness = t[R.strain], t[R.expectancy], t[R.readiness]
    action, regulation, improvement = t[R.action], t[R.regulation], t[R.recent_improvement]
    contact, formulation, first, latest = (
        t[R.contact],
        t[R.formulation],
        t[R.first_score],
        t[R.last_score],
    )
    attended, ended, initial = nil, 0, t[R.initial_distress]
    week, treated, new_plan = t[R.fluctuation], t[R.treatment_relief], t[R.new_plan]
    for step in range(1, steps + 1):
        in_session, rupture = ended == 0 and t[R.scheduled] > half, nil
        alert, jump = nil, nil
        if in_session:
            attended += unit
            e, q = p.expectancy, p.resonance
            credible = squash(
                e.credibility_base
                + e.rationale * (t[R.rationale] - half)
                + e.match * (match - half)
                + e.allegiance * t[R.allegiance]
                + e.congruence * t[R.congruence]
                + e.bona_fide * (t[R.bona_fide] - half)
            )
            mirror = q.mirroring * squash(t[R.empathy]) * body
            calm = q.coregulation_coupling * squash(t[R.congruence]) * presence[step] * body
            a, b = unit - q.client_damping - calm, unit - q.therapist_damping - mirror
            s, v = q.client_noise**2, q.therapist_noise**2
            da, db = unit - a * a, unit - b * b
            det = da * db - calm * calm * mirror * mirror
            p0, p1 = (
                (s * db + calm * calm * v) / det,
                2 * (a * calm * db + calm * calm * b * mirror) / det,
            )
            v0, v1 = (
                (v * da + mirror * mirror * s) / det,
                2 * (b * mirror * da + mirror * mirror * a * calm) / det,
            )
            r = (a * mirror * p0 + b * calm * v0) / (
                unit - a * b - calm * mirror - a * mirror * p1 - b * calm * v1
            )
            client = p0 + p1 * r
            synchrony = r / math.sqrt(client * (v0 + v1 * r))
            coregulation = unit - client * (unit - (unit - q.client_damping) ** 2) / s
            q2 = p.responsiveness
            off_track = (first - latest) / form.slope < q2.alert_level and attended > 2
            alert = t[R.feedback] if off_track else nil
            new_plan = max(new_plan, q2.alert_plan * alert)
            rate = (
                q2.formulation_rate
                * squash(t[R.formulation_skill])
                * (unit + q2.alert_boost * alert)
            )
            formulation += human * min(rate, unit) * (unit - formulation)
            u = p.rupture
            pushing = max(structure * (unit - u.alert_easing * alert) - readiness, nil)
            hazard = (
                u.base
                + u.low_bond * (half - bond)
                - u.congruence * t[R.congruence]
                + u.goal_distance * (unit - goal)
            )
            rupture = human if normal() < hazard + u.pushing_weight * pushing else nil
            mend = (
                u.repair_base + u.repair_skill * t[R.repair_skill] + u.repair_empathy * t[R.empathy]
            )
            mend += u.alert_repair * alert
            repaired = rupture if normal() < mend else nil
            strain = min(
                strain * (unit - u.strain_decay) * (unit - u.repair_relief * repaired)
                + u.rupture_cost * (rupture - repaired) * (unit - strain),
                unit,
            )
            x = p.alliance
            shared = x.fit * fit - x.strain * strain + x.reverse * improvement
            noise = x.alliance_noise * normal()
            target = human * squash(
                x.bond_base
                + x.empathy * t[R.empathy]
                + x.regard * t[R.regard]
                + x.congruence * t[R.congruence]
                + x.attachment * t[R.attachment]
                + x.synchrony * synchrony
                + shared
            )
            bond += x.rate * (clip(target + noise) - bond)
            noise = x.alliance_noise * normal()
            target = squash(
                x.goal_base + x.match * (match - half) + x.expectancy * (hope - half) + shared
            )
            goal += x.rate * (clip(target + noise) - goal)
            target = squash(
                x.task_base
                + x.match * (match - half)
                + x.credibility * (credible - half)
                + x.readiness * (readiness - half)
                + shared
            )
            task += x.rate * (clip(target + noise) - task)
            alliance = (human * bond + goal + task) / (human + 2)
            lesson = (unit - e.evidence) * credible + e.evidence * squash(
                e.progress * (initial - distress)
            )
            hope = clip(hope + e.learning_rate * (lesson - hope) + e.expectancy_noise * normal())
            grown = (
                p.readiness.growth
                * (unit - structure * (unit - individual))
                * alliance
                * (unit - readiness)
            )
            lost = p.readiness.resistance * pushing * readiness
            readiness = clip(readiness + grown - lost + p.readiness.readiness_noise * normal())
            s3 = p.sudden_gain
            jump = unit if np.random.random() < s3.chance else nil  # noqa: NPY002
            pace = unit - s3.share + s3.share / s3.chance * jump
            pace *= t[R.aptitude] * (unit + new_plan)
            trust = alliance * readiness * hope
            engaged = power(trust, p.process_change.gating / 3)
            for k in range(4):
                dose = d[k] + individual * formulation * (total * w[k] - d[k])
                learnt = (
                    p.process_change.learning_rate
                    * dose
                    * 2
                    * squash(t[R.competence + k])
                    * engaged
                    * pace
                )
                z[k] += min(learnt, unit) * (unit - z[k])
            coherent = p.action.unfit_coherence + (unit - p.action.unfit_coherence) * t[R.bona_fide]
            taken = p.action.learning_rate * coherent * credible * power(trust, np.float32(1 / 3))
            action += min(taken * pace, unit) * (unit - action)
            g = p.regulation
            story = (unit - g.coregulation_weight) * formulation * alliance
            regulation = clip(
                regulation
                + g.growth * (g.coregulation_weight * coregulation + story) * (unit - regulation)
            )
            contact = unit
        else:
            for k in range(4):
                z[k] *= kept.process_kept
            action, regulation = action * kept.action_kept, regulation * kept.regulation_kept
            contact *= kept.contact_kept
        y, event = p.distress, normal()
        size = max(abs(event) - y.event_threshold, nil) * kept.load_spread * y.event_impact
        shield = unit + y.buffer * (half - squash(t[R.resources]))
        load = within(load * kept.load_kept + (size * shield if event > 0 else -size))
        matched = w[0] * z[0] + w[1] * z[1] + w[2] * z[2] + w[3] * z[3]
        need = max(unit + y.need * (initial - 2), nil)
        path = y.specificity * matched + (unit - y.specificity) * action
        past, treated = treated, need * y.treatment_gain * path
        common = (
            contact * (y.expectancy_effect * hope + y.bond_effect * bond)
            + y.regulation_effect * regulation
        )
        if in_session:
            common += y.medication_effect * t[R.medication]
        relief = treated + need * common - y.harm * contact * strain
        before, aim = distress, t[R.set_point] + load - relief
        level = distress - week - jump * max(treated - past, nil)
        level = within(aim + (level - aim) * kept.distress_kept)
        week = within(week * kept.week_kept + y.distress_noise * kept.week_spread * normal())
        distress = within(level + week)
        if in_session:
            improvement += y.improvement_memory * (before - distress - improvement)
            n = p.ending
            alliance = (human * bond + goal + task) / (human + 2)
            ended = 1 if step == last and rule != OPEN_RULE else 0
            if normal() < n.removal_base:
                ended = 4
            index = (
                n.dropout_base
                + n.low_alliance * (half - alliance)
                + n.strain * strain
                - n.skill * t[R.regard]
            )
            gained = initial - distress
            index += n.early_dropout / attended - n.alert_retention * alert
            index -= n.commitment if rule == FIXED_RULE else nil
            if normal() < index - n.progress * gained + n.mismatch * (half - match):
                ended = 3 if distress > t[R.good_enough_level] else 2
            reached = n.good_enough_base + n.good_enough_slope * (t[R.good_enough_level] - distress)
            reached += n.good_enough_change * gained + n.good_enough_sessions * attended
            agreeable = rule != FIXED_RULE and attended >= n.good_enough_from
            if agreeable and normal() < reached:
                ended = 2
        cell = sums[arm, step]
        cell[CLIENTS] += 1
        cell[CARE] += in_session
        cell[DISTRESS] += distress
        cell[DISTRESS2] += distress * distress
        cell[BOND] += bond
        cell[RUPTURES] += rupture
        cell[DROPPED] += ended == 3
        cell[AGREED] += ended == 2
        fixed = occasion[step] != SESSION and occasion[step] != NOT_SEEN
        share = form.missing_assessment if fixed else form.missing
        if (in_session if occasion[step] == SESSION else fixed) and np.random.random() >= share:  # noqa: NPY002
            raw = (
                form.intercept
                + form.slope * distress
                + form.style * t[R.rater_style]
                + form.error * normal()
            )
            score = min(
                max(math.floor(raw / form.step + half) * form.step, form.floor), form.ceiling
            )
            latest = np.float32(score)
            cell[SCORED] += 1
            cell[SCORE] += score
            cell[SQUARE] += score * score


@compiled
def courses(
    table, arm, therapist, presence, occasion, rule, last, steps, p, kept, form, seed, sums
):
    np.random.seed(seed)  # noqa: NPY002
    nobody = np.zeros(presence.shape[0], np.float32)
    for i in range(arm.shape[0]):
        here = presence[:, therapist[i]] if therapist[i] >= 0 else nobody
        own = table[:, i].copy()
        course(
            own, i, arm[i], here, occasion, rule[arm[i]], last[arm[i]], steps, p, kept, form, sums
        )


def run(setting: Setting, seed: int = 1) -> np.ndarray:
    """Return the sums (arm, step, sum) of one pass over all dyads."""
    sums, plan = empty_sums(setting), setting.plan
    courses(
        setting.table,
        setting.arm,
        setting.therapist,
        setting.presence,
        plan.occasion,
        plan.rule,
        plan.last,
        setting.sessions,
        setting.p,
        setting.kept,
        setting.form,
        seed,
        sums,
    )
    return sums
