"""Power over clients, and the type-1 error of every analysis."""

import pandas as pd
import pytest

from dyadsim.plots import power


def test_a_curve_a_number_of_therapists_and_a_row_an_analysis() -> None:
    shares = {"power_low": 0.7, "power_high": 0.9, "type_1_low": 0.04, "type_1_high": 0.06}
    table = pd.DataFrame(
        [
            {"clients": n, "therapists": t, "analysis": name, "power": p, "type_1": 0.05, **shares}
            for name in ("ancova", "mixed")
            for t in (4, 8)
            for n, p in ((60, 0.75), (120, 0.85))
        ]
    )
    labels = {"ancova": "therapists ignored", "mixed": "mixed model"}
    figure = power.figure(table, labels, main="mixed", target=0.8, level=0.05, title="To find it")
    left, right = figure.axes
    curves = [line for line in left.get_lines() if len(line.get_xdata()) == 2]
    assert sum(list(line.get_ydata()) == [0.75, 0.85] for line in curves) == 2
    assert [text.get_text() for text in left.get_legend().get_texts()] == [
        "4 therapists",
        "8 therapists",
    ]
    assert [label.get_text() for label in right.get_yticklabels()] == [
        "therapists ignored",
        "mixed model",
    ]
    (dotted,) = [line for line in right.get_lines() if line.get_linestyle() == ":"]
    assert dotted.get_xdata()[0] == pytest.approx(0.05)
    assert figure.get_suptitle() == "To find it"
