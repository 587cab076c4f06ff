"""A row a client and a column a wave, as a long table. Right ones by pandas' melt."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_table import Limits
from dyadsim.fitting.file_reader import read_long_table
from dyadsim.fitting.table_choices import AS_IT_LIES, TableChoices

ROLES = {"client": ("id",), "time": ("session",), "score": ("score",), "arm": ("arm",)}
WAVES = {"pre": 0.0, "2m": 8.0, "fu": 26.0}


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    frame = pd.DataFrame(
        {
            "id": [f"00{k}" for k in range(5)],
            "arm": list("ABABA"),
            "bdi_pre": [20, 21, 22, 23, 24],
            "bdi_2m": [10, 11, None, 13, 14],
            "bdi_fu": [5, 6, 7, None, 9],
            "bdi_total": [9] * 5,
            "wai_2m": [4.0, 4.5, 5.0, None, 5.5],
            "wai_fu": [5.0, 5.5, 6.0, 6.5, 7.0],
        }
    )
    frame.to_csv(tmp_path / "wide.csv", index=False)
    return tmp_path / "wide.csv"


def choices(**more: object) -> TableChoices:
    return AS_IT_LIES._replace(**{"wide": {"score": "bdi_{time}"}, "times": WAVES, **more})


def test_it_is_the_melted_table(wide: Path) -> None:
    frame = pd.read_csv(wide, dtype={"id": str})
    right = frame.melt(["id", "arm"], [f"bdi_{wave}" for wave in WAVES], "wave", "score")
    right["time"] = right["wave"].str.removeprefix("bdi_").map(WAVES)
    right = right.sort_values(["id", "time"]).reset_index(drop=True)
    table = read_long_table(str(wide), ROLES, choices=choices())
    long = pd.DataFrame(
        {
            "id": table.text("client"),
            "arm": table.text("arm"),
            "time": table.numbers("time", Limits(0, 99)),
            "score": table.numbers("score", Limits(0, 63, True)),
        }
    )
    pd.testing.assert_frame_equal(
        long.astype({"id": object}), right[list(long)].astype({"id": object}), check_dtype=False
    )
    assert table.assumed == (
        "the table is wide: 3 waves of bdi_{time} in a row (times: pre = 0, 2m = 8, fu = 26)",
    )
    assert "bdi_total" in table.unused


def test_a_bad_cell_is_named_by_its_own_column(wide: Path) -> None:
    table = read_long_table(str(wide), ROLES, choices=choices())
    with pytest.raises(BadData, match=r"row 2, column 'bdi_pre': '20' must lie in .*\(4 more"):
        table.numbers("score", Limits(0, 14, True))
    waves = choices(times={"2m": 0.0, "fu": 9.0})
    of_arm = read_long_table(str(wide), ROLES, {"arm": ("B",)}, waves)
    with pytest.raises(BadData, match=r"row 3, column 'bdi_2m': '11.0' must"):
        of_arm.numbers("score", Limits(0, 9, True))


def test_alliance_has_waves_of_its_own(wide: Path) -> None:
    roles = {**ROLES, "alliance": ("wai",)}
    with pytest.raises(BadData, match=r"alliance needs a column a wave.*alliance:wai_\{time\}"):
        read_long_table(str(wide), roles, choices=choices())
    both = {"score": "bdi_{time}", "alliance": "wai_{time}"}
    waves = {"2m": 8.0, "fu": 26.0}
    table = read_long_table(str(wide), roles, choices=choices(wide=both, times=waves))
    assert table.numbers("alliance", Limits(0, 9, True))[:2].tolist() == [4, 5]


def test_numbers_are_times(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,s0,s10,s2,phq,site\na,9,7,8,5,x\nb,9,7,8,5,x\n")
    table = read_long_table(
        str(path),
        {**ROLES, "arm": ("site",)},
        choices=AS_IT_LIES._replace(wide={"score": "s{time}"}),
    )
    assert table.numbers("time", Limits(0, 99)).tolist()[:3] == [0, 10, 2]  # and "site" is none


def test_items_of_each_wave(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,q1_t0,q2_t0,q1_t4,q2_t4\na,1,2,3,4\nb,0,,1,1\n")
    wide = {"score": "q{item}_t{time}"}
    roles = {role: ROLES[role] for role in ("client", "time", "score")}
    table = read_long_table(str(path), roles, choices=AS_IT_LIES._replace(wide=wide))
    scores = table.numbers("score", Limits(0, 9, True))
    assert scores[[0, 1, 3]].tolist() == [3, 7, 2]
    assert "1 rows with more missing items have no score" in " ".join(table.assumed)
    path.write_text("id,q1_t0,q2_t0,q1_t4\na,1,2,3\nb,0,1,1\n")
    with pytest.raises(BadData, match="wave '4' has no column 'q2_t4', and others have one"):
        read_long_table(str(path), roles, choices=AS_IT_LIES._replace(wide=wide))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"times": {}}, r"the waves of 'bdi_\{time\}' are pre, 2m, fu, total, and 'pre' is no num"),
        ({"times": {**WAVES, "fu2": 52.0}}, r"no column of 'bdi_\{time\}' is of 'fu2'. Did you me"),
        ({"wide": {"score": "bdj_{time}"}}, r"no wave fits 'bdj_\{time\}', and waves are two or"),
    ],
)
def test_waves_that_are_not_there(wide: Path, more: dict, message: str) -> None:
    with pytest.raises(BadData, match=message):
        read_long_table(str(wide), ROLES, choices=choices(**more))


def test_clients_of_several_rows_are_never_merged(wide: Path) -> None:
    text = wide.read_text()
    wide.write_text(text + text.splitlines()[3] + "\n")
    with pytest.raises(BadData, match=r"row 7, column 'id': '002' has a row before \(row 4\)"):
        read_long_table(str(wide), ROLES, choices=choices())


@pytest.mark.parametrize(
    ("names", "pattern", "times"),
    [
        (["t1_phq", "t2_phq", "t3_phq"], '"t{time}_phq"', "numbers as times"),
        (["pre_bdi", "post_bdi"], '"{time}_bdi"', "{pre:0,post:T}"),
        (["pre", "post"], '"{time}"', "{pre:0,post:T}"),
        (["PHQ 0", "PHQ 4", "PHQ 12"], '"PHQ {time}"', "numbers as times"),
        (["phq_s1", "phq_s10", "phq_s11"], '"phq_s{time}"', "numbers as times"),
        (["w10", "w11", "w12"], '"w{time}"', "numbers as times"),
    ],
)
def test_what_is_suggested_reads_the_file(
    names: list[str], pattern: str, times: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    rows = [[f"c{k}", *(str(k + place) for place in range(len(names)))] for k in range(5)]
    path.write_text("\n".join(",".join(row) for row in [["id", *names], *rows]))
    roles = {role: ROLES[role] for role in ("client", "time", "score")}
    with pytest.raises(BadData) as error:
        read_long_table(str(path), roles)
    assert f"data.wide={pattern}" in str(error.value)
    assert times in str(error.value)
    words = {"pre": 0.0, "post": 8.0} if "pre" in times else {}
    form = AS_IT_LIES._replace(wide={"score": pattern.strip('"')}, times=words)
    table = read_long_table(str(path), roles, choices=form)
    assert len(table.cells) == 5 * len(names)
    assert table.text("score").notna().all()
