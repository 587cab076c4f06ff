/* The model as one would write it in C: one dyad after another, all sessions of a dyad in a row, a
   stateful generator, exp and log of the C library. The same equations and the same sums as
   dyadsim/kernel, with other random numbers. `names.h` (written by c_loop.py) has the rows of the
   clients' table (R_...), the sums (S_...) and the struct Parameters. */
#include <math.h>
#include <stdint.h>
#include "names.h"

static uint64_t state, spare_is_there;
static float spare;

static float uniform(void) { /* splitmix64, 24 bits */
    uint64_t x = (state += 0x9E3779B97F4A7C15ull);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return ((float)((x ^ (x >> 31)) >> 40) + 0.5f) * 0x1p-24f;
}

static float normal(void) { /* Box and Muller: two normals from two uniforms */
    if (spare_is_there) { spare_is_there = 0; return spare; }
    float length = sqrtf(-2.0f * logf(uniform())), angle = 6.2831853f * uniform();
    spare = length * sinf(angle);
    spare_is_there = 1;
    return length * cosf(angle);
}

static float squash(float x) { return 0.5f + 0.5f * x / sqrtf(1.0f + x * x); }
static float power(float x, float e) { return expf(e * logf(fmaxf(x, 1e-30f))); }
static float clip(float x) { return fminf(fmaxf(x, 0.0f), 1.0f); }
static float within(float x) { return fminf(fmaxf(x, -180.0f), 180.0f); }

