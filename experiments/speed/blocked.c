/* The model as an expert would write it in C: the design of dyadsim/kernel, block by block, one short
   loop over the lanes for each mechanism, addressed random numbers, those in a session in front. Rows
   are static arrays of a length that the compiler knows, all in one file, so it can inline every loop
   and need not test whether rows overlap. Every sum and product stands in the order of the Python
   source, without contraction (-ffp-contract=off): the clients' table ends with the same bits.
   `names.h` (written by c_loop.py) has rows (R_...), sums (S_...), streams (N_...) and structs. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "names.h"

#ifndef LANES
#define LANES 1008
#endif
#ifndef MANY
#define MANY 48
#endif
enum { LINE = 16, WORTH = 6 };
#define EACH(end) for (int32_t i = 0; i < (end); i++)
#define ROW(name) b[R_##name]
#define LESS(a, c) ((a) < (c) ? (a) : (c))
#define MORE(a, c) ((a) > (c) ? (a) : (c))

typedef float Row[LANES] __attribute__((aligned(64)));
static Row b[R_COUNT];
static Row in_session, taking, plan_done, relief, at_once, learning_pace, alliance, trust;
static Row may_agree, last_session, continued, mastery[4], deep;
static Row n_rupture, n_repair, n_bond, n_agreement, n_expectancy, n_readiness, n_good, n_dropout;
static Row n_removal, n_gain, n_event, n_distress, n_symptom, n_missing;
static uint32_t word[LANES], home[LANES], move_to[LANES], move_from[LANES];
static int32_t arms[LANES], guides[LANES];
static uint64_t seed;
static Parameters q;
static Pace k;
static Scale s;

/* arithmetic: dyadsim/numerics/float32.py */
static inline int32_t bits_of(float x) { int32_t y; memcpy(&y, &x, 4); return y; }
static inline float float_of(int32_t x) { float y; memcpy(&y, &x, 4); return y; }
static inline float squash(float x) { return 0.5f + 0.5f * x / sqrtf(1.0f + x * x); }
static inline float within(float x) { x = MORE(x, -180.0f); return LESS(x, 180.0f); }
static inline float clip(float x) { x = MORE(x, 0.0f); return LESS(x, 1.0f); }

static inline float log_2(float x) {
    int32_t bits = bits_of(x), e = (bits - 0x3F3504F3) >> 23;
    float r = float_of(bits - (int32_t)((uint32_t)e << 23)) - 1.0f, square = r * r;
    float low = (1.442694902420044f + r * -0.7213524580001831f)
        + square * (0.4809311628341675f + r * -0.3602634370326996f);
    float high = (0.28686898946762085f + r * -0.24832311272621155f)
        + square * (0.23570886254310608f + r * -0.14973130822181702f);
    return (float)e + r * (low + square * square * high);
}

static inline float exp_2(float x) {
    x = MORE(x, -126.0f);
    float moved = x + 12582912.0f, r = x - (moved - 12582912.0f), square = r * r;
    float scale = float_of((bits_of(moved) - 0x4B400000 + 127) << 23);
    float high = (0.05550328642129898f + r * 0.009618489071726799f)
        + square * (0.0013399930903688073f + r * 0.0001534580806037411f);
    return scale * ((1.0f + r * 0.6931471824645996f) + square * (0.24022646248340607f + r * high));
}

/* random numbers: dyadsim/numerics/random_streams.py */
static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

static uint64_t key(int32_t step, int32_t stream) {
    const uint64_t golden = 0x9E3779B97F4A7C15ull;
    uint64_t x = mix(mix(seed + golden) + golden);
    return mix((mix((x ^ (uint64_t)step) + golden) ^ (uint64_t)stream) + golden);
}

static inline void fill_uniform(float *out, int32_t end, int32_t step, int32_t stream) {
    uint64_t both = key(step, stream);
    uint32_t low = (uint32_t)both, high = (uint32_t)(both >> 32);
    EACH(end) {
        uint32_t x = word[i] ^ low;
        x = (x ^ (x >> 16)) * 0x7FEB352Du;
        x = (x ^ (x >> 15) ^ high) * 0x846CA68Bu;
        x ^= x >> 16;
        out[i] = (float)(int32_t)(x >> 9) * 0x1p-23f + 0x1p-24f;
    }
}

