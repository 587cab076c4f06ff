"""Therapists in the order of their shrunken estimates."""

import pandas as pd

from dyadsim.plots import caterpillar


def test_a_panel_a_world_in_order() -> None:
    rows = pd.DataFrame(
        {
            "world": ["medical"] * 3 + ["null"] * 2,
            "therapist": [0, 1, 2, 0, 1],
            "n": [20, 30, 40, 10, 10],
            "mean": [2.0, -1.0, 0.5, 0.1, -0.1],
            "shrunken": [1.0, -0.5, 0.2, 0.0, 0.0],
            "low": [0.0, -1.0, -0.4, -1.0, -1.0],
            "high": [2.0, 0.0, 0.8, 1.0, 1.0],
        }
    )
    first, second = caterpillar.figure(rows).axes
    assert first.get_title() == "medical world (3 therapists, median 30 clients)"
    assert second.get_title() == "null world (2 therapists, median 10 clients)"
    lines = {line.get_label(): list(line.get_ydata()) for line in first.get_lines()}
    assert lines["shrunken estimate, 95 % interval"] == [-0.5, 0.2, 1.0]
    assert lines["raw mean"] == [-1.0, 0.5, 2.0]
