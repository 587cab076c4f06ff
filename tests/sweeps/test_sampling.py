"""Which points a sampling visits, and what it refuses."""

from pathlib import Path

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.sweeps import sampling
from dyadsim.sweeps.sampling import Axis, Sampling

BOND = Axis("distress.bond_effect", (), 0.0, 1.0)
RATE = Axis("alliance.rate", (), 0.1, 0.4, log=True)
GAIN = Axis("distress.treatment_gain", (0.5, 1.0, 2.0))


def test_a_grid_crosses_everything_and_steps_evenly() -> None:
    points = sampling.sample_points((BOND, GAIN, RATE), Sampling("grid", levels=3))
    assert (
        points.shape
        == (27, 3)
        == (sampling.count_points((BOND, GAIN, RATE), Sampling("grid", levels=3)), 3)
    )
    assert len({tuple(row) for row in points}) == 27
    assert sorted(set(points[:, 0])) == [0.0, 0.5, 1.0]
    assert np.allclose(sorted(set(points[:, 2])), [0.1, 0.2, 0.4])  # even on the log scale
    assert list(points[:9, 1]) == [0.5] * 9  # lists vary slowest, whatever their place


def test_a_latin_hypercube_uses_every_part_once() -> None:
    points = sampling.sample_points((BOND, RATE), Sampling("latin_hypercube", 40))
    assert sorted(np.floor(points[:, 0] * 40)) == list(range(40))
    share = np.log(points[:, 1] / 0.1) / np.log(4)
    assert sorted(np.floor(share * 40)) == list(range(40))
    again = sampling.sample_points((BOND, RATE), Sampling("latin_hypercube", 40))
    other = sampling.sample_points((BOND, RATE), Sampling("latin_hypercube", 40, seed=2))
    assert (points == again).all()
    assert (points != other).all()


@pytest.mark.parametrize("method", ["sobol", "saltelli", "morris"])
def test_longer_samples_contain_shorter_ones(method: str) -> None:
    short, long = (sampling.sample_points((BOND, RATE), Sampling(method, n, 4)) for n in (16, 32))
    assert len(short) == sampling.count_points((BOND, RATE), Sampling(method, 16, 4))
    if method != "morris":  # its trajectories are drawn all at once
        assert (long[: len(short)] == short).all()


@pytest.mark.parametrize(("second", "count"), [(False, 16 * 5), (True, 16 * 8)])
def test_saltelli_is_as_long_as_it_says(second: bool, count: int) -> None:
    layout = Sampling("saltelli", 16, second_order=second)
    axes = (BOND, RATE, Axis("alliance.reverse", (), 0.0, 0.2))
    assert len(sampling.sample_points(axes, layout)) == sampling.count_points(axes, layout) == count


def test_one_at_a_time_leaves_the_others_where_they_are() -> None:
    base = {BOND.name: 0.3, RATE.name: 0.25}
    points = sampling.sample_points((BOND, RATE), Sampling("one_at_a_time", levels=4), base=base)
    assert list(points[0]) == [0.3, 0.25]
    assert (points[1:5, 1] == 0.25).all()
    assert np.allclose(points[1:5, 0], [0, 1 / 3, 2 / 3, 1])
    assert (points[5:, 0] == 0.3).all()


REFUSED = [
    ((Axis("alliance.rte", (), 0, 1),), Sampling("sobol"), "no parameter 'alliance.rte'. Did you"),
    ((Axis("alliance.rate", (), 0, 2),), Sampling("sobol"), r"must lie in \[0, 1\] 1/session; the"),
    ((Axis("alliance.rate", (0.1, 3.0)),), Sampling("grid"), "the value given is 3"),
    ((Axis("alliance.rate", (0.1, float("nan"))),), Sampling("grid"), "value given is nan"),
    ((Axis("alliance.rate", (0.2, 0.2)),), Sampling("grid"), "a value is given twice"),
    ((Axis("alliance.rate", (), 0.5, 0.5),), Sampling("sobol"), "an interval goes up"),
    ((Axis("alliance.rate", (), 0.0, 0.5, True),), Sampling("sobol"), "starts above 0, not at 0"),
    ((BOND,), Sampling("sobl"), "no method 'sobl'. Did you mean sobol"),
    ((BOND,), Sampling("saltelli", 100), "power of 2 .* not 100: take 64 or 128"),
    ((BOND,), Sampling("morris", 10, 5), "levels must be even"),
    ((GAIN,), Sampling("morris", 10, 4), "points=morris fills intervals, and none is given"),
    ((BOND, RATE), Sampling("grid", levels=10_000), "100,000,000 points; one sweep holds"),
]


@pytest.mark.parametrize(
    ("axes", "layout", "message"), REFUSED, ids=[message[:25] for _, _, message in REFUSED]
)
def test_what_cannot_be_sampled_is_refused(
    axes: tuple[Axis, ...], layout: Sampling, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        sampling.check_sampling(axes, layout)


def test_a_file_of_points(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("\ufeffalliance.rate, specificity\n0.2,0\n0.4,1\n\n", encoding="utf-8")
    axes, points = sampling.read_points(str(path))
    assert [axis.name for axis in axes] == ["alliance.rate", "specificity"]
    assert points.tolist() == [[0.2, 0.0], [0.4, 1.0]]
    axes, points = sampling.read_points(str(path), ("specificity",))
    assert points.tolist() == [[0.0], [1.0]]


FILES = [
    (
        "alliance.rte\n0.1\n",
        "column 'alliance.rte': there is no parameter .* Did you mean alliance.r",
    ),
    ("alliance.rate,alliance.rate\n0.1,0.2\n", "has the column 'alliance.rate' twice"),
    ("alliance.rate\n0.1\nx\n", "row 3, column 'alliance.rate': 'x' is not a number"),
    ("alliance.rate\nnan\n", "row 2: alliance.rate .* the value given is nan"),
    ("alliance.rate\n7\n", "row 2: alliance.rate .* must lie in .* the value given is 7"),
    ("alliance.rate,alliance.reverse\n0.1\n", "row 2, column 'alliance.reverse': '' is not a"),
    ("alliance.rate\n0.1,0.2\n", "row 2 has 2 cells, the header 1"),
    ("alliance.rate\n", "needs a header and at least one row"),
    ("", "needs a header and at least one row"),
]


@pytest.mark.parametrize(("text", "message"), FILES, ids=[message[:30] for _, message in FILES])
def test_bad_files_of_points(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        sampling.read_points(str(path))


def test_missing_files_and_columns(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        sampling.read_points(str(tmp_path / "none.csv"))
    path = tmp_path / "points.csv"
    path.write_text("alliance.rate\n0.1\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"no column 'alliance.rte'. Did you mean alliance.rate\?"):
        sampling.read_points(str(path), ("alliance.rte",))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="cannot be read"):
        sampling.read_points(str(tmp_path / "binary.csv"))
