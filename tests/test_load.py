"""Many guests at once, at a small size; `benchmarks/load.py` is the full one."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.crowd import SCENARIOS, Sent, crowd_of, differences, faults
from tests.guest import weekdays
from tests.running import running_timetuna

pytestmark = pytest.mark.slow
CLIENTS, ROUNDS = 12, 2


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory):
    """Serve with two web processes, so that no lock within one helps."""
    with running_timetuna(tmp_path_factory.mktemp("crowd"), TIMETUNA_WEB_PROCESSES="2") as live:
        yield live


def on_engines(scenario):
    """The first is tried on each engine at any time, the others where guests do meet: SQLite lets one writer in."""
    in_turn = [pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
    marks = [pytest.mark.whole] if scenario == next(iter(SCENARIOS)) else in_turn
    return pytest.param(scenario, marks=marks)


@pytest.mark.parametrize("scenario", [on_engines(scenario) for scenario in SCENARIOS])
def test_nothing_overlaps_and_nothing_acknowledged_is_lost(two_processes, scenario):
    with crowd_of(CLIENTS, two_processes) as crowd:
        for start in weekdays(ROUNDS, per_day=1):
            SCENARIOS[scenario](crowd, start)

        assert faults(crowd) == []
    assert "Traceback" not in two_processes.log()


@pytest.mark.matrix(of="race")
def test_a_limit_is_one_for_all_processes(two_processes):
    def ask(number):
        with httpx2.Client(base_url=two_processes.base_url, trust_env=False, timeout=60) as browser:
            page = browser.get("/reset-password").text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
            form = {"email": f"person+{number}@example.org", "csrfmiddlewaretoken": token}
            return browser.post("/reset-password", data=form).status_code

    with ThreadPoolExecutor(20) as people:
        answers = sorted(people.map(ask, range(20)))

    assert answers == [302] * 5 + [429] * 15


def sent(key, *, what="book", status=302):
    return Sent(what=what, key=key, status=status, link=f"/b/{key}", milliseconds=1)


def stored(pk, key, *, start, status="confirmed", active=True):
    booking = {"id": pk, "idempotency_key": key, "status": status}
    return booking, {"booking_id": pk, "start_minute": start, "end_minute": start + 30, "active": active}


@pytest.mark.parametrize(
    ("rows", "log", "found"),
    [
        ([stored(1, "a", start=0), stored(2, "b", start=30)], [sent("a"), sent("b")], []),
        ([stored(1, "a", start=0), stored(2, "b", start=29)], [sent("a"), sent("b")], ["an overlap"]),
        ([stored(1, "a", start=0)], [sent("a"), sent("b")], ["lost"]),
        ([stored(1, "a", start=0), stored(2, "b", start=30)], [sent("a")], ["nobody was told of"]),
        ([stored(1, "a", start=0)], [sent("a"), sent("b", status=503)], ["an error page"]),
        ([stored(1, "a", start=0)], [sent("a"), sent("a", what="cancel")], ["not as acknowledged"]),
        ([stored(1, "a", start=0, active=False)], [sent("a")], ["not as acknowledged"]),
        (
            [stored(1, "a", start=0, status="cancelled_by_guest", active=False)],
            [sent("a"), sent("a", what="cancel")],
            [],
        ),
    ],
)
def test_the_checker_sees_what_is_wrong(rows, log, found):
    bookings, times = (list(column) for column in zip(*rows, strict=True))
    tables = {
        "bookings": bookings,
        "times": times,
        "fulfilled": [f"booking:{row['id']}" for row in bookings],
    }

    assert [fault.partition(":")[0] for fault in differences(log, tables)] == found
    without_work = differences(log, tables | {"fulfilled": []})
    assert len(without_work) == len(found) + len(bookings)
