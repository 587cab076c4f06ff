"""Where dyadsim's choices lie, one YAML file each in `conf/`, and how a YAML file is read."""

import functools
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.errors import BadData, BadInput

if TYPE_CHECKING:
    import yaml

_PACKAGE = Path(__file__).parent
LARGEST_FILE = 1_000_000  # bytes
DEEPEST = 40  # brackets within brackets
MOST_ALIASES = 20  # and none within an anchored part: they would grow without bound
LARGEST_NUMBER = 2**63  # whole numbers below it


def package_file(name: str) -> Path:
    """Return a file or folder that the wheel carries inside the package, a checkout beside it."""
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name


def conf_folder() -> Path:
    """Return dyadsim's folder of choices; one's own are found by `search_path`."""
    return package_file("conf")


def is_file(path: object) -> bool:
    """Return whether there is a file of that name: no folder, pipe or device, no impossible name.

    Examples
    --------
    >>> is_file("/dev/zero"), is_file("x" * 300)
    (False, False)
    """
    try:
        return Path(str(path)).is_file()
    except (OSError, ValueError):  # a name that is too long, or with a zero in it
        return False


def read_yaml(
    path: str | Path, what: str, *, error: type[BadInput] | type[BadData] = BadInput
) -> Any:
    """Return what a YAML file holds.

    Parameters
    ----------
    path
        Of the file.
    what
        What messages start with, such as "case card".
    error
        What is raised.

    Returns
    -------
    object
        Plain values; a date stays text.

    Raises
    ------
    BadInput or BadData
        There is no such file, it is too large, no text or no YAML, it has a key twice, or brackets
        and aliases without end.
    """
    import yaml

    return _read(path, what, error, lambda text: yaml.load(text, _loader()))


def read_yaml_node(path: str | Path, what: str) -> "yaml.Node | None":
    """Return what a YAML file holds as nodes: text as it is written, with its line.

    Parameters
    ----------
    path
        Of the file.
    what
        What messages start with.

    Returns
    -------
    yaml.Node or None
        None: the file is empty.

    Raises
    ------
    BadInput
        As `read_yaml`; doubled keys are left to who reads the nodes.
    """

    def composed(text: str) -> "yaml.Node | None":
        loader = _loader()(text)
        try:
            return loader.get_single_node()
        finally:
            loader.dispose()

    node: yaml.Node | None = _read(path, what, BadInput, composed)
    return node


def _read(
    path: str | Path,
    what: str,
    error: type[BadInput] | type[BadData],
    load: Callable[[str], Any],
) -> Any:
    """Return what `load` makes of a file's text; anything wrong with it in a sentence."""
    import yaml

    where = f"{what} '{path}'"
    if not is_file(path):
        raise error(f"{where} cannot be read: there is no such file.")
    try:
        if Path(path).stat().st_size > LARGEST_FILE:
            raise error(f"{where} cannot be read: it is larger than {LARGEST_FILE:,} bytes.")
        return load(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as reason:
        raise error(f"{where} cannot be read: {reason.strerror}.") from None
    except UnicodeDecodeError:
        raise error(f"{where} is no YAML: it is not text in UTF-8.") from None
    except yaml.YAMLError as reason:
        raise error(f"{where} is no YAML: {_words(reason)}.") from None


def _words(reason: "yaml.YAMLError") -> str:
    """Return what is wrong with a YAML file, with the line."""
    mark, problem = getattr(reason, "problem_mark", None), getattr(reason, "problem", None)
    words = problem or getattr(reason, "reason", None) or str(reason).splitlines()[0]
    return f"{words}, line {mark.line + 1}" if mark is not None else str(words)


@functools.cache
def _loader() -> "type[yaml.SafeLoader]":
    """Return a loader that refuses doubled keys, aliases that grow, and endless depth."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        depth, anchored, aliases = 0, 0, 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            """Return the next node, counting how deep it lies."""
            event = self.peek_event()
            if isinstance(event, yaml.AliasEvent):
                self.aliases += 1
                if self.anchored or self.aliases > MOST_ALIASES:
                    raise yaml.MarkedYAMLError(None, None, "too many aliases", event.start_mark)
            has_anchor = getattr(event, "anchor", None) is not None
            self.depth, self.anchored = self.depth + 1, self.anchored + has_anchor
            if self.depth > DEEPEST:
                raise yaml.MarkedYAMLError(None, None, "nested too deep", event.start_mark)
            node = super().compose_node(parent, index)
            self.depth, self.anchored = self.depth - 1, self.anchored - has_anchor
            return node

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
            """Return a mapping whose keys are all different."""
            names = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in names:
                    problem = f"the key '{key.value}' is there twice"
                    raise yaml.MarkedYAMLError(None, None, problem, key.start_mark)
                names.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
            mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
            return mapping

        def whole_number(self, node: Any) -> int:
            """Return a whole number that a computer counts with."""
            try:
                value = self.construct_yaml_int(node)
            except ValueError:  # thousands of digits
                value = LARGEST_NUMBER
            if abs(value) >= LARGEST_NUMBER:
                raise yaml.MarkedYAMLError(None, None, "a number is too large", node.start_mark)
            return int(value)

    Loader.add_constructor("tag:yaml.org,2002:int", Loader.whole_number)
    Loader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)
    return Loader
