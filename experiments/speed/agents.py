"""The model as a Mesa tutorial would write it: an agent a client, attributes, one step() a session.

The same equations and sums as `dyadsim/kernel`, with other random numbers.
"""

import math
import random

import mesa
import numpy as np
from setting import Setting, empty_sums

from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model.mechanisms.ending import FIXED_RULE, OPEN_RULE
from dyadsim.model.variables import ROWS, ROWS_AT
from dyadsim.studies.study import NOT_SEEN, SESSION

AT = {name: place for place, name in enumerate(SUMS)}


def squash(x: float) -> float:
    return 0.5 + 0.5 * x / math.sqrt(1 + x * x)


def clip(x: float) -> float:
    return min(max(x, 0.0), 1.0)


def within(x: float) -> float:
    return min(max(x, -180.0), 180.0)


class Therapist(mesa.Agent):
    """A therapist: here only the presence of each week."""

    def __init__(self, model: "Trial", presence: np.ndarray) -> None:
        super().__init__(model)
        self.presence = presence.tolist()


class Client(mesa.Agent):
    """A client with all variables as attributes."""

    def __init__(
        self, model: "Trial", column: np.ndarray, arm: int, therapist: Therapist | None
    ) -> None:
        super().__init__(model)
        for name, rows in ROWS.items():
            values = column[rows].tolist()
            setattr(
                self, name, values if len(values) == 4 else column[ROWS_AT._asdict()[name]].item()
            )
        self.arm, self.therapist = arm, therapist
        self.attended, self.ended, self.rupture, self.alert, self.jump = 0, 0, 0.0, 0.0, 0.0

    def step(self) -> None:
        """Live one week: a session if there is one, then distress, the end, the questionnaire."""
        in_session = self.ended == 0 and self.scheduled > 0.5
        self.rupture, self.alert, self.jump = 0.0, 0.0, 0.0
        if in_session:
            self.session()
        else:
            self.forget()
        before = self.distress
        self.suffer(in_session)
        if in_session:
            newest = before - self.distress - self.recent_improvement
            self.recent_improvement += self.model.p.distress.improvement_memory * newest
            self.end()
        self.fill_in(in_session)

    def session(self) -> None:
        p, chance = self.model.p, self.model.random
        self.attended += 1
        here = self.therapist.presence[self.model.week] if self.therapist else 0.0
        credible = self.credible()
        synchrony, coregulation = self.resonance(here)
        n = p.responsiveness
        gain = (self.first_score - self.last_score) / self.model.form.slope
        alert = self.feedback if gain < n.alert_level and self.attended > 2 else 0.0
        self.alert, self.new_plan = alert, max(self.new_plan, n.alert_plan * alert)
        rate = n.formulation_rate * squash(self.formulation_skill) * (1 + n.alert_boost * alert)
        self.formulation += self.human * min(rate, 1.0) * (1 - self.formulation)
        u = p.rupture
        pushing = max(self.structure * (1 - u.alert_easing * alert) - self.readiness, 0.0)
        hazard = u.base + u.low_bond * (0.5 - self.bond) - u.congruence * self.congruence
        hazard += u.goal_distance * (1 - self.goal) + u.pushing_weight * pushing
        self.rupture = self.human if chance.gauss(0, 1) < hazard else 0.0
        mend = u.repair_base + u.repair_skill * self.repair_skill + u.repair_empathy * self.empathy
        mend += u.alert_repair * alert
        repaired = self.rupture if chance.gauss(0, 1) < mend else 0.0
        old = self.strain * (1 - u.strain_decay) * (1 - u.repair_relief * repaired)
        self.strain = min(old + u.rupture_cost * (self.rupture - repaired) * (1 - self.strain), 1.0)
        self.relate(synchrony, credible)
        alliance, e = self.alliance(), p.expectancy
        lesson = (1 - e.evidence) * credible
        lesson += e.evidence * squash(e.progress * (self.initial_distress - self.distress))
        moved = e.learning_rate * (lesson - self.expectancy) + e.expectancy_noise * chance.gauss(
            0, 1
        )
        self.expectancy = clip(self.expectancy + moved)
        r, autonomy = p.readiness, 1 - self.structure * (1 - self.individualisation)
        grown = (
            r.growth * autonomy * alliance * (1 - self.readiness)
            - r.resistance * pushing * self.readiness
        )
        self.readiness = clip(self.readiness + grown + r.readiness_noise * chance.gauss(0, 1))
        g = p.sudden_gain
        self.jump = 1.0 if chance.random() < g.chance else 0.0
        self.pace = 1 - g.share + g.share * self.jump / g.chance
        self.pace *= self.aptitude * (1 + self.new_plan)
        self.learn(credible, alliance, coregulation)

    def credible(self) -> float:
        e = self.model.p.expectancy
        offer = e.rationale * (self.rationale - 0.5) + e.bona_fide * (self.bona_fide - 0.5)
        person = e.allegiance * self.allegiance + e.congruence * self.congruence
        return squash(e.credibility_base + offer + e.match * (self.match - 0.5) + person)

    def resonance(self, here: float) -> tuple[float, float]:
        q = self.model.p.resonance
        e = q.mirroring * squash(self.empathy) * self.body
        c = q.coregulation_coupling * squash(self.congruence) * here * self.body
        a, b = 1 - q.client_damping - c, 1 - q.therapist_damping - e
        s, v = q.client_noise**2, q.therapist_noise**2
        da, db = 1 - a * a, 1 - b * b
        det = da * db - c * c * e * e
        p0, p1 = (s * db + c * c * v) / det, 2 * (a * c * db + c * c * b * e) / det
        v0, v1 = (v * da + e * e * s) / det, 2 * (b * e * da + e * e * a * c) / det
        r = (a * e * p0 + b * c * v0) / (1 - a * b - c * e - a * e * p1 - b * c * v1)
        client = p0 + p1 * r
        alone = s / (1 - (1 - q.client_damping) ** 2)
        return r / math.sqrt(client * (v0 + v1 * r)), 1 - client / alone

    def relate(self, synchrony: float, credible: float) -> None:
        x, chance = self.model.p.alliance, self.model.random
        shared = (
            x.fit * self.dyad_fit - x.strain * self.strain + x.reverse * self.recent_improvement
        )
        person = x.empathy * self.empathy + x.regard * self.regard + x.congruence * self.congruence
        own = x.attachment * self.attachment + x.synchrony * synchrony
        noise = x.alliance_noise * chance.gauss(0, 1)
        aim = self.human * squash(x.bond_base + person + own + shared)
        self.bond += x.rate * (clip(aim + noise) - self.bond)
        noise, agreed = x.alliance_noise * chance.gauss(0, 1), x.match * (self.match - 0.5) + shared
        aim = squash(x.goal_base + x.expectancy * (self.expectancy - 0.5) + agreed)
        self.goal += x.rate * (clip(aim + noise) - self.goal)
        willing = x.credibility * (credible - 0.5) + x.readiness * (self.readiness - 0.5)
        self.task += x.rate * (clip(squash(x.task_base + willing + agreed) + noise) - self.task)

    def alliance(self) -> float:
        return (self.human * self.bond + self.goal + self.task) / (self.human + 2)

    def learn(self, credible: float, alliance: float, coregulation: float) -> None:
        p = self.model.p
        trust, total = (
            max(alliance * self.readiness * self.expectancy, 1e-30),
            sum(self.planned_dose),
        )
        engaged = math.exp(p.process_change.gating / 3 * math.log(trust))
        for k in range(4):
            manual = self.planned_dose[k]
            led = self.individualisation * self.formulation * (total * self.weight[k] - manual)
            learnt = (
                p.process_change.learning_rate
                * (manual + led)
                * 2
                * squash(self.competence[k])
                * engaged
                * self.pace
            )
            self.process[k] += min(learnt, 1.0) * (1 - self.process[k])
        coherent = p.action.unfit_coherence + (1 - p.action.unfit_coherence) * self.bona_fide
        taken = p.action.learning_rate * coherent * credible * math.exp(math.log(trust) / 3)
        taken *= self.pace
        self.action += min(taken, 1.0) * (1 - self.action)
        g = p.regulation
        story = (1 - g.coregulation_weight) * self.formulation * alliance
        self.regulation = clip(
            self.regulation
            + g.growth * (g.coregulation_weight * coregulation + story) * (1 - self.regulation)
        )
        self.contact = 1.0

    def forget(self) -> None:
        kept = self.model.kept
        self.process = [z * kept.process_kept for z in self.process]
        self.action, self.regulation = (
            self.action * kept.action_kept,
            self.regulation * kept.regulation_kept,
        )
        self.contact *= kept.contact_kept

    def suffer(self, in_session: bool) -> None:
        y, kept, chance = self.model.p.distress, self.model.kept, self.model.random
        event = chance.gauss(0, 1)
        size = max(abs(event) - y.event_threshold, 0.0) * kept.load_spread * y.event_impact
        shield = 1 + y.buffer * (0.5 - squash(self.resources))
        self.load = within(self.load * kept.load_kept + (size * shield if event > 0 else -size))
        matched = sum(w * z for w, z in zip(self.weight, self.process, strict=True))
        need = max(1 + y.need * (self.initial_distress - 2), 0.0)
        path = y.specificity * matched + (1 - y.specificity) * self.action
        treated, before = need * y.treatment_gain * path, self.treatment_relief
        common = self.contact * (y.expectancy_effect * self.expectancy + y.bond_effect * self.bond)
        common += y.regulation_effect * self.regulation
        common += y.medication_effect * self.medication * in_session
        relief = treated + need * common - y.harm * self.contact * self.strain
        aim = self.set_point + self.load - relief
        level = self.distress - self.fluctuation - self.jump * max(treated - before, 0.0)
        level = within(aim + (level - aim) * kept.distress_kept)
        noise = y.distress_noise * kept.week_spread * chance.gauss(0, 1)
        self.fluctuation = within(self.fluctuation * kept.week_kept + noise)
        self.distress, self.treatment_relief = within(level + self.fluctuation), treated

    def end(self) -> None:
        n, plan, chance = self.model.p.ending, self.model.plan, self.model.random
        rule, last = plan.rule[self.arm], plan.last[self.arm]
        self.ended = 1 if self.model.week == last and rule != OPEN_RULE else 0
        if chance.gauss(0, 1) < n.removal_base:
            self.ended = 4
        index = n.dropout_base + n.low_alliance * (0.5 - self.alliance()) + n.strain * self.strain
        index += n.mismatch * (0.5 - self.match) - n.skill * self.regard
        gained = self.initial_distress - self.distress
        index += n.early_dropout / self.attended - n.alert_retention * self.alert
        index -= n.commitment * (rule == FIXED_RULE)
        if chance.gauss(0, 1) < index - n.progress * gained:
            self.ended = 3 if self.distress > self.good_enough_level else 2
        if rule != FIXED_RULE and self.attended >= n.good_enough_from:
            near = self.good_enough_level - self.distress
            enough = n.good_enough_change * gained + n.good_enough_sessions * self.attended
            if chance.gauss(0, 1) < n.good_enough_base + n.good_enough_slope * near + enough:
                self.ended = 2

    def fill_in(self, in_session: bool) -> None:
        f, chance, model = self.model.form, self.model.random, self.model
        occasion, cell = model.plan.occasion[model.week], model.sums[self.arm, model.week]
        share = f.missing if occasion in (SESSION, NOT_SEEN) else f.missing_assessment
        if (
            in_session if occasion == SESSION else occasion != NOT_SEEN
        ) and chance.random() >= share:
            raw = f.intercept + f.slope * self.distress + f.style * self.rater_style
            raw += f.error * chance.gauss(0, 1)
            grain = math.floor(raw / f.step + 0.5) * f.step
            self.last_score = min(max(grain, f.floor), f.ceiling)
            cell[AT["scored"]] += 1
            cell[AT["symptom_score"]] += self.last_score
            cell[AT["symptom_score_squared"]] += self.last_score**2
        cell[AT["clients"]] += 1
        cell[AT["in_care"]] += in_session
        cell[AT["distress"]] += self.distress
        cell[AT["distress_squared"]] += self.distress**2
        cell[AT["bond"]] += self.bond
        cell[AT["ruptures"]] += self.rupture
        cell[AT["dropped"]] += self.ended == 3
        cell[AT["agreed"]] += self.ended == 2


