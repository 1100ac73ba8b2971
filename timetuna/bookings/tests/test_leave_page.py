"""What somebody who leaves a page, or takes a cohost off it, sees and chooses."""

import pytest

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.tests.conftest import make_host, make_page, tomorrow, work_off
from timetuna.bookings.tests.life import made, rule, subjects
from timetuna.bookings.tests.test_hand_over_page import cohost, signed_in, with_calendar
from timetuna.pages.models import PageHost

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]


@pytest.fixture
def page(alice):
    with_calendar(alice)
    return rule(make_page(alice), staffing="any")


@pytest.fixture
def bob(page):
    return cohost(page, "bob", "Bob Teammate")


@pytest.fixture
def cleo(page):
    return cohost(page, "cleo", "Cleo Teammate")


def of(host, page, hour, **guest):
    """Return a meeting of this host alone."""
    booking = made(page, tomorrow(hour), email=f"g{hour}@guest.example", worked=False, **guest)
    row = booking.booking_hosts.first()
    booking.booking_hosts.all().delete()
    BookingHost.objects.create(
        booking=booking, host=host, start_minute=row.start_minute, end_minute=row.end_minute, part="rotating"
    )
    Booking.objects.filter(pk=booking.pk).update(host=host)
    booking.refresh_from_db()
    return booking


def hosts(booking):
    return list(booking.booking_hosts.values_list("host__handle", flat=True))


def test_a_cohost_sees_what_is_to_come_and_leaves(page, bob, cleo, zoom):
    keep, to_cleo, off = (of(bob, page, hour) for hour in (9, 10, 11))
    work_off()
    client, path = signed_in(bob), f"/booking-pages/{page.pk}/leave"
    text = " ".join(client.get(path).content.decode().split())
    assert "3 meetings are to come" in text
    assert text.count("Hand over to Cleo Teammate") == 4  # for each, and for all
    assert "Hand over to Bob" not in text

    answer = client.post(
        path,
        {
            "every": "each",
            f"meeting-{keep.pk}": "keep",
            f"meeting-{to_cleo.pk}": f"to-{cleo.pk}",
            f"meeting-{off.pk}": "cancel",
        },
        follow=True,
    )
    work_off()

    assert (
        "You have left “Intro call”. One meeting was handed over. One meeting was called off."
        in answer.content.decode()
    )
    assert [hosts(one) for one in (keep, to_cleo)] == [["bob"], ["cleo"]]
    assert not PageHost.objects.get(page=page, host=bob).active
    assert subjects(zoom, "cleo@host.example")[-1].startswith("Yours now")
    assert client.get(path).status_code == 404


def test_all_go_in_one_go_to_whoevers_turn_it_is(page, alice, bob, cleo):
    three = [of(bob, page, hour) for hour in (9, 10, 11)]
    data = {f"meeting-{one.pk}": "keep" for one in three} | {"every": "turn"}

    signed_in(bob).post(f"/booking-pages/{page.pk}/leave", data)

    assert {host for one in three for host in hosts(one)} == {"alice", "cleo"}
    assert sum(PageHost.objects.filter(page=page).values_list("balance", flat=True)) == 0


def test_what_cannot_be_done_is_said_and_kept(page, alice, bob, cleo):
    booking = of(bob, page, 10)
    made(make_page(cleo, slug="own"), tomorrow(10), email="lee@guest.example", worked=False)

    answer = signed_in(bob).post(
        f"/booking-pages/{page.pk}/leave", {f"meeting-{booking.pk}": f"to-{cleo.pk}"}, follow=True
    )

    assert "stays yours: Cleo Teammate has another booking at that time." in answer.content.decode()
    assert hosts(booking) == ["bob"]


def test_a_meeting_that_came_meanwhile_is_shown_first(page, bob):
    first = of(bob, page, 9)
    client, path = signed_in(bob), f"/booking-pages/{page.pk}/leave"
    of(bob, page, 10)

    answer = client.post(path, {f"meeting-{first.pk}": "keep"})

    assert answer.status_code == 422
    assert PageHost.objects.get(page=page, host=bob).active