void run(const float *table, int32_t clients, int32_t sessions, const int32_t *arm,
         const int32_t *therapist, const float *presence, int32_t therapists, const int32_t *occasion,
         const int32_t *rule, const int32_t *last, const Parameters *p, const Pace *k, const Scale *f,
         uint64_t seed, double *sums) {
    state = seed;
    spare_is_there = 0;
    for (int32_t i = 0; i < clients; i++) {
#define READ(name) table[(int64_t)R_##name * clients + i]
#define READ4(name) {READ(name), table[(int64_t)(R_##name + 1) * clients + i], \
    table[(int64_t)(R_##name + 2) * clients + i], table[(int64_t)(R_##name + 3) * clients + i]}
        float attachment = READ(attachment), resources = READ(resources), set_point = READ(set_point);
        float initial = READ(initial_distress), style = READ(rater_style), fit = READ(dyad_fit);
        float level = READ(good_enough_level), empathy = READ(empathy), congruence = READ(congruence);
        float regard = READ(regard), repair_skill = READ(repair_skill), skill = READ(formulation_skill);
        float structure = READ(structure), rationale = READ(rationale), bona_fide = READ(bona_fide);
        float individual = READ(individualisation), body = READ(body), human = READ(human);
        float medication = READ(medication), scheduled = READ(scheduled), feedback = READ(feedback);
        float allegiance = READ(allegiance), match = READ(match);
        float weight[4] = READ4(weight), competence[4] = READ4(competence), plan[4] = READ4(planned_dose);
        float z[4] = READ4(process), dose[4];
        float distress = READ(distress), load = READ(load), bond = READ(bond), goal = READ(goal);
        float task = READ(task), strain = READ(strain), expectancy = READ(expectancy);
        float readiness = READ(readiness), action = READ(action), regulation = READ(regulation);
        float improvement = READ(recent_improvement), contact = READ(contact);
        float formulation = READ(formulation), first_score = READ(first_score);
        float last_score = READ(last_score), attended = 0.0f, aptitude = READ(aptitude);
        float week = READ(fluctuation), treated = READ(treatment_relief), new_plan = READ(new_plan);
        int ended = 0;
        for (int32_t step = 1; step <= sessions; step++) {
            float rupture = 0.0f, alert = 0.0f, jump = 0.0f;
            int in_session = !ended && scheduled > 0.5f;
            if (in_session) {
                attended += 1.0f;
                float here = therapist[i] < 0 ? 0.0f : presence[(int64_t)step * therapists + therapist[i]];
                /* credibility, resonance */
                float credible = squash(p->expectancy.credibility_base
                    + p->expectancy.rationale * (rationale - 0.5f) + p->expectancy.match * (match - 0.5f)
                    + p->expectancy.allegiance * allegiance + p->expectancy.congruence * congruence
                    + p->expectancy.bona_fide * (bona_fide - 0.5f));
                float mirror = p->resonance.mirroring * squash(empathy) * body;
                float calm = p->resonance.coregulation_coupling * squash(congruence) * here * body;
                float a = 1 - p->resonance.client_damping - calm, b = 1 - p->resonance.therapist_damping - mirror;
                float s = p->resonance.client_noise * p->resonance.client_noise;
                float t = p->resonance.therapist_noise * p->resonance.therapist_noise;
                float da = 1 - a * a, db = 1 - b * b, det = da * db - calm * calm * mirror * mirror;
                float p0 = (s * db + calm * calm * t) / det;
                float p1 = (2 * a * calm * db + calm * calm * 2 * b * mirror) / det;
                float v0 = (t * da + mirror * mirror * s) / det;
                float v1 = (2 * b * mirror * da + mirror * mirror * 2 * a * calm) / det;
                float r = (a * mirror * p0 + b * calm * v0)
                    / (1 - a * b - calm * mirror - a * mirror * p1 - b * calm * v1);
                float client = p0 + p1 * r, alone = 1 - p->resonance.client_damping;
                float synchrony = r / sqrtf(client * (v0 + v1 * r));
                float coregulation = 1 - client / (s / (1 - alone * alone));
                /* responsiveness */
                int off_track = (first_score - last_score) / f->slope < p->responsiveness.alert_level && attended > 2;
                alert = off_track ? feedback : 0.0f;
                new_plan = fmaxf(new_plan, p->responsiveness.alert_plan * alert);
                formulation += human * fminf(p->responsiveness.formulation_rate * squash(skill)
                    * (1 + p->responsiveness.alert_boost * alert), 1.0f) * (1 - formulation);
                float total = plan[0] + plan[1] + plan[2] + plan[3];
                for (int q = 0; q < 4; q++)
                    dose[q] = plan[q] + individual * formulation * (total * weight[q] - plan[q]);
                /* rupture and repair */
                float pushing = fmaxf(structure * (1 - p->rupture.alert_easing * alert) - readiness, 0.0f);
                float hazard = p->rupture.base + p->rupture.low_bond * (0.5f - bond) - p->rupture.congruence * congruence
                    + p->rupture.goal_distance * (1 - goal) + p->rupture.pushing_weight * pushing;
                rupture = normal() < hazard ? human : 0.0f;
                float repaired = normal() < p->rupture.repair_base + p->rupture.repair_skill * repair_skill
                    + p->rupture.repair_empathy * empathy + p->rupture.alert_repair * alert ? rupture : 0.0f;
                strain = fminf(strain * (1 - p->rupture.strain_decay) * (1 - p->rupture.repair_relief * repaired)
                    + p->rupture.rupture_cost * (rupture - repaired) * (1 - strain), 1.0f);
                /* alliance */
                float tension = p->alliance.strain * strain, back = p->alliance.reverse * improvement;
                float shared = p->alliance.fit * fit - tension + back, noise = p->alliance.alliance_noise * normal();
                float target = human * squash(p->alliance.bond_base + p->alliance.empathy * empathy
                    + p->alliance.regard * regard + p->alliance.congruence * congruence
                    + p->alliance.attachment * attachment + p->alliance.synchrony * synchrony + shared);
                bond += p->alliance.rate * (clip(target + noise) - bond);
                noise = p->alliance.alliance_noise * normal();
                target = squash(p->alliance.goal_base + p->alliance.match * (match - 0.5f)
                    + p->alliance.expectancy * (expectancy - 0.5f) + shared);
                goal += p->alliance.rate * (clip(target + noise) - goal);
                target = squash(p->alliance.task_base + p->alliance.match * (match - 0.5f)
                    + p->alliance.credibility * (credible - 0.5f) + p->alliance.readiness * (readiness - 0.5f) + shared);
                task += p->alliance.rate * (clip(target + noise) - task);
                float alliance = (human * bond + goal + task) / (human + 2);
                /* expectancy, readiness */
                float lesson = (1 - p->expectancy.evidence) * credible
                    + p->expectancy.evidence * squash(p->expectancy.progress * (initial - distress));
                expectancy = clip(expectancy + p->expectancy.learning_rate * (lesson - expectancy)
                    + p->expectancy.expectancy_noise * normal());
                float autonomy = 1 - structure * (1 - individual);
                readiness = clip(readiness + p->readiness.growth * autonomy * alliance * (1 - readiness)
                    - p->readiness.resistance * pushing * readiness + p->readiness.readiness_noise * normal());
                /* process change, action, self-regulation */
                jump = uniform() < p->sudden_gain.chance ? 1.0f : 0.0f;
                float pace = aptitude * (1 + new_plan)
                    * (1 - p->sudden_gain.share + p->sudden_gain.share / p->sudden_gain.chance * jump);
                float trust = alliance * readiness * expectancy;
                float engaged = power(trust, p->process_change.gating / 3);
                for (int q = 0; q < 4; q++)
                    z[q] += fminf(p->process_change.learning_rate * dose[q] * 2 * squash(competence[q]) * engaged * pace, 1.0f)
                        * (1 - z[q]);
                float coherence = p->action.unfit_coherence + (1 - p->action.unfit_coherence) * bona_fide;
                action += fminf(p->action.learning_rate * coherence * credible * power(trust, 1.0f / 3) * pace, 1.0f) * (1 - action);
                float story = (1 - p->regulation.coregulation_weight) * formulation * alliance;
                regulation = clip(regulation
                    + p->regulation.growth * (p->regulation.coregulation_weight * coregulation + story) * (1 - regulation));
                contact = 1.0f;
            } else {
                for (int q = 0; q < 4; q++) z[q] *= k->process_kept;
                action *= k->action_kept;
                regulation *= k->regulation_kept;
                contact *= k->contact_kept;
            }
            /* distress */
            float event = normal();
            float size = fmaxf(fabsf(event) - p->distress.event_threshold, 0.0f) * k->load_spread * p->distress.event_impact;
            float shield = 1 + p->distress.buffer * (0.5f - squash(resources));
            load = within(load * k->load_kept + (event > 0 ? size * shield : -size));
            float matched = weight[0] * z[0] + weight[1] * z[1] + weight[2] * z[2] + weight[3] * z[3];
            float need = fmaxf(1 + p->distress.need * (initial - 2), 0.0f), past = treated;
            treated = need * p->distress.treatment_gain
                * (p->distress.specificity * matched + (1 - p->distress.specificity) * action);
            float common = contact * (p->distress.expectancy_effect * expectancy + p->distress.bond_effect * bond)
                + p->distress.regulation_effect * regulation + p->distress.medication_effect * medication * in_session;
            float relief = treated + need * common - p->distress.harm * contact * strain;
            float before = distress, aim = set_point + load - relief;
            float lasting = distress - week - jump * fmaxf(treated - past, 0.0f);
            lasting = within(aim + (lasting - aim) * k->distress_kept);
            week = within(week * k->week_kept + p->distress.distress_noise * k->week_spread * normal());
            distress = within(lasting + week);
            if (in_session) {
                improvement += p->distress.improvement_memory * (before - distress - improvement);
                /* ending */
                float alliance = (human * bond + goal + task) / (human + 2);
                int code = step == last[arm[i]] && rule[arm[i]] != OPEN_RULE;
                if (normal() < p->ending.removal_base) code = 4;
                if (normal() < p->ending.dropout_base + p->ending.low_alliance * (0.5f - alliance) + p->ending.strain * strain
                        - p->ending.skill * regard - p->ending.progress * (initial - distress) + p->ending.mismatch * (0.5f - match)
                        + p->ending.early_dropout / attended - p->ending.alert_retention * alert
                        - p->ending.commitment * (rule[arm[i]] == FIXED_RULE))
                    code = distress > level ? 3 : 2;
                if (rule[arm[i]] != FIXED_RULE && attended >= p->ending.good_enough_from
                        && normal() < p->ending.good_enough_base + p->ending.good_enough_slope * (level - distress)
                            + p->ending.good_enough_change * (initial - distress)
                            + p->ending.good_enough_sessions * attended)
                    code = 2;
                ended = code;
            }
            /* measurement and sums */
            double *cell = sums + ((int64_t)arm[i] * (sessions + 1) + step) * S_COUNT;
            cell[S_clients] += 1;
            cell[S_in_care] += in_session;
            cell[S_distress] += distress;
            cell[S_distress_squared] += (double)distress * distress;
            cell[S_bond] += bond;
            cell[S_ruptures] += rupture;
            cell[S_dropped] += ended == 3;
            cell[S_agreed] += ended == 2;
            int session = occasion[step] == SESSION;
            float share = session || occasion[step] == NOT_SEEN ? f->missing : f->missing_assessment;
            if ((session ? in_session : occasion[step] != NOT_SEEN) && uniform() >= share) {
                float raw = f->intercept + f->slope * distress + f->style * style + f->error * normal();
                float y = fminf(fmaxf(floorf(raw / f->step + 0.5f) * f->step, f->floor), f->ceiling);
                last_score = y;
                cell[S_scored] += 1;
                cell[S_symptom_score] += y;
                cell[S_symptom_score_squared] += (double)y * y;
            }
        }
    }
}
