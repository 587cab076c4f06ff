"""Reliable change, response and remission, at every border."""

import numpy as np
import pytest

from dyadsim.analysis.clinical_significance import (
    reliable_change,
    reliable_change_criterion,
    reliable_change_table,
    remission,
    response,
    share_reliable_deterioration,
    share_reliable_improvement,
    share_reliable_recovery,
)

RULE = {"reliable_change": 6, "cut_off": 10}
PRE, POST = [15, 15, 9, 15, 12, 15.0, 8], [9, 10, 3, 21, 9, np.nan, 14]


def test_reliable_change_at_every_border():
    categories = reliable_change(PRE, POST, **RULE)
    expected = ["recovered", "unchanged", "improved", "deteriorated", "unchanged", "deteriorated"]
    assert categories.tolist() == expected
    assert categories.index.tolist() == [0, 1, 2, 3, 4, 6]
    assert categories.max() == "recovered"


def test_reliable_change_recovers_from_exactly_the_cut_off_but_not_to_it():
    # 10 -> 4 starts at the cut-off: recovered. 16 -> 10 ends at it: only improved.
    categories = reliable_change([10, 16, 9.9], [4, 10, 3.9], **RULE)
    assert categories.tolist() == ["recovered", "improved", "improved"]


def test_shares_count_what_they_say():
    assert share_reliable_improvement(PRE, POST, **RULE).value == pytest.approx(2 / 6)
    assert share_reliable_recovery(PRE, POST, **RULE).value == pytest.approx(1 / 6)
    assert share_reliable_deterioration(PRE, POST, **RULE).value == pytest.approx(2 / 6)
    table = reliable_change_table(PRE, POST, **RULE)
    assert table["value"].tolist() == pytest.approx([2 / 6, 1 / 6, 2 / 6])
    assert table.loc["share_reliable_recovery", "n"] == 6


def test_reliable_change_criterion():
    # SD 7.5, reliability .84: 1.96 · 7.5 · 1.41421 · 0.4
    assert reliable_change_criterion(7.5, 0.84) == pytest.approx(8.31558, abs=1e-4)
    for bad in [(0.0, 0.8), (5.0, 1.0), (5.0, -0.1)]:
        with pytest.raises(ValueError, match=r"reliability in \[0, 1\)"):
            reliable_change_criterion(*bad)
    with pytest.raises(ValueError, match="reliable_change must be a number above 0"):
        reliable_change(PRE, POST, reliable_change=0, cut_off=10)


def test_response_and_remission():
    # 20 -> 10 responds exactly; 0 cannot respond and is left out
    assert response([20, 20, 10, 0], [10, 11, 4, 0])[::4] == (pytest.approx(2 / 3), 3)
    assert response([20, 20, 10], [15, 16, 4], share=0.25).value == pytest.approx(2 / 3)
    assert remission([9, 10, 3, np.nan], 10)[::4] == (pytest.approx(2 / 3), 3)
    with pytest.raises(ValueError, match="share must be above 0"):
        response([1, 2, 3], [1, 2, 3], share=0)
    with pytest.raises(ValueError, match="at least 3 clients, there are 2"):
        remission([9, 10], 10)


def test_a_cut_off_that_is_no_number_is_refused():
    """Every score lies "below" a missing cut-off: all would be well."""
    with pytest.raises(ValueError, match="cut_off must be a number, it is nan"):
        remission(POST, np.nan)
    with pytest.raises(ValueError, match="cut_off must be a number"):
        reliable_change(PRE, POST, reliable_change=6, cut_off=np.nan)
