"""The example data of the R package suddengains (shared data, not in the repository)."""

import pandas as pd
import pytest

from dyadsim.analysis.change import pre_post
from dyadsim.analysis.effects import mean_gain
from dyadsim.analysis.sudden_gains import find_sudden_gains, share_with_sudden_gain


def test_the_published_example(shared_file) -> None:
    """Numbers that the package's tutorial prints for its data, sessions 1 to 12, cut-off 7."""
    wide = pd.read_csv(shared_file("suddengains_sgdata/sgdata.csv"))
    names = [f"bdi_s{number}" for number in range(1, 13)]
    long = wide.melt(["id"], names, var_name="session", value_name="symptom_score")
    long["session"] = long["session"].str.removeprefix("bdi_s").astype(int)
    gains = find_sudden_gains(long, client="id")
    assert len(gains) == 24
    per_client = gains["client"].value_counts()
    assert (len(per_client), int((per_client > 1).sum())) == (15, 8)
    assert gains["magnitude"].agg(["mean", "std"]).round(2).tolist() == [11.0, 3.43]
    assert int(gains["reversed"].sum()) == 4
    assert share_with_sudden_gain(gains, len(wide)).value == pytest.approx(0.3488, abs=5e-5)
    fifth = gains[gains["client"] == 5].set_index("session")["magnitude"]
    assert fifth.index[0] == 3
    assert fifth.idxmax() == 8


def test_sessions_as_text_are_sorted_as_numbers(shared_file) -> None:
    """20.2 points: bdi_s0 minus the last of sessions 0 to 12, without dyadsim; as text 17.5."""
    wide = pd.read_csv(shared_file("suddengains_sgdata/sgdata.csv"))
    names = [f"bdi_s{number}" for number in range(13)]
    long = wide.melt(["id"], names, var_name="session", value_name="symptom_score")
    long["session"] = long["session"].str.removeprefix("bdi_s")
    ends = pre_post(long, client="id")
    scores = wide.set_index("id")[names]
    expected = scores.bfill(axis=1).iloc[:, 0] - scores.ffill(axis=1).iloc[:, -1]
    assert mean_gain(ends["pre"], ends["post"]).value == pytest.approx(
        expected[scores.notna().sum(axis=1) > 1].mean()
    )
    assert round(mean_gain(ends["pre"], ends["post"]).value, 1) == 20.2
    assert len(find_sudden_gains(long, client="id")) == 24
