"""Shares of variance against one parameter."""

import pandas as pd

from dyadsim.plots import shares


def test_large_and_small_groups_have_scales_of_their_own() -> None:
    table = pd.DataFrame(
        [(x, group, 10.0 * x, 0.5) for x in (0.0, 1.0) for group in shares.LOOKS],
        columns=["spread", "group", "share", "se"],
    )
    left, right = shares.figure(table, "spread", label="spread of doses", title="t").axes
    assert left.get_legend_handles_labels()[1] == ["client", "chance"]
    assert right.get_legend_handles_labels()[1] == [
        "therapist",
        "relationship",
        "expectancy",
        "technique",
    ]
    assert left.get_xlabel() == right.get_xlabel() == "spread of doses"
    assert "variance of distress at the post-test" in left.get_ylabel()
