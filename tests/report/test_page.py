"""What all reports share: numbers in words and self-contained pages."""

from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pytest

from dyadsim.report import page


def test_estimates_are_written_as_everywhere() -> None:
    assert page.estimate_text(0.1234, 0.004) == "0.123 ± 0.004"


def test_every_result_names_study_clients_repeats_and_seed() -> None:
    line = page.run_line("rct", clients=4000, repeats=[8, 60, 8], seed=7)
    assert line == "Study: rct; clients: 4,000 in each repeat; repeats: 8 to 60; seed: 7"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.6, 0.85, "0.6 to 0.85"),
        (0.0, None, "above 0"),
        (0.0, np.nan, "above 0"),
        (None, 0.3, "below 0.3"),
        (None, None, "-"),
    ],
)
def test_an_interval_in_words(low: float | None, high: float | None, text: str) -> None:
    assert page.interval_text(low, high) == text


def test_a_value_that_is_missing_is_an_error(tmp_path: Path, manifest: dict[str, Any]) -> None:
    with pytest.raises(jinja2.UndefinedError):
        page.write_page(tmp_path, "attribution.html.j2", manifest=manifest)
