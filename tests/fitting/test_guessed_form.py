"""What columns probably are: proposed where a name tells it, asked where two are as good."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_table import ClientTable
from dyadsim.fitting.column_names import instrument_of, time_of_word, unit_of
from dyadsim.fitting.guessed_form import guess_form


def table(frame: pd.DataFrame) -> ClientTable:
    return ClientTable("a.csv", frame.astype(str), np.arange(len(frame)) + 2, {}, False, ())


def long_frame(**columns: object) -> pd.DataFrame:
    """Return 12 clients measured four times."""
    rows = pd.DataFrame({"pid": np.repeat(np.arange(100, 112), 4), "wave": np.tile(range(4), 12)})
    return rows.assign(total=20 - rows["wave"] + rows["pid"] % 5, **columns)


def proposed(frame: pd.DataFrame, **said: object) -> dict:
    return {key: guess.value for key, guess in guess_form(table(frame), said).items()}


def test_columns_by_their_names() -> None:
    arm = np.repeat(np.tile(["a", "b"], 6), 4)
    guesses = proposed(long_frame(Gruppe=arm, TherapeutID=arm, WAI_SR=np.arange(48)))
    assert guesses["columns.client"] == "pid"
    assert guesses["columns.time"] == "wave"
    assert guesses["columns.score"] == "total"
    assert guesses["columns.arm"] == "Gruppe"
    assert guesses["columns.therapist"] == "TherapeutID"
    assert guesses["columns.alliance"] == "WAI_SR"
    assert "instrument" not in guesses


def test_what_is_said_is_not_guessed() -> None:
    frame = long_frame(score=1.0)
    guesses = proposed(frame, **{"columns.score": "total", "unit": "month", "columns.arm": None})
    assert not {"columns.score", "unit", "columns.arm"} & {*guesses}


def test_two_columns_as_good_are_asked_for() -> None:
    with pytest.raises(
        BadData, match=r"which column is it, PHQ9 or GAD7\? data.columns.score=PHQ9"
    ):
        proposed(long_frame(PHQ9=range(48), GAD7=range(48)).drop(columns="total"))
    with pytest.raises(BadData, match=r"data.columns.time: which column is it, week or session\?"):
        proposed(long_frame(week=range(48), session=range(48)).drop(columns="wave"))


def test_a_questionnaire_beyond_its_range_is_not_proposed() -> None:
    frame = long_frame().rename(columns={"total": "PHQ-9"})
    assert proposed(frame)["instrument"] == "phq9"
    assert "instrument" not in proposed(frame.assign(**{"PHQ-9": 40}, x=1).replace({"x": 1}))


def test_an_arm_that_changes_within_a_client_is_none() -> None:
    assert "columns.arm" not in proposed(long_frame(group=np.tile(["a", "b"], 24)))


def test_times_that_lie_a_week_apart_and_say_no_unit_are_days() -> None:
    frame = long_frame()
    days = frame["wave"] * 7 + frame["pid"] % 7
    guesses = guess_form(table(frame.assign(wave=days)), {})
    assert guesses["unit"].value == "day"
    assert "7 apart" in guesses["unit"].why
    assert guess_form(table(frame), {})["unit"].why.startswith("wave does not say it")


def test_dates_and_words() -> None:
    frame = long_frame()
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(7 * frame["wave"], unit="D")
    assert proposed(frame.assign(wave=dates.dt.strftime("%d.%m.%Y")))["dates"] == "first"
    words = frame["wave"].map({0: "Vorher", 1: "4 weeks", 2: "Woche 8", 3: "w12"})
    guesses = proposed(frame.assign(wave=words))
    assert guesses["times"] == {"Vorher": 0, "4 weeks": 4, "Woche 8": 8, "w12": 12}
    assert guesses["unit"] == "week"
    unknown = frame["wave"].map({0: "pre", 1: "mid", 2: "post", 3: "fu"})
    assert "times" not in proposed(frame.assign(wave=unknown))


def test_wide_tables() -> None:
    wide = pd.DataFrame({"id": range(20)})
    for name in ("bdi_pre", "bdi_3m", "bdi_12m", "gaf_pre", "gaf_3m", "gaf_12m"):
        wide[name] = np.arange(20) + len(name)
    guesses = proposed(wide)
    assert guesses["wide"] == "bdi_{time}"
    assert guesses["times"] == {"pre": 0, "3m": 3, "12m": 12}
    assert (guesses["unit"], guesses["instrument"]) == ("month", "bdi2")
    two = wide.rename(columns=lambda name: name.replace("gaf", "phq"))
    assert "wide" not in proposed(two)
    assert proposed(two, instrument="phq9")["wide"] == "phq_{time}"


def test_a_numbered_series_is_read_and_the_rest_named() -> None:
    wide = pd.DataFrame({"id": range(20)})
    for name in ("bdi_s0", "bdi_s1", "bdi_s2", "bdi_s3", "bdi_fu1"):
        wide[name] = np.arange(20)
    guesses = guess_form(table(wide), {})
    assert guesses["wide"].value == "bdi_s{time}"
    assert "bdi_fu1 are not read" in guesses["wide"].why
    assert guesses["unit"].value == "session"


def test_items_make_the_score() -> None:
    frame = long_frame().drop(columns="total")
    items = frame.assign(**{f"gad_{item}": frame["wave"] % 4 for item in range(1, 8)})
    guesses = proposed(items)
    assert guesses["items"] == "gad_1..gad_7"
    assert guesses["instrument"] == "gad7"
    assert "items" not in proposed(items.drop(columns="gad_7"))


@pytest.mark.parametrize("name", ["phq9", "PHQ-9", "PHQ9_total", "phq 9 Summe", "PHQ"])
def test_names_of_questionnaires(name: str) -> None:
    assert instrument_of(name) == "phq9"


def test_words_that_say_no_time() -> None:
    assert [time_of_word(word) for word in ("post", "fu", "t2", "end")] == [None] * 4
    assert unit_of("messzeitpunkt") is None
