"""Against R: response profiles, growth model, dose-response, sudden gains, synchrony, Shapley.

Each test draws data here, gives them to R and compares. R 4.2.2, mclust 6.0.0, lme4 1.1-31.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis import growth_model, shapley, sudden_gains, synchrony
from dyadsim.analysis.dose_response import dose_response_curve, good_enough, rate_and_total
from dyadsim.analysis.growth_model import Growth
from dyadsim.analysis.profiles import client_lines, response_profiles

pytestmark = pytest.mark.verification

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
MCLUST = """
library(mclust)
groups <- Mclust(scale(lines), G = 1:4, modelNames = "VVV", verbose = FALSE)
tight <- emControl(tol = c(1e-9, 1e-9))
bic <- sapply(1:4, function(k) {
  one <- Mclust(scale(lines), G = k, modelNames = "VVV", verbose = FALSE)
  up <- me(scale(lines), one$z, modelName = "VVV", control = tight)
  -bic("VVV", up$loglik, nrow(lines), 2, k)
})
result <- list(chosen = groups$G, bic = bic)
"""


def _lines(kind: str) -> pd.DataFrame:
    rng = np.random.default_rng(23)
    if kind == "fan":
        start = 10 + rng.gamma(2, 5, 160)
        change = -0.25 * start + 0.06 * start * rng.normal(size=160)
        return pd.DataFrame({"start": start, "change": change})
    kinds = np.array([[20, -6], [20, -1], [30, -3.5]])[np.arange(240) % 3]
    spread = np.array([[5, 0.4], [1, 1.5], [6, 1.5]])[np.arange(240) % 3]
    lines = kinds + spread * rng.normal(size=(240, 2))
    return pd.DataFrame(lines, columns=["start", "change"])


def _sessions_on(lines: pd.DataFrame) -> pd.DataFrame:
    """Scores of four sessions that lie exactly on each client's line."""
    start, change = lines[["start", "change"]].to_numpy().T
    scores = start[:, None] + change[:, None] * np.log1p(np.arange(4))
    labels = {"client": np.repeat(np.arange(len(lines)), 4), "session": [0, 1, 2, 3] * len(lines)}
    return pd.DataFrame(labels | {"symptom_score": scores.ravel()})


@pytest.mark.parametrize("kind", ["fan", "three"])
def test_profiles_against_mclust(in_r, kind: str) -> None:
    lines = _lines(kind)
    profiles = response_profiles(_sessions_on(lines), most=4)
    theirs = in_r(MCLUST, lines=lines)
    assert len(profiles.groups) == theirs["chosen"]
    ours = [profiles.bic[k] for k in range(1, theirs["chosen"] + 1)]
    for k, (mine, other) in enumerate(zip(ours, theirs["bic"], strict=False), 1):
        assert mine <= other + 0.01, k  # mclust starts once, from a hierarchical clustering
    assert profiles.bic[theirs["chosen"]] == pytest.approx(
        theirs["bic"][theirs["chosen"] - 1], abs=0.1
    )


def test_profiles_of_real_courses_against_mclust(in_r) -> None:
    data = Path(os.environ.get("DYADSIM_SHARED_DATA", BESIDE)) / "enrichd_cbt_bdi"
    if not data.exists():
        pytest.skip("enrichd_cbt_bdi is absent: set DYADSIM_SHARED_DATA to the folder of real data")
    ratings = pd.read_csv(data / "enrichd_cbt_bdi.csv")
    ratings["visit"] = ratings.groupby("ID").cumcount()
    names = {"client": "ID", "session": "visit", "score": "BDI"}
    profiles = response_profiles(ratings, most=4, **names)
    theirs = in_r(MCLUST, lines=client_lines(ratings, **names))
    assert len(profiles.groups) == theirs["chosen"] == 3
    assert profiles.bic[3] == pytest.approx(theirs["bic"][2], abs=0.1)


def test_each_line_is_lm(in_r) -> None:
    rng = np.random.default_rng(2)
    rows = pd.DataFrame({"client": np.repeat(np.arange(12), 6), "session": np.tile(range(6), 12)})
    rows["symptom_score"] = 20 - 2 * np.log1p(rows["session"]) + rng.normal(size=72)
    rows = rows.drop(index=[3, 9, 14])
    theirs = in_r(
        "one <- function(d) unname(coef(lm(symptom_score ~ log1p(session), d)))\n"
        "lines <- sapply(split(rows, rows$client), one)\n"
        "result <- list(start = lines[1, ], change = lines[2, ])",
        rows=rows,
    )
    ours = client_lines(rows)
    np.testing.assert_allclose(ours["start"], theirs["start"], rtol=1e-9)
    np.testing.assert_allclose(ours["change"], theirs["change"], rtol=1e-9)


