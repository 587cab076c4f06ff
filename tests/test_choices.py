"""How a YAML file is read: what is no file, no text, doubled, growing or endless is refused."""

import os
from pathlib import Path

import pytest

from dyadsim.choices import LARGEST_FILE, is_file, read_yaml
from dyadsim.errors import BadData, BadInput

GROWING = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "is no YAML: the key 'a' is there twice, line 3"),
        ("[" * 2000 + "]" * 2000, "nested too deep, line 1"),
        (GROWING, "too many aliases, line 2"),
        ("&a [*a]", "too many aliases"),
        ("x: " + "9" * 5000, "a number is too large"),
        ("a: [", "is no YAML: "),
        ("!!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("? [a, b]\n: 1\n", "unhashable key"),
        ("#" * (LARGEST_FILE + 1), "it is larger than 1,000,000 bytes"),
    ],
)
def test_what_is_no_good_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"^case card '.*'") as caught:
        read_yaml(path, "case card")
    assert message in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 200


def test_binary_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadData, match="it is not text in UTF-8"):
        read_yaml(tmp_path / "binary", "data.path:", error=BadData)
    for path in (tmp_path / "pipe", tmp_path, "/dev/zero", "a" * 300, "a\0b", tmp_path / "none"):
        assert not is_file(path)
        with pytest.raises(BadInput, match="there is no such file"):
            read_yaml(path, "do: the file")


def test_a_date_stays_text_and_an_alias_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a: 2024-02-30\nb: &b {c: 1}\nd: *b\n", encoding="utf-8")
    assert read_yaml(path, "file") == {"a": "2024-02-30", "b": {"c": 1}, "d": {"c": 1}}