static inline void fill_normal(float *restrict out, int32_t end, int32_t step, int32_t stream) {
    fill_uniform(out, end, step, stream);
    EACH(end) {
        float u = out[i], x = 4.0f * u * (1.0f - u);
        int32_t bits = bits_of(x), e = (bits - 0x3F3504F3) >> 23;
        float r = float_of(bits - (int32_t)((uint32_t)e << 23)) - 1.0f, square = r * r;
        float rough = r * ((1.4425779581069946f + r * -0.7202417850494385f)
            + square * ((0.4866861402988434f + r * -0.3945753574371338f) + square * 0.25266024470329285f));
        deep[i] = sqrtf(3.0f - ((float)e + rough)) - 3.0f;
    }
    EACH(end) {
        float d = deep[i], square = d * d, fourth = square * square;
        float low = (2.679753065109253f + d * 1.3295634984970093f)
            + square * (0.04325614497065544f + d * -0.07342962920665741f);
        float high = (0.03240914270281792f + d * 0.00375645630992949f)
            + square * (-0.008114111609756947f + d * 0.0011378974886611104f);
        out[i] = (2.0f * out[i] - 1.0f)
            * (low + fourth * (high + fourth * (0.0009289594017900527f + d * -0.00025919650215655565f)));
    }
}

static void draw(int32_t front, int32_t lanes, int32_t seen, int32_t step) {
    if (front > 0) {
        fill_normal(n_rupture, front, step, N_RUPTURE);
        fill_normal(n_repair, front, step, N_REPAIR);
        fill_normal(n_bond, front, step, N_BOND);
        fill_normal(n_agreement, front, step, N_AGREEMENT);
        fill_normal(n_expectancy, front, step, N_EXPECTANCY);
        fill_normal(n_readiness, front, step, N_READINESS);
        fill_normal(n_good, front, step, N_GOOD_ENOUGH);
        fill_normal(n_dropout, front, step, N_DROPOUT);
        fill_normal(n_removal, front, step, N_REMOVAL);
        fill_uniform(n_gain, front, step, N_SUDDEN_GAIN);
    }
    fill_normal(n_event, lanes, step, N_LIFE_EVENT);
    fill_normal(n_distress, lanes, step, N_DISTRESS);
    if (seen > 0) {
        fill_normal(n_symptom, seen, step, N_SYMPTOM);
        fill_uniform(n_missing, seen, step, N_SYMPTOM_MISSING);
    }
}

