"""The design of a data file, and what could be added to it."""

import numpy as np
import pytest

from dyadsim.fitting.client_data import ClientData
from dyadsim.fitting.data_design import DesignOptions, ObservedDesign, observed_design
from dyadsim.fitting.treatment_length import StatedLength
from dyadsim.model import questionnaires, worlds
from dyadsim.planning.planned_design import PlannedFile, repeat_clients

CLIENTS, WEEKS = 12, (0.0, 2.0, 4.0)


@pytest.fixture
def design() -> ObservedDesign:
    """Return twelve clients of three therapists, assessed three times; client 5 not at week 4."""
    client = np.repeat(np.arange(CLIENTS), len(WEEKS))
    week = np.tile(WEEKS, CLIENTS)
    kept = ~((client == 5) & (week == 4))
    data = ClientData(
        client[kept],
        week[kept],
        12.0 + client[kept] % 7,
        np.full(int(kept.sum()), np.nan),
        np.zeros(CLIENTS, np.int64),
        np.arange(CLIENTS) // 4,
        ("care",),
        questionnaires.find_instrument("phq9"),
        (),
    )
    options = DesignOptions(StatedLength(sessions=4), measured="weeks")
    return observed_design(data, {"care": "cbt"}, options=options)


def test_more_clients_are_the_same_clients_again(design: ObservedDesign) -> None:
    more = repeat_clients(design, 3)
    assert more.scores.shape == (design.scores.shape[0], 3 * CLIENTS)
    for part in range(3):
        own = slice(part * CLIENTS, (part + 1) * CLIENTS)
        assert np.array_equal(more.gaps[:, own], design.gaps)
        assert np.array_equal(more.scores[:, own], design.scores, equal_nan=True)
    loads = np.bincount(more.allocation.therapist)
    assert list(loads) == [4] * 9  # three times the therapists, with the caseloads of the file
    assert list(more.allocation.caseload) == [4] * 9
    assert more.gaps[4, [5, 5 + CLIENTS]].all()


def test_variants_add_what_the_file_has_not(design: ObservedDesign) -> None:
    parameters = worlds.world_parameters("hybrid")
    named = PlannedFile(design, True, "hybrid", parameters)
    assert [variant.name for variant in named.variants()] == [
        *("as in the file", "with the alliance", "3 x the clients", "both")
    ]
    assert all(variant.therapists for variant in named.variants())
    nameless = PlannedFile(design, False, "hybrid", parameters)
    assert [variant.name for variant in nameless.variants()][-1] == "all three"
    plain, rated = named.variants()[:2]
    assert np.isnan(named.design(plain, seed=1).alliance).all()
    alliance = named.design(rated, seed=1).alliance
    full = PlannedFile(design._replace(alliance=alliance), True, "hybrid", parameters)
    assert [variant.name for variant in full.variants()] == ["as in the file", "3 x the clients"]
    assert not np.isnan(alliance[2]).all()
    assert np.isnan(alliance[4, 5])  # not measured in the file
    assert np.isnan(alliance[1]).all()
