"""Levels, dropout, mediation and lags in R: lme4, clubSandwich, lavaan, and a bootstrap.

The same numbers are frozen in tests/analysis/. Seen with R 4.2.2, lme4 1.1.31, clubSandwich 0.5.8,
lavaan 0.6.14.
"""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.cross_lagged_panel import random_intercept_panel
from dyadsim.analysis.dropout_model import fit_dropout_model
from dyadsim.analysis.lagged import lagged_effects
from dyadsim.analysis.mediation import mediated_effect
from dyadsim.analysis.therapists import (
    share_of_therapist_variance,
    therapist_effect,
    therapist_table,
)
from dyadsim.analysis.within_between import process_outcome_slopes, variance_shares

pytestmark = pytest.mark.verification


def practice() -> pd.DataFrame:
    """40 therapists with 3 to 25 clients; skill explains half of their differences."""
    rng = np.random.default_rng(11)
    therapist = np.repeat(np.arange(40), rng.integers(3, 26, 40))
    skill, rest = rng.normal(size=(2, 40))
    pre = 15 + 6 * rng.normal(size=therapist.size)
    post = 3 + 0.5 * pre - (skill + rest)[therapist] + 4 * rng.normal(size=therapist.size)
    return pd.DataFrame(
        {"therapist": therapist, "pre": pre, "post": post, "skill": skill[therapist]}
    )


REML = """
suppressMessages(library(lme4))
fine <- lmerControl(optCtrl = list(xtol_abs = 1e-10, ftol_abs = 1e-12))
variance <- function(m) as.numeric(VarCorr(m)$therapist)
"""


def test_the_therapist_effect_and_its_profile(in_r):
    code = (
        REML
        + """
m <- lmer(post ~ pre + (1 | therapist), d, control = fine)
deviance <- update(m, devFunOnly = TRUE)
best <- getME(m, "theta"); limit <- deviance(best) + qchisq(0.95, 1)
above <- function(t) deviance(t) - limit
ends <- c(uniroot(above, c(0, best), tol = 1e-9)$root, uniroot(above, c(best, 9), tol = 1e-9)$root)
share <- function(t) as.numeric(100 * t^2 / (1 + t^2))
u <- ranef(m, condVar = TRUE)$therapist
result <- list(share = share(best), low = share(ends[1]), high = share(ends[2]),
  therapist = variance(m), client = sigma(m)^2,
  blups = u[["(Intercept)"]], errors = sqrt(as.numeric(attr(u, "postVar"))))
"""
    )
    expected, frame = in_r(code, d=practice()), practice()
    effect, table = therapist_effect(frame), therapist_table(frame).sort_index()
    assert effect.percent.value == pytest.approx(expected["share"], rel=1e-4)
    assert effect.percent.low == pytest.approx(expected["low"], rel=1e-4)
    assert effect.percent.high == pytest.approx(expected["high"], rel=1e-4)
    assert effect.therapist_variance == pytest.approx(expected["therapist"], rel=1e-4)
    assert effect.client_variance == pytest.approx(expected["client"], rel=1e-4)
    np.testing.assert_allclose(table["shrunken_gain"], -np.array(expected["blups"]), atol=1e-4)
    np.testing.assert_allclose(table["standard_error"], expected["errors"], rtol=1e-4)


def test_the_share_of_therapist_variance_that_skill_explains(in_r):
    code = (
        REML
        + """
share <- function(d) 1 - variance(lmer(post ~ pre + skill + (1 | therapist), d, control = fine)) /
  variance(lmer(post ~ pre + (1 | therapist), d, control = fine))
left_out <- sapply(0:19, function(block) share(d[!d$therapist %in% (2 * block + 0:1), ]))
result <- list(value = share(d), error = sqrt(19 / 20 * sum((left_out - mean(left_out))^2)))
"""
    )
    expected, share = in_r(code, d=practice()), share_of_therapist_variance(practice(), "skill")
    assert share.value == pytest.approx(expected["value"], abs=1e-4)
    assert share.standard_error == pytest.approx(expected["error"], rel=1e-3)


def levels(therapists: int = 9, seed: int = 3) -> pd.DataFrame:
    """Sessions of clients of few therapists, with an alliance at each of them."""
    rng, rows, client = np.random.default_rng(seed), [], 0
    for therapist in range(therapists):
        skill = rng.normal()
        for _ in range(int(rng.integers(3, 15))):
            level, start, noise = rng.normal(size=3)
            client += 1
            for session in range(5):
                score = 25 + 4 * start - (skill + 0.5 * level + 2 * noise) * session / 2
                alliance = 4 + 0.5 * skill + level + 0.5 * rng.normal()
                rows.append((client, therapist, session, alliance, score))
    names = ["client", "therapist", "session", "alliance_score", "symptom_score"]
    return pd.DataFrame(rows, columns=names)