/* what a session does: dyadsim/model/mechanisms, in ODD order */
static void meet(int32_t front) {
    EACH(front) {
        float offer = q.expectancy.rationale * (ROW(rationale)[i] - 0.5f)
            + q.expectancy.bona_fide * (ROW(bona_fide)[i] - 0.5f);
        float person = q.expectancy.allegiance * ROW(allegiance)[i] + q.expectancy.congruence * ROW(congruence)[i];
        ROW(credibility)[i] = in_session[i] * squash(q.expectancy.credibility_base + offer
            + q.expectancy.match * (ROW(match)[i] - 0.5f) + person);
    }
    float alone = 1.0f - q.resonance.client_damping;
    float single = q.resonance.client_noise * q.resonance.client_noise / (1.0f - alone * alone);
    EACH(front) {
        float mirror = q.resonance.mirroring * squash(ROW(empathy)[i]) * ROW(body)[i];
        float calm = q.resonance.coregulation_coupling * squash(ROW(congruence)[i]) * ROW(presence)[i] * ROW(body)[i];
        float a = 1.0f - q.resonance.client_damping - calm, c = 1.0f - q.resonance.therapist_damping - mirror;
        float own = q.resonance.client_noise * q.resonance.client_noise;
        float other = q.resonance.therapist_noise * q.resonance.therapist_noise;
        float da = 1.0f - a * a, db = 1.0f - c * c, over = 1.0f / (da * db - calm * calm * mirror * mirror);
        float p0 = (own * db + calm * calm * other) * over;
        float p1 = (2.0f * a * calm * db + calm * calm * 2.0f * c * mirror) * over;
        float v0 = (other * da + mirror * mirror * own) * over;
        float v1 = (2.0f * c * mirror * da + mirror * mirror * 2.0f * a * calm) * over;
        float left = 1.0f - a * c - calm * mirror - a * mirror * p1 - c * calm * v1;
        float r = (a * mirror * p0 + c * calm * v0) / left, p = p0 + p1 * r, v = v0 + v1 * r;
        ROW(synchrony)[i] = r / sqrtf(p * v) * in_session[i] + 0.0f;
        ROW(coregulation)[i] = (1.0f - p / single) * in_session[i] + 0.0f;
    }
    EACH(front) {
        float fall = (ROW(first_score)[i] - ROW(last_score)[i]) / s.slope;
        float off = fall < q.responsiveness.alert_level ? ROW(feedback)[i] : 0.0f;
        float alert = (ROW(attended)[i] > 2.0f ? off : 0.0f) * in_session[i];
        float raised = q.responsiveness.alert_plan * alert, before = ROW(formulation)[i];
        float rate = q.responsiveness.formulation_rate * squash(ROW(formulation_skill)[i])
            * (1.0f + q.responsiveness.alert_boost * alert);
        float moved = before + LESS(rate, 1.0f) * (1.0f - before);
        ROW(alert)[i] = alert;
        ROW(new_plan)[i] = MORE(ROW(new_plan)[i], raised);
        ROW(formulation)[i] = before + in_session[i] * ROW(human)[i] * (moved - before);
    }
    EACH(front) {
        const Row *plan = &ROW(planned_dose), *w = &ROW(weight);
        float total = plan[0][i] + plan[1][i] + plan[2][i] + plan[3][i], on = in_session[i];
        float led = ROW(individualisation)[i] * ROW(formulation)[i];
        float x0 = plan[0][i] + led * (total * w[0][i] - plan[0][i]), x1 = plan[1][i] + led * (total * w[1][i] - plan[1][i]);
        float x2 = plan[2][i] + led * (total * w[2][i] - plan[2][i]), x3 = plan[3][i] + led * (total * w[3][i] - plan[3][i]);
        float apart = fabsf(x0 - plan[0][i]) + fabsf(x1 - plan[1][i]) + fabsf(x2 - plan[2][i]) + fabsf(x3 - plan[3][i]);
        float over = 1.0f / (total + 1e-6f);
        ROW(adherence)[i] = on * (1.0f - 0.5f * apart * over) + 0.0f;
        float skilled = x0 * mastery[0][i] + x1 * mastery[1][i] + x2 * mastery[2][i] + x3 * mastery[3][i];
        ROW(delivered_competence)[i] = on * skilled * over;
        b[R_delivered_dose][i] = on * x0;
        b[R_delivered_dose + 1][i] = on * x1;
        b[R_delivered_dose + 2][i] = on * x2;
        b[R_delivered_dose + 3][i] = on * x3;
    }
    EACH(front) {
        float on = in_session[i], strain = ROW(strain)[i];
        float ahead = ROW(structure)[i] * (1.0f - q.rupture.alert_easing * ROW(alert)[i]) - ROW(readiness)[i];
        ahead = MORE(ahead, 0.0f);
        ROW(pushing)[i] = ahead * on;
        float near = q.rupture.low_bond * (0.5f - ROW(bond)[i]) - q.rupture.congruence * ROW(congruence)[i];
        float index = q.rupture.base + near + q.rupture.goal_distance * (1.0f - ROW(goal)[i])
            + q.rupture.pushing_weight * ahead;
        float happened = (n_rupture[i] < index ? 1.0f : 0.0f) * on * ROW(human)[i];
        float skill = q.rupture.repair_base + q.rupture.repair_skill * ROW(repair_skill)[i];
        skill = skill + q.rupture.repair_empathy * ROW(empathy)[i] + q.rupture.alert_repair * ROW(alert)[i];
        float mended = n_repair[i] < skill ? happened : 0.0f;
        float old = strain * (1.0f - q.rupture.strain_decay) * (1.0f - q.rupture.repair_relief * mended);
        float moved = old + q.rupture.rupture_cost * (happened - mended) * (1.0f - strain);
        ROW(rupture)[i] = happened;
        ROW(repaired)[i] = mended;
        ROW(strain)[i] = strain + on * (LESS(moved, 1.0f) - strain);
    }
    EACH(front) {
        float warmth = q.alliance.empathy * ROW(empathy)[i] + q.alliance.regard * ROW(regard)[i];
        float therapist = warmth + q.alliance.congruence * ROW(congruence)[i];
        float security = q.alliance.attachment * ROW(attachment)[i] + q.alliance.fit * ROW(dyad_fit)[i];
        float client = security + q.alliance.reverse * ROW(recent_improvement)[i];
        float strain = q.alliance.strain * ROW(strain)[i], bond = ROW(bond)[i];
        float target = ROW(human)[i] * squash(q.alliance.bond_base + therapist + client
            + q.alliance.synchrony * ROW(synchrony)[i] - strain);
        float aim = clip(target + q.alliance.alliance_noise * n_bond[i]);
        ROW(bond)[i] = bond + in_session[i] * q.alliance.rate * (aim - bond);
    }
    EACH(front) {
        float fit = q.alliance.fit * ROW(dyad_fit)[i], back = q.alliance.reverse * ROW(recent_improvement)[i];
        float strain = q.alliance.strain * ROW(strain)[i], noise = q.alliance.alliance_noise * n_agreement[i];
        float match = q.alliance.match * (ROW(match)[i] - 0.5f), goal = ROW(goal)[i], task = ROW(task)[i];
        float hope = match + q.alliance.expectancy * (ROW(expectancy)[i] - 0.5f);
        float sense = match + q.alliance.credibility * (ROW(credibility)[i] - 0.5f);
        float willing = q.alliance.readiness * (ROW(readiness)[i] - 0.5f);
        float goals = squash(q.alliance.goal_base + hope + fit - strain + back);
        float tasks = squash(q.alliance.task_base + sense + willing + fit - strain + back);
        ROW(goal)[i] = goal + in_session[i] * q.alliance.rate * (clip(goals + noise) - goal);
        ROW(task)[i] = task + in_session[i] * q.alliance.rate * (clip(tasks + noise) - task);
    }
    EACH(front) alliance[i] = (ROW(human)[i] * ROW(bond)[i] + ROW(goal)[i] + ROW(task)[i])
        / (ROW(human)[i] + 1.0f + 1.0f);
    EACH(front) {
        float before = ROW(expectancy)[i], gained = ROW(initial_distress)[i] - ROW(distress)[i];
        float lesson = (1.0f - q.expectancy.evidence) * ROW(credibility)[i]
            + q.expectancy.evidence * squash(q.expectancy.progress * gained);
        float moved = before + q.expectancy.learning_rate * (lesson - before)
            + q.expectancy.expectancy_noise * n_expectancy[i];
        ROW(expectancy)[i] = before + in_session[i] * (clip(moved) - before);
    }
    EACH(front) {
        float before = ROW(readiness)[i];
        float autonomy = 1.0f - ROW(structure)[i] * (1.0f - ROW(individualisation)[i]);
        float grown = q.readiness.growth * autonomy * alliance[i] * (1.0f - before);
        float lost = q.readiness.resistance * ROW(pushing)[i] * before;
        float moved = clip(before + grown - lost + q.readiness.readiness_noise * n_readiness[i]);
        ROW(readiness)[i] = before + in_session[i] * (moved - before);
    }
    float chance = q.sudden_gain.share > 0.0f ? q.sudden_gain.chance : 0.0f;
    float usual = 1.0f - q.sudden_gain.share, jump = q.sudden_gain.share / q.sudden_gain.chance;
    EACH(front) {
        float came = in_session[i] * (n_gain[i] < chance ? 1.0f : 0.0f);
        ROW(sudden_gain)[i] = came;
        learning_pace[i] = ROW(aptitude)[i] * (1.0f + ROW(new_plan)[i]) * (usual + jump * came);
    }
    EACH(front) {
        float product = alliance[i] * ROW(readiness)[i] * ROW(expectancy)[i];
        trust[i] = log_2(MORE(product, 1e-30f));
    }
    float power = q.process_change.gating * (float)(1.0 / 3.0);
    EACH(front) ROW(engagement)[i] = in_session[i] * exp_2(power * trust[i]);
}

