"""The slow, obvious twin: one client's whole course in plain Python, written from ODD.md alone.

Float64, the `math` module, one dyad at a time, dictionaries; no array, no compiled code and nothing
of the engine. It takes what the model draws or is told (traits, orders, presence, noise) and
returns every state variable at every step.
"""

import math
from typing import Any, NamedTuple

PROCESSES = range(4)
CLOSE_EVENT, CLOSE_ROUNDING = 1e-4, 1e-3


class Step(NamedTuple):
    """What the plan orders at one step, and the luck of one client in it.

    `therapy` is None where none is given; `noise` maps stream names to draws, 'MOMENT' to a list.
    """

    weeks: float
    occasion: str
    therapy: dict[str, Any] | None
    allegiance: float
    presence: float
    last_planned: bool
    noise: dict[str, Any]


class Case(NamedTuple):
    """One client (traits), the therapist's traits or None, what the arm orders throughout."""

    client: dict[str, Any]
    therapist: dict[str, Any] | None
    rule: str
    feedback: bool


def squash(x: float) -> float:
    return (1 + x / math.sqrt(1 + x * x)) / 2


def power(x: float, exponent: float) -> float:
    return math.pow(max(x, 1e-30), exponent)


def clip(x: float) -> float:
    return min(max(x, 0.0), 1.0)


def alliance(now: dict[str, Any], human: float) -> float:
    return (human * now["bond"] + now["goal"] + now["task"]) / (human + 2)


def start(case: Case, parameters: Any, form: dict[str, float], noise: float) -> dict[str, Any]:
    """Return the state at intake (ODD 5)."""
    client, level = case.client, parameters.alliance.start
    score, _ = scored(client["initial_distress"], client["rater_style"], noise, form)
    now = dict.fromkeys(
        "strain action regulation recent_improvement contact credibility synchrony coregulation "
        "rupture repaired pushing engagement adherence delivered_competence alert attended "
        "ended".split(),
        0.0,
    )
    now |= {"process": [0.0] * 4, "delivered_dose": [0.0] * 4}
    now |= {"distress": client["initial_distress"], "load": client["load"]}
    now |= {"expectancy": client["expectancy"], "readiness": client["readiness"]}
    now |= {"bond": level, "goal": level, "task": level}
    now |= {"formulation": parameters.responsiveness.formulation_start}
    return now | {"symptom_score": score, "first_score": score, "last_score": score}


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
    given = step.therapy or {"dose": [0.0] * 4}
    order: dict[str, Any] = {"scheduled": scheduled, "planned_dose": list(given["dose"])}
    for name in ("structure", "rationale", "bona_fide", "individualisation", "medication"):
        order[name] = scheduled * given.get(name, 0.0)
    guided = case.therapist is not None and given.get("human", 0.0) > 0
    order["human"] = 1.0 if guided else 0.0
    order["body"] = given["body"] if guided else 0.0
    for name in ("empathy", "congruence", "regard", "repair_skill", "formulation_skill"):
        order[name] = case.therapist[name] if guided and case.therapist else 0.0
    order["competence"] = case.therapist["competence"] if guided and case.therapist else [0.0] * 4
    order["allegiance"] = step.allegiance if guided else 0.0
    total, wish = sum(given["dose"]), case.client["preference"]
    shares = [dose / total for dose in given["dose"]] if total > 0 else wish
    order["match"] = 1 - sum(abs(wish[k] - shares[k]) for k in PROCESSES) / 2
    return order


def stationary(
    mirror: float, calm: float, damping: tuple[float, float], variance: tuple[float, float]
) -> tuple[float, float, float]:
    """Return (p, r, v) by letting the covariance of the pair run until it stands still."""
    a, b = 1 - damping[0] - calm, 1 - damping[1] - mirror
    p, r, v = variance[0], 0.0, variance[1]
    for _ in range(100_000):
        new_p = a * a * p + 2 * a * calm * r + calm * calm * v + variance[0]
        new_r = a * mirror * p + (a * b + calm * mirror) * r + calm * b * v
        new_v = mirror * mirror * p + 2 * mirror * b * r + b * b * v + variance[1]
        moved = abs(new_p - p) + abs(new_r - r) + abs(new_v - v)
        p, r, v = new_p, new_r, new_v
        if moved < 1e-13 * (p + v):
            return p, r, v
    raise AssertionError("the arousal of this pair has no stationary distribution")