CR2 = """
library(clubSandwich)
parts <- aggregate(alliance_score ~ client + therapist, d, mean)
ends <- merge(d[d$session == 0, c("client", "symptom_score")],
  d[d$session == 4, c("client", "symptom_score")], by = "client")
parts <- merge(parts, ends)
parts$m <- ave(parts$alliance_score, parts$therapist)
fit <- lm(-symptom_score.y ~ m + I(alliance_score - m) + symptom_score.x, parts)
own <- lm(-symptom_score.y ~ m + alliance_score + symptom_score.x, parts)
test <- function(f, i) {
  t <- coef_test(f, vcov = "CR2", cluster = parts$therapist, test = "Satterthwaite")
  c(t$beta[i], t$SE[i], t$df_Satt[i], t$p_Satt[i])
}
result <- list(between_therapists = test(fit, 2), between_clients = test(fit, 3),
  contextual = test(own, 2))
"""


def test_slopes_of_levels(in_r):
    slopes = process_outcome_slopes(levels())
    for name, (value, error, freedom, p) in in_r(CR2, d=levels()).items():
        estimate = getattr(slopes, name)
        assert estimate.value == pytest.approx(value, rel=1e-6)
        assert estimate.standard_error == pytest.approx(error, rel=1e-6)
        assert slopes.degrees_of_freedom[name] == pytest.approx(freedom, rel=1e-6)
        assert slopes.p[name] == pytest.approx(p, rel=1e-6)


def test_variance_shares_of_equal_groups_are_those_of_reml(in_r):
    # the two ways differ where groups are unequal; with equal ones and no part below 0 they agree
    sizes = levels().groupby("therapist")["client"].unique()
    kept = np.concatenate([clients[:3] for clients in sizes])
    rows = levels()[levels()["client"].isin(kept)]
    code = (
        REML
        + """
v <- as.data.frame(VarCorr(lmer(alliance_score ~ 1 + (1 | therapist) + (1 | client), d)))
result <- as.list(setNames(v$vcov / sum(v$vcov), v$grp))
"""
    )
    expected, shares = in_r(code, d=rows), variance_shares(rows)
    for ours, theirs in (("therapist", "therapist"), ("client", "client"), ("within", "Residual")):
        assert shares[ours] == pytest.approx(expected[theirs], abs=1e-4)


def dropouts(share: float = 0.084, seed: int = 5) -> pd.DataFrame:
    """30 therapists with 20 clients each; the therapists' SD follows from their share."""
    rng = np.random.default_rng(seed)
    therapist = np.repeat(np.arange(30), 20)
    alliance = rng.normal(size=600)
    distress = rng.normal(size=600) + 0.3 * alliance
    sd = np.sqrt(share / (1 - share)) * np.pi / np.sqrt(3)
    logit = -1 - 0.5 * alliance + 0.2 * distress + sd * rng.normal(size=30)[therapist]
    dropped = (rng.random(600) < 1 / (1 + np.exp(-logit))).astype(int)
    return pd.DataFrame(
        {"therapist": therapist, "alliance": alliance, "distress": distress, "dropped": dropped}
    )


def test_dropout_with_therapists(in_r):
    code = """
suppressMessages(library(lme4))
d$alliance <- as.numeric(scale(d$alliance)); d$distress <- as.numeric(scale(d$distress))
m <- glmer(dropped ~ alliance + distress + (1 | therapist), d, binomial, nAGQ = 15,
  control = glmerControl(optCtrl = list(xtol_abs = 1e-10, ftol_abs = 1e-12)))
share <- function(sd) as.numeric(sd^2 / (sd^2 + pi^2 / 3))
ends <- share(suppressMessages(confint(m, parm = "theta_", method = "profile")))
result <- list(odds = as.numeric(exp(fixef(m)))[-1],
  errors = as.numeric(coef(summary(m))[-1, 2]), share = share(getME(m, "theta")),
  low = ends[1], high = ends[2])
"""
    expected, model = (
        in_r(code, d=dropouts()),
        fit_dropout_model(dropouts(), ["alliance", "distress"]),
    )
    ratios = list(model.odds_ratios.values())
    assert [ratio.value for ratio in ratios] == pytest.approx(expected["odds"], rel=1e-4)
    errors = [ratio.standard_error / ratio.value for ratio in ratios]
    assert errors == pytest.approx(expected["errors"], rel=1e-3)
    share = model.therapist_share
    assert share.value == pytest.approx(expected["share"], abs=2e-5)
    assert share.low == pytest.approx(expected["low"], abs=2e-5)
    assert share.high == pytest.approx(expected["high"], abs=2e-5)


