"""The model in NumPy: every mechanism over all dyads at once, the usual generator, exp and log.

The same equations and sums as `dyadsim/kernel`, with other random numbers. Numbers are as wide as
those of the setting.
"""

import numpy as np
from setting import Setting, empty_sums

from dyadsim.model.mechanisms.ending import FIXED_RULE, OPEN_RULE
from dyadsim.model.variables import ROWS
from dyadsim.studies.study import NOT_SEEN, SESSION


def squash(x: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * x / np.sqrt(1 + x * x)


def run(setting: Setting, seed: int = 1) -> np.ndarray:
    """Return the sums (arm, step, sum) of one run."""
    rng, sums, p, kept, form = (
        np.random.default_rng(seed),
        empty_sums(setting),
        setting.p,
        setting.kept,
        setting.form,
    )
    t = {name: setting.table[rows].copy() for name, rows in ROWS.items()}
    t = {name: rows if len(rows) == 4 else rows[0] for name, rows in t.items()}
    count = setting.arm.size
    kind = setting.table.dtype
    ended, attended = np.zeros(count, np.int8), np.zeros(count, kind)

    def normal() -> np.ndarray:
        return rng.standard_normal(count, dtype=kind)

    def toward(name: str, value: np.ndarray) -> None:
        t[name] = np.where(in_session, value, t[name])

    for step in range(1, setting.sessions + 1):
        in_session = (ended == 0) & (t["scheduled"] > 0.5)
        attended += in_session
        presence = np.where(
            setting.therapist >= 0, setting.presence[step][setting.therapist], kind.type(0)
        )
        e, q, human, match = p.expectancy, p.resonance, t["human"], t["match"]
        credible = squash(
            e.credibility_base
            + e.rationale * (t["rationale"] - 0.5)
            + e.match * (match - 0.5)
            + e.allegiance * t["allegiance"]
            + e.congruence * t["congruence"]
            + e.bona_fide * (t["bona_fide"] - 0.5)
        )
        mirror = q.mirroring * squash(t["empathy"]) * t["body"]
        calm = q.coregulation_coupling * squash(t["congruence"]) * presence * t["body"]
        a, b = 1 - q.client_damping - calm, 1 - q.therapist_damping - mirror
        s, v = q.client_noise**2, q.therapist_noise**2
        da, db = 1 - a * a, 1 - b * b
        det = da * db - calm**2 * mirror**2
        p0, p1 = (s * db + calm**2 * v) / det, 2 * (a * calm * db + calm**2 * b * mirror) / det
        v0, v1 = (v * da + mirror**2 * s) / det, 2 * (b * mirror * da + mirror**2 * a * calm) / det
        r = (a * mirror * p0 + b * calm * v0) / (
            1 - a * b - calm * mirror - a * mirror * p1 - b * calm * v1
        )
        client = p0 + p1 * r
        synchrony = r / np.sqrt(client * (v0 + v1 * r))
        coregulation = 1 - client * (1 - (1 - q.client_damping) ** 2) / s
        n = p.responsiveness
        off_track = ((t["first_score"] - t["last_score"]) / form.slope < n.alert_level) & (
            attended > 2
        )
        alert = t["feedback"] * off_track * in_session
        t["new_plan"] = np.maximum(t["new_plan"], n.alert_plan * alert)
        rate = np.minimum(
            n.formulation_rate * squash(t["formulation_skill"]) * (1 + n.alert_boost * alert), 1
        )
        toward("formulation", t["formulation"] + human * rate * (1 - t["formulation"]))
        plan = t["planned_dose"]
        dose = plan + t["individualisation"] * t["formulation"] * (
            plan.sum(axis=0) * t["weight"] - plan
        )
        u = p.rupture
        pushing = np.maximum(t["structure"] * (1 - u.alert_easing * alert) - t["readiness"], 0)
        hazard = (
            u.base
            + u.low_bond * (0.5 - t["bond"])
            - u.congruence * t["congruence"]
            + u.goal_distance * (1 - t["goal"])
            + u.pushing_weight * pushing
        )
        rupture = (normal() < hazard) * human * in_session
        mend = u.repair_base + u.repair_skill * t["repair_skill"] + u.repair_empathy * t["empathy"]
        mend = mend + u.alert_repair * alert
        repaired = rupture * (normal() < mend)
        strain = t["strain"] * (1 - u.strain_decay) * (1 - u.repair_relief * repaired)
        toward(
            "strain",
            np.minimum(strain + u.rupture_cost * (rupture - repaired) * (1 - t["strain"]), 1),
        )
        x = p.alliance
        shared = (
            x.fit * t["dyad_fit"] - x.strain * t["strain"] + x.reverse * t["recent_improvement"]
        )
        aims = {
            "bond": human
            * squash(
                x.bond_base
                + x.empathy * t["empathy"]
                + x.regard * t["regard"]
                + x.congruence * t["congruence"]
                + x.attachment * t["attachment"]
                + x.synchrony * synchrony
                + shared
            ),
            "goal": squash(
                x.goal_base
                + x.match * (match - 0.5)
                + x.expectancy * (t["expectancy"] - 0.5)
                + shared
            ),
            "task": squash(
                x.task_base
                + x.match * (match - 0.5)
                + x.credibility * (credible - 0.5)
                + x.readiness * (t["readiness"] - 0.5)
                + shared
            ),
        }
        bond_noise, other_noise = normal(), normal()
        for name, aim in aims.items():
            noise = x.alliance_noise * (bond_noise if name == "bond" else other_noise)
            toward(name, t[name] + x.rate * (np.clip(aim + noise, 0, 1) - t[name]))
        alliance = (human * t["bond"] + t["goal"] + t["task"]) / (human + 2)
        gained = squash(e.progress * (t["initial_distress"] - t["distress"]))
        hope = e.learning_rate * (
            (1 - e.evidence) * credible + e.evidence * gained - t["expectancy"]
        )
        toward("expectancy", np.clip(t["expectancy"] + hope + e.expectancy_noise * normal(), 0, 1))
        ready, autonomy = t["readiness"], 1 - t["structure"] * (1 - t["individualisation"])
        ready = (
            ready
            + p.readiness.growth * autonomy * alliance * (1 - ready)
            - p.readiness.resistance * pushing * ready
            + p.readiness.readiness_noise * normal()
        )
        toward("readiness", np.clip(ready, 0, 1))
        jump = in_session & (rng.random(count, dtype=kind) < p.sudden_gain.chance)
        pace = 1 - p.sudden_gain.share + p.sudden_gain.share / p.sudden_gain.chance * jump
        pace = pace * t["aptitude"] * (1 + t["new_plan"])
        trust = np.maximum(alliance * t["readiness"] * t["expectancy"], kind.type(1e-30))
        engaged = np.exp(p.process_change.gating / 3 * np.log(trust))
        learnt = np.minimum(
            p.process_change.learning_rate * dose * 2 * squash(t["competence"]) * engaged * pace, 1
        )
        t["process"] = np.where(
            in_session, t["process"] + learnt * (1 - t["process"]), t["process"] * kept.process_kept
        )
        coherent = p.action.unfit_coherence + (1 - p.action.unfit_coherence) * t["bona_fide"]
        taken = p.action.learning_rate * coherent * credible * np.exp(np.log(trust) / kind.type(3))
        moved = t["action"] + np.minimum(taken * pace, 1) * (1 - t["action"])
        t["action"] = np.where(in_session, moved, t["action"] * kept.action_kept)
        g = p.regulation
        story = (1 - g.coregulation_weight) * t["formulation"] * alliance
        moved = t["regulation"] + g.growth * (g.coregulation_weight * coregulation + story) * (
            1 - t["regulation"]
        )
        moved = np.clip(moved, 0, 1)
        t["regulation"] = np.where(in_session, moved, t["regulation"] * kept.regulation_kept)
        t["contact"] = np.where(in_session, kind.type(1), t["contact"] * kept.contact_kept)
        y, event = p.distress, normal()
        size = np.maximum(np.abs(event) - y.event_threshold, 0) * kept.load_spread * y.event_impact
        shield = 1 + y.buffer * (0.5 - squash(t["resources"]))
        load = t["load"] * kept.load_kept + np.where(event > 0, size * shield, -size)
        t["load"] = np.clip(load, -180, 180)
        matched = (t["weight"] * t["process"]).sum(axis=0)
        need = np.maximum(1 + y.need * (t["initial_distress"] - 2), 0)
        path = y.specificity * matched + (1 - y.specificity) * t["action"]
        treated = need * y.treatment_gain * path
        relief = t["contact"] * (y.expectancy_effect * t["expectancy"] + y.bond_effect * t["bond"])
        relief += (
            y.regulation_effect * t["regulation"]
            + y.medication_effect * t["medication"] * in_session
        )
        relief = treated + need * relief - y.harm * t["contact"] * t["strain"]
        before, aim = t["distress"], t["set_point"] + t["load"] - relief
        level = before - t["fluctuation"] - jump * np.maximum(treated - t["treatment_relief"], 0)
        level = np.clip(aim + (level - aim) * kept.distress_kept, -180, 180)
        week = t["fluctuation"] * kept.week_kept + y.distress_noise * kept.week_spread * normal()
        t["fluctuation"] = np.clip(week, -180, 180)
        distress = np.clip(level + t["fluctuation"], -180, 180)
        t["distress"], t["treatment_relief"] = distress, treated
        newest = y.improvement_memory * (before - distress - t["recent_improvement"])
        t["recent_improvement"] = t["recent_improvement"] + in_session * newest
        n2, rule = p.ending, setting.plan.rule[setting.arm]
        alliance = (human * t["bond"] + t["goal"] + t["task"]) / (human + 2)
        code = ((step == setting.plan.last[setting.arm]) & (rule != OPEN_RULE)).astype(np.int8)
        code[normal() < n2.removal_base] = 4
        index = (
            n2.dropout_base
            + n2.low_alliance * (0.5 - alliance)
            + n2.strain * t["strain"]
            - n2.skill * t["regard"]
            - n2.progress * (t["initial_distress"] - distress)
            + n2.mismatch * (0.5 - match)
        )
        gained = t["initial_distress"] - distress
        index = index + n2.early_dropout / np.maximum(attended, 1) - n2.alert_retention * alert
        index = index - n2.commitment * (rule == FIXED_RULE)
        level = t["good_enough_level"]
        code = np.where(normal() < index, np.where(distress > level, 3, 2), code)
        enough = n2.good_enough_change * gained + n2.good_enough_sessions * attended
        agreed = normal() < n2.good_enough_base + n2.good_enough_slope * (level - distress) + enough
        code[agreed & (rule != FIXED_RULE) & (attended >= n2.good_enough_from)] = 2
        ended = np.where(in_session, code, ended).astype(np.int8)
        occasion = setting.plan.occasion[step]
        share = form.missing if occasion in (SESSION, NOT_SEEN) else form.missing_assessment
        handed_out = in_session if occasion == SESSION else np.full(count, occasion != NOT_SEEN)
        scored = handed_out & (rng.random(count, dtype=kind) >= share)
        raw = (
            form.intercept
            + form.slope * distress
            + form.style * t["rater_style"]
            + form.error * normal()
        )
        score = np.clip(np.floor(raw / form.step + 0.5) * form.step, form.floor, form.ceiling)
        t["last_score"] = np.where(scored, score, t["last_score"])
        columns = (
            np.ones(count),
            in_session,
            scored,
            score * scored,
            score**2 * scored,
            distress,
            distress**2,
            t["bond"],
            rupture,
            ended == 3,
            ended == 2,
        )
        for place, column in enumerate(columns):
            sums[:, step, place] = np.bincount(setting.arm, column, len(sums))
    return sums
