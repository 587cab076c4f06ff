"""A mechanism of one's own: the example of the page works end to end, and bad files are refused.

All that must be compiled runs in one process of its own: the model is compiled anew for a new file.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dyadsim.cli.main import main
from dyadsim.cli.own_mechanism_words import mechanism_words
from dyadsim.cli.tasks.init import PROJECT
from dyadsim.errors import BadInput
from dyadsim.model.mechanism_file import read_mechanism
from dyadsim.model.parameters import catalogue
from dyadsim.numerics.own_files import MECHANISMS, OwnFile

PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "own_mechanism.md"
EXAMPLE = next(re.finditer(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))[1]
MISHAPS = '''
"""Mishaps: a week goes wrong, whether in care or not; who has had one may leave."""

from typing import Annotated, NamedTuple

from dyadsim.model.mechanism import Need, Pathway, Reads, Writes, mechanism, normal, uniform
from dyadsim.model.mechanisms.distress import FURTHEST
from dyadsim.model.mechanisms.ending import DROPOUT
from dyadsim.model.parameter import parameter
from dyadsim.model.variable import Array, variable
from dyadsim.numerics.float32 import HALF, ONE
from dyadsim.numerics.jit import compiled


class Mishaps(NamedTuple):
    rate: Annotated[float, parameter("share of weeks that go wrong", "1/step", 0, 1)] = 0.0
    size: Annotated[float, parameter("what is added to distress", "distress", 0, 1)] = 0.0
    leaving: Annotated[float, parameter("share who leave after one", "1/step", 0, 1)] = 0.0


class Rows(NamedTuple):
    mishap: Annotated[Array, variable("", "0/1", "whether this week went wrong")]
    pull: Annotated[Array, variable("", "z", "how much it pulls")]
    distress: Writes
    ended: Writes
    in_session: Reads
    chance: Annotated[Array, uniform("mishaps.chance", Need.LIFE)]
    swing: Annotated[Array, normal("mishaps.swing", Need.LIFE)]
    leave: Annotated[Array, uniform("mishaps.leave")]


MECHANISM = mechanism(Rows, pathways={"mishap": Pathway("mishaps.size")})


@compiled
def after_lanes(rows, weeks, q):
    for i in range(rows.mishap.shape[0]):
        rows.mishap[i] = ONE if rows.chance[i] < q.rate else ONE - ONE
        rows.pull[i] = rows.swing[i]
        rows.distress[i] = min(rows.distress[i] + q.size * rows.mishap[i], FURTHEST)


@compiled
def ending_lanes(rows, q):
    for i in range(rows.mishap.shape[0]):
        if rows.in_session[i] > HALF and rows.ended[i] < HALF and rows.mishap[i] > HALF:
            rows.ended[i] = DROPOUT if rows.leave[i] < q.leaving else ONE - ONE
'''
"""Code of an installed package: it draws, it writes distress, and it ends."""
SCRIPT = """
import hashlib, sys
import numpy as np
import dyadsim
from dyadsim.attribution.true_shares import Care, effect_worths
from dyadsim.calibration.prior import calibration_space
from dyadsim.cli.main import main
from dyadsim.model.declarations import causes
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.records import manifest

study = dyadsim.rct(["cbt", "supportive"], 6, follow_up=(20.0,))
plain = dyadsim.run(study, "hybrid", 300)
table = plain.truth[: int(sys.argv[1])].tobytes()
print("bits", hashlib.sha256(table).hexdigest(), len(plain.truth))

world = dyadsim.world("hybrid", {"nocebo.strength": 0.5})
run = dyadsim.run(study, world, 300, threads=1)
assert (run.truth == dyadsim.run(study, world, 300, threads=2).truth).all() or np.array_equal(
    run.truth, dyadsim.run(study, world, 300, threads=2).truth, equal_nan=True
)
fear = simulate.latent(run, "fear").mean(axis=1)
assert fear[0] == 0 < fear[1] < fear[6] < 1, fear
removed = do(study, world, 300, Intervention(remove=("nocebo",)))
runs = {"with": run, "removed": removed, "never there": plain}
last = {name: simulate.latent(run, "distress")[-1].mean() for name, run in runs.items()}
assert last["removed"] == last["never there"] < last["with"], last
held = do(study, world, 300, Intervention(hold={"fear": 0.0}))
assert (simulate.latent(held, "fear") == 0).all()

