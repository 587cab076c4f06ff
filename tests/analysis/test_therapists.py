import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from dyadsim.analysis.change import residual_gain
from dyadsim.analysis.therapists import (
    _cross_products,
    _deviance,
    _slope,
    share_of_therapist_variance,
    therapist_effect,
    therapist_table,
)

# name: clients, therapists, therapist share of variance, unbalanced?, seed
PLANS = {
    "balanced": (600, 30, 0.10, False, 1),
    "unbalanced": (600, 30, 0.05, True, 2),
    "strong": (300, 20, 0.40, True, 3),
    "few": (60, 6, 0.50, False, 4),
    "weak": (2000, 60, 0.01, True, 7),
}


def practice(clients, therapists, share, unbalanced, seed):
    """One row a client; skill explains half of what differs between therapists."""
    rng = np.random.default_rng(seed)
    even, uneven = rng.integers(0, therapists, clients), rng.geometric(3 / therapists, clients)
    therapist = np.minimum(uneven, therapists) - 1 if unbalanced else even
    skill, rest = rng.normal(size=(2, therapists))
    effect = np.sqrt(share / 2) * (skill + rest)
    pre = 15 + 6 * rng.normal(size=clients)
    noise = np.sqrt(1 - share) * rng.normal(size=clients)
    post = 3 + 0.5 * pre - 5 * (effect[therapist] + noise)
    return pd.DataFrame(
        {"therapist": therapist, "pre": pre, "post": post, "skill": skill[therapist]}
    )