/* what a step leaves in everybody */
static void live(int32_t front, int32_t lanes) {
    for (int32_t d = 0; d < 4; d++) EACH(lanes) {
        float z = b[R_process + d][i], pace = ROW(engagement)[i] * learning_pace[i];
        float learnt = q.process_change.learning_rate * b[R_delivered_dose + d][i] * mastery[d][i] * pace;
        learnt = z + LESS(learnt, 1.0f) * (1.0f - z);
        b[R_process + d][i] = in_session[i] > 0.5f ? learnt : z * k.process_kept;
    }
    EACH(lanes) {
        float action = ROW(action)[i], on = in_session[i], part = exp_2((float)(1.0 / 3.0) * trust[i]);
        float coherence = q.action.unfit_coherence + (1.0f - q.action.unfit_coherence) * ROW(bona_fide)[i];
        float taken = q.action.learning_rate * coherence * ROW(credibility)[i] * part * learning_pace[i];
        taken = action + LESS(taken, 1.0f) * (1.0f - action);
        float moved = action + on * (taken - action);
        ROW(action)[i] = on > 0.5f ? moved : action * k.action_kept;
    }
    EACH(lanes) {
        float before = ROW(regulation)[i], on = in_session[i];
        float body = q.regulation.coregulation_weight * ROW(coregulation)[i];
        float story = (1.0f - q.regulation.coregulation_weight) * ROW(formulation)[i] * alliance[i];
        float grown = clip(before + q.regulation.growth * (body + story) * (1.0f - before));
        float moved = before + on * (grown - before);
        ROW(regulation)[i] = on > 0.5f ? moved : before * k.regulation_kept;
    }
    EACH(lanes) {
        float noise = n_event[i], over = fabsf(noise) - q.distress.event_threshold;
        float size = MORE(over, 0.0f) * k.load_spread * q.distress.event_impact;
        float shield = 1.0f + q.distress.buffer * (0.5f - squash(ROW(resources)[i])), faded = ROW(contact)[i] * k.contact_kept;
        ROW(load)[i] = within(ROW(load)[i] * k.load_kept + (noise > 0.0f ? size * shield : -size));
        ROW(contact)[i] = in_session[i] > 0.5f ? 1.0f : faded;
    }
    EACH(lanes) {
        const Row *w = &ROW(weight), *z = &ROW(process);
        float matched = w[0][i] * z[0][i] + w[1][i] * z[1][i] + w[2][i] * z[2][i] + w[3][i] * z[3][i];
        float drug = ROW(medication)[i] * taking[i], contact = ROW(contact)[i], past = ROW(treatment_relief)[i];
        float more = 1.0f + q.distress.need * (ROW(initial_distress)[i] - 2.0f);
        more = MORE(more, 0.0f);
        float treated = more * (q.distress.treatment_gain
            * (q.distress.specificity * matched + (1.0f - q.distress.specificity) * ROW(action)[i]));
        float relation = contact * (q.distress.expectancy_effect * ROW(expectancy)[i] + q.distress.bond_effect * ROW(bond)[i]);
        float common = more * (relation + q.distress.regulation_effect * ROW(regulation)[i]
            + q.distress.medication_effect * drug);
        float fresh = treated - past;
        relief[i] = treated + common - q.distress.harm * contact * ROW(strain)[i];
        at_once[i] = ROW(sudden_gain)[i] * MORE(fresh, 0.0f);
        ROW(treatment_relief)[i] = treated;
    }
    EACH(lanes) {
        float before = ROW(distress)[i], week = ROW(fluctuation)[i];
        float target = ROW(set_point)[i] + ROW(load)[i] - relief[i];
        float level = within(target + (before - week - at_once[i] - target) * k.distress_kept);
        float moved = within(week * k.week_kept + q.distress.distress_noise * k.week_spread * n_distress[i]);
        float after = within(level + moved), recent = ROW(recent_improvement)[i];
        ROW(recent_improvement)[i] = recent + in_session[i] * (q.distress.improvement_memory * (before - after - recent));
        ROW(fluctuation)[i] = moved;
        ROW(distress)[i] = after;
    }
    EACH(front) {
        float distress = ROW(distress)[i], level = ROW(good_enough_level)[i], attended = ROW(attended)[i];
        float code = 1.0f * plan_done[i], gained = ROW(initial_distress)[i] - distress;
        code = n_removal[i] < q.ending.removal_base ? 4.0f : code;
        float relation = q.ending.low_alliance * (0.5f - alliance[i]) + q.ending.strain * ROW(strain)[i]
            - q.ending.skill * ROW(regard)[i];
        float index = q.ending.dropout_base + relation - q.ending.progress * gained
            + q.ending.mismatch * (0.5f - ROW(match)[i]);
        float ties = q.ending.commitment * (1.0f - may_agree[i]) + q.ending.alert_retention * ROW(alert)[i];
        index += q.ending.early_dropout / MORE(attended, 1.0f) - ties;
        float away = distress > level ? 3.0f : 2.0f;
        code = n_dropout[i] < index ? away : code;
        float enough = q.ending.good_enough_change * gained + q.ending.good_enough_sessions * attended;
        float agreed = q.ending.good_enough_base + q.ending.good_enough_slope * (level - distress) + enough;
        float reached = n_good[i] < agreed ? may_agree[i] : 0.0f;
        reached = attended >= q.ending.good_enough_from ? reached : 0.0f;
        code = reached > 0.0f ? 2.0f : code;
        ROW(ended)[i] += in_session[i] * code;
    }
}

