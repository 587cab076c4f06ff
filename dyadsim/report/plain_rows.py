"""A table as plain rows for JSON."""

from typing import Any

import numpy as np


def _plain(value: Any) -> Any:
    """Return NumPy's numbers as Python's, NaN as null."""
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(value)
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    return value


def rows_for_json(table: Any) -> list[dict[str, Any]]:
    """Return a data frame as plain rows: a dictionary a row."""
    return [{key: _plain(value) for key, value in row.items()} for row in table.to_dict("records")]
