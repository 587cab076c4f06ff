"""Names of choices: the order of folders, paths, what is dyadsim's, and what no folder is."""

import os
import shutil
from pathlib import Path

import pytest

import dyadsim
from dyadsim import search_path
from dyadsim.choices import conf_folder
from dyadsim.errors import BadInput
from dyadsim.search_path import choice_names, find_choice, own_folders, searching

THERAPY = "dose: {cognitive: 0.3}\nstructure: 0.5\nrationale: 0.5\n"
ROOT = Path(__file__).parents[1]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder without any choices of one's own."""
    monkeypatch.delenv(search_path.CONF, raising=False)
    monkeypatch.delenv(search_path.NAMED, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_order_is_here_then_the_option_then_the_environment(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, rationale in (("conf", 0.1), ("option", 0.2), ("set", 0.3)):
        text = THERAPY.replace("rationale: 0.5", f"rationale: {rationale}")
        write(here / name / "therapy" / "mine.yaml", text)
        write(here / name / "therapy" / f"only_{name}.yaml", text)
    monkeypatch.setenv(search_path.CONF, str(here / "set"))
    with searching(["option"]):
        assert [folder.name for folder in own_folders()] == ["conf", "option", "set"]
        assert dyadsim.therapy("mine").rationale == 0.1
        assert dyadsim.therapy("only_option").rationale == 0.2
        assert dyadsim.therapy("only_set").rationale == 0.3
        shutil.rmtree(here / "conf")
        assert dyadsim.therapy("mine").rationale == 0.2
    assert dyadsim.therapy("mine").rationale == 0.3
    assert os.environ[search_path.CONF] == str(here / "set")


def test_a_file_that_changes_is_read_again(here: Path) -> None:
    path = write(here / "mine.yaml", THERAPY)
    assert dyadsim.therapy("./mine.yaml").rationale == 0.5
    write(path, THERAPY.replace("rationale: 0.5", "rationale: 0.75"))
    assert dyadsim.therapy("./mine.yaml").rationale == 0.75


def test_the_conf_of_a_checkout_is_nobodys_own(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert own_folders() == ()
    monkeypatch.chdir(here)
    shutil.copytree(conf_folder(), here / "conf")  # of another checkout
    assert own_folders() == ()


@pytest.mark.parametrize("folder", ["conf/nginx", "conf"])
def test_a_folder_of_another_program_is_none(here: Path, folder: str) -> None:
    (here / folder).mkdir(parents=True)
    assert own_folders() == ()


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("nowhere", "'.*nowhere' is not there"),
        ("empty", "'.*empty' holds none of the folders world, therapy, study"),
        (str(conf_folder()), "is dyadsim's own folder of choices"),
    ],
)
def test_a_stated_folder_must_hold_choices(here: Path, folder: str, message: str) -> None:
    (here / "empty").mkdir()
    with searching([folder]), pytest.raises(BadInput, match=message):
        own_folders()


def test_own_names_stand_among_the_known_ones(here: Path) -> None:
    write(here / "conf" / "therapy" / "hopeful.yaml", THERAPY)
    write(here / "conf" / "therapy" / "second.yml", THERAPY)
    assert choice_names("therapy")[-2:] == ["hopeful", "second"]
    with pytest.raises(BadInput, match=r"no therapy 'hopefull'\. Did you mean hopeful\?"):
        dyadsim.therapy("hopefull")


def test_worlds_and_therapies_of_dyadsim_keep_their_names(here: Path) -> None:
    write(here / "conf" / "therapy" / "cbt.yaml", THERAPY)
    assert dyadsim.therapy("cbt").label == "Cognitive-behavioural therapy"
    with pytest.raises(BadInput, match=r"cbt\.yaml: cbt is dyadsim's"):
        search_path.check_own_names()
    with pytest.raises(BadInput, match="cbt is dyadsim's; give your file another name"):
        dyadsim.therapy("conf/therapy/cbt.yaml")
    write(here / "waitlist.yaml", THERAPY)
    with pytest.raises(BadInput, match="waitlist is dyadsim's"):
        dyadsim.therapy("./waitlist.yaml")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("./hopful.yaml", "there is no such file. Did you mean hopeful?"),
        ("conf/therapy", "there is no such file"),
        ("/dev/null", "there is no such file"),
        ("./text.txt", "is no YAML file"),
        ("./2 x.yaml", "the file's name is that of your therapy"),
        ("./true.yaml", "the file's name is that of your therapy"),
    ],
)
def test_a_path_must_lead_to_a_file(here: Path, name: str, message: str) -> None:
    write(here / "conf" / "therapy" / "hopeful.yaml", THERAPY)
    for file in ("text.txt", "2 x.yaml", "true.yaml"):
        write(here / file, THERAPY)
    with pytest.raises(BadInput) as caught:
        find_choice("therapy", name)
    assert message in str(caught.value)


def test_two_named_files_of_one_name_are_refused(here: Path) -> None:
    first, second = (write(here / name / "mine.yaml", THERAPY) for name in ("a", "b"))
    with searching([]):
        assert search_path.name_file(find_choice("therapy", str(first))) == "mine"
        assert dyadsim.therapy("mine").name == "mine"
        assert search_path.name_file(find_choice("therapy", str(first))) == "mine"
        with pytest.raises(BadInput, match="two files are called mine"):
            search_path.name_file(find_choice("therapy", str(second)))
    with pytest.raises(BadInput, match="no therapy 'mine'"):
        dyadsim.therapy("mine")


def test_the_manifest_holds_folders_and_named_files_with_their_hashes(here: Path) -> None:
    assert search_path.choices_for_manifest() == {}
    write(here / "conf" / "therapy" / "hopeful.yaml", THERAPY)
    path = write(here / "mine.yaml", THERAPY)
    with searching([]):
        search_path.name_file(find_choice("therapy", str(path)))
        kept = search_path.choices_for_manifest()
    digest = kept["files"]["therapy/mine"]
    assert len(digest) == 64
    assert kept["folders"] == [{"folder": "conf", "files": {"therapy/hopeful.yaml": digest}}]