def _plain(values: object) -> object:
    """Return named tuples of float32 as the same named tuples of Python floats: twice as fast."""
    if isinstance(values, tuple):
        return type(values)(*(_plain(value) for value in values))  # type: ignore[attr-defined]
    return float(values)  # type: ignore[arg-type]


class Trial(mesa.Model):
    """Clients and their therapists, week by week."""

    def __init__(self, setting: Setting, seed: int = 1) -> None:
        super().__init__(rng=seed)
        self.random = random.Random(seed)
        self.p, self.kept, self.form = _plain(setting.p), _plain(setting.kept), _plain(setting.form)
        self.plan, self.week, self.sums = setting.plan, 0, empty_sums(setting)
        staff = [Therapist(self, column) for column in setting.presence.T]
        for i, arm in enumerate(setting.arm.tolist()):
            place = setting.therapist[i]
            Client(self, setting.table[:, i], arm, staff[place] if place >= 0 else None)

    def step(self) -> None:
        self.week += 1
        self.agents_by_type[Client].do("step")


def run(setting: Setting, seed: int = 1) -> np.ndarray:
    """Return the sums (arm, step, sum) of one run, the making of the agents included."""
    model = Trial(setting, seed)
    for _ in range(setting.sessions):
        model.step()
    return model.sums
