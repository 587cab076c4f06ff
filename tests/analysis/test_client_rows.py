"""One row a time, one therapist a client; the ways out that the messages name work."""

import pandas as pd
import pytest

from dyadsim.analysis.client_rows import require_one_row, require_one_therapist
from dyadsim.errors import BadData


def test_a_client_measured_twice_is_refused_and_both_ways_out_work():
    rows = pd.DataFrame({"id": ["a", "a", "b"], "visit": [1, 1, 1], "bdi": [10.0, 14, 9]})
    with pytest.raises(
        BadData, match=r"1 rows repeat a id and visit, first id a, visit 1"
    ) as error:
        require_one_row(rows, "id", ("visit",))
    for way_out in ("drop_duplicates(['id', 'visit'])", "groupby(['id', 'visit']).mean("):
        assert way_out in str(error.value)
    kept = rows.drop_duplicates(["id", "visit"])
    averaged = rows.groupby(["id", "visit"]).mean(numeric_only=True).reset_index()
    for mended in (kept, averaged):
        require_one_row(mended, "id", ("visit",))
    assert averaged["bdi"].tolist() == [12, 9]


def test_times_may_be_words_or_dates():
    rows = pd.DataFrame({"client": [1, 1], "when": pd.to_datetime(["2020-02-01"] * 2)})
    with pytest.raises(BadData, match="first client 1, when 2020-02-01"):
        require_one_row(rows, "client", ("when",))
    with pytest.raises(BadData, match="first client 1, when post"):
        require_one_row(rows.assign(when="post"), "client", ("when",))


def test_a_client_with_two_therapists_is_refused_and_the_ways_out_work():
    rows = pd.DataFrame({"client": [1, 1, 2], "therapist": ["ann", "bob", "bob"]})
    with pytest.raises(BadData, match="client 1 has two therapists, ann and bob") as error:
        require_one_therapist(rows, "client", "therapist")
    assert "transform('first')" in str(error.value)
    first = rows.groupby("client")["therapist"].transform("first")
    require_one_therapist(rows.assign(therapist=first), "client", "therapist")
    unique = rows["therapist"].astype(str) + "/" + rows["client"].astype(str)
    require_one_therapist(rows.assign(client=unique), "client", "therapist")
    require_one_therapist(rows.assign(therapist=["ann", None, "bob"]), "client", "therapist")
