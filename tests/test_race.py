"""Many guests want the same time: one gets it, nobody sees an error page."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.forms import main_form
from tests.guest import Guest, weekdays
from tests.test_cut_off import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
CLIENTS, ROUNDS = 8, 50


def test_eight_clients_fifty_rounds_one_booking_each(live_timetuna):
    host = live_timetuna.new_host()
    guests = [Guest(host.page_url, number=number) for number in range(CLIENTS)]
    barrier = Barrier(CLIENTS)

    def rush(guest, start):
        form = guest.look_at_form(start)
        barrier.wait()
        return guest.send(form).status_code

    answers = Counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for start in weekdays(ROUNDS):
            answers[tuple(sorted(pool.map(lambda guest, at=start: rush(guest, at), guests)))] += 1
    for guest in guests:
        guest.close()

    assert answers == {(302, *[409] * (CLIENTS - 1)): ROUNDS}
    assert overlaps(live_timetuna, host) == [ROUNDS, 0]


def overlaps(live, host):
    """Count the host's active bookings, and the pairs of them that overlap."""
    return live.run_python(
        "from timetuna.bookings.models import BookingHost\n"
        f"rows = BookingHost.objects.filter(host_id={host.pk}, active=True).order_by('start_minute')\n"
        "times = list(rows.values_list('start_minute', 'end_minute'))\n"
        "answer([len(times), sum(a[1] > b[0] for a, b in zip(times, times[1:]))])"
    )


def test_of_many_saves_from_the_same_form_one_is_stored_and_the_others_are_told(live_timetuna):
    host = live_timetuna.new_host()
    with signed_in(live_timetuna, host) as client:
        url = f"{live_timetuna.base_url}/booking-pages/{host.page_pk}/booking"
        form = main_form(client.get(url).text)
        barrier = Barrier(CLIENTS)

        def save(number):
            barrier.wait()
            fields = dict(form.with_values(title=f"Title {number}"))
            return client.post(url, data=fields, headers={"Referer": url}).status_code

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = sorted(pool.map(save, range(CLIENTS)))

    assert answers == [302, *[409] * (CLIENTS - 1)]
