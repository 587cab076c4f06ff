"""The ends of every parameter's range can be swept, though points are stored in float32."""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.model.parameters import Parameters, catalogue, flat
from dyadsim.sweeps.job import parameters_at


@pytest.mark.parametrize("end", ["low", "high"])
def test_an_end_that_float32_moves_out_of_its_range_is_the_end(end: str) -> None:
    usual = flat(Parameters())
    moved = 0
    for place, (name, item) in enumerate(catalogue().items()):
        row = np.array(list(usual.values()), np.float32)
        row[place] = value = getattr(item.about, end)
        if name.startswith("population.") and name.endswith("_share"):
            continue  # the shares add up
        moved += float(row[place]) != value
        assert flat(parameters_at(row))[name] == value
    assert moved > 5


def test_a_value_beyond_the_end_is_refused() -> None:
    row = np.array(list(flat(Parameters()).values()), np.float32)
    row[list(catalogue()).index("alliance.rate")] = 1.0001
    with pytest.raises(BadInput, match=r"alliance\.rate"):
        parameters_at(row)