def resonance(order: dict[str, Any], step: Step, q: Any, moments: int) -> tuple[float, float]:
    """Return (synchrony, coregulation), closed form or from simulated moments."""
    mirror = q.mirroring * squash(order["empathy"]) * order["body"]
    calm = q.coregulation_coupling * squash(order["congruence"]) * step.presence * order["body"]
    damping = (q.client_damping, q.therapist_damping)
    p, r, v = stationary(mirror, calm, damping, (q.client_noise**2, q.therapist_noise**2))
    alone = q.client_noise**2 / (1 - (1 - q.client_damping) ** 2)
    if moments == 0:
        return r / math.sqrt(p * v), 1 - p / alone
    draws = step.noise["MOMENT"]
    x = math.sqrt(p) * draws[0]
    y = r / math.sqrt(p) * draws[0] + math.sqrt(v - r * r / p) * draws[1]
    both, square = x * y, x * x
    for moment in range(1, moments):
        n1, n2 = draws[2 * moment], draws[2 * moment + 1]
        x, y = (
            x - damping[0] * x - calm * (x - y) + q.client_noise * n1,
            y - damping[1] * y - mirror * (y - x) + q.therapist_noise * n2,
        )
        both, square = both + x * y, square + x * x
    return both / moments / math.sqrt(p * v), 1 - square / moments / alone


def presence_walk(caseload: float, noise: list[float], q: Any) -> list[float]:
    """Return one therapist's presence at every step, step 0 included."""
    walk = [0.8]
    for n in noise:
        wear = q.presence_wear * caseload / 100
        walk.append(
            clip(walk[-1] + q.presence_recovery * (1 - walk[-1]) - wear + q.presence_noise * n)
        )
    return walk


