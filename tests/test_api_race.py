"""A hundred equal requests at once are one booking and a hundred equal answers, also after a death in between."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx2
import pytest

from tests.guest import weekdays
from tests.running import running_timetuna

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="race")]
CLIENTS = 100
MAKE_KEY = """
from django.utils import timezone
from timetuna.accounts.models import User
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.api.scopes import ApiScope
from timetuna.pages.models import BookingPage
_, token = create_key(User.objects.get(pk={host}), NewKey(name="Race", scopes=[ApiScope.BOOKINGS]), now=timezone.now())
answer([token, BookingPage.objects.get(pk={page}).public_id])
"""
COUNT = """
from timetuna.bookings.models import Booking
answer(Booking.objects.filter(host={host}).count())
"""
FORGET_THE_ANSWER = """
from datetime import timedelta
from django.utils import timezone
from timetuna.api.models import StoredAnswer
answer(StoredAnswer.objects.update(status=None, body="", began_at=timezone.now() - timedelta(seconds=40)))
"""


class Asking:
    """A program with a key, and the request that it repeats."""

    def __init__(self, live, host):
        token, page = live.run_python(MAKE_KEY.format(host=host.pk, page=host.page_pk))
        self.live, self.page = live, page
        self.headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "run-42"}

    def book(self, start):
        body = {
            "page": self.page,
            "start": start.isoformat(),
            "guest": {"name": "Kim", "email": "kim@guest.example", "phone": "+49 30 123456"},
        }
        address = f"{self.live.base_url}/api/v1/bookings"
        return httpx2.post(address, json=body, headers=self.headers, timeout=60, trust_env=False)


@pytest.mark.either
def test_a_hundred_equal_requests_are_one_booking(tmp_path):
    with running_timetuna(tmp_path, TIMETUNA_API_LIMIT="1000") as live:
        host = live.new_host()
        program, start = Asking(live, host), weekdays(1)[0]
        barrier = Barrier(CLIENTS)

        def rush(_number):
            barrier.wait()
            answer = program.book(start)
            return answer.status_code, answer.text

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = Counter(pool.map(rush, range(CLIENTS)))
        ((status, text),) = answers
        assert status == 201, text
        assert live.run_python(COUNT.format(host=host.pk)) == 1

        # As if the process had died after the commit and before the answer was kept.
        assert live.run_python(FORGET_THE_ANSWER) == 1
        again = program.book(start)
        assert (again.status_code, again.text) == (201, text)
        assert live.run_python(COUNT.format(host=host.pk)) == 1
