"""Against R: change, time to change, early response, relapse, process, endings.

R 4.2.2 with survival and metafor; what no package computes is a loop of its own in R.
"""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis import (
    change,
    clinical_significance,
    codification,
    early_response,
    endings,
    natural,
    process,
    survival,
)
from dyadsim.analysis.estimate import from_count, from_standard_error
from dyadsim.analysis.relapse import relapses

pytestmark = pytest.mark.verification

CUT_OFF, RELIABLE = 10.0, 6.0


def _care(clients: int = 160, seed: int = 4) -> pd.DataFrame:
    """Weekly whole scores that fall along a log curve; each client ends at another session."""
    rng = np.random.default_rng(seed)
    rows = []
    for client in range(clients):
        start, fall = rng.normal(17, 4), rng.normal(3.5, 2)
        alliance = rng.normal(50 + 2 * fall, 8)
        total = int(rng.integers(3, 13))
        for k in range(total + 1):
            score = float(np.clip(np.round(start - fall * np.log1p(k) + 2 * rng.normal()), 0, 27))
            rated = alliance + 3 * rng.normal() if k else np.nan
            kind = "session" if k else "intake"
            rows.append((client, k, float(k), kind, score, rated))
        if rng.random() < 0.7:
            later = float(np.clip(np.round(score + rng.normal(1, 5)), 0, 27))
            rows.append((client, total, 40.0, "follow_up", later, np.nan))
    names = ["client", "session", "week", "occasion", "symptom_score", "alliance_score"]
    return pd.DataFrame(rows, columns=names)


def test_time_to_change_against_survival(in_r) -> None:
    rows = _care()
    theirs = in_r(
        """
        library(survival)
        inside <- rows[rows$occasion != "follow_up", ]
        times <- do.call(rbind, lapply(split(inside, inside$client), function(d) {
          first <- d$symptom_score[1]
          if (first < 10 || nrow(d) < 2) return(NULL)
          there <- which(d$symptom_score < 10 & first - d$symptom_score >= 6)
          if (length(there)) c(d$session[there[1]], 1) else c(max(d$session), 0)
        }))
        fit <- survfit(Surv(times[, 1], times[, 2]) ~ 1)
        at <- fit$n.event > 0
        result <- list(
          session = fit$time[at], changed = 1 - fit$surv[at], error = (fit$std.err * fit$surv)[at],
          risk = fit$n.risk[at], events = fit$n.event[at],
          median = unname(summary(fit)$table["median"]))
        """,
        rows=rows,
    )
    times = survival.time_to_change(rows, cut_off=CUT_OFF, reliable_change=RELIABLE)
    curve = survival.change_curve(times)
    curve = curve[curve["events"] > 0]
    for ours, name in (
        ("session", "session"),
        ("changed", "changed"),
        ("standard_error", "error"),
        ("at_risk", "risk"),
        ("events", "events"),
    ):
        np.testing.assert_allclose(curve[ours], theirs[name], rtol=1e-9, err_msg=name)
    assert survival.median_session(times) == theirs["median"]


def test_early_response_against_a_two_by_two_table(in_r) -> None:
    rows = _care()
    theirs = in_r(
        """
        inside <- rows[rows$occasion != "follow_up", ]
        marks <- do.call(rbind, lapply(split(inside, inside$client), function(d) {
          first <- d$symptom_score[1]; last <- d$symptom_score[nrow(d)]
          if (max(d$session) <= 4 || first < 10) return(NULL)
          c(first - d$symptom_score[d$session == 4] >= .25 * first, last < 10 & first - last >= 6)
        }))
        fit <- glm(marks[, 2] ~ marks[, 1], family = binomial)
        two <- coef(summary(fit))[2, ]
        shares <- prop.test(c(sum(marks[, 2] & marks[, 1]), sum(marks[, 2] & !marks[, 1])),
                            c(sum(marks[, 1]), sum(!marks[, 1])))$estimate
        result <- list(early = mean(marks[, 1]), of_early = unname(shares[1]),
          of_others = unname(shares[2]), odds = exp(two[[1]]),
          low = exp(two[[1]] - qnorm(.975) * two[[2]]),
          high = exp(two[[1]] + qnorm(.975) * two[[2]]))
        """,
        rows=rows,
    )
    recovery = early_response.recovery_by_early_response(
        rows, cut_off=CUT_OFF, reliable_change=RELIABLE
    )
    ours = (
        recovery.early.value,
        recovery.recovered_of_early.value,
        recovery.recovered_of_others.value,
        recovery.odds_ratio.value,
        recovery.odds_ratio.low,
        recovery.odds_ratio.high,
    )
    assert ours == pytest.approx(tuple(theirs.values()), rel=1e-5)