def test_who_looks_after_the_page_takes_somebody_off(page, alice, bob, cleo):
    booking = of(bob, page, 9)
    client, path = signed_in(alice), f"/booking-pages/{page.pk}/cohosts/{bob.pk}/leave"
    text = " ".join(client.get(path).content.decode().split())
    assert "Bob Teammate keeps it" in text
    assert "1 meeting is to come" in text

    answer = client.post(path, {f"meeting-{booking.pk}": f"to-{cleo.pk}"})

    assert answer["Location"] == f"/booking-pages/{page.pk}/booking"
    assert hosts(booking) == ["cleo"]
    assert not PageHost.objects.get(page=page, host=bob).active


def test_who_only_edits_the_page_takes_somebody_off_and_changes_no_meeting(page, bob, cleo):
    team = Team.objects.create(name="Support", handle="support")
    member = make_host("member", "Member")
    Membership.objects.create(team=team, user=member, role="member")
    booking = of(bob, rule(page, team=team), 9)
    client, path = signed_in(member), f"/booking-pages/{page.pk}/cohosts/{bob.pk}/leave"

    assert "Hand over to Cleo" not in client.get(path).content.decode()
    assert client.post(path, {f"meeting-{booking.pk}": f"to-{cleo.pk}"}).status_code == 422
    assert client.post(path, {f"meeting-{booking.pk}": "keep"}).status_code == 302
    assert hosts(booking) == ["bob"]


def test_who_does_not_lead_a_meeting_of_several_cannot_call_it_off(page, alice, bob):
    booking = made(rule(page, staffing="all"), tomorrow(), worked=False)
    booking.booking_hosts.get_or_create(
        host=bob, defaults={"start_minute": booking.booking_hosts.first().start_minute,
            "end_minute": booking.booking_hosts.first().end_minute})  # fmt: skip
    text = signed_in(bob).get(f"/booking-pages/{page.pk}/leave").content.decode()

    assert "It takes place without me" in text
    assert "Cancel it" not in text


def test_who_may_see_it(page, alice, bob, cleo, charlie):
    for user, own, others in ((alice, 404, 200), (bob, 200, 404), (charlie, 404, 404)):
        client = signed_in(user)
        assert client.get(f"/booking-pages/{page.pk}/leave").status_code == own, user
        assert client.get(f"/booking-pages/{page.pk}/cohosts/{cleo.pk}/leave").status_code == others, user
    assert signed_in(alice).get(f"/booking-pages/{page.pk}/cohosts/{alice.pk}/leave").status_code == 404


def test_a_meeting_of_several_takes_place_without_who_leaves(page, alice, bob, cleo, zoom):
    booking = made(rule(page, staffing="all"), tomorrow())
    client, path = signed_in(bob), f"/booking-pages/{page.pk}/leave"
    assert "Hand over to" not in client.get(path).content.decode()

    client.post(path, {f"meeting-{booking.pk}": "without"})
    work_off()

    assert hosts(booking) == ["alice", "cleo"]
    guest, lead, former = (
        zoom.mails(to)[-1] for to in (booking.booker.email, "alice@host.example", "bob@host.example")
    )
    assert "Now with Alice Host and Cleo Teammate: Intro call" in guest["subject"]
    assert "Bob Teammate does not take part any more. The time stays as it was." in guest["text"]
    assert "Bob Teammate does not host it any more." in lead["text"]
    assert "It takes place without you, and your guest is told." in former["text"]


def test_who_leads_it_from_then_on_reads_so_with_the_note(page, alice, bob, zoom):
    booking = made(rule(page, staffing="all"), tomorrow())

    given = Handing(former=alice.pk, to=bob.pk, note="Mind the time")
    hand_over(booking.pk, given, now=present())
    work_off()

    said = zoom.mails("bob@host.example")[-1]["text"]
    assert "Alice Host does not host it any more. You lead it now.\n\nA note for you: Mind the time" in said