static void measure(int32_t seen, int32_t lanes, float everybody, float session) {
    float share = everybody > 0.0f ? s.missing_assessment : s.missing;
    EACH(seen) {
        float given = session * in_session[i];
        given = MORE(given, everybody);
        float filled = n_missing[i] >= share ? given : 0.0f;
        float raw = s.intercept + s.slope * ROW(distress)[i] + s.style * ROW(rater_style)[i] + s.error * n_symptom[i];
        float y = floorf(raw / s.step + 0.5f) * s.step;
        y = MORE(y, s.floor);
        y = LESS(y, s.ceiling);
        ROW(symptom_score)[i] = filled > 0.0f ? y : float_of(0x7FC00000);
        ROW(last_score)[i] = filled > 0.0f ? y : ROW(last_score)[i];
    }
    for (int32_t i = seen; i < lanes; i++) ROW(symptom_score)[i] = float_of(0x7FC00000);
}

static inline int32_t units(float x, float unit) { return (int32_t)floorf(x * unit + 0.5f); }

static void add_arm(int64_t *cell, int32_t arm, int32_t count) {
    int64_t clients = 0, care = 0, scored = 0, score = 0, squares = 0, latent = 0, latents = 0, bonds = 0;
    int64_t ruptures = 0, dropped = 0, agreed = 0;
    EACH(count) { /* masks in place of conditions: gcc makes branches of those, and no vector code */
        float y = ROW(symptom_score)[i], ended = ROW(ended)[i];
        int32_t mine = -(arms[i] == arm), has = mine & -(y == y);
        float known = float_of(bits_of(y) & has), d = float_of(bits_of(ROW(distress)[i]) & mine);
        clients -= mine;
        care += (int32_t)in_session[i] & mine;
        scored -= has;
        score += units(known, 4096.0f);
        squares += units(known * known, 1024.0f);
        latent += units(d, 65536.0f);
        latents += units(d * d, 65536.0f);
        bonds += units(float_of(bits_of(ROW(bond)[i]) & mine), 65536.0f);
        ruptures += (int32_t)ROW(rupture)[i] & mine;
        dropped -= mine & -(ended == 3.0f);
        agreed -= mine & -(ended == 2.0f);
    }
    cell[S_clients] += clients;
    cell[S_in_care] += care;
    cell[S_scored] += scored;
    cell[S_symptom_score] += score;
    cell[S_symptom_score_squared] += squares;
    cell[S_distress] += latent;
    cell[S_distress_squared] += latents;
    cell[S_bond] += bonds;
    cell[S_ruptures] += ruptures;
    cell[S_dropped] += dropped;
    cell[S_agreed] += agreed;
}