def test_dose_response_and_good_enough_by_a_loop(in_r) -> None:
    rows = _courses(150, 5)
    theirs = in_r(
        """
        clients <- split(rows, rows$client)
        last <- max(rows$session)
        improved <- sapply(0:last, function(k) mean(sapply(clients, function(d) {
          seen <- d$symptom_score[d$session <= k]
          d$symptom_score[d$session == 0] - seen[length(seen)] >= 6
        })))
        total <- sapply(clients, function(d) max(d$session))
        gain <- sapply(clients, function(d) d$symptom_score[1] - d$symptom_score[nrow(d)])
        came <- total > 0
        test <- cor.test(total[came], (gain / total)[came])
        result <- list(
          improved = improved, gain = as.numeric(tapply(gain[came], total[came], mean)),
          se = as.numeric(tapply(gain[came], total[came], function(x) sd(x) / sqrt(length(x)))),
          r = unname(test$estimate), interval = as.numeric(test$conf.int))
        """,
        rows=rows,
    )
    np.testing.assert_allclose(
        dose_response_curve(rows, reliable_change=6)["improved"], theirs["improved"], rtol=1e-12
    )
    table = good_enough(rows)
    np.testing.assert_allclose(table["gain"], theirs["gain"], rtol=1e-9)
    np.testing.assert_allclose(table["standard_error"], theirs["se"], rtol=1e-9)
    rate = rate_and_total(rows).rate
    assert (rate.value, rate.low, rate.high) == pytest.approx(
        (theirs["r"], *theirs["interval"]), abs=1e-9
    )


