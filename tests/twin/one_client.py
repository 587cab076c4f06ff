"""The slow, obvious twin: one client's whole course in plain Python, written from ODD.md alone.

Float64, the `math` module, one dyad at a time, dictionaries; no array, no compiled code and nothing
of the kernel. It takes what the model draws and what the study orders (traits, orders, presence,
noise) and returns every state variable at every step.
"""

import math
from typing import Any, NamedTuple

from twin.resonance import clip, resonance, squash

PROCESSES = range(4)
AFRESH = (
    "credibility",
    "synchrony",
    "coregulation",
    "rupture",
    "repaired",
    "pushing",
    "sudden_gain",
    "engagement",
    "adherence",
    "delivered_competence",
    "alert",
)
CLOSE_EVENT, CLOSE_ROUNDING = 1e-4, 1e-3


class Step(NamedTuple):
    """What the plan orders at one step, and the random numbers of a client in it.

    `therapy` is None where there is none; `noise` maps stream names to draws; `beats` holds two
    draws a beat, none for the closed form; `continued` is the medication that goes on for those who
    ended as agreed.
    """

    weeks: float
    occasion: str
    therapy: dict[str, Any] | None
    allegiance: float
    presence: float
    last_planned: bool
    continued: float
    noise: dict[str, float]
    beats: list[float]


class Case(NamedTuple):
    """One client (traits), the therapist's traits or None, what the arm orders throughout."""

    client: dict[str, Any]
    therapist: dict[str, Any] | None
    rule: str
    feedback: int
    training: dict[str, float]


def power(x: float, exponent: float) -> float:
    return math.pow(max(x, 1e-30), exponent)


def within(x: float) -> float:
    return min(max(x, -180.0), 180.0)


def alliance(now: dict[str, Any], human: float) -> float:
    return (human * now["bond"] + now["goal"] + now["task"]) / (human + 2)


def start(
    case: Case, parameters: Any, form: dict[str, float], noise: float
) -> tuple[dict[str, Any], bool]:
    """Return the state at intake (ODD 5) and whether its score was a close call."""
    client, level = case.client, parameters.alliance.start
    score, close = scored(client["initial_distress"], client["rater_style"], noise, form)
    empty = ("strain", "action", "regulation", "recent_improvement", "contact", "attended", "ended")
    now: dict[str, Any] = dict.fromkeys((*AFRESH, *empty, "treatment_relief", "new_plan"), 0.0)
    now |= {"process": [0.0] * 4, "delivered_dose": [0.0] * 4}
    now |= {"distress": client["initial_distress"], "load": client["load"]}
    now["fluctuation"] = client["initial_distress"] - client["set_point"] - client["load"]
    now |= {"expectancy": client["expectancy"], "readiness": client["readiness"]}
    now |= {"bond": 0.0 if case.therapist is None else level, "goal": level, "task": level}
    now |= {"formulation": parameters.responsiveness.formulation_start}
    return now | dict.fromkeys(("symptom_score", "first_score", "last_score"), score), close


def scored(
    latent: float, rater_style: float, noise: float, form: dict[str, float]
) -> tuple[float, bool]:
    """Return a score and whether its rounding was a close call (ODD 7, measurement)."""
    true_sd = abs(form["slope"]) * form["reference_sd"]
    odds = (1 - form["reliability"]) / form["reliability"]
    error = true_sd * math.sqrt(odds * form["reliability_factor"])
    style = form["style_sign"] * form["style"] * true_sd
    raw = form["intercept"] + form["slope"] * latent + style * rater_style + error * noise
    grains = raw / form["step"] + 0.5
    score = min(max(math.floor(grains) * form["step"], form["floor"]), form["ceiling"])
    return score, abs(grains - round(grains)) < CLOSE_ROUNDING


def orders(case: Case, step: Step) -> dict[str, Any]:
    """Return what the study orders at this step, and the therapist's side of it."""
    scheduled = 0.0 if step.therapy is None else 1.0
    therapy = step.therapy or {"dose": [0.0] * 4}
    order: dict[str, Any] = {"scheduled": scheduled, "planned_dose": list(therapy["dose"])}
    for name in ("structure", "rationale", "bona_fide", "individualisation", "medication"):
        order[name] = scheduled * therapy.get(name, 0.0)
    guided = case.therapist is not None and therapy.get("human", 0.0) > 0
    order["human"] = 1.0 if guided else 0.0
    order["body"] = therapy["body"] if guided else 0.0
    for name in ("empathy", "congruence", "regard", "repair_skill", "formulation_skill"):
        own = case.therapist[name] if guided and case.therapist else 0.0
        order[name] = own + case.training.get(name, 0.0) * guided
    own = case.therapist["competence"] if guided and case.therapist else [0.0] * 4
    order["competence"] = [skill + case.training.get("competence", 0.0) * guided for skill in own]
    trained = step.allegiance + case.training.get("allegiance", 0.0)
    order["allegiance"] = trained if guided else 0.0
    total, wish = sum(therapy["dose"]), case.client["preference"]
    shares = [dose / total for dose in therapy["dose"]] if total > 0 else wish
    order["match"] = 1 - sum(abs(wish[k] - shares[k]) for k in PROCESSES) / 2
    return order


