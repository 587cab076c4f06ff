"""The main answer in sentences: made from the numbers, with what 100 % is."""

import pandas as pd
import pytest

from dyadsim.report.answer_sentences import main_answer, share_text

WORLDS = ("contextual", "hybrid", "medical")


def _summary(shares: dict[str, float]) -> pd.DataFrame:
    rows = [
        (attribution, group, world, value, value - 1, value + 1)
        for world, value in shares.items()
        for attribution, group in (
            ("variance", "technique"),
            ("variance", "client"),
            ("effect", "technique"),
            ("effect lost", "technique"),
        )
    ]
    columns = ["attribution", "estimate", "world", "median", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def test_three_sentences_name_their_whole() -> None:
    texts = main_answer(_summary(dict(zip(WORLDS, (2, 20, 60), strict=True))), changed=False)
    assert len(texts) == 3
    assert texts[0].startswith("Of the differences between clients")
    assert "20 % [19, 21] in the hybrid" in texts[1]
    assert "do not tell" in texts[2]
    assert "2 % of the mean effect if we assume the contextual world, 60 %" in texts[2]


def test_worlds_that_differ_much_in_facts_are_not_called_alike() -> None:
    texts = main_answer(_summary({"hybrid": 20.0, "null": 0.0}), changed=False)
    assert "do not tell" not in texts[2]
    assert "null 31" in texts[2]


def test_no_effect_has_no_share() -> None:
    row = {"median": float("nan"), "low": float("nan"), "high": float("nan")}
    assert share_text(row) == "no effect"


def test_changed_worlds_have_no_count() -> None:
    texts = main_answer(_summary({"hybrid": 20.0}), changed=True)
    assert "not calibrated" in texts[2]
    assert "54" not in texts[2]


@pytest.mark.parametrize(
    ("value", "text"), [(9.96, "10 [9, 11]"), (0.04, "0.0 [-1.0, 1.0]"), (0.0, "0")]
)
def test_shares_fit_a_column(value: float, text: str) -> None:
    spread = 1.0 if value else 0.0
    assert share_text({"median": value, "low": value - spread, "high": value + spread}) == text
