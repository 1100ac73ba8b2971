"""Links that a host makes: what they open, how often, for whom, and what becomes of them."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.clock import present
from tests.forms import main_form
from timetuna.accounts.models import ActivityEntry
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.cancel_together import cancel_together, restore_together
from timetuna.bookings.actions.erase import erase, erase_due
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import BookingRefused, LinkOver, SlotTaken
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.asked import ask
from timetuna.bookings.tests.conftest import make_host, make_page, order, staff, tomorrow
from timetuna.bookings.tests.diary import now
from timetuna.pages.actions.end_link import end_link, restore_link
from timetuna.pages.actions.make_links import LinkFor, LinkRules, TooManyLinks, make_links
from timetuna.pages.links import address_of, token_of
from timetuna.pages.models import BookingLink, HostRules

pytestmark = [pytest.mark.django_db, pytest.mark.either]


def link_to(page, *, label="", prefill=None, **rules):
    people = [LinkFor(label=label, prefill=prefill or {})]
    (made,) = make_links(page, people, LinkRules(**rules), by=page.host, now=present())
    return made


def path(link, page):
    return address_of(link, page).partition("://")[2].partition("/")[2].join(["/", ""])


def by(link, page, start=None, **more):
    """Return an order by that link."""
    given_ = order(page, start, **more)
    return type(given_)(
        **{name: getattr(given_, name) for name in given_.__slots__} | {"link": token_of(link)}
    )


def form_of(client, link, page):
    """Walk from the link to the form of the first time; return what a browser would send."""
    month = client.get(path(link, page))
    form = client.get(month.context["slots"].times[0].url)
    return form, main_form(form.content.decode())


def send(client, form, **values):
    typed = {"name": "Sam", "email": "sam@guest.example"} | values
    return client.post("/alice/intro/book", dict(form.with_values(**typed)))


def test_a_link_fills_in_books_once_and_then_says_so(page, sam):
    question = ask(page, "line", hidden=True)
    prefill = {"name": "Zoë Acme", "email": "zoe@acme.example", f"q.{question.key}": "Gold"}
    link = link_to(page, label="Zoë, renewal", prefill=prefill)
    form, sent = form_of(sam, link, page)
    filled = {bound.name: bound.value() for bound in form.context["form"].visible_fields() if bound.value()}
    twice = main_form(form.content.decode())
    other = main_form(
        sam.get(form.request["PATH_INFO"] + "?" + form.request["QUERY_STRING"]).content.decode()
    )

    answers = [sam.post("/alice/intro/book", dict(one.with_values())) for one in (sent, twice)]
    booking = Booking.objects.get()
    late = Client().post("/alice/intro/book", dict(other.with_values(name="Kim")))
    gone = Client().get(path(link, page))

    assert filled == {"name": "Zoë Acme", "email": "zoe@acme.example"}
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (booking.link, booking.booker.answers.get().text) == (link, "Gold")
    assert late.status_code == 409
    assert "used up or has ended" in late.content.decode()
    assert 'value="Kim"' in late.content.decode()
    assert gone.status_code == 410
    assert "It was for one booking, which has been made." in gone.content.decode()
    assert "To book again, ask Alice Host for a new link." in gone.content.decode()
    assert not {"renewal", "zoe@acme.example"} & {*gone.content.decode().split()}
    assert gone["X-Robots-Tag"] == "noindex, nofollow"
    for address in (path(link, page), form.request["PATH_INFO"] + "?" + form.request["QUERY_STRING"]):
        mine = sam.get(address)
        assert "You booked this" in mine.content.decode()
        assert (mine.context["booking_url"], mine.context["other_url"]) == (answers[0]["Location"], "")


def test_what_a_link_fills_in_stands_in_no_address(page, sam):
    link = link_to(page, prefill={"name": "Zoë Acme", "email": "zoe@acme.example"})

    month = sam.get(path(link, page))
    form = sam.get(month.context["slots"].times[0].url)

    assert "acme" not in month.content.decode().casefold()
    assert "noindex" in month.content.decode()
    assert all(f"link={token_of(link)}" in time.url for time in month.context["slots"].times)
    assert "acme" not in form.context["back_url"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (lambda link: end_link(link, now=present()), 410, "no longer valid"),
        (lambda _: BookingLink.objects.update(expires_at=present()), 410, "could be used until"),
        (lambda _: BookingLink.objects.update(used=1), 410, "has been used"),
        (lambda _: BookingLink.objects.update(token_fingerprint="another"), 404, "not complete"),
        (lambda link: link.delete(), 404, "not complete"),
    ],
)
def test_a_link_that_is_over_says_why_and_books_nothing(page, sam, change, status, words):
    link = link_to(page)
    form, sent = form_of(sam, link, page)
    change(link)

    shown = sam.get(path(link, page))
    again = sam.get(f"{form.request['PATH_INFO']}?{form.request['QUERY_STRING']}")
    late = send(sam, sent)

    assert (shown.status_code, again.status_code, late.status_code) == (status, status, 409)
    assert words in shown.content.decode()
    assert not Booking.objects.exists()


def test_a_page_for_links_alone_is_shown_to_nobody_else(page, sam, client):
    page.link_only = True
    page.save()
    link = link_to(page, uses=None)
    start = f"start={tomorrow():%Y-%m-%dT%H:%MZ}&duration=30&zone=UTC"
    times = f"/api/pages/alice/intro/times?month={tomorrow():%Y-%m}"

    bare = [client.get("/alice/intro"), client.get(f"/alice/intro/book?{start}")]
    with pytest.raises(LinkOver):
        book(order(page), now=now())

    assert [answer.status_code for answer in bare] == [403, 403]
    assert all("Ask Alice Host" in answer.content.decode() for answer in bare)
    assert client.get("/alice").status_code == 404
    assert client.get(times).status_code == 404
    assert client.get(f"{times}&link={token_of(link)}").json()["days"]
    assert client.get(f"/oembed?url=http://testserver{path(link, page)}").status_code == 404
    assert send(sam, form_of(sam, link, page)[1]).status_code == 302


def test_a_link_has_lengths_and_dates_of_its_own(page, sam):
    first = tomorrow().date() + timedelta(days=100)
    link = link_to(page, lengths=[20, 50], first=first, last=first + timedelta(days=2))

    lengths = sam.get(path(link, page))
    month = sam.get(lengths.context["durations"][1].url)
    booking = book(by(link, page, tomorrow() + timedelta(days=101), minutes=50), now=now())

    assert [one.duration.minutes for one in lengths.context["durations"]] == [20, 50]
    assert month.context["slots"].times[0].value[:10] in {f"{first}", f"{first - timedelta(days=1)}"}
    for start, minutes in ((tomorrow(), 50), (tomorrow() + timedelta(days=104), 50), (tomorrow(), 30)):
        with pytest.raises(SlotTaken):
            book(by(link_to(page, lengths=[20, 50], first=first), page, start, minutes=minutes), now=now())
    moved = reschedule(
        booking.pk, start_minute=minute_of(tomorrow() + timedelta(days=102)), actor="guest", now=now()
    )
    assert moved.start_at == tomorrow() + timedelta(days=102)
    with pytest.raises(BookingRefused):
        reschedule(booking.pk, start_minute=minute_of(tomorrow()), actor="guest", now=now())


def test_a_link_names_who_hosts(page, bob, sam):
    staff(page, "any", bob)
    row = page.page_hosts.get(host=bob)
    link = link_to(page, uses=2, person_id=row.pk)

    shown = sam.get(path(link, page))
    booking = book(by(link, page), now=now())
    row.active = False
    row.save()

    assert "Bob Teammate" in shown.content.decode()
    assert "Alice Host" not in shown.content.decode()
    assert booking.host == bob
    assert booking.turns.get(page_host=row).rule == "named"
    with pytest.raises(SlotTaken):
        book(by(link, page, tomorrow(14)), now=now())


@pytest.mark.django_db(transaction=True)
class TestUses(TestCase):
    """Whatever is done with it, a link has as many bookings that count as it says."""

    @settings(max_examples=30)
    @given(
        uses=st.none() | st.integers(1, 3),
        gives_back=st.booleans(),
        deeds=st.lists(st.sampled_from(["book", "cancel", "cancel as host", "end", "restore"]), max_size=12),
    )
    def test_count(self, uses, gives_back, deeds):
        page = make_page(make_host("alice", "Alice Host"))
        link = link_to(page, uses=uses, gives_back=gives_back)
        standing, counting, ended = [], 0, False
        for number, deed in enumerate(deeds):
            if deed == "book":
                may = not ended and (uses is None or counting < uses)
                try:
                    wish = by(
                        link, page, tomorrow() + timedelta(hours=number), email=f"sam{number}@guest.example"
                    )
                    standing.append(book(wish, now=now()).pk)
                except LinkOver:
                    assert not may
                else:
                    assert may
                    counting += 1
            elif deed.startswith("cancel") and standing:
                actor = "host" if deed.endswith("host") else "guest"
                pk = standing.pop()
                cancel(pk, actor=actor, note_text="", now=now())
                cancel(pk, actor=actor, note_text="", now=now())
                counting -= gives_back
            elif deed in {"end", "restore"}:
                (end_link if deed == "end" else restore_link)(link, now=now())
                ended = deed == "end"
            link.refresh_from_db()
            assert link.used == counting


def test_a_cancellation_that_is_taken_back_counts_again(page):
    link = link_to(page)
    first = book(by(link, page), now=now())
    among = Booking.objects.all()

    assert cancel_together(among, [first.pk], now=now()) == [first.pk]
    link.refresh_from_db()
    given_back = link.used
    assert restore_together(among, [first.pk], now=now()) == ([first.pk], 0)
    with pytest.raises(LinkOver):
        book(by(link, page, tomorrow(14)), now=now())

    assert given_back == 0


def test_a_refused_booking_uses_nothing(page):
    book(order(page), now=now())
    link = link_to(page)

    with pytest.raises(SlotTaken):
        book(by(link, page), now=now())

    link.refresh_from_db()
    assert link.used == 0


def test_erasing_a_guest_forgets_whom_their_link_was_for(page):
    own = link_to(page, label="Zoë, renewal", prefill={"email": "zoe@acme.example"})
    named = link_to(page, uses=5, prefill={"email": "SAM@guest.example"})
    open_ = link_to(page, uses=5, label="Autumn newsletter")
    for number, link in enumerate((own, named, open_)):
        booking = book(by(link, page, tomorrow(8 + number)), now=now())
        cancel(booking.pk, actor="host", note_text="", now=now())
        erase(booking.pk, actor="host", now=now())

    left = {link.pk: (link.label, link.prefill) for link in BookingLink.objects.all()}

    assert left == {own.pk: ("", {}), named.pk: ("", {}), open_.pk: ("Autumn newsletter", {})}


def test_links_that_are_over_are_forgotten_with_old_bookings(page):
    HostRules.objects.update_or_create(host=page.host, defaults={"retention_days": 30})
    used, ended, expired, good = (
        link_to(page, label=label) for label in ("used", "ended", "expired", "good")
    )
    old = present() - timedelta(days=31)
    BookingLink.objects.update(changed_at=old)
    BookingLink.objects.filter(pk=used.pk).update(used=1)
    BookingLink.objects.filter(pk=ended.pk).update(ended_at=old)
    BookingLink.objects.filter(pk=expired.pk).update(expires_at=old)
    lately = link_to(page, label="lately")
    end_link(lately, now=present())

    erase_due(now=present())

    assert {*BookingLink.objects.values_list("label", flat=True)} == {"good", "lately"}
    assert good.label == "good"


def test_the_activity_says_that_links_were_made_and_taken_back_and_not_for_whom(page):
    link = link_to(page, label="Zoë Acme")
    make_links(page, [LinkFor(label="Kim"), LinkFor()], LinkRules(), by=page.host, now=present())
    assert end_link(link, now=present())
    assert not end_link(link, now=present())
    assert restore_link(link, now=present())
    assert not restore_link(link, now=present())

    noted = [(one.deed, one.facts) for one in ActivityEntry.objects.order_by("pk")]

    assert noted == [
        ("links_made", {"which": "a link"}),
        ("links_made", {"which": "2 links"}),
        ("link_ended", {}),
        ("link_restored", {}),
    ]


def test_a_page_has_so_many_links_that_are_good_at_a_time(page, monkeypatch):
    monkeypatch.setattr("timetuna.pages.actions.make_links.MOST_GOOD", 2)
    end_link(link_to(page), now=present())
    link_to(page)

    with pytest.raises(TooManyLinks):
        make_links(page, [LinkFor(), LinkFor()], LinkRules(), by=page.host, now=present())

    assert BookingLink.objects.count() == 2


def test_a_page_that_is_switched_off_books_nothing_by_link_either_and_its_bookings_move(page):
    link = link_to(page, uses=2)
    booking = book(by(link, page), now=now())
    page.switched_off = True
    page.save()

    with pytest.raises(SlotTaken):
        book(by(link, page, tomorrow(14)), now=now())
    moved = reschedule(booking.pk, start_minute=minute_of(tomorrow(16)), actor="guest", now=now())

    assert moved.start_at == tomorrow(16)