assert causes()["fear"] == "fear"
worths = effect_worths(Care(sessions=6), world, clients=100, replicate=0)
without = (2 ** len(causes()) - 1) & ~(1 << list(causes()).index("fear"))
assert worths[-1] < worths[without]
assert "nocebo.strength" in calibration_space("hybrid").names
assert "nocebo.strength" not in calibration_space("null").names
own, installed = manifest({}, 1.0)["own_mechanisms"]
assert own["name"] == "nocebo" and len(own["sha256"]) == 64
assert installed["name"] == "mishaps" and installed["file"].endswith("fears/weeks.py")

chances = {"mishaps.rate": 0.3, "mishaps.size": 0.5}
unsettled = dyadsim.world("hybrid", chances)
one, two = (dyadsim.run(study, unsettled, 2000, threads=n) for n in (1, 2))
assert np.array_equal(one.truth, two.truth, equal_nan=True)
other_seed = dyadsim.run(study, unsettled, 2000, seed=99)
mishap, pull = (simulate.latent(one, name)[1:] for name in ("mishap", "pull"))
lived = np.isin(mishap, (0, 1)) & (pull != 0)
assert abs(mishap[lived].mean() - 0.3) < 4 * np.sqrt(0.21 / lived.sum()), mishap[lived].mean()
assert abs(pull[lived].mean()) < 4 / np.sqrt(lived.sum()), pull[lived].mean()
assert abs(pull[lived].std() - 1) < 4 / np.sqrt(2 * lived.sum()), pull[lived].std()
assert not np.array_equal(mishap, simulate.latent(other_seed, "mishap")[1:])
spared = do(study, unsettled, 2000, Intervention(remove=("mishap",)))
assert np.array_equal(simulate.latent(spared, "mishap")[1:], mishap)
first = (simulate.latent(one, "distress") - simulate.latent(spared, "distress"))[1]
assert np.allclose(first, 0.5 * mishap[0], atol=1e-5), first
left = dyadsim.run(study, dyadsim.world("hybrid", chances | {"mishaps.leaving": 1.0}), 2000)
met = np.diff(simulate.latent(left, "attended"), axis=0) > 0
hit = met & (simulate.latent(left, "mishap")[1:] == 1)
assert hit.any(axis=0).mean() > 0.4
assert (simulate.latent(left, "ended")[1:][hit] > 0).all()
assert (left.clients.ended == 3).mean() > (one.clients.ended == 3).mean() + 0.2

words = ["sweep", "name=fear", "nocebo.strength=0,0.5", "size=tiny", "json=true"]
assert main([*words, "world=./worried.yaml"]) == 0
assert main(["simulate", "size=tiny", "nocebo.strength=0.5", "do.hold.fear=0"]) == 0
assert main(["simulate", "size=tiny", "nocebo.strenght=1"]) == 2
assert main(["decompose", "size=tiny", "nocebo.strength=0.5", "mishaps.rate=0.2"]) == 0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the example, and a world that sets its strength."""
    (tmp_path / "nocebo.py").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "worried.yaml").write_text(
        "base: hybrid\nclaim: Fear of harm makes people worse.\nparameters:\n"
        "  nocebo.strength: 0.2\n",
        encoding="utf-8",
    )
    return tmp_path


def test_the_example_is_the_one_that_init_writes() -> None:
    assert (PROJECT / "mechanisms" / "nocebo.py").read_text("utf-8") == EXAMPLE


def _with(place: Path) -> str:
    """Return the path on which Python finds packages, with a place in front."""
    return os.pathsep.join([str(place), *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A place where a package is installed that offers a mechanism by its entry point."""
    place = tmp_path / "site"
    (place / "fears").mkdir(parents=True)
    (place / "fears" / "__init__.py").touch()
    (place / "fears" / "weeks.py").write_text(MISHAPS, encoding="utf-8")
    about = place / "fears-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: fears\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[dyadsim.mechanisms]\nmishaps = fears.weeks\n")
    return place


