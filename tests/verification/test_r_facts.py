"""Against R: statistics of facts (lme4, psych, survival)."""

import numpy as np
import pandas as pd
import pytest
from analysis.test_binary_outcome import clients_of_therapists
from evidence.test_statistics_by_hand import ratings

from dyadsim.analysis.binary_outcome import therapist_share
from dyadsim.evidence.statistics_of_courses import smooth_median
from dyadsim.evidence.statistics_of_process import between_share

pytestmark = pytest.mark.verification


@pytest.mark.parametrize(("seed", "spread"), [(11, 0.9), (2, 1.6), (5, 0.4)])
def test_the_therapists_share_of_a_yes_or_no(in_r, seed: int, spread: float) -> None:
    rows = clients_of_therapists(seed, spread)
    theirs = in_r(
        """
        library(lme4)
        d$yes <- d$yes == "True"
        m <- glmer(yes ~ 1 + (1 | therapist), data = d, family = binomial, nAGQ = 15)
        v <- as.numeric(VarCorr(m)$therapist)
        result <- list(share = v / (v + pi^2 / 3))
        """,
        d=rows,
    )
    share = therapist_share(rows["yes"].to_numpy(), rows["therapist"].to_numpy())
    assert share == pytest.approx(theirs["share"], abs=2e-5)


def test_the_share_between_clients(in_r) -> None:
    table = ratings(0.3)
    session, client = np.nonzero(~np.isnan(table))
    rows = pd.DataFrame({"client": client, "x": table[session, client]})
    theirs = in_r(
        """
        library(psych)
        a <- anova(lm(x ~ factor(client), data = rows)); n <- table(rows$client)
        n0 <- (sum(n) - sum(n^2) / sum(n)) / (length(n) - 1)
        share <- (a[1, 3] - a[2, 3]) / (a[1, 3] + (n0 - 1) * a[2, 3])
        result <- list(unequal = share, equal = ICC(as.matrix(wide))$results[1, 2])
        """,
        rows=rows,
        wide=pd.DataFrame(ratings(0.0).T),
    )
    assert between_share(table) == pytest.approx(theirs["unequal"], abs=1e-9)
    assert between_share(ratings(0.0)) == pytest.approx(theirs["equal"], abs=1e-6)


def test_the_smooth_median_lies_between_two_sessions_of_the_curve(in_r) -> None:
    rng = np.random.default_rng(13)
    rows = pd.DataFrame({"session": rng.integers(1, 13, 60), "changed": rng.random(60) < 0.55})
    theirs = in_r(
        """
        library(survival)
        f <- survfit(Surv(session, changed == "True") ~ 1, data = d)
        k <- which(f$surv <= .5)[1]; before <- f$surv[k - 1]
        share <- (before - .5) / (before - f$surv[k])
        result <- list(median = f$time[k - 1] + share * (f$time[k] - f$time[k - 1]))
        """,
        d=rows,
    )
    ours = smooth_median(rows["session"].to_numpy(), rows["changed"].to_numpy())
    assert ours == pytest.approx(theirs["median"], abs=1e-9)
