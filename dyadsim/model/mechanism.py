"""What a mechanism declares of itself, once, in its own file.

Its `Rows` name the rows of a block of clients that it reads, writes and draws:

    class Rows(NamedTuple):
        action: Writes
        credibility: Reads
        noise: Annotated[Array, normal(Stream.ACTION)]
        habit: Annotated[Array, variable("", "0-1", "a variable of its own, which it writes")]

and its constant `MECHANISM` names what an intervention can do to it. The kernel hands a mechanism
these rows and no others, and those that are only read cannot be written.
"""

from collections.abc import Mapping
from enum import Enum, IntEnum
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, get_type_hints

from dyadsim.model.variable import Array, Variable, declared_variables
from dyadsim.numerics.random_streams import Stream, own_stream


class Use(Enum):
    """What a mechanism does with a row."""

    READ = "read"
    WRITE = "write"


Reads = Annotated[Array, Use.READ]
Writes = Annotated[Array, Use.WRITE]


class Need(IntEnum):
    """Who needs a row of random numbers: who is in a session, everybody, or who gets a form."""

    SESSION = 0
    LIFE = 1
    FORM = 2


class Draw(NamedTuple):
    """A row of random numbers, one for each client, new at every step.

    Attributes
    ----------
    stream
        The number of the random stream.
    uniform
        Whether the numbers are uniform on (0, 1), otherwise standard normal.
    need
        Who needs them.
    """

    stream: int
    uniform: bool
    need: Need


def normal(stream: Stream | str, need: Need = Need.SESSION) -> Draw:
    """Return the annotation of a row of standard normal draws (see `Draw`).

    A mechanism of one's own names its stream by a text, such as "nocebo.fright".
    """
    return Draw(_number(stream), uniform=False, need=need)


def uniform(stream: Stream | str, need: Need = Need.SESSION) -> Draw:
    """Return the annotation of a row of uniform draws on (0, 1) (see `Draw`)."""
    return Draw(_number(stream), uniform=True, need=need)


def _number(stream: Stream | str) -> int:
    return own_stream(stream) if isinstance(stream, str) else stream


class Factor(Enum):
    """What kind of thing heals, or harms; the claims of worlds speak of kinds."""

    SPECIFIC = "specific ingredient"
    COMMON = "common factor"
    MEDICATION = "medication"
    HARM = "harm"


class Pathway(NamedTuple):
    """A pathway that `do(remove)` takes away.

    Attributes
    ----------
    strength
        Full name of the parameter that is set to 0.
    factor
        What kind of thing heals or harms on this pathway into distress; None where it leads
        elsewhere.
    """

    strength: str
    factor: Factor | None = None


class Latent(NamedTuple):
    """A latent that `do(hold)` fixes at a value.

    Attributes
    ----------
    rows
        The variables that are written.
    rates
        Full names of the parameters that move them; they are set to 0.
    low, high
        The range of values.
    cause
        Its name as a cause of the effect of therapy (`attribution`), "" where it is none. A cause
        is taken away by fixing its latent at 0.
    factor
        The kind of cause.
    """

    rows: tuple[str, ...]
    rates: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0
    cause: str = ""
    factor: Factor | None = None


class Mechanism(NamedTuple):
    """A mechanism's declarations.

    Attributes
    ----------
    rows
        Its named tuple of rows.
    pathways
        What `do(remove)` can take away, by name.
    latents
        What `do(hold)` can fix, by name.
    idle
        Parameters and values at which the mechanism does nothing to distress: where the claim of a
        world fixes one of them so, nothing in the mechanism is free to be calibrated.
    streams
        Random streams that it draws from itself, besides those of its rows.
    """

    rows: type
    pathways: Mapping[str, Pathway]
    latents: Mapping[str, Latent]
    idle: tuple[tuple[str, float], ...]
    streams: tuple[Stream, ...]

    @property
    def variables(self) -> dict[str, Variable]:
        """The variables of its own, by name."""
        return declared_variables(self.rows)

    @property
    def draws(self) -> dict[str, Draw]:
        """Its rows of random numbers, by field."""
        return {name: item for name, item in marks(self.rows).items() if isinstance(item, Draw)}

    @property
    def writes(self) -> tuple[str, ...]:
        """The rows it writes."""
        return tuple(name for name, item in marks(self.rows).items() if is_written(item))

    @property
    def reads(self) -> tuple[str, ...]:
        """The rows it only reads."""
        return tuple(name for name, item in marks(self.rows).items() if item is Use.READ)


def mechanism(
    rows: type,
    *,
    pathways: Mapping[str, Pathway] = MappingProxyType({}),
    latents: Mapping[str, Latent] = MappingProxyType({}),
    idle: tuple[tuple[str, float], ...] = (),
    streams: tuple[Stream, ...] = (),
) -> Mechanism:
    """Return the declarations of a mechanism; the arguments are those of `Mechanism`."""
    return Mechanism(rows, pathways, latents, idle, streams)


@cache
def marks(rows: type) -> dict[str, Any]:
    """Return what the annotation of each row says: a `Use`, a `Draw` or a `Variable`."""
    hints = get_type_hints(rows, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


def is_written(mark: Any) -> bool:
    """Return whether a row with this mark is written by those who declare it."""
    return mark is Use.WRITE or isinstance(mark, Variable)
