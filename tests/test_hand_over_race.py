"""Who hands a meeting over and who books its new host meanwhile: whoever is first has the time, the rest are told."""

import os
from itertools import pairwise

import pytest

from tests.running import resting_timetuna

pytestmark = [pytest.mark.slow, pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
CLIENTS = int(os.environ.get("RACE_CLIENTS", "30"))


def test_handing_over_against_booking_and_against_handing_over(tmp_path):
    with resting_timetuna(tmp_path) as resting:
        found = resting.run_python(f"from tests.handing_over import *; answer(against_booking({CLIENTS}))")
        assert found["done"] == found["times"] == len(found["spans"])
        assert found["refused"] == 2 * found["times"]
        assert all(one[1] <= later[0] for one, later in pairwise(found["spans"]))
        assert (found["hosts of each"], found["leads"]) == ([1], [True])

    other = tmp_path / "other"
    other.mkdir()
    with resting_timetuna(other) as resting:
        found = resting.run_python(f"from tests.handing_over import *; answer(to_several({CLIENTS // 3}))")
        assert found == {"done": 1, "refused": CLIENTS // 3 - 1, "revision": 1, "leads": [True]}
