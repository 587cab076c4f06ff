"""Mechanisms of one's own: a Python file beside one's worlds, in the form of those of dyadsim.

The file has the form of `mechanisms/expectancy.py`: one named tuple of parameters, its `Rows`, its
`MECHANISM`, and loops over lanes. The names of the loops say where in a step they are called:

    session_lanes(rows, q)         in a session, when alliance, hope and readiness have moved
    relief_lanes(rows, weeks, q)   at every step, when the other pathways have written `relief`
    after_lanes(rows, weeks, q)    at every step, when distress has moved, before endings
    ending_lanes(rows, q)          in a session, after the usual endings

`numerics.own_files` says which files there are; they are read once, before the parameters are
gathered. From there on such a mechanism is one like the others.
"""

import importlib
import importlib.util
import sys
import sysconfig
from collections.abc import Collection
from functools import cache
from hashlib import sha256
from keyword import iskeyword
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from dyadsim.errors import BadInput
from dyadsim.model.mechanism import Mechanism, marks
from dyadsim.model.parameter import declared
from dyadsim.numerics.own_files import OwnFile, own_mechanism_files

IN_SESSION = ("session_lanes", "ending_lanes")
"""Functions of a file that the kernel calls with the lanes that are in a session."""
PLACES = ("session_lanes", "relief_lanes", "after_lanes", "ending_lanes")
"""Functions of a file that the kernel calls."""


class OwnMechanism(NamedTuple):
    """A mechanism of one's own.

    Attributes
    ----------
    name
        As its file is called; its parameters start with it.
    path
        The file.
    module
        What is in it.
    parameters
        Its named tuple of parameters.
    """

    name: str
    path: Path
    module: ModuleType
    parameters: Any

    @property
    def places(self) -> tuple[str, ...]:
        """Those of `PLACES` that it has."""
        return tuple(place for place in PLACES if hasattr(self.module, place))


def how_to_name(name: str, owners: Collection[str]) -> str:
    """Return how a mechanism of one's own is named, where a dotted name has an unknown owner."""
    owner, _, field = name.partition(".")
    if not field or owner in owners:
        return ""
    return f" A mechanism of your own must be named: mechanism=./{owner}.py."


@cache
def own_mechanisms() -> tuple[OwnMechanism, ...]:
    """Return the mechanisms of one's own that this process has, in the order of their files.

    Raises
    ------
    BadInput
        A file cannot be read as a mechanism, or two have the same name.
    """
    by_name: dict[str, OwnMechanism] = {}
    for file in own_mechanism_files():
        if file.name in by_name:
            raise BadInput(
                f"Two mechanisms are called '{file.name}': {by_name[file.name].path}, {file.path}."
            )
        by_name[file.name] = read_mechanism(file)
    return tuple(by_name.values())


def read_mechanism(file: OwnFile) -> OwnMechanism:
    """Return the mechanism of a file, checked."""
    if not file.name.isidentifier() or iskeyword(file.name):
        raise BadInput(
            f"mechanism={file.path}: its parameters are called as the file is, so that must be a "
            f"name such as nocebo.py, not '{file.path.name}'."
        )
    builtin = importlib.util.find_spec(f"dyadsim.model.mechanisms.{file.name}")
    if builtin is not None or file.name in ("population", "measurement"):
        raise BadInput(
            f"mechanism={file.path}: dyadsim has a mechanism '{file.name}': rename the file."
        )
    module = _load(file)
    kinds = [
        item
        for item in vars(module).values()
        if isinstance(item, type)
        and item.__module__ == module.__name__
        and hasattr(item, "_fields")
        and item.__name__ != "Rows"
    ]
    needs = {
        "MECHANISM = mechanism(Rows, ...)": isinstance(
            getattr(module, "MECHANISM", None), Mechanism
        ),
        "class Rows(NamedTuple), the rows that it reads and writes": hasattr(module, "Rows"),
        "one other class of NamedTuple, its parameters": len(kinds) == 1,
        f"a function {', '.join(PLACES[:-1])} or {PLACES[-1]}": any(
            hasattr(module, place) for place in PLACES
        ),
    }
    missing = [need for need, there in needs.items() if not there]
    if missing:
        raise BadInput(
            f"mechanism={file.path}: the file lacks {missing[0]} (docs/how_to/own_mechanism.md)."
        )
    own = OwnMechanism(file.name, file.path, module, kinds[0])
    _check_declarations(own)
    return own