@pytest.mark.parametrize(("share", "least", "most"), [(0.084, 0.89, 0.99), (0.0, 0.95, 1.0)])
def test_the_interval_of_the_therapists_share_of_dropout_holds_it(share, least, most):
    # 100 data sets: .95 less 2.7 binomial SD; at 0 the interval is on the careful side
    holds = []
    for seed in range(100):
        interval = fit_dropout_model(dropouts(share, seed), ["alliance"]).therapist_share
        holds.append(interval.low <= share <= interval.high)
    assert least <= np.mean(holds) <= most


def trial() -> pd.DataFrame:
    """120 clients in two arms; a mediator that moves a little."""
    rng = np.random.default_rng(4)
    treated, pre = np.arange(120) % 2, rng.normal(20, 6, 120)
    mediator = 0.5 * treated + 0.02 * pre + rng.normal(size=120)
    post = 8 + 0.5 * pre - 1.5 * mediator - treated + rng.normal(0, 5, 120)
    return pd.DataFrame({"treated": treated, "pre": pre, "mediator": mediator, "post": post})


def test_the_mediated_effect_by_integration_and_by_bootstrap(in_r):
    code = """
first <- coef(summary(lm(mediator ~ treated + pre, d)))[2, ]
second <- coef(summary(lm(post ~ mediator + treated + pre, d)))[2, ]
below <- function(q) {
  density <- function(a) dt((a - first[1]) / first[2], 117) / first[2]
  chance <- function(a) pt((q / a - second[1]) / second[2], 116)
  integrate(function(a) density(a) * (1 - chance(a)), -Inf, 0, rel.tol = 1e-9)$value +
    integrate(function(a) density(a) * chance(a), 0, Inf, rel.tol = 1e-9)$value
}
end <- function(p, range) uniroot(function(q) below(q) - p, range, tol = 1e-9)$root
set.seed(1)
product <- function(d) coef(lm(mediator ~ treated + pre, d))[[2]] *
  coef(lm(post ~ mediator + treated + pre, d))[[2]]
again <- replicate(3000, product(d[sample(120, replace = TRUE), ]))
result <- list(value = product(d), low = end(0.025, c(-20, -0.1)), high = end(0.975, c(-0.1, 20)),
  bootstrap = diff(quantile(again, c(0.025, 0.975)))[[1]],
  direct = as.numeric(confint(lm(post ~ mediator + treated + pre, d))[3, ]),
  total = as.numeric(confint(lm(post ~ treated + pre, d))[2, ]))
"""
    expected, effect = in_r(code, d=trial()), mediated_effect(trial(), draws=1_000_000)
    carried = effect.carried
    assert carried.value == pytest.approx(expected["value"])
    assert carried.low == pytest.approx(expected["low"], abs=0.005)
    assert carried.high == pytest.approx(expected["high"], abs=0.002)
    # a bootstrap does not assume equal variances: near, not equal
    assert carried.high - carried.low == pytest.approx(expected["bootstrap"], rel=0.1)
    assert [effect.direct.low, effect.direct.high] == pytest.approx(expected["direct"])
    assert [effect.total.low, effect.total.high] == pytest.approx(expected["total"])


def test_the_interval_of_the_mediated_effect_holds_it_and_is_no_wider_than_it_must_be():
    # 400 data sets: .95 ± 3 binomial SD; the SD of 400 values errs by 3.5 %
    rng, intervals, values = np.random.default_rng(1), [], []
    for _ in range(400):
        treated = np.arange(100) % 2
        mediator = 0.6 * treated + rng.normal(size=100)
        post = -mediator - treated + 2 * rng.normal(size=100)
        rows = pd.DataFrame({"treated": treated, "mediator": mediator, "post": post})
        carried = mediated_effect(rows, covariates=(), draws=5000).carried
        intervals.append((carried.low, carried.high, carried.standard_error))
        values.append(carried.value)
    low, high, error = np.array(intervals).T
    assert 0.917 <= np.mean((low < -0.6) & (high > -0.6)) <= 0.983
    assert np.mean(error) == pytest.approx(np.std(values), rel=0.1)


