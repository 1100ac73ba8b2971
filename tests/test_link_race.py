"""A hundred guests book by one link at once: as many as it has uses get a booking, whatever time each wants."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.crowd import DROPPED, send
from tests.guest import Guest, weekdays

pytestmark = [pytest.mark.slow, pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
CLIENTS = 100
MAKE_LINK = """
from django.utils import timezone
from timetuna.pages.actions.make_links import LinkFor, LinkRules, make_links
from timetuna.pages.links import token_of
from timetuna.pages.models import BookingPage
page = BookingPage.objects.get(pk={page})
page.link_only = True
page.save()
[link] = make_links(page, [LinkFor()], LinkRules(uses={uses}), by=page.host, now=timezone.now())
answer([link.pk, token_of(link)])
"""
COUNT = """
from timetuna.bookings.models import Booking
from timetuna.pages.models import BookingLink
answer([Booking.objects.filter(link={link}).count(), BookingLink.objects.get(pk={link}).used])
"""


@pytest.mark.parametrize("uses", [1, 7])
def test_a_link_makes_no_more_bookings_than_it_has_uses(live_timetuna, uses):
    host = live_timetuna.new_host()
    link, token = live_timetuna.run_python(MAKE_LINK.format(page=host.page_pk, uses=uses))
    guests = [Guest(host.page_url, number=number, link=token) for number in range(CLIENTS)]
    wishes = list(zip(guests, weekdays(CLIENTS), strict=True))
    barrier = Barrier(CLIENTS)

    def rush(guest, form):
        barrier.wait()
        return send(guest, form).status

    with ThreadPoolExecutor(8) as pool:
        forms = list(pool.map(lambda wish: wish[0].look_at_form(wish[1]), wishes))
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = Counter(pool.map(rush, guests, forms))
    for guest in guests:
        guest.close()

    assert DROPPED not in answers
    assert answers == {302: uses, 409: CLIENTS - uses}
    assert live_timetuna.run_python(COUNT.format(link=link)) == [uses, uses]