/* those in a session in front: dyadsim/kernel/front.py */
static inline int32_t whole_lines(int32_t lanes) { return (lanes + LINE - 1) / LINE * LINE; }

#define SWAP(row, type) for (int32_t m = 0; m < pairs; m++) { \
    type held = row[move_to[m]]; row[move_to[m]] = row[move_from[m]]; row[move_from[m]] = held; }

static int32_t find_front(int32_t count, int32_t before, int32_t left) {
    int32_t busy = 0, end = 0, pairs = 0;
    EACH(count) {
        int32_t here = in_session[i] > 0.5f, place = here * (i + 1);
        busy += here;
        end = MORE(end, place);
    }
    int32_t front = whole_lines(end), used = front;
    if (left > WORTH && end - busy > MANY) {
        int32_t behind = busy;
        EACH(busy) if (in_session[i] < 0.5f) {
            while (in_session[behind] < 0.5f) behind++;
            move_to[pairs] = (uint32_t)i;
            move_from[pairs++] = (uint32_t)behind++;
        }
        for (int32_t row = 0; row < R_COUNT; row++) if (!AFRESH[row]) SWAP(b[row], float)
        SWAP(in_session, float) SWAP(taking, float) SWAP(plan_done, float) SWAP(may_agree, float)
        SWAP(last_session, float) SWAP(continued, float)
        for (int32_t d = 0; d < 4; d++) SWAP(mastery[d], float)
        SWAP(word, uint32_t) SWAP(arms, int32_t) SWAP(guides, int32_t) SWAP(home, uint32_t)
        front = whole_lines(busy);
    }
    int32_t ended = MORE(used, before);
    for (int32_t row = 0; row < R_COUNT; row++) if (AFRESH[row])
        for (int32_t i = front; i < ended; i++) b[row][i] = 0.0f;
    return front;
}