def _load(file: OwnFile) -> ModuleType:
    """Return the module of a file; whatever it raises is said in a sentence."""
    try:
        if file.module:
            return importlib.import_module(file.module)
        name = f"dyadsim_own_{file.name}"
        spec = importlib.util.spec_from_file_location(name, file.path)
        if spec is None or spec.loader is None or not file.path.is_file():
            raise BadInput(f"mechanism={file.path}: there is no such Python file (.py).")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        _check_one_file(file.path, module)
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(f"mechanism={file.path}: {type(error).__name__}: {error}") from error
    return module


def _check_one_file(path: Path, module: ModuleType) -> None:
    """Refuse what comes from a file beside it: an edit of that file would go unnoticed."""
    installed = [Path(place) for place in sysconfig.get_paths().values()]
    known = [Path(__file__).parents[1], *installed]
    for name, item in vars(module).items():
        owner = item.__name__ if isinstance(item, ModuleType) else getattr(item, "__module__", "")
        place = getattr(sys.modules.get(str(owner)), "__file__", None)
        if place is None or owner == module.__name__:
            continue
        if not any(Path(place).resolve().is_relative_to(part.resolve()) for part in known):
            raise BadInput(
                f"mechanism={path}: '{name}' comes from {place}: a mechanism is one file, so that "
                "an edit of it is noticed. Write it there, or install a package "
                "(docs/how_to/own_mechanism.md)."
            )


def _check_declarations(own: OwnMechanism) -> None:
    """Refuse parameters without a declaration, and rows without a meaning."""
    where = f"mechanism={own.path}"
    try:
        parameters, rows = declared(own.name, own.parameters), marks(own.module.Rows)
    except (AttributeError, KeyError, NameError, TypeError) as error:
        raise BadInput(
            f"{where}: every parameter is Annotated[float, parameter(...)] with a default, every "
            f"row Reads, Writes or Annotated[Array, ...] ({type(error).__name__}: {error})."
        ) from error
    for item in parameters.values():
        about, value = item.about, item.default
        if not about.low <= value <= about.high:
            raise BadInput(
                f"{where}: the default of {item.name} must lie in its range [{about.low:g}, "
                f"{about.high:g}], not at {value:g}."
            )
    known = set(parameters)
    named = [path.strength for path in own.module.MECHANISM.pathways.values()]
    named += [rate for latent in own.module.MECHANISM.latents.values() for rate in latent.rates]
    for name in named:
        if name.startswith(f"{own.name}.") and name.split(".", 1)[1] not in known:
            raise BadInput(f"{where}: MECHANISM names '{name}', which is no parameter of the file.")
    if not rows:
        raise BadInput(f"{where}: Rows names no row.")


def with_own_parameters(kind: Any) -> Any:
    """Return the named tuple of all parameters with those of one's own mechanisms after them."""
    own = own_mechanisms()
    fields = {**kind.__annotations__, **{item.name: item.parameters for item in own}}
    defaults = {**kind._field_defaults, **{item.name: item.parameters() for item in own}}
    extended: Any = NamedTuple(kind.__name__, list(fields.items()))  # type: ignore[misc]
    extended.__new__.__defaults__ = tuple(defaults.values())
    extended._field_defaults = defaults
    extended.__module__, extended.__doc__ = kind.__module__, kind.__doc__
    for name in ("__repr__", "_repr_html_"):
        setattr(extended, name, getattr(kind, name))
    return extended


def mechanisms_for_manifest() -> list[dict[str, str]]:
    """Return name, file and sha256 of every mechanism of one's own."""
    return [
        {
            "name": own.name,
            "file": str(own.path),
            "sha256": sha256(own.path.read_bytes()).hexdigest(),
        }
        for own in own_mechanisms()
    ]