class Course:
    """One client's course; `now` is the state, `close` whether a threshold was all but touched."""

    def __init__(self, case: Case, parameters: Any, form: dict[str, float], noise: float) -> None:
        self.case, self.parameters, self.form = case, parameters, form
        self.now = start(case, parameters, form, noise)
        self.close = False

    def below(self, draw: float, index: float) -> bool:
        """Return whether `draw` lies below `index`; notes when it is too close to call."""
        self.close |= abs(draw - index) < CLOSE_EVENT
        return draw < index

    def step(self, step: Step, moments: int) -> dict[str, Any]:
        """Run one step and return the state after it."""
        order = orders(self.case, step)
        held = self.now["ended"] == 0 and order["scheduled"] == 1
        before = self.now
        self.now = dict(before, process=list(before["process"]), delivered_dose=[0.0] * 4)
        for name in (
            "credibility synchrony coregulation rupture repaired pushing engagement adherence "
            "delivered_competence alert"
        ).split():
            self.now[name] = 0.0
        if held:
            self.session(before, order, step, moments)
        else:
            self.away(step.weeks)
        self.distress(before, order, step, held)
        if held:
            self.ending(order, step)
        self.measure(step, held)
        return self.now

    def session(
        self, before: dict[str, Any], order: dict[str, Any], step: Step, moments: int
    ) -> None:
        """Run the mechanisms that need a session, up to self-regulation."""
        now = self.now
        now["attended"] += 1
        now["synchrony"], now["coregulation"] = resonance(
            order, step, self.parameters.resonance, moments
        )
        self.responsiveness(order)
        self.rupture(before, order, step.noise)
        self.alliance(before, order, step.noise)
        self.expectancy(before, order, step.noise)
        self.readiness(before, order, step.noise)
        self.process_change(before, order)
        self.action(before, order)
        self.regulation(before, order)

    def away(self, weeks: float) -> None:
        """Let what was learnt fade in a step out of treatment."""
        p, now = self.parameters, self.now
        kept = (1 - p.process_change.process_decay) ** weeks
        now["process"] = [z * kept for z in now["process"]]
        now["action"] *= (1 - p.action.action_decay) ** weeks
        now["regulation"] *= (1 - p.regulation.regulation_decay) ** weeks

    def responsiveness(self, order: dict[str, Any]) -> None:
        q, now = self.parameters.responsiveness, self.now
        if self.case.feedback and now["attended"] >= 2:
            improvement = (now["first_score"] - now["last_score"]) / self.form["slope"]
            exact = improvement == q.alert_level
            now["alert"] = float(not exact and self.below(improvement, q.alert_level))
        rate = q.formulation_rate * squash(order["formulation_skill"])
        rate *= 1 + q.alert_boost * now["alert"]
        now["formulation"] += min(rate, 1) * (1 - now["formulation"])
        planned, weight = order["planned_dose"], self.case.client["weight"]
        total, led = sum(planned), order["individualisation"] * now["formulation"]
        dose = [planned[k] + led * (total * weight[k] - planned[k]) for k in PROCESSES]
        apart = sum(abs(dose[k] - planned[k]) for k in PROCESSES)
        skilled = sum(dose[k] * squash(order["competence"][k]) for k in PROCESSES)
        now["delivered_dose"] = dose
        now["adherence"] = 1 - apart / 2 / (total + 1e-6)
        now["delivered_competence"] = 2 * skilled / (total + 1e-6)

    def rupture(self, before: dict[str, Any], order: dict[str, Any], noise: dict[str, Any]) -> None:
        q, now = self.parameters.rupture, self.now
        eased = order["structure"] * (1 - q.alert_easing * now["alert"])
        now["pushing"] = max(0.0, eased - before["readiness"])
        hazard = q.base + q.low_bond * (0.5 - before["bond"]) - q.congruence * order["congruence"]
        hazard += q.goal_distance * (1 - before["goal"]) + q.pushing_weight * now["pushing"]
        mending = q.repair_base + q.repair_skill * order["repair_skill"]
        mending += q.repair_empathy * order["empathy"]
        if order["human"] and self.below(noise["RUPTURE"], hazard):
            now["rupture"] = 1.0
            now["repaired"] = float(self.below(noise["REPAIR"], mending))
        old = before["strain"] * (1 - q.strain_decay) * (1 - q.repair_relief * now["repaired"])
        cost = q.rupture_cost * (now["rupture"] - now["repaired"]) * (1 - before["strain"])
        now["strain"] = min(1.0, old + cost)

    def alliance(
        self, before: dict[str, Any], order: dict[str, Any], noise: dict[str, Any]
    ) -> None:
        q, now, client = self.parameters.alliance, self.now, self.case.client
        common = q.fit * client["dyad_fit"] - q.strain * now["strain"]
        common += q.reverse * before["recent_improvement"]
        met = q.empathy * order["empathy"] + q.regard * order["regard"]
        met += q.congruence * order["congruence"] + q.attachment * client["attachment"]
        bond = order["human"] * squash(q.bond_base + met + q.synchrony * now["synchrony"] + common)
        fits = q.match * (order["match"] - 0.5) + common
        goal = squash(q.goal_base + q.expectancy * (before["expectancy"] - 0.5) + fits)
        sense = q.credibility * (before["credibility"] - 0.5)
        task = squash(q.task_base + sense + q.readiness * (before["readiness"] - 0.5) + fits)
        for name, target, stream in (
            ("bond", bond, "BOND"), ("goal", goal, "AGREEMENT"), ("task", task, "AGREEMENT"),
        ):  # fmt: skip
            aim = clip(target + q.alliance_noise * noise[stream])
            now[name] = before[name] + q.rate * (aim - before[name])

    def expectancy(
        self, before: dict[str, Any], order: dict[str, Any], noise: dict[str, Any]
    ) -> None:
        q, now = self.parameters.expectancy, self.now
        offer = q.rationale * (order["rationale"] - 0.5) + q.match * (order["match"] - 0.5)
        offer += q.allegiance * order["allegiance"] + q.congruence * order["congruence"]
        offer += q.bona_fide * (order["bona_fide"] - 0.5)
        now["credibility"] = squash(q.credibility_base + offer)
        gained = self.case.client["initial_distress"] - before["distress"]
        lesson = (1 - q.evidence) * now["credibility"] + q.evidence * squash(q.progress * gained)
        learnt = q.learning_rate * (lesson - before["expectancy"])
        now["expectancy"] = clip(
            before["expectancy"] + learnt + q.expectancy_noise * noise["EXPECTANCY"]
        )

    def readiness(
        self, before: dict[str, Any], order: dict[str, Any], noise: dict[str, Any]
    ) -> None:
        q, now, ready = self.parameters.readiness, self.now, before["readiness"]
        autonomy = 1 - order["structure"] * (1 - order["individualisation"])
        grown = q.growth * autonomy * alliance(now, order["human"]) * (1 - ready)
        lost = q.resistance * now["pushing"] * ready
        now["readiness"] = clip(ready + grown - lost + q.readiness_noise * noise["READINESS"])

    def process_change(self, before: dict[str, Any], order: dict[str, Any]) -> None:
        q, now = self.parameters.process_change, self.now
        trust = alliance(now, order["human"]) * now["readiness"] * now["expectancy"]
        now["engagement"] = power(trust, q.gating / 3)
        for k in PROCESSES:
            learnt = q.learning_rate * now["delivered_dose"][k] * now["engagement"]
            learnt *= 2 * squash(order["competence"][k])
            now["process"][k] += min(learnt, 1) * (1 - before["process"][k])

    def action(self, before: dict[str, Any], order: dict[str, Any]) -> None:
        q, now = self.parameters.action, self.now
        part = power(alliance(now, order["human"]) * now["expectancy"] * now["readiness"], 1 / 3)
        coherence = q.unfit_coherence + (1 - q.unfit_coherence) * order["bona_fide"]
        taken = q.learning_rate * coherence * now["credibility"] * part
        now["action"] += min(taken, 1) * (1 - before["action"])

    def regulation(self, before: dict[str, Any], order: dict[str, Any]) -> None:
        q, now = self.parameters.regulation, self.now
        narrative = now["formulation"] * alliance(now, order["human"])
        support = q.coregulation_weight * max(0.0, now["coregulation"])
        support += (1 - q.coregulation_weight) * narrative
        now["regulation"] += q.growth * support * (1 - before["regulation"])

    def distress(
        self, before: dict[str, Any], order: dict[str, Any], step: Step, held: bool
    ) -> None:
        q, now, client = self.parameters.distress, self.now, self.case.client
        event = step.noise["LIFE_EVENT"]
        size = q.event_impact * max(0.0, abs(event) - q.event_threshold) * math.sqrt(step.weeks)
        felt = size * (1 - q.buffer * squash(client["resources"])) if event > 0 else -size
        now["load"] = before["load"] * (1 - q.load_decay) ** step.weeks + felt
        fading = before["contact"] * (1 - q.contact_fade) ** step.weeks
        now["contact"] = 1.0 if held else fading
        matched = sum(client["weight"][k] * now["process"][k] for k in PROCESSES)
        path = q.specificity * matched + (1 - q.specificity) * now["action"]
        relief = q.treatment_gain * path + q.regulation_effect * now["regulation"]
        hope = q.expectancy_effect * now["expectancy"] + q.bond_effect * now["bond"]
        relief += now["contact"] * hope + q.medication_effect * order["medication"] * held
        target = client["set_point"] + now["load"] - relief
        kept = (1 - q.rate) ** step.weeks
        spread = math.sqrt((1 - kept**2) / (1 - (1 - q.rate) ** 2))
        gap, noise = before["distress"] - target, step.noise["DISTRESS"]
        now["distress"] = target + gap * kept + q.distress_noise * spread * noise
        newest = before["distress"] - now["distress"] - before["recent_improvement"]
        now["recent_improvement"] += held * q.improvement_memory * newest

    def ending(self, order: dict[str, Any], step: Step) -> None:
        q, now, noise = self.parameters.ending, self.now, step.noise
        gained = self.case.client["initial_distress"] - now["distress"]
        low = q.low_alliance * (0.5 - alliance(now, order["human"]))
        hazard = q.dropout_base + low - q.progress * gained + q.mismatch * (0.5 - order["match"])
        hazard += q.strain * now["strain"] - q.skill * order["regard"]
        left = self.case.client["good_enough_level"] - now["distress"]
        enough = self.below(noise["GOOD_ENOUGH"], q.good_enough_base + q.good_enough_slope * left)
        may_agree = self.case.rule in ("good_enough", "open")
        if may_agree and now["attended"] >= q.good_enough_from and enough:
            now["ended"] = 2.0
        elif self.below(noise["DROPOUT"], hazard):
            now["ended"] = 3.0
        elif self.below(noise["REMOVAL"], q.removal_base):
            now["ended"] = 4.0
        elif step.last_planned and self.case.rule in ("fixed", "good_enough"):
            now["ended"] = 1.0

    def measure(self, step: Step, held: bool) -> None:
        now, form, noise = self.now, self.form, step.noise
        fixed = step.occasion in ("assessment", "follow_up")
        seen = fixed or (step.occasion == "session" and held)
        share = form["missing_assessment"] if fixed else form["missing"]
        now["symptom_score"] = math.nan
        if seen and noise["SYMPTOM_MISSING"] >= share:
            style = self.case.client["rater_style"]
            score, close = scored(now["distress"], style, noise["SYMPTOM"], form)
            self.close |= close
            now["symptom_score"] = now["last_score"] = score
