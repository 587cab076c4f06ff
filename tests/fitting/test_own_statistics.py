"""The statistics of one's own data: R's numbers, and reasons where there are none."""

import re
from pathlib import Path

import numpy as np
import pytest
from fitting.own_files import clinic, drawn_data, turned, waiting_list, waves

import dyadsim
from dyadsim.errors import BadInput
from dyadsim.fitting.client_data import ClientData
from dyadsim.fitting.own_definitions import DEFINITIONS
from dyadsim.fitting.own_statistics import OwnAnalysis, analyse_tables
from dyadsim.fitting.own_tables import tables_of_data

# R 4.2.2 with metafor 3.8-1, lme4 1.1-31 and survival 3.5-3, by the lines of the report
# (tests/verification/test_r_analyse.py runs them all).
IN_R = {
    ("clinic", "pre_post_d", "care"): 1.07125,
    ("clinic", "mean_gain", "care"): 6.31224,
    ("clinic", "improved", "care"): 52.74262,
    ("clinic", "recovered", "care"): 54.33526,
    ("clinic", "deteriorated", "care"): 0.42194,
    ("clinic", "response", "care"): 55.45852,
    ("clinic", "remission", "care"): 66.47399,
    ("clinic", "therapist_effect", "care"): 12.98814,
    ("clinic", "alliance_early", "care"): 0.36354,
    ("clinic", "alliance_mean", "care"): 0.32931,
    ("clinic", "sudden_gain", "care"): 10.31746,
    ("clinic", "early_response", "care"): 75.75758,
    ("clinic", "early_odds", "care"): 7.16667,
    ("clinic", "improved_by", "care, session 8"): 51.66667,
    ("clinic", "changed_by", "care, session 4"): 66.65098,
    ("clinic", "rate_and_total", "care"): -0.26649,
    ("waves", "hedges_g", "cbt against usual care, week 8"): 0.80797,
    ("waves", "hedges_g", "cbt against usual care, week 26"): 2.56105,
    ("waves", "pre_post_d", 'the "other"'): -0.09364,
    ("waves", "not_to_end", "cbt"): 0.0,
    ("turned", "pre_post_d", "care"): 1.03831,
    ("turned", "deteriorated", "care"): 0.42194,
    ("turned", "response", "care"): 54.58515,
    ("turned", "therapist_effect", "care"): 11.58277,
    ("turned", "alliance_early", "care"): 0.38105,
    ("turned", "not_to_end", "care"): 88.75,
}


@pytest.fixture(scope="module")
def analyses() -> dict[str, OwnAnalysis]:
    """The analyses of four files."""
    files = {"clinic": clinic, "waves": waves, "turned": turned, "waiting list": waiting_list}
    return {name: analyse_tables(read()) for name, read in files.items()}


@pytest.mark.parametrize(("file", "key", "group"), IN_R, ids=lambda part: part[:20])
def test_numbers_are_those_of_r(
    analyses: dict[str, OwnAnalysis], file: str, key: str, group: str
) -> None:
    estimate = analyses[file].estimate(key, group)
    assert estimate is not None
    assert estimate.value == pytest.approx(IN_R[file, key, group], abs=1e-4)
    assert estimate.low <= estimate.value <= estimate.high


def test_every_statistic_is_there_or_has_a_reason(analyses: dict[str, OwnAnalysis]) -> None:
    for analysis in analyses.values():
        assert {row.key for row in analysis.statistics} == set(DEFINITIONS)
        for row in analysis.statistics:
            assert (row.estimate is None) == (row.r == "")
            if row.estimate is None:
                assert len(row.note) > 15
                assert "nan" not in row.note.lower().split()


def test_reasons_name_what_is_missing(analyses: dict[str, OwnAnalysis]) -> None:
    reasons = {
        (name, row.key, row.group): row.note
        for name, analysis in analyses.items()
        for row in analysis.statistics
        if row.estimate is None
    }
    assert "there is one arm" in reasons["clinic", "hedges_g", ""]
    assert "no stated end" in reasons["clinic", "not_to_end", "care"]
    assert "session by session" in reasons["waves", "sudden_gain", "cbt"]
    assert "no alliance" in reasons["waves", "alliance_mean", "cbt"]
    assert "this arm have no therapists" in reasons["waiting list", "therapist_effect", "waiting"]
    assert "same number" in reasons["waiting list", "rate_and_total", "waiting"]


def test_a_control_is_named_second_everywhere() -> None:
    tables = waves()
    rows = analyse_tables(tables, control="cbt").statistics
    groups = [row.group for row in rows if row.key == "hedges_g"]
    assert len(groups) == 4
    assert all(" against cbt, week " in group for group in groups)
    all_pairs = analyse_tables(tables).estimate("hedges_g", "cbt against usual care, week 8")
    turned_pair = analyse_tables(tables, control="cbt").estimate(
        "hedges_g", "usual care against cbt, week 8"
    )
    assert all_pairs is not None
    assert turned_pair is not None
    assert all_pairs.value == -turned_pair.value
    with pytest.raises(BadInput, match="Did you mean usual care"):
        analyse_tables(tables, control="usual_care")


def test_every_reference_is_in_the_bibliography() -> None:
    text = (Path(dyadsim.__file__).parent / "references.bib").read_text(encoding="utf-8")
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", text, re.MULTILINE))
    assert {about.source for about in DEFINITIONS.values()} <= keys


def odd_files() -> dict[str, ClientData]:
    """Return data that allow few statistics."""
    data = drawn_data((0.0, 4.0, 8.0), ("a", "b"))
    count = len(data.score)
    return {
        "all scores equal": data._replace(score=np.full(count, 12.0)),
        "nobody ill": data._replace(score=np.zeros(count)),
        "one client in an arm": data._replace(arm=np.arange(60) // 59),
        "alliance that does not vary": data._replace(alliance=np.full(count, 3.0)),
        "a therapist for each": data._replace(therapist=np.arange(60)),
        "everybody recovers": drawn_data(tuple(map(float, range(14))), ("a",)),
    }


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", odd_files())
def test_odd_data_get_reasons_in_words(name: str, reverse: bool) -> None:
    """Numbers are finite, and reasons name neither arguments nor turned scores."""
    analysis = analyse_tables(tables_of_data(odd_files()[name], reverse=reverse))
    for row in analysis.statistics:
        if row.estimate is None:
            assert not re.search(r"'\w+'|scores -|\bnan\b", row.note), row.note
        else:
            assert np.isfinite(row.estimate[:4]).all(), row