class Course:
    """One client's course; `now` is the state, `close` whether a threshold was all but touched.

    `before` is the state before the step, `order` and `noise` this step's orders and draws.
    """

    def __init__(self, case: Case, parameters: Any, form: dict[str, float], noise: float) -> None:
        self.case, self.parameters, self.form = case, parameters, form
        self.now, self.close = start(case, parameters, form, noise)

    def below(self, draw: float, index: float) -> bool:
        """Return whether `draw` lies below `index`; notes when it is too close to call."""
        self.close |= abs(draw - index) < CLOSE_EVENT
        return draw < index

    def step(self, step: Step) -> dict[str, Any]:
        """Run one step and return the state after it."""
        self.plan, self.order, self.noise = step, orders(self.case, step), step.noise
        self.before = self.now
        self.in_session = self.before["ended"] == 0 and self.order["scheduled"] == 1
        self.now = self.before | dict.fromkeys(AFRESH, 0.0) | {"delivered_dose": [0.0] * 4}
        if self.in_session:
            self.now["attended"] += 1
            both = resonance(self.order, step.presence, step.beats, self.parameters.resonance)
            self.now["synchrony"], self.now["coregulation"] = both
            self.credibility()
            self.responsiveness()
            self.rupture()
            self.alliance()
            self.expectancy()
            self.readiness()
            self.sudden_gain()
            self.process_change()
            self.action()
            self.regulation()
        else:
            self.away()
        self.distress()
        if self.in_session:
            self.ending()
        self.measure()
        return self.now

    def away(self) -> None:
        """Let what was learnt fade in a step out of treatment."""
        p, now, weeks = self.parameters, self.now, self.plan.weeks
        kept = (1 - p.process_change.process_decay) ** weeks
        now["process"] = [z * kept for z in now["process"]]
        now["action"] *= (1 - p.action.action_decay) ** weeks
        now["regulation"] *= (1 - p.regulation.regulation_decay) ** weeks

    def responsiveness(self) -> None:
        q, now, order = self.parameters.responsiveness, self.now, self.order
        if self.case.feedback and now["attended"] >= 3:
            improvement = (now["first_score"] - now["last_score"]) / self.form["slope"]
            tie = improvement == q.alert_level  # equal scores and level 0: exact on both sides
            now["alert"] = self.case.feedback * (not tie and self.below(improvement, q.alert_level))
        now["new_plan"] = max(now["new_plan"], q.alert_plan * now["alert"])
        rate = q.formulation_rate * squash(order["formulation_skill"])
        rate *= 1 + q.alert_boost * now["alert"]
        now["formulation"] += order["human"] * min(rate, 1) * (1 - now["formulation"])
        planned, weight = order["planned_dose"], self.case.client["weight"]
        total, led = sum(planned), order["individualisation"] * now["formulation"]
        dose = [planned[k] + led * (total * weight[k] - planned[k]) for k in PROCESSES]
        apart = sum(abs(dose[k] - planned[k]) for k in PROCESSES)
        skilled = sum(dose[k] * squash(order["competence"][k]) for k in PROCESSES)
        now["delivered_dose"] = dose
        now["adherence"] = 1 - apart / 2 / (total + 1e-6)
        now["delivered_competence"] = 2 * skilled / (total + 1e-6)

    def rupture(self) -> None:
        q, now, before, order = self.parameters.rupture, self.now, self.before, self.order
        eased = order["structure"] * (1 - q.alert_easing * now["alert"])
        now["pushing"] = max(0.0, eased - before["readiness"])
        hazard = q.base + q.low_bond * (0.5 - before["bond"]) - q.congruence * order["congruence"]
        hazard += q.goal_distance * (1 - before["goal"]) + q.pushing_weight * now["pushing"]
        mending = q.repair_base + q.repair_skill * order["repair_skill"]
        mending += q.repair_empathy * order["empathy"] + q.alert_repair * now["alert"]
        if order["human"] and self.below(self.noise["RUPTURE"], hazard):
            now["rupture"] = 1.0
            now["repaired"] = float(self.below(self.noise["REPAIR"], mending))
        old = before["strain"] * (1 - q.strain_decay) * (1 - q.repair_relief * now["repaired"])
        cost = q.rupture_cost * (now["rupture"] - now["repaired"]) * (1 - before["strain"])
        now["strain"] = min(1.0, old + cost)

    def alliance(self) -> None:
        q, now, before, order = self.parameters.alliance, self.now, self.before, self.order
        common = q.fit * self.case.client["dyad_fit"] - q.strain * now["strain"]
        common += q.reverse * before["recent_improvement"]
        met = q.empathy * order["empathy"] + q.regard * order["regard"]
        met += q.congruence * order["congruence"] + q.attachment * self.case.client["attachment"]
        bond = order["human"] * squash(q.bond_base + met + q.synchrony * now["synchrony"] + common)
        fits = q.match * (order["match"] - 0.5) + common
        goal = squash(q.goal_base + q.expectancy * (before["expectancy"] - 0.5) + fits)
        sense = q.credibility * (now["credibility"] - 0.5)
        task = squash(q.task_base + sense + q.readiness * (before["readiness"] - 0.5) + fits)
        for name, target, stream in (
            ("bond", bond, "BOND"),
            ("goal", goal, "AGREEMENT"),
            ("task", task, "AGREEMENT"),
        ):
            aim = clip(target + q.alliance_noise * self.noise[stream])
            now[name] = before[name] + q.rate * (aim - before[name])

    def credibility(self) -> None:
        q, now, order = self.parameters.expectancy, self.now, self.order
        offer = q.rationale * (order["rationale"] - 0.5) + q.match * (order["match"] - 0.5)
        offer += q.allegiance * order["allegiance"] + q.congruence * order["congruence"]
        offer += q.bona_fide * (order["bona_fide"] - 0.5)
        now["credibility"] = squash(q.credibility_base + offer)

    def expectancy(self) -> None:
        q, now, before = self.parameters.expectancy, self.now, self.before
        gained = self.case.client["initial_distress"] - before["distress"]
        lesson = (1 - q.evidence) * now["credibility"] + q.evidence * squash(q.progress * gained)
        moved = q.learning_rate * (lesson - before["expectancy"])
        moved += q.expectancy_noise * self.noise["EXPECTANCY"]
        now["expectancy"] = clip(before["expectancy"] + moved)

    def readiness(self) -> None:
        q, now, order = self.parameters.readiness, self.now, self.order
        ready = self.before["readiness"]
        autonomy = 1 - order["structure"] * (1 - order["individualisation"])
        grown = q.growth * autonomy * alliance(now, order["human"]) * (1 - ready)
        lost = q.resistance * now["pushing"] * ready
        weather = q.readiness_noise * self.noise["READINESS"]
        now["readiness"] = clip(ready + grown - lost + weather)

    def sudden_gain(self) -> None:
        q, now = self.parameters.sudden_gain, self.now
        now["sudden_gain"] = float(q.share > 0 and self.below(self.noise["SUDDEN_GAIN"], q.chance))
        self.pace = 1 - q.share + q.share * now["sudden_gain"] / q.chance
        self.pace *= self.case.client["aptitude"] * (1 + now["new_plan"])

    def process_change(self) -> None:
        q, now, order = self.parameters.process_change, self.now, self.order
        trust = alliance(now, order["human"]) * now["readiness"] * now["expectancy"]
        now["engagement"] = power(trust, q.gating / 3)
        now["process"] = list(self.before["process"])
        for k in PROCESSES:
            learnt = q.learning_rate * now["delivered_dose"][k] * now["engagement"]
            learnt *= 2 * squash(order["competence"][k]) * self.pace
            now["process"][k] += min(learnt, 1) * (1 - now["process"][k])

    def action(self) -> None:
        q, now, order = self.parameters.action, self.now, self.order
        part = power(alliance(now, order["human"]) * now["expectancy"] * now["readiness"], 1 / 3)
        coherence = q.unfit_coherence + (1 - q.unfit_coherence) * order["bona_fide"]
        taken = q.learning_rate * coherence * now["credibility"] * part * self.pace
        now["action"] += min(taken, 1) * (1 - now["action"])

    def regulation(self) -> None:
        q, now = self.parameters.regulation, self.now
        narrative = now["formulation"] * alliance(now, self.order["human"])
        support = q.coregulation_weight * now["coregulation"]
        support += (1 - q.coregulation_weight) * narrative
        now["regulation"] = clip(now["regulation"] + q.growth * support * (1 - now["regulation"]))

    def distress(self) -> None:
        q, now, before, client = self.parameters.distress, self.now, self.before, self.case.client
        weeks, event = self.plan.weeks, self.noise["LIFE_EVENT"]
        eased = (1 - q.load_decay) ** weeks
        stretch = math.sqrt((1 - eased**2) / max(1 - (1 - q.load_decay) ** 2, 1e-6))
        size = q.event_impact * max(0.0, abs(event) - q.event_threshold) * stretch
        felt = size * (1 + q.buffer * (0.5 - squash(client["resources"]))) if event > 0 else -size
        now["load"] = within(before["load"] * eased + felt)
        now["contact"] = (
            1.0 if self.in_session else before["contact"] * (1 - q.contact_fade) ** weeks
        )
        matched = sum(client["weight"][k] * now["process"][k] for k in PROCESSES)
        path = q.specificity * matched + (1 - q.specificity) * now["action"]
        need = max(0.0, 1 + q.need * (client["initial_distress"] - 2))
        now["treatment_relief"] = need * q.treatment_gain * path
        hope = q.expectancy_effect * now["expectancy"] + q.bond_effect * now["bond"]
        agreed = self.before["ended"] in (1.0, 2.0)
        drug = self.order["medication"] if self.in_session else self.plan.continued * agreed
        common = now["contact"] * hope + q.regulation_effect * now["regulation"]
        relief = now["treatment_relief"] + need * (common + q.medication_effect * drug)
        relief -= q.harm * now["contact"] * now["strain"]
        target = client["set_point"] + now["load"] - relief
        at_once = max(0.0, now["treatment_relief"] - before["treatment_relief"])
        level = before["distress"] - before["fluctuation"] - now["sudden_gain"] * at_once
        level = within(target + (level - target) * (1 - q.rate) ** weeks)
        kept = (1 - q.fluctuation_decay) ** weeks
        spread = math.sqrt((1 - kept**2) / (1 - (1 - q.fluctuation_decay) ** 2))
        pushed = q.distress_noise * spread * self.noise["DISTRESS"]
        now["fluctuation"] = within(before["fluctuation"] * kept + pushed)
        now["distress"] = within(level + now["fluctuation"])
        newest = before["distress"] - now["distress"] - before["recent_improvement"]
        now["recent_improvement"] += self.in_session * q.improvement_memory * newest

    def ending(self) -> None:
        q, now, order, noise = self.parameters.ending, self.now, self.order, self.noise
        gained = self.case.client["initial_distress"] - now["distress"]
        low = q.low_alliance * (0.5 - alliance(now, order["human"]))
        hazard = q.dropout_base + low - q.progress * gained + q.mismatch * (0.5 - order["match"])
        hazard += q.strain * now["strain"] - q.skill * order["regard"]
        hazard += q.early_dropout / now["attended"] - q.alert_retention * now["alert"]
        hazard -= q.commitment * (self.case.rule == "fixed")
        left = self.case.client["good_enough_level"] - now["distress"]
        agree = q.good_enough_base + q.good_enough_slope * left + q.good_enough_change * gained
        agree += q.good_enough_sessions * now["attended"]
        may_agree = (
            self.case.rule in ("good_enough", "open") and now["attended"] >= q.good_enough_from
        )
        if may_agree and self.below(noise["GOOD_ENOUGH"], agree):
            now["ended"] = 2.0
        elif self.below(noise["DROPOUT"], hazard):
            self.below(client_level := self.case.client["good_enough_level"], now["distress"])
            now["ended"] = 3.0 if now["distress"] > client_level else 2.0
        elif self.below(noise["REMOVAL"], q.removal_base):
            now["ended"] = 4.0
        elif self.plan.last_planned and self.case.rule in ("fixed", "good_enough"):
            now["ended"] = 1.0

    def measure(self) -> None:
        now, form, occasion = self.now, self.form, self.plan.occasion
        fixed = occasion in ("assessment", "follow_up")
        present = fixed or (occasion == "session" and self.in_session)
        share = form["missing_assessment"] if fixed else form["missing"]
        now["symptom_score"] = math.nan
        if present and self.noise["SYMPTOM_MISSING"] >= share:
            style = self.case.client["rater_style"]
            score, close = scored(now["distress"], style, self.noise["SYMPTOM"], form)
            self.close |= close
            now["symptom_score"] = now["last_score"] = score