def mixed(frame, formula="post ~ pre"):
    """statsmodels' REML by Powell: its default optimiser can stop early, or at 0, or miss 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = smf.mixedlm(formula, frame, groups="therapist")
        return model.fit(reml=True, method="powell", xtol=1e-10, ftol=1e-14)


@pytest.fixture(params=PLANS)
def frame(request):
    return practice(*PLANS[request.param])


def test_components_equal_mixedlm(frame):
    effect, reference = therapist_effect(frame), mixed(frame)
    assert effect.therapist_variance == pytest.approx(reference.cov_re.iloc[0, 0], rel=1e-5)
    assert effect.client_variance == pytest.approx(reference.scale, rel=1e-5)
    total = effect.therapist_variance + effect.client_variance
    assert effect.percent.value == pytest.approx(100 * effect.therapist_variance / total)
    assert effect.therapists == frame["therapist"].nunique()


def test_slope_is_the_derivative_of_the_deviance():
    cross = _cross_products(
        practice(*PLANS["few"])[["therapist", "pre", "post"]].sort_values("therapist")
    )
    for share in (0.05, 0.3, 0.8):
        above, below = _deviance(share + 1e-5, cross), _deviance(share - 1e-5, cross)
        assert _slope(share, cross) == pytest.approx((above - below) / 2e-5, rel=1e-5)


def test_table_equals_mixedlm(frame):
    table, reference = therapist_table(frame).sort_index(), mixed(frame)
    shrunken = np.array([reference.random_effects[name].iloc[0] for name in table.index])
    error = [reference.random_effects_cov[name].iloc[0, 0] ** 0.5 for name in table.index]
    np.testing.assert_allclose(table["shrunken_gain"], -shrunken, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(table["standard_error"], error, rtol=1e-4)


def test_skill_share_equals_mixedlm(frame):
    before, after = (
        mixed(frame, formula).cov_re.iloc[0, 0] for formula in ("post ~ pre", "post ~ pre + skill")
    )
    share = share_of_therapist_variance(frame, "skill")
    assert share.value == pytest.approx(1 - after / before, abs=1e-4)


def test_effect_interval_and_skill_share_equal_lme4():
    # R 4.2.2, lme4 1.1.31: lmer(REML), the ends of its profile (devFunOnly), and 1 minus the ratio
    # of the therapist variances with a jackknife over 20 pairs of therapists
    rng = np.random.default_rng(11)
    therapist = np.repeat(np.arange(40), rng.integers(3, 26, 40))
    skill, rest = rng.normal(size=(2, 40))
    pre = 15 + 6 * rng.normal(size=therapist.size)
    post = 3 + 0.5 * pre - (skill + rest)[therapist] + 4 * rng.normal(size=therapist.size)
    frame = pd.DataFrame(
        {"therapist": therapist, "pre": pre, "post": post, "skill": skill[therapist]}
    )
    effect, share = therapist_effect(frame), share_of_therapist_variance(frame, "skill")
    percent = (effect.percent.value, effect.percent.low, effect.percent.high)
    assert percent == pytest.approx((10.5978597, 5.1614329, 19.2808259), rel=1e-4)
    assert effect.therapist_variance == pytest.approx(1.945947, rel=1e-4)
    assert effect.client_variance == pytest.approx(16.415752, rel=1e-4)
    assert share.value == pytest.approx(0.486088, abs=1e-4)
    assert share.standard_error == pytest.approx(0.216751, rel=1e-3)
    table = therapist_table(frame).sort_index()
    assert table["shrunken_gain"].head(3).tolist() == pytest.approx(
        [-0.9542850, -1.6527043, -0.1526538], abs=1e-4
    )
    assert table["standard_error"].head(3).tolist() == pytest.approx(
        [1.0663725, 1.1053442, 0.7467788], rel=1e-4
    )


def test_high_scores_that_are_good_turn_the_table():
    frame = practice(*PLANS["unbalanced"])
    turned = frame.assign(pre=60 - frame["pre"], post=60 - frame["post"])
    expected, table = therapist_table(frame), therapist_table(turned, higher_is_better=True)
    pd.testing.assert_frame_equal(table, expected, rtol=1e-6)


def test_variance_on_the_boundary():
    frame = practice(300, 20, 0.0, False, 6)
    effect, reference = therapist_effect(frame), mixed(frame)
    assert effect.percent.value == 0
    assert effect.therapist_variance == 0
    assert reference.cov_re.iloc[0, 0] < 1e-6
    assert effect.client_variance == pytest.approx(reference.scale, rel=1e-4)
    assert effect.percent.low == 0
    assert 0 < effect.percent.high < 15
    assert (therapist_table(frame)["shrunken_gain"] == 0).all()
    with pytest.raises(ValueError, match=r"therapists do not differ \(variance 0\)"):
        share_of_therapist_variance(frame, "skill")


def test_planted_share_is_recovered_at_full_size():
    # within 4 standard errors: false alarm 6 in 100,000 per new seed
    frame = practice(20_000, 400, 0.05, False, 8)
    percent = therapist_effect(frame).percent
    assert abs(percent.value - 5) < 4 * percent.standard_error
    skill = share_of_therapist_variance(frame, "skill")
    assert abs(skill.value - 0.5) < 4 * skill.standard_error
    assert skill.standard_error < 0.1


def test_interval_holds_the_planted_share_and_error_is_the_spread():
    # 300 data sets: 0.95 ± 4 binomial SD; the spread of 300 values errs by 4 %, allow 20 %
    results = [therapist_effect(practice(800, 40, 0.08, True, seed)) for seed in range(300)]
    percents = [result.percent for result in results]
    covered = np.mean([percent.low <= 8 <= percent.high for percent in percents])
    assert 0.90 <= covered <= 0.99
    errors = np.mean([percent.standard_error for percent in percents])
    assert errors == pytest.approx(np.std([percent.value for percent in percents]), rel=0.2)


@pytest.mark.slow
def test_jackknife_error_of_the_skill_share_is_its_spread():
    # 40 data sets: the SD of the values errs by 11 %, the jackknife's own noise more: allow 45 %
    shares = [
        share_of_therapist_variance(practice(3000, 60, 0.2, False, seed), "skill")
        for seed in range(40)
    ]
    spread = np.std([share.value for share in shares])
    assert np.mean([share.standard_error for share in shares]) == pytest.approx(spread, rel=0.45)


def test_names_row_order_and_missing_therapists_do_not_matter():
    frame = practice(*PLANS["unbalanced"])
    expected = therapist_effect(frame).percent
    renamed = frame.assign(therapist=frame["therapist"].map(lambda number: f"T{99 - number}"))
    extra = pd.DataFrame({"therapist": [None, "T1"], "pre": [9.0, np.nan], "post": [80.0, 99.0]})
    shuffled = pd.concat([renamed, extra]).sample(frac=1, random_state=1)
    names = {"pre": "first", "post": "last", "therapist": "who"}
    again = therapist_effect(shuffled.rename(columns=names), **names).percent
    assert again == pytest.approx(expected, rel=1e-6)
    integers = frame.assign(therapist=frame["therapist"].astype("Int64"))
    assert therapist_effect(integers).percent == pytest.approx(expected)


def test_table_shrinks_raw_gains_and_is_sorted():
    frame = practice(*PLANS["unbalanced"])
    table = therapist_table(frame)
    assert table["shrunken_gain"].is_monotonic_increasing
    assert table["n"].sum() == len(frame)
    gain = residual_gain(frame["pre"], frame["post"]).groupby(frame["therapist"]).mean()
    pd.testing.assert_series_equal(table["raw_gain"].sort_index(), gain, check_names=False)
    assert table["shrunken_gain"].std() < table["raw_gain"].std()
    assert ((table["high"] - table["low"]) / table["standard_error"]).to_numpy() == pytest.approx(
        2 * 1.959964
    )


def test_better_therapists_gain_more():
    # skill lowers post, so shrunken gains must rise with it (sign check; r is near .9 here)
    frame = practice(3000, 60, 0.3, False, 9)
    skill = frame.groupby("therapist")["skill"].first()
    assert np.corrcoef(therapist_table(frame).sort_index()["shrunken_gain"], skill)[0, 1] > 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pre": 1.0}, "'pre' has no variance"),
        ({"therapist": 1}, "at least 2 therapists"),
        ({"therapist": range(60)}, "one of them with 2 clients"),
        ({"therapist": None}, "at least 3 clients need a therapist and scores, 0 have them"),
        ({"post": lambda rows: 2 * rows["pre"]}, "scores do not vary within therapists"),
        ({"post": np.inf}, "'post' has an infinite value"),
    ],
)
def test_impossible_practices(change, message):
    with pytest.raises(ValueError, match=message):
        therapist_effect(practice(*PLANS["few"]).assign(**change))


def test_impossible_skills():
    frame = practice(*PLANS["few"])
    with pytest.raises(ValueError, match="'skill' differs within a therapist"):
        share_of_therapist_variance(frame.assign(skill=range(60)), "skill")
    with pytest.raises(ValueError, match="'skill' has no variance"):
        share_of_therapist_variance(frame.assign(skill=1.0), "skill")
    with pytest.raises(ValueError, match="at least 4 therapists need a 'skill', 3 have one"):
        share_of_therapist_variance(frame[frame["therapist"] < 3], "skill")
    with pytest.raises(ValueError, match=r"no column 'skil'\. Did you mean skill"):
        share_of_therapist_variance(frame, "skil")


def test_therapists_keep_their_names_whatever_the_kind_of_column():
    """Rows were sorted by the codes of a categorical column, names by the alphabet."""
    rng = np.random.default_rng(2)
    names = np.array(["senior"] * 40 + ["junior"] * 20)
    pre = rng.normal(20, 3, 60)
    post = pre - np.where(names == "senior", 8, 0) + rng.normal(0, 2, 60)
    text = pd.DataFrame({"therapist": names, "pre": pre, "post": post})
    ordered = pd.Categorical(names, ["senior", "junior"], ordered=True)
    tables = [therapist_table(frame) for frame in (text, text.assign(therapist=ordered))]
    assert tables[0].loc["senior", "n"] == 40
    for name in ("senior", "junior"):
        assert tables[0].loc[name].tolist() == tables[1].loc[name].tolist()


def test_a_jackknife_that_tells_nothing_gives_no_error():
    """Skill that one therapist alone has is constant without that therapist."""
    rng = np.random.default_rng(0)
    therapist = np.repeat(np.arange(6), 15)
    skill = (therapist == 0).astype(float)
    pre = rng.normal(20, 3, 90)
    post = pre - 5 - 2 * skill - rng.normal(0, 1.5, 6)[therapist] + rng.normal(0, 3, 90)
    frame = pd.DataFrame({"therapist": therapist, "pre": pre, "post": post})
    errors = [
        share_of_therapist_variance(frame.assign(skill=low + high * skill), "skill").standard_error
        for low, high in ((0, 1), (0, 3), (0.1, 0.6), (2, 3.3))
    ]
    assert errors == pytest.approx([errors[0]] * 4, abs=1e-6)
