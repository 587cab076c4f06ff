"""Tables as plain rows."""

import json

import numpy as np
import pandas as pd

from dyadsim.report.plain_rows import rows_for_json


def test_rows_are_ready_for_json() -> None:
    table = pd.DataFrame({"name": ["a", "b"], "value": [1.5, np.nan], "met": [True, False]})
    table["n"] = np.array([1, 2], np.int32)
    rows = rows_for_json(table)
    assert rows == [
        {"name": "a", "value": 1.5, "met": True, "n": 1},
        {"name": "b", "value": None, "met": False, "n": 2},
    ]
    assert json.loads(json.dumps(rows)) == rows
