"""Clients at intake and at the last session."""

import pandas as pd

from dyadsim.plots import individuals


def test_titles_count_the_clients_of_each_world() -> None:
    table = pd.DataFrame(
        {
            "world": ["medical"] * 3 + ["null"],
            "client": [0, 1, 2, 0],
            "pre": [20.0, 18.0, 12.0, 15.0],
            "post": [5.0, 11.0, 12.0, 25.0],
            "category": ["recovered", "improved", "unchanged", "deteriorated"],
            "reliable_change": 6.0,
            "cut_off": 10.0,
        }
    )
    figure = individuals.figure(table)
    first, second = figure.axes
    assert first.get_title() == (
        "medical world, 3 clients\nrecovered 1, improved 1\nunchanged 1, deteriorated 0"
    )
    assert second.get_title().startswith("null world, 1 client\n")
    lines = {line.get_label(): line for line in first.get_lines()}
    assert abs(lines["recovered"].get_xdata()[0] - 20) <= 0.3
    assert len(lines["deteriorated"].get_xdata()) == 0
