"""Learning from a table against a problem whose answer is known."""

import numpy as np
import pytest
from scipy.stats import kstest

from dyadsim.fitting.posterior import infer_posterior, learn_summaries


def test_a_normal_posterior_is_recovered(linear_problem) -> None:
    coordinates, raw = linear_problem.draws(6000)
    learned = learn_summaries(raw, coordinates, used=linear_problem.used)
    for summaries in linear_problem.draws(5, seed=9)[1]:
        posterior = infer_posterior(
            learned.table,
            coordinates,
            target=learned(summaries[None])[0],
            bounds=linear_problem.bounds,
        )
        mean, sd = linear_problem.posterior(summaries)
        assert posterior.mean() == pytest.approx(mean, abs=0.12)
        assert posterior.sd() == pytest.approx(sd, rel=0.25)
        assert posterior.weights.sum() == pytest.approx(1)


def test_ranks_are_uniform_and_intervals_cover(linear_problem) -> None:
    coordinates, raw = linear_problem.draws(4000)
    truths, data = linear_problem.draws(300, seed=5)
    learned = learn_summaries(raw, coordinates, used=linear_problem.used)
    ranks = np.array(
        [
            infer_posterior(
                learned.table, coordinates, target=target, bounds=linear_problem.bounds
            ).below(truth)
            for target, truth in zip(learned(data), truths, strict=True)
        ]
    )
    assert all(kstest(rank, "uniform").pvalue > 0.01 for rank in ranks.T)  # false alarm: 1 in 50
    covered = ((ranks > 0.05) & (ranks < 0.95)).mean(axis=0)
    assert (np.abs(covered - 0.9) < 0.05).all()


def test_a_table_that_knows_its_draws_would_be_too_sure() -> None:
    """The reason why learned summaries of the table come from folds that have not seen a draw."""
    rng = np.random.default_rng(2)
    coordinates, raw = rng.normal(size=(400, 2)), rng.normal(size=(400, 30))  # nothing to learn
    learned = learn_summaries(raw, coordinates, used=np.ones(30, bool))
    too_sure = np.corrcoef(learned(raw)[:, 0], coordinates[:, 0])[0, 1]
    honest = np.corrcoef(learned.table[:, 0], coordinates[:, 0])[0, 1]
    assert abs(honest) < 0.15 < too_sure


def test_what_is_learned_does_not_hang_on_a_hidden_random_number() -> None:
    """Of more than 500 draws with many summaries, scikit-learn's PCA would be a random one."""
    rng = np.random.default_rng(3)
    coordinates, noise = rng.normal(size=(800, 2)), rng.normal(size=(800, 90))
    raw = coordinates @ rng.normal(size=(2, 90)) + noise
    learned = []
    for hidden in (1, 2):
        np.random.seed(hidden)  # noqa: NPY002 (what a library would use)
        learned.append(learn_summaries(raw, coordinates, used=np.ones(90, bool)).table)
    assert (learned[0] == learned[1]).all()


def test_one_parameter_alone_can_be_learned(linear_problem) -> None:
    coordinates, raw = linear_problem.draws(600)
    learned = learn_summaries(raw, coordinates[:, :1], used=linear_problem.used)
    assert learned.table.shape == learned(raw).shape == (600, 1)
    both = learn_summaries(raw, coordinates, used=linear_problem.used)
    r = np.corrcoef(learned(raw)[:, 0], both(raw)[:, 0])[0, 1]
    assert r > 0.95
