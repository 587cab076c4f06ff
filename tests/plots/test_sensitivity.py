"""Ranked parameters of a sweep."""

import numpy as np
import pandas as pd

from dyadsim.plots import sensitivity


def _indices(outputs: list[str], index: str = "total") -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("", output, index, parameter, other, value, value - 0.1, value + 0.1)
            for output in outputs
            for parameter, other, value in (
                ("alliance.rate", "", 0.2),
                ("distress.rate", "", 0.7),
                ("alliance.rate", "distress.rate", 0.1),
            )
        ],
        columns=["condition", "output", "index", "parameter", "other", "value", "low", "high"],
    )


def test_pairs_are_left_out_and_the_number_of_facts_comes_first() -> None:
    outputs = [f"output_{k}" for k in range(8)]
    selected = sensitivity.select_indices(_indices([*outputs, "facts_met"]))
    assert (selected["other"] == "").all()
    assert list(dict.fromkeys(selected["output"])) == ["facts_met", *outputs[:5]]


def test_the_strongest_parameter_is_on_top_and_noise_is_told() -> None:
    indices = sensitivity.select_indices(_indices(["gain", "dropout"]))
    noise = pd.DataFrame(
        {"condition": "", "output": ["gain", "dropout"], "noise_share": [0.25, np.nan]}
    )
    figure = sensitivity.figure(
        "sobol", indices, noise=noise, meanings={"gain": "mean gain"}, reference="none"
    )
    first, second = figure.axes
    assert [label.get_text() for label in first.get_yticklabels()] == [
        "distress: rate",
        "alliance: rate",
    ]
    title = first.get_title(loc="left")
    assert title == "gain: mean gain\nMonte-Carlo noise: 25.0% of its variance over points"
    assert "unknown" in second.get_title(loc="left")


def test_pawn_marks_what_chance_reaches() -> None:
    indices = _indices(["gain"], "median distance").replace("alliance.rate", "(chance reaches)")
    noise = pd.DataFrame({"condition": [""], "output": ["gain"], "noise_share": [0.1]})
    figure = sensitivity.figure(
        "pawn",
        sensitivity.select_indices(indices),
        noise=noise,
        meanings={},
        reference="(chance reaches)",
    )
    dotted = [line for line in figure.axes[0].get_lines() if line.get_linestyle() == ":"]
    assert [list(line.get_xdata()) for line in dotted] == [[0.2, 0.2]]
