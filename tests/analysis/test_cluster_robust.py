"""CR2 errors: R's numbers, and few clusters that raise few false alarms."""

import numpy as np
import pytest

from dyadsim.analysis.cluster_robust import cluster_robust_slopes


def _by_cluster(seed: int, clusters: int):
    """A regressor between clusters and one within; the outcome depends on neither."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), rng.integers(3, 15, clusters))
    between = rng.normal(size=clusters)[cluster]
    within = rng.normal(size=cluster.size)
    y = 0.5 * rng.normal(size=clusters)[cluster] + rng.normal(size=cluster.size)
    return y, np.column_stack([np.ones(y.size), between, within]), cluster


@pytest.mark.parametrize("clusters", [3, 6, 12])
def test_few_clusters_raise_few_false_alarms(clusters):
    # 600 data sets: at most .05 + 4 binomial SD. The usual sandwich and 1.96 between clusters, by
    # statsmodels: .50, .22 and .15
    alarms = []
    for seed in range(600):
        y, design, cluster = _by_cluster(seed, clusters)
        slopes = cluster_robust_slopes(y, design, clusters=cluster, contrasts=np.eye(3)[1:])
        alarms.append([slope.p < 0.05 for slope in slopes])
    assert (np.mean(alarms, axis=0) < 0.0856).all()


def test_where_each_cluster_is_one_row_nothing_is_clustered():
    # the errors are then HC2; y = 1, 2, 4, 3 on x = 0, 1, 2, 4 by hand: residuals and leverages
    y, x = np.array([1.0, 2, 4, 3]), np.array([0.0, 1, 2, 4])
    design = np.column_stack([np.ones(4), x])
    hat = design @ np.linalg.inv(design.T @ design) @ design.T
    residual = y - hat @ y
    weights = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    by_hand = np.sqrt((weights**2 * residual**2 / (1 - np.diag(hat))).sum())
    slope = cluster_robust_slopes(y, design, clusters=np.arange(4), contrasts=np.eye(2)[1:])[0]
    assert slope.estimate.standard_error == pytest.approx(by_hand)


def test_names_and_order_of_clusters_do_not_matter():
    y, design, cluster = _by_cluster(1, 5)
    names = np.array(["e", "d", "c", "b", "a"])[cluster]
    order = np.random.default_rng(2).permutation(y.size)
    contrast = np.array([[0.0, 1, -1]])
    first = cluster_robust_slopes(y, design, clusters=cluster, contrasts=contrast)[0]
    again = cluster_robust_slopes(
        y[order], design[order], clusters=names[order], contrasts=contrast
    )[0]
    assert again.estimate == pytest.approx(first.estimate)
    assert again.p == pytest.approx(first.p)


def test_what_cannot_be_estimated_is_refused():
    y, design, cluster = _by_cluster(1, 5)
    with pytest.raises(ValueError, match="two clusters or more"):
        cluster_robust_slopes(y, design, clusters=np.zeros(y.size), contrasts=np.eye(3))
    twice = np.column_stack([design, design[:, 1]])
    with pytest.raises(ValueError, match="one regressor follows from the others"):
        cluster_robust_slopes(y, twice, clusters=cluster, contrasts=np.eye(4))