def test_relapse_and_the_natural_course_by_a_loop(in_r) -> None:
    rows = _care()
    theirs = in_r(
        """
        clients <- split(rows, rows$client)
        marks <- t(sapply(clients, function(d) {
          inside <- d[d$occasion != "follow_up", ]
          first <- inside$symptom_score[1]; last <- inside$symptom_score[nrow(inside)]
          later <- d$symptom_score[d$occasion == "follow_up"]
          later <- if (length(later)) later else NA
          near <- d[abs(d$week - 8) <= 2, ]
          near <- near[order(abs(near$week - 8), near$week), "symptom_score"]
          near <- if (length(near)) near[1] else NA
          c(recovered = last < 10 && first - last >= 6, relapsed = later >= 10 && later - last >= 6,
            response = first > 0 && first - near >= .5 * first,
            remission = if (first >= 10) near < 10 else NA)
        }))
        well <- marks[, "recovered"] == 1
        wilson <- function(x) { x <- na.omit(x)
          unname(c(mean(x), prop.test(sum(x), length(x), correct = FALSE)$conf.int)) }
        result <- list(recovered = sum(well), missing = sum(is.na(marks[well, "relapsed"])),
          relapse = wilson(marks[well, "relapsed"]), response = wilson(marks[, "response"]),
          remission = wilson(marks[, "remission"]))
        """,
        rows=rows,
    )
    (relapse,) = relapses(rows, cut_off=CUT_OFF, reliable_change=RELIABLE)
    assert (relapse.recovered, relapse.missing) == (theirs["recovered"], theirs["missing"])
    shares = {
        "relapse": relapse.share,
        "response": natural.response_at_week(rows, 8),
        "remission": natural.remission_at_week(rows, 8, cut_off=CUT_OFF),
    }
    for name, share in shares.items():
        assert [share.value, share.low, share.high] == pytest.approx(theirs[name], rel=1e-6), name


def test_process_and_outcome_against_lm_and_cor_test(in_r) -> None:
    rows = _care()
    theirs = in_r(
        """
        inside <- rows[rows$occasion != "follow_up", ]
        each <- do.call(rbind, lapply(split(inside, inside$client), function(d) data.frame(
          pre = d$symptom_score[1], post = d$symptom_score[nrow(d)],
          alliance = d$alliance_score[match(3, d$session)],
          second = d$alliance_score[match(2, d$session)])))
        gain <- -resid(lm(post ~ pre, each))
        r <- cor.test(each$alliance, gain)
        pair <- cor.test(each$second, each$alliance)
        mean_of <- aggregate(symptom_score ~ session, inside, mean)
        count <- aggregate(symptom_score ~ session, inside, length)$symptom_score
        error <- aggregate(symptom_score ~ session, inside, sd)$symptom_score / sqrt(count)
        linear <- AIC(lm(symptom_score ~ session, mean_of))
        logged <- AIC(lm(symptom_score ~ log(session + 1), mean_of))
        result <- list(r = unname(c(r$estimate, r$conf.int)),
          pair = unname(c(pair$estimate, pair$conf.int)), mean = mean_of$symptom_score,
          error = error, n = count, flattens = linear - logged)
        """,
        rows=rows,
    )
    outcome = process.process_outcome_r(rows, "alliance_score", 3)
    assert [outcome.value, outcome.low, outcome.high] == pytest.approx(theirs["r"], rel=1e-8)
    pair = process.correlation(rows, "alliance_score", "alliance_score", 2, 3)
    assert [pair.value, pair.low, pair.high] == pytest.approx(theirs["pair"], rel=1e-8)
    course = process.course(rows, by=())
    np.testing.assert_allclose(course["mean"], theirs["mean"], rtol=1e-9)
    np.testing.assert_allclose(course["n"], theirs["n"])
    np.testing.assert_allclose(course["standard_error"], theirs["error"], rtol=1e-9)
    ours = process.aic_linear_minus_log_time(course)
    assert ours == pytest.approx(theirs["flattens"], rel=1e-8)