LAVAAN = """
suppressMessages(library(lavaan))
w <- reshape(d, idvar = "client", timevar = "session", direction = "wide", sep = "")
x <- paste0("alliance_score", 1:5); y <- paste0("symptom_score", 1:5)
fixed <- function(names) paste0("1*", names, collapse = "+")
m <- c(paste("X =~", fixed(x)), paste("Y =~", fixed(y)))
for (t in 1:5) m <- c(m, sprintf("p%d =~ 1*%s\\nq%d =~ 1*%s", t, x[t], t, y[t]),
  sprintf("%s ~~ 0*%s\\n%s ~ 1", c(x[t], y[t]), c(x[t], y[t]), c(x[t], y[t])))
for (t in 2:5) m <- c(m, sprintf("p%d ~ c*p%d + d*q%d\\nq%d ~ a*q%d + b*p%d", t, t - 1, t - 1, t,
  t - 1, t - 1), sprintf("p%d ~~ u*p%d\\nq%d ~~ v*q%d\\np%d ~~ uv*q%d", t, t, t, t, t, t))
m <- c(m, "X ~~ X\\nY ~~ Y\\nX ~~ Y\\np1 ~~ p1\\nq1 ~~ q1\\np1 ~~ q1")
f <- lavaan(paste(m, collapse = "\\n"), w, missing = "ml", information = "observed")
e <- parameterEstimates(f); e <- e[match(c("a", "b", "c", "d"), e$label), ]
result <- list(values = e$est, errors = e$se, log_likelihood = as.numeric(logLik(f)),
  correlation = lavInspect(f, "cor.lv")["X", "Y"])
"""


def test_the_random_intercept_panel(in_r, missing_sessions):
    expected, model = in_r(LAVAAN, d=missing_sessions), random_intercept_panel(missing_sessions)
    lags = [model.carry_over, model.effect, model.predictor_carry_over, model.reverse]
    assert [lag.value for lag in lags] == pytest.approx(expected["values"], abs=2e-4)
    assert [lag.standard_error for lag in lags] == pytest.approx(expected["errors"], rel=2e-3)
    assert model.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-3)
    assert model.intercept_correlation == pytest.approx(expected["correlation"], abs=1e-3)


@pytest.mark.parametrize(
    ("session_means", "effects"),
    [(False, "factor(client)"), (True, "factor(client) + factor(session)")],
)
def test_the_lagged_effect(in_r, session_means, effects, missing_sessions):
    code = """
library(clubSandwich)
n <- ave(d$session, d$client, FUN = length); d <- d[n >= 4, ]
d$x <- resid(lm(alliance_score ~ EFFECTS, d)); d$y <- resid(lm(symptom_score ~ EFFECTS, d))
later <- data.frame(client = d$client, session = d$session - 1, after = d$y)
pairs <- merge(d, later)
fit <- lm(after ~ 0 + x + y, pairs)
t <- coef_test(fit, vcov = "CR2", cluster = pairs$client, test = "Satterthwaite")
half <- qt(0.975, t$df_Satt) * t$SE
result <- list(values = t$beta, errors = t$SE, low = t$beta - half)
"""
    expected = in_r(code.replace("EFFECTS", effects), d=missing_sessions)
    lagged = lagged_effects(missing_sessions, session_means=session_means)
    ours = (lagged.effect, lagged.carry_over)
    assert [estimate.value for estimate in ours] == pytest.approx(expected["values"])
    assert [estimate.standard_error for estimate in ours] == pytest.approx(expected["errors"])
    assert [estimate.low for estimate in ours] == pytest.approx(expected["low"])


@pytest.mark.parametrize("therapists", [6, 12])
def test_slopes_between_therapists_find_nothing_where_nothing_is(therapists):
    # normal intervals with errors clustered the usual way: 28 % of data sets with 6 therapists
    rng, alarms = np.random.default_rng(therapists), []
    for _ in range(300):
        therapist = np.repeat(np.arange(therapists), rng.integers(3, 18, therapists))
        n = therapist.size
        alliance = rng.normal(size=n) + 0.5 * rng.normal(size=therapists)[therapist]
        post = rng.normal(size=n) + 0.4 * rng.normal(size=therapists)[therapist]
        rows = pd.DataFrame(
            {
                "client": np.repeat(np.arange(n), 2),
                "therapist": np.repeat(therapist, 2),
                "session": np.tile([0, 1], n),
                "alliance_score": np.repeat(alliance, 2),
                "symptom_score": np.column_stack([rng.normal(size=n), post]).ravel(),
            }
        )
        alarms.append([p < 0.05 for p in process_outcome_slopes(rows).p.values()])
    assert (np.mean(alarms, axis=0) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)).all()
