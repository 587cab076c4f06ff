"""The therapists' share of a yes-or-no outcome: glmer's, and that of the full dropout model."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.binary_outcome import therapist_share
from dyadsim.analysis.dropout_model import fit_dropout_model


def clients_of_therapists(seed: int = 11, spread: float = 0.9) -> pd.DataFrame:
    """40 therapists with 3 to 29 clients, and whether each client dropped out."""
    rng = np.random.default_rng(seed)
    therapist = np.repeat(np.arange(40), rng.integers(3, 30, 40))
    lot, therapists = rng.random(therapist.size), rng.normal(size=40)
    positive = lot < 1 / (1 + np.exp(1.2 - spread * therapists[therapist]))
    return pd.DataFrame({"therapist": therapist, "yes": positive})


def test_it_is_the_share_of_glmer() -> None:
    # R 4.2.2, lme4 1.1.31: glmer(yes ~ 1 + (1 | therapist), binomial, nAGQ = 15)
    rows = clients_of_therapists()
    share = therapist_share(rows["yes"].to_numpy(), rows["therapist"].to_numpy())
    assert share == pytest.approx(0.1747682, abs=5e-6)


def test_it_is_near_the_model_with_a_predictor_that_says_nothing() -> None:
    rows = clients_of_therapists(3, 1.2)
    orthogonal = np.random.default_rng(1).normal(size=len(rows))
    model = fit_dropout_model(rows.assign(dropped=rows["yes"], x=orthogonal), ["x"])
    share = therapist_share(rows["yes"].to_numpy(), rows["therapist"].to_numpy())
    assert share == pytest.approx(model.therapist_share.value, abs=0.01)


def test_equal_therapists_have_no_share() -> None:
    therapist, positive = np.repeat(np.arange(20), 10), np.tile([True] * 3 + [False] * 7, 20)
    assert therapist_share(positive, therapist) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("answer", [True, False])
def test_one_answer_for_all_has_no_share(answer: bool) -> None:
    assert np.isnan(therapist_share(np.full(6, answer), np.array([0, 0, 0, 1, 1, 1])))


def test_one_therapist_has_no_share() -> None:
    assert np.isnan(therapist_share(np.array([True, False, True]), np.zeros(3, int)))
