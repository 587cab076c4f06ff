"""The statistician's growth model against closed forms. False-alarm rate of the file < 1e-4."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis import growth_model
from dyadsim.analysis.growth_model import Growth, from_standardised
from dyadsim.errors import BadInput

SMALL = Growth(subjects=10, clusters=6, cluster_slope=4.0)


def test_the_variance_partition_comes_out_at_every_time() -> None:
    growth = Growth(
        subjects=20, clusters=60, times=4, cluster_intercept=10, cluster_slope=15, subject_slope=30
    )
    variances = []
    for replicate in range(30):
        rows = growth_model.draw_trial(growth, 3, replicate)
        variances.append(rows.groupby("time")["score"].var().to_numpy())
    values = np.array(variances)
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    closed = growth_model.variance_partition(growth)
    assert np.all(np.abs(values.mean(axis=0) - closed["total"]) < 5 * error)
    parts = closed[["subject", "cluster", "residual"]].sum(axis=1)
    pd.testing.assert_series_equal(parts, closed["total"], check_names=False)


@pytest.mark.slow
def test_the_design_effect_comes_out() -> None:
    growth = Growth(subjects=12, clusters=8, cluster_slope=6.0)
    within, between = growth_model.slope_variances(growth)
    means = [
        growth_model.subject_slopes(growth_model.draw_trial(growth, 5, replicate))
        .groupby("arm")["slope"]
        .mean()
        for replicate in range(400)
    ]
    gap = np.array([mean["treated"] - mean["control"] for mean in means])
    alone = 2 * (within + between) / (growth.subjects * growth.clusters)
    ratio = gap.var(ddof=1) / alone
    assert abs(ratio - growth_model.design_effect(growth)) < 5 * ratio * np.sqrt(2 / 399)
    assert growth_model.design_effect(growth) > 1.5


@pytest.mark.slow
@pytest.mark.parametrize("partial", [False, True])
def test_ignoring_therapists_finds_too_much_and_respecting_them_does_not(partial: bool) -> None:
    growth = SMALL._replace(subjects=20, partial=partial)
    p = np.array([growth_model.p_values(growth_model.draw_trial(growth, 7, k)) for k in range(600)])
    ignored, respected = (p < 0.05).mean(axis=0)
    expected = growth_model.false_positives(growth)
    assert abs(ignored - expected) < 5 * np.sqrt(expected * (1 - expected) / 600) + 0.02
    assert expected > 0.08
    assert respected < 0.05 + 5 * np.sqrt(0.05 * 0.95 / 600)


def test_without_clusters_both_analyses_keep_the_level() -> None:
    growth = SMALL._replace(cluster_slope=0.0)
    assert growth_model.design_effect(growth) == 1
    assert growth_model.false_positives(growth) == pytest.approx(0.05)


def test_standardised_values_there_and_back() -> None:
    growth = from_standardised(0.5, 0.1, 0.05, 0.03, effect_size=0.5)
    first = growth_model.variance_partition(growth).iloc[0]
    assert (first["subject"] + first["cluster"]) / first["total"] == pytest.approx(0.5)
    assert first["cluster"] / first["total"] == pytest.approx(0.1)
    slopes = growth.subject_slope + growth.cluster_slope
    assert growth.cluster_slope / slopes == pytest.approx(0.05)
    assert slopes / growth.residual == pytest.approx(0.03)
    assert -growth.effect / np.sqrt(first["total"]) == pytest.approx(0.5)


def test_partial_nesting_unequal_clusters_and_dropout() -> None:
    rows = growth_model.draw_trial(SMALL._replace(partial=True, unequal=0.8, dropout=0.4), 2)
    control = rows[rows["arm"] == "control"]
    assert control["therapist"].isna().all()
    treated = rows[rows["arm"] == "treated"]
    sizes = treated.groupby("therapist")["client"].nunique()
    assert sizes.sum() == 60
    assert sizes.nunique() > 1
    last = rows[rows["time"] == 1]["client"].nunique() / rows["client"].nunique()
    assert 0.4 < last < 0.8
    assert rows[rows["time"] == 0]["client"].nunique() == 120


def test_an_effect_is_found_with_its_sign() -> None:
    growth = SMALL._replace(effect=-6.0, subjects=200, cluster_slope=0.0)
    means = (
        growth_model.subject_slopes(growth_model.draw_trial(growth)).groupby("arm")["slope"].mean()
    )
    assert means["treated"] - means["control"] == pytest.approx(-6, abs=1.5)
    same = growth_model.draw_trial(growth)
    pd.testing.assert_frame_equal(same, growth_model.draw_trial(growth))
    assert not same.equals(growth_model.draw_trial(growth, 1, 1))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: growth_model.draw_trial(Growth(residual=0.0)), "residual must be a number in"),
        (
            lambda: growth_model.draw_trial(Growth(clusters=1)),
            r"clusters must be a number in \[2, 1000000\]",
        ),
        (lambda: from_standardised(0.3, 0.5, 0.1, 0.1), "cannot be larger"),
        (lambda: from_standardised(1.2, 0.5, 0.1, 0.1), r"is a share in \[0, 1\)"),
    ],
)
def test_bad_input(call, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match=words):
        call()


def test_clusters_in_one_arm_alone_inflate_as_simulated() -> None:
    """The variance of the difference is that of both arms, of which one has clusters.

    Simulated with 40,000 trials each: .118, .419, .597; (design effect + 1) / 2 gives less.
    """
    cases = [((4.0, 20.0, 50.0, 30), 0.118), ((20.0, 10.0, 20.0, 50), 0.419)]
    for (cluster, subject, residual, clusters), simulated in [
        *cases,
        ((100.0, 5.0, 20.0, 50), 0.597),
    ]:
        growth = Growth(
            subjects=20,
            clusters=clusters,
            cluster_slope=cluster,
            subject_slope=subject,
            residual=residual,
            partial=True,
        )
        assert growth_model.false_positives(growth) == pytest.approx(simulated, abs=0.006)