void run(float *table, int32_t clients, int32_t sessions, const int32_t *arm, const int32_t *therapist,
         const uint32_t *words, const float *presence, int32_t therapists, const int32_t *occasion,
         const int32_t *rule, const int32_t *last, const float *goes_on, const Parameters *p, const Pace *pace,
         const Scale *form, uint64_t seed_, int32_t arm_count, int64_t *sums) {
    q = *p, k = *pace, s = *form, seed = seed_;
    for (int32_t start = 0; start < clients; start += LANES) {
        int32_t count = LESS(clients - start, LANES), lanes = whole_lines(count), front = lanes;
        for (int32_t row = 0; row < R_COUNT; row++)
            memcpy(b[row], table + (int64_t)row * clients + start, sizeof(float) * (size_t)count);
        memcpy(word, words + start, sizeof(uint32_t) * (size_t)count);
        memcpy(arms, arm + start, sizeof(int32_t) * (size_t)count);
        memcpy(guides, therapist + start, sizeof(int32_t) * (size_t)count);
        EACH(lanes) {
            home[i] = (uint32_t)i;
            may_agree[i] = rule[arms[i]] != FIXED_RULE ? 1.0f : 0.0f;
            last_session[i] = rule[arms[i]] != OPEN_RULE ? (float)last[arms[i]] : 0.0f;
            continued[i] = goes_on[arms[i]] > 0.0f ? 1.0f : 0.0f;
        }
        for (int32_t d = 0; d < 4; d++) EACH(lanes) mastery[d][i] = 2.0f * squash(b[R_competence + d][i]);
        for (int32_t step = 1; step <= sessions; step++) {
            const float *today = presence + (int64_t)step * therapists;
            EACH(lanes) ROW(presence)[i] = guides[i] >= 0 ? today[guides[i]] : 0.0f;
            EACH(lanes) {
                float ended = ROW(ended)[i], open = ended < 0.5f ? 1.0f : 0.0f;
                float on = ROW(scheduled)[i] > 0.5f ? open : 0.0f;
                float goes = ended == 1.0f || ended == 2.0f ? continued[i] : 0.0f;
                in_session[i] = on;
                ROW(attended)[i] += on;
                taking[i] = MORE(on, goes);
                plan_done[i] = last_session[i] == (float)step ? 1.0f : 0.0f;
            }
            front = find_front(count, front, sessions + 1 - step);
            int everybody = occasion[step] != SESSION && occasion[step] != NOT_SEEN;
            int32_t seen = everybody ? lanes : front;
            draw(front, lanes, seen, step);
            if (front > 0) meet(front);
            live(front, lanes);
            measure(seen, lanes, (float)everybody, (float)(occasion[step] == SESSION));
            for (int32_t a = 0; a < arm_count; a++)
                add_arm(sums + ((int64_t)a * (sessions + 1) + step) * S_COUNT, a, count);
        }
        for (int32_t i = 0; i < count; i++) move_to[home[i]] = (uint32_t)i;
        for (int32_t row = FIRST_WRITTEN; row < R_COUNT; row++) {
            float *target = table + (int64_t)row * clients + start;
            for (int32_t i = 0; i < count; i++) target[i] = b[row][move_to[i]];
        }
    }
}