def _courses(clients: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for client in range(clients):
        scores = np.round(22 - 4 * np.log1p(np.arange(13)) + 3 * rng.normal(size=13))
        rows += [(client, k, scores[k]) for k in range(rng.integers(1, 13) + 1)]
    return pd.DataFrame(rows, columns=["client", "session", "symptom_score"])


def test_the_lottery_of_endings_by_a_loop(in_r) -> None:
    rows = _courses(200, 8)
    theirs = in_r(
        """
        wide <- reshape(rows, idvar = "client", timevar = "session", direction = "wide")
        scores <- as.matrix(wide[, paste0("symptom_score.", 0:12)])
        total <- apply(scores, 1, function(x) max(which(!is.na(x))) - 1)
        set.seed(1)
        r <- replicate(4000, {
          gain <- numeric(length(total))
          for (n in unique(total)) {
            pool <- (scores[, 1] - scores[, n + 1])[!is.na(scores[, n + 1])]
            ended <- which(total == n)
            gain[ended] <- pool[sample.int(length(pool), length(ended))]
          }
          c(cor(total, gain / total), cor(total, gain))
        })
        result <- list(rate = mean(r[1, ]), rate_sd = sd(r[1, ]), gain = mean(r[2, ]))
        """,
        rows=rows,
    )
    ours = rate_and_total(rows, draws=4000)
    near = 5 * theirs["rate_sd"] * np.sqrt(2 / 4000)  # five Monte-Carlo errors of a difference
    assert ours.rate_by_lot.value == pytest.approx(theirs["rate"], abs=near)
    assert ours.gain_by_lot.value == pytest.approx(theirs["gain"], abs=near)
    assert ours.rate_by_lot.standard_error == pytest.approx(theirs["rate_sd"], rel=0.1)
    assert theirs["rate"] < -0.2  # one curve, endings by lot


def test_variances_of_the_growth_model_against_lme4(in_r) -> None:
    growth = Growth(
        subjects=20, clusters=60, times=6, cluster_intercept=10, cluster_slope=8, effect=-6
    )
    trial = growth_model.draw_trial(growth, 3)
    theirs = in_r(
        """
        library(lme4)
        fit <- lmer(score ~ time * (arm == "treated") + (1 | client) + (0 + time | client)
                    + (1 | therapist) + (0 + time | therapist), trial)
        v <- as.data.frame(VarCorr(fit))
        pick <- function(group, name) v$vcov[grepl(group, v$grp) & v$var1 %in% name]
        result <- list(
          subject_intercept = pick("client", "(Intercept)"), subject_slope = pick("client", "time"),
          cluster_intercept = pick("therapist", "(Intercept)"),
          cluster_slope = pick("therapist", "time"),
          residual = sigma(fit)^2, effect = unname(fixef(fit)[4]))
        """,
        trial=trial,
    )
    # sampling error of a variance over 120 clusters or 2,400 subjects; five standard errors
    expected = {
        "subject_intercept": (50, 0.25),
        "subject_slope": (20, 0.4),
        "cluster_intercept": (10, 0.9),
        "cluster_slope": (8, 0.9),
        "residual": (50, 0.06),
    }
    for name, (value, tolerance) in expected.items():
        assert theirs[name] == pytest.approx(value, rel=tolerance), name
    assert theirs["effect"] == pytest.approx(-6, abs=5 * np.sqrt(2 * 8 / 60 + 2 * 100 / 1200))


def test_both_analyses_of_a_trial_are_t_test_of_r(in_r) -> None:
    trial = growth_model.draw_trial(Growth(effect=-2, dropout=0.3, unequal=0.5), 4)
    theirs = in_r(
        """
        slopes <- sapply(split(trial, trial$client), function(d)
          if (nrow(d) > 1) unname(coef(lm(score ~ time, d))[2]) else NA)
        of <- trial[!duplicated(trial$client), ]
        of$slope <- slopes[as.character(of$client)]
        of <- of[!is.na(of$slope), ]
        means <- aggregate(slope ~ therapist + arm, of, mean)
        result <- list(
          ignored = t.test(slope ~ arm, of, var.equal = TRUE)$p.value,
          respected = t.test(slope ~ arm, means)$p.value, slopes = as.numeric(of$slope))
        """,
        trial=trial,
    )
    np.testing.assert_allclose(
        growth_model.subject_slopes(trial)["slope"], theirs["slopes"], rtol=1e-8
    )
    ignored, respected = growth_model.p_values(trial)
    assert (ignored, respected) == pytest.approx((theirs["ignored"], theirs["respected"]), rel=1e-8)


def test_planning_formulas_of_the_growth_model(in_r) -> None:
    """Matrix algebra in place of formulas: the variance of slopes from Z G Z' + R."""
    growth = growth_model.from_standardised(0.5, 0.1, 0.08, 0.4, subjects=15, times=9)
    theirs = in_r(
        f"""
        time <- seq(0, 1, length.out = {growth.times}); n <- {growth.subjects}; m <- length(time)
        Z <- cbind(1, time)
        subject <- Z %*% diag(c({growth.subject_intercept}, {growth.subject_slope})) %*% t(Z)
        therapist <- Z %*% diag(c({growth.cluster_intercept}, {growth.cluster_slope})) %*% t(Z)
        V <- kronecker(diag(n), subject + diag({growth.residual}, m)) +
          kronecker(matrix(1, n, n), therapist)
        pick <- solve(crossprod(Z), t(Z))[2, ]
        w <- rep(pick / n, n)
        clustered <- drop(t(w) %*% V %*% w)
        one <- drop(t(pick) %*% (subject + therapist + diag({growth.residual}, m)) %*% pick)
        deff <- clustered / (one / n)
        df <- 2 * n * {growth.clusters} - 2
        result <- list(total = diag(subject + therapist) + {growth.residual}, deff = deff,
                       false = 2 * pt(-qt(.975, df) / sqrt(deff), df))
        """
    )
    np.testing.assert_allclose(
        growth_model.variance_partition(growth)["total"], theirs["total"], rtol=1e-10
    )
    assert growth_model.design_effect(growth) == pytest.approx(theirs["deff"], rel=1e-10)
    assert growth_model.false_positives(growth) == pytest.approx(theirs["false"], rel=1e-9)


def test_sudden_gains_by_a_loop(in_r) -> None:
    rng = np.random.default_rng(6)
    rows = []
    for client in range(120):
        scores = np.round(np.clip(25 - np.cumsum(rng.normal(1.0, 3.5, 14)), 0, 60))
        missing = rng.random(14) < 0.08
        rows += [(client, k + 1, np.nan if missing[k] else scores[k]) for k in range(14)]
    frame = pd.DataFrame(rows, columns=["client", "session", "symptom_score"])
    ours = sudden_gains.find_sudden_gains(frame, cut_off=7)
    theirs = in_r(
        """
        found <- NULL
        for (id in unique(rows$client)) {
          x <- rows$symptom_score[rows$client == id]
          for (n in 2:(length(x) - 2)) {
            fall <- x[n] - x[n + 1]
            before <- na.omit(x[max(1, n - 2):n])
            after <- na.omit(x[(n + 1):min(length(x), n + 3)])
            if (is.na(fall) || fall < 7 || fall < .25 * x[n]) next
            if (length(before) < 2 || length(after) < 2) next
            df <- length(before) + length(after) - 2
            pooled <- sqrt(((length(before) - 1) * var(before) + (length(after) - 1) * var(after))
                           / df)
            if (mean(before) - mean(after) > qt(.975, df) * pooled) {
              later <- max(x[(n + 1):length(x)], na.rm = TRUE)
              found <- rbind(found, c(id, n, fall, later >= x[n] - fall / 2))
            }
          }
        }
        result <- list(client = found[, 1], session = found[, 2], magnitude = found[, 3],
                       reversed = found[, 4])
        """,
        rows=frame,
    )
    assert len(theirs["client"]) > 20
    for column, values in theirs.items():
        assert ours[column].astype(float).tolist() == values, column


def test_synchrony_by_a_loop(in_r) -> None:
    series = np.random.default_rng(10).normal(size=(2, 5, 53))
    series[1] += 0.5 * series[0]
    long = pd.DataFrame(
        {
            "dyad": np.repeat(np.arange(5), 53),
            "client": series[0].ravel(),
            "therapist": series[1].ravel(),
        }
    )
    theirs = in_r(
        """
        client <- matrix(beats$client, ncol = 5); therapist <- matrix(beats$therapist, ncol = 5)
        one <- function(i, j) {
          z <- c()
          for (start in seq(4, 53 - 10 - 3 + 1, 10)) for (lag in -3:3) {
            now <- start:(start + 9)
            z <- c(z, atanh(abs(cor(client[now, i], therapist[now + lag, j]))))
          }
          mean(z)
        }
        own <- sapply(1:5, function(i) one(i, i))
        others <- sapply(1:5, function(i) mean(sapply(setdiff(1:5, i), function(j) one(i, j))))
        test <- t.test(own, others, paired = TRUE)
        result <- list(own = own, value = unname(test$estimate),
                       interval = as.numeric(test$conf.int))
        """,
        beats=long,
    )
    mine = synchrony.mean_synchrony(series[0], series[1], [np.arange(5)], 10, 3)[0]
    np.testing.assert_allclose(mine, theirs["own"], rtol=1e-9)
    columns = {"client": "client_arousal", "therapist": "therapist_arousal", "dyad": "client"}
    frame = long.rename(columns=columns).assign(beat=np.tile(np.arange(53), 5))
    above_chance = synchrony.synchrony_minus_surrogate(frame, window=10, lag=3, shuffles=4)
    expected = (theirs["value"], *theirs["interval"])
    assert (above_chance.value, above_chance.low, above_chance.high) == pytest.approx(
        expected, abs=1e-9
    )


def test_shapley_by_all_orders(in_r) -> None:
    worth = np.random.default_rng(11).normal(size=16)
    worth[0] = 0
    theirs = in_r(
        """
        orders <- function(x) if (length(x) < 2) list(x) else do.call(c, lapply(seq_along(x),
          function(i) lapply(orders(x[-i]), function(rest) c(x[i], rest))))
        value <- function(set) worth$value[1 + sum(2^set)]
        every <- orders(0:3)
        steps <- sapply(every, function(order) {
          gained <- numeric(4); inside <- c()
          for (i in order) {
            gained[i + 1] <- value(c(inside, i)) - value(inside); inside <- c(inside, i)
          }
          gained
        })
        pair <- sapply(0:3, function(i) sapply(0:3, function(j) if (i == j) 0 else
          value(0:3) - value(setdiff(0:3, i)) - value(setdiff(0:3, j)) +
          value(setdiff(0:3, c(i, j)))))
        result <- list(
          shares = rowMeans(steps), alone = sapply(0:3, function(i) value(i) - value(c())),
          last = sapply(0:3, function(i) value(0:3) - value(setdiff(0:3, i))),
          pair = as.numeric(pair))
        """,
        worth=pd.DataFrame({"value": worth}),
    )
    np.testing.assert_allclose(shapley.shapley_shares(worth), theirs["shares"], atol=1e-12)
    np.testing.assert_allclose(shapley.shares_alone(worth), theirs["alone"], atol=1e-12)
    np.testing.assert_allclose(shapley.shares_last(worth), theirs["last"], atol=1e-12)
    np.testing.assert_allclose(shapley.pair_interactions(worth).ravel(), theirs["pair"], atol=1e-12)