@pytest.mark.slow
def test_the_example_works_and_changes_nothing_else(folder: Path, installed: Path) -> None:
    """Beside it an installed package has a mechanism with chance, and with a part in endings."""
    import dyadsim

    study = dyadsim.rct(["cbt", "supportive"], 6, follow_up=(20.0,))
    plain = dyadsim.run(study, "hybrid", 300).truth
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(len(plain))],
        env=os.environ | {MECHANISMS: str(folder / "nocebo.py"), "PYTHONPATH": _with(installed)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    _, bits, rows = done.stdout.splitlines()[0].split()
    assert bits == hashlib.sha256(plain.tobytes()).hexdigest()
    assert int(rows) == len(plain) + 3
    assert re.search(r"fear +│ +[-\d]", done.stdout), done.stdout
    assert "'nocebo.strenght'. Did you mean nocebo.strength?" in done.stderr


def test_a_process_that_was_not_told_of_it_says_how(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert not any(name.startswith("nocebo.") for name in catalogue())
    for words in (["nocebo.strength=1"], ["world=./worried.yaml"]):
        assert main(["simulate", "size=tiny", *words]) == 2
        assert "must be named: mechanism=./nocebo.py" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("MECHANISM = mechanism(", "OTHER = mechanism(", "lacks MECHANISM"),
        ("class Rows(", "class Columns(", "NameError"),
        ("def session_lanes(", "def in_session(", ""),
        ("] = 0.0", "] = 5.0", "default of nocebo.strength must lie in its range [0, 3]"),
        ('Pathway("nocebo.strength"', 'Pathway("nocebo.strong"', "names 'nocebo.strong'"),
        ("import ONE", "import ZWEI", "ImportError"),
        ('"""Nocebo:', "Nocebo:", "SyntaxError"),
    ],
)
def test_a_file_that_is_no_mechanism_is_refused(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "nocebo.py"
    path.write_text(EXAMPLE.replace(old, new, 1), encoding="utf-8")
    if not said:
        assert read_mechanism(OwnFile("nocebo", path)).places == ("relief_lanes",)
        return
    with pytest.raises(BadInput, match=r"mechanism=.*nocebo\.py") as error:
        read_mechanism(OwnFile("nocebo", path))
    assert said in str(error.value)


@pytest.mark.parametrize("name", ["alliance", "population", "no-name", "a.b", "class"])
def test_names_that_cannot_be_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.py"
    path.write_text(EXAMPLE, encoding="utf-8")
    with pytest.raises(BadInput, match="name"):
        read_mechanism(OwnFile(name, path))


def test_words_name_files_of_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert mechanism_words(["facts", "mechanism=./nocebo.py"]) == (
        [folder / "nocebo.py"],
        ["facts"],
    )
    for word in ("mechanism=./worried.yaml", "mechanism=", "mechanism=none.py"):
        with pytest.raises(BadInput, match=r"a file such as \./nocebo\.py"):
            mechanism_words([word])
    (folder / "study.py").write_text(EXAMPLE, encoding="utf-8")
    with pytest.raises(BadInput, match="'study' is a setting"):
        mechanism_words(["mechanism=study.py"])


def test_a_law_from_a_file_beside_it_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit of that file would change neither the compiled model nor the keys of results."""
    (folder / "own_helper.py").write_text("SHARE = 0.5\n\ndef law():\n    return SHARE\n")
    monkeypatch.syspath_prepend(str(folder))
    path = folder / "nocebo.py"
    for line in ("import own_helper", "from own_helper import law"):
        path.write_text(EXAMPLE.replace("\n\n\nclass Nocebo", f"\n{line}\n\n\nclass Nocebo"))
        with pytest.raises(BadInput, match="a mechanism is one file"):
            read_mechanism(OwnFile("nocebo", path))


def test_every_file_of_an_installed_package_counts(tmp_path: Path) -> None:
    package = tmp_path / "fears" / "inner"
    package.mkdir(parents=True)
    files = [package.parent / "__init__.py", package / "__init__.py", package / "nocebo.py"]
    for file in files:
        file.touch()
    assert OwnFile("nocebo", files[2], "fears.inner.nocebo").sources == tuple(sorted(files))
    assert OwnFile("inner", files[1], "fears.inner").sources == tuple(sorted(files))
    assert OwnFile("nocebo", files[2], "nocebo").sources == (files[2],)
    assert OwnFile("nocebo", files[2]).sources == (files[2],)


def test_what_numba_cannot_compile_is_said_in_a_sentence(folder: Path) -> None:
    path = folder / "nocebo.py"
    path.write_text(EXAMPLE.replace("q.fright_rate", "q.fright", 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "dyadsim", "simulate", "size=tiny", f"mechanism={path}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "Numba cannot compile it" in done.stderr
    assert "fright" in done.stderr.rsplit("Numba", 1)[1]
