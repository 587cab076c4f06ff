"""Named tuples made in compiled code from their class alone, so that no field is listed twice.

Numba cannot loop over the fields of a named tuple. These two functions, for compiled code only,
write the code of each field when they are compiled; unlike code made by `exec`, what calls them is
cached.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, get_type_hints

from numba.core import types
from numba.core.errors import TypingError
from numba.core.types.containers import BaseTuple
from numba.extending import intrinsic


class RowView(NamedTuple):
    """Which rows of a table a field of a named tuple is a view of.

    Attributes
    ----------
    first
        The first row.
    rows
        0 for a single row, a view `(lane,)`; else the number of rows of a view `(rows, lane)`.
    writable
        Whether compiled code may write to the view; it is a compile error otherwise.
    """

    first: int
    rows: int
    writable: bool


@intrinsic
def filled(typing_context, kind, row):
    """Return a named tuple filled from a row `(number,)`, in the order of its fields.

    Parameters
    ----------
    kind
        A class of named tuple. A field that is annotated with a named tuple takes as many numbers
        as that has fields.
    row
        The numbers; as many as there are fields in all.
    """
    if not isinstance(kind, types.NamedTupleClass) or not is_contiguous(row, 1):
        raise TypingError("filled() takes a class of named tuple and a contiguous row")
    return _filled_type(kind.instance_class, row.dtype)(kind, row), _fill


def _filled_type(kind: type, dtype: Any) -> Any:
    """Return the Numba type of a named tuple of numbers, or of named tuples of numbers."""
    hints = get_type_hints(kind)
    members = [
        _filled_type(hint, dtype) if hasattr(hint, "_fields") else dtype for hint in hints.values()
    ]
    return BaseTuple.from_types(members, kind)


def _fill(context, builder, signature, arguments):
    """Write the code of `filled`."""
    row = context.make_array(signature.args[1])(context, builder, arguments[1])
    place = iter(range(2**31))

    def build(kind: Any) -> Any:
        if isinstance(kind, BaseTuple):
            return context.make_tuple(builder, kind, [build(part) for part in kind.types])
        index = context.get_constant(types.intp, next(place))
        return builder.load(builder.gep(row.data, [index]))

    return build(signature.return_type)


def row_views(find_rows: Callable[[type], list[RowView]]) -> Any:
    """Return the function of compiled code that views the rows of a table as a named tuple.

    Parameters
    ----------
    find_rows
        Gives, for a class of named tuple, the rows that each field is a view of.

    Returns
    -------
    function
        `rows(kind, table, lanes)`: `table` is `(row, lane)`, C order; the fields are views of it.
        A view of a single row has its first `lanes` lanes, so that a loop over it stops there; a
        view of several rows has all lanes. They do not keep the table alive, which saves counting
        references at every call: whoever makes them must hold on to the table while they are in
        use.
    """

    @intrinsic
    def rows(typing_context, kind, table, lanes):
        if not isinstance(kind, types.NamedTupleClass) or not is_contiguous(table, 2):
            raise TypingError("rows() takes a class of named tuple and a contiguous table")
        places = find_rows(kind.instance_class)
        views = [
            types.Array(table.dtype, 2 if place.rows else 1, "C", readonly=not place.writable)
            for place in places
        ]
        kept = BaseTuple.from_types(views, kind.instance_class)

        def write(context, builder, signature, arguments):
            source = context.make_array(table)(context, builder, arguments[1])
            first = context.cast(builder, arguments[2], signature.args[2], types.intp)
            values = [
                _view(context, builder, (source, first), view, place)
                for view, place in zip(views, places, strict=True)
            ]
            return context.make_tuple(builder, kept, values)

        return kept(kind, table, lanes), write

    return rows


def _view(context, builder, table, view, place):
    """Write the code of the view of some rows of a table; `table` is it and its lanes in use."""
    from numba.np.arrayobj import populate_array  # slow to import, and not needed with a cache

    source, used = table
    array = context.make_array(view)(context, builder)
    lanes = builder.extract_value(source.shape, 1)
    size = context.get_constant(types.intp, view.dtype.bitwidth // 8)
    first = builder.mul(context.get_constant(types.intp, place.first), lanes)
    shape, strides = [used], [size]
    if place.rows:
        shape = [context.get_constant(types.intp, place.rows), lanes]
        strides.insert(0, builder.mul(lanes, size))
    populate_array(
        array,
        data=builder.gep(source.data, [first]),
        shape=shape,
        strides=strides,
        itemsize=size,
        meminfo=None,  # not counted as a reference: see `row_views`
    )
    return array._getvalue()


def is_contiguous(array: Any, dimensions: int) -> bool:
    """Return whether a Numba type is an array of so many dimensions in C order."""
    return isinstance(array, types.Array) and array.ndim == dimensions and array.layout == "C"
