"""What reviewers conclude: by hand, and in a world where any treatment helps."""

import pandas as pd
import pytest

from dyadsim.evidence.review import ReviewPlan, review_literature, review_literatures
from dyadsim.model import worlds


def test_a_treatment_without_a_specific_effect_is_certified_where_any_treatment_helps() -> None:
    plan = ReviewPlan("cbt", ("waitlist", "interpersonal"), 12)
    rows = review_literatures(worlds.world_parameters("contextual"), plan).summary.set_index(
        "comparator"
    )
    assert rows.loc["waitlist", "certified"] > 0.9
    assert rows.loc["interpersonal", "certified"] < 0.3
    assert abs(rows.loc["interpersonal", "truth"]) < 0.05


def test_a_review_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "team": [0, 1, 2, 2],
            "g": [0.6, 0.5, 0.1, -0.2],
            "standard_error": [0.2, 0.2001, 0.2, 0.2],
            "published": [True, True, True, False],
        }
    )
    review = review_literature(rows)
    assert (review["trials"], review["published"]) == (4, 3)
    assert review["pooled"] == pytest.approx(0.4, abs=1e-3)
    assert review["pooled_all"] == pytest.approx(0.25, abs=1e-3)
    assert review["certified"] is True
    assert (review["asymmetry"], review["asymmetry_unclear"]) == (False, True)  # three trials
    alone = review_literature(rows.assign(published=[True, False, False, False]))
    assert alone["certified"] is False
    assert alone["asymmetry_unclear"] is True


def test_few_trials_are_judged_by_student_s_t() -> None:
    """g = .6, .4, .2: z = .4 / .115 is significant, t with 2 degrees of freedom is not."""
    rows = pd.DataFrame(
        {"team": range(3), "g": [0.6, 0.4, 0.2], "standard_error": [0.2, 0.2001, 0.2]}
    )
    review = review_literature(rows.assign(published=True))
    assert review["not_significant"] is True
    assert review["pooled_low"] < 0 < review["pooled_high"]