def test_endings_and_shares(in_r) -> None:
    rows = _care()
    clients = pd.DataFrame({"client": np.arange(160)})
    clients["n_sessions"] = rows[rows["occasion"] == "session"].groupby("client").size()
    clients["dropped"] = np.random.default_rng(2).random(160) < 0.3
    theirs = in_r(
        """
        library(metafor)
        n <- clients$n_sessions
        third <- rows[rows$occasion == "session" & rows$session == 3, ]
        dropped <- clients$dropped[match(third$client, clients$client)] == "True"
        stayed <- third$alliance_score[!dropped]; left <- third$alliance_score[dropped]
        d <- escalc("SMD", m1i = mean(stayed), sd1i = sd(stayed), n1i = length(stayed),
                    m2i = mean(left), sd2i = sd(left), n2i = length(left))
        share <- prop.test(sum(clients$dropped == "True"), nrow(clients), correct = FALSE)
        result <- list(mean = mean(n), error = sd(n) / sqrt(length(n)), sd = sd(n),
          median = median(n), d = as.numeric(d$yi), error_d = sqrt(d$vi),
          share = unname(c(share$estimate, share$conf.int)),
          student = qt(.975, 11), equal = as.numeric(.05 + qnorm(.95) * .08 < .2))
        """,
        rows=rows,
        clients=clients,
    )
    attended = endings.sessions_attended(clients)
    assert attended.mean.value == pytest.approx(theirs["mean"])
    assert attended.mean.standard_error == pytest.approx(theirs["error"])
    assert attended.standard_deviation.value == pytest.approx(theirs["sd"])
    assert attended.median.value == theirs["median"]
    share = endings.share_dropout(clients)
    assert [share.value, share.low, share.high] == pytest.approx(theirs["share"], rel=1e-6)
    assert share == from_count(int(clients["dropped"].sum()), 160)
    d = endings.alliance_dropout(clients, rows)
    assert d.value == pytest.approx(theirs["d"], rel=1e-4)  # metafor: gamma function in the factor
    assert d.standard_error == pytest.approx(theirs["error_d"], rel=0.01)
    student = from_standard_error(0.0, 1.0, 12, degrees_of_freedom=11)
    assert student.high == pytest.approx(theirs["student"])
    shown = codification.equivalent(from_standard_error(0.05, 0.08, 40)).shown
    assert shown == bool(theirs["equal"])


def test_residual_gain_and_the_criterion_of_reliable_change(in_r) -> None:
    rng = np.random.default_rng(3)
    pairs = pd.DataFrame({"pre": rng.normal(20, 5, 14)})
    pairs["post"] = 8 + 0.4 * pairs["pre"] + rng.normal(0, 4, 14)
    theirs = in_r(
        """
        result <- list(residual = unname(-resid(lm(post ~ pre, pairs))),
          criterion = 1.96 * sqrt(2 * (7.5 * sqrt(1 - .84))^2))
        """,
        pairs=pairs,
    )
    residual = change.residual_gain(pairs["pre"], pairs["post"])
    np.testing.assert_allclose(residual, theirs["residual"], rtol=1e-9)
    criterion = clinical_significance.reliable_change_criterion(7.5, 0.84)
    assert criterion == pytest.approx(theirs["criterion"], rel=1e-9)
