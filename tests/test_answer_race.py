"""Several people answer, take back and wait for a request at the same moment: one of them is first, once."""

import pytest

from tests.running import LiveTimeTuna

pytestmark = [pytest.mark.slow, pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
ROUNDS = 12
CONFIRMED = ["confirmed", "approved", "taken", "1"]
CALLED_OFF = ["cancelled_by_guest", "approved+cancelled", "free", "1"]


def ended(how: str) -> list[str]:
    return [how, how, "free", "0"]


def endings(live: LiveTimeTuna, *actions: str) -> list[list[str]]:
    host = live.new_host()
    return live.run_python(
        f"from tests.answering import race\nanswer(race({host.pk}, actions={list(actions)}, rounds={ROUNDS}))"
    )


def test_two_requests_for_one_time_never_both_get_it(live_timetuna: LiveTimeTuna) -> None:
    host = live_timetuna.new_host()

    found = live_timetuna.run_python(
        f"from tests.answering import two_requests\nanswer(two_requests({host.pk}, rounds={ROUNDS}))"
    )

    assert found == {"SlotTaken,asked": ROUNDS}


def test_yes_twice_is_yes_once(live_timetuna: LiveTimeTuna) -> None:
    assert endings(live_timetuna, "approve", "approve", "approve") == [CONFIRMED] * ROUNDS


@pytest.mark.parametrize(
    ("other", "allowed"),
    [
        ("decline", [CONFIRMED, ended("declined")]),
        ("lapse", [CONFIRMED, ended("lapsed")]),
        ("cancel", [CALLED_OFF, ended("withdrawn")]),
    ],
)
def test_yes_and_something_else_at_once_is_one_of_them(
    live_timetuna: LiveTimeTuna, other: str, allowed: list[list[str]]
) -> None:
    found = endings(live_timetuna, "approve", other)

    assert len(found) == ROUNDS
    assert [one for one in found if one not in allowed] == []


def test_all_at_once_leave_nothing_half_done(live_timetuna: LiveTimeTuna) -> None:
    found = endings(live_timetuna, "approve", "decline", "cancel", "lapse")

    allowed = [CONFIRMED, CALLED_OFF, *map(ended, ("declined", "lapsed", "withdrawn"))]
    assert [one for one in found if one not in allowed] == []
