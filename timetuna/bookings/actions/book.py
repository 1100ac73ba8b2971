"""A guest books a time: one short transaction, and nothing outside is waited for."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop

from timetuna.availability.interval import minute_of, moment_of
from timetuna.bookings import hooks
from timetuna.bookings.actions.answer_request import answer_until
from timetuna.bookings.actions.host_time import Chosen, choose_hosts, consume, lock_hosts, refresh_calendars
from timetuna.bookings.actions.note_unusual import note_unusual
from timetuna.bookings.actions.turns import write_turns
from timetuna.bookings.actions.use_link import use_link
from timetuna.bookings.consents import agree
from timetuna.bookings.errors import (
    FormUsed,
    NumberNeeded,
    PriceChanged,
    ProofNeeded,
    SlotTaken,
    TooManyBookings,
)
from timetuna.bookings.events import GUEST, Status, record, transition
from timetuna.bookings.guests import Guest, invite, limit_bookings, room_for_others_in, store_attendee
from timetuna.bookings.models import (
    Answer,
    Booking,
    BookingHost,
    BookingOrigin,
    Conference,
    NumberFacts,
)
from timetuna.bookings.proofs.needed import (
    NOTHING_SHOWN,
    Evidence,
    NumberShown,
    Proof,
    Purpose,
    count_booking,
    rates,
    use,
)
from timetuna.bookings.queries import taken_among
from timetuna.bookings.slots.availability import PAYMENT, Able, SlotQuery, who_can
from timetuna.pages.links import opened_by
from timetuna.pages.meeting_types.base import MeetingChoice, meeting_kind
from timetuna.pages.models import BookingLink, BookingPage
from timetuna.pages.public import HostTime, PublicPage
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import NOBODY, Client, wait_in_words

GUARD = "bookings_host_overlap"
PAID_WITHIN = timedelta(minutes=30)
TAKEN = gettext_noop("This time is not free any more. Pick another; what you typed is still here.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a guest asks for. `key` is the form's own: the same key twice is one booking.

    hold: the token by which the form held a time, if it did; holds of other clients stand in the way.
    person: the host whom the guest has chosen, where the page lets them.
    others: whom the guest brings.  evidence: what the form brings along in case a proof is asked for.
    source: where the order comes from, by default the public page.
    answers: to the host's own questions, not stored yet.  origin: where the guest comes from, by `BookingOrigin`'s
    columns.  link: the secret part of the link that the page was opened by, "" for none.
    texts: what the guest has read who agrees to reminders by text, "" who does not.
    price_shown: the mark of the price that the guest has read, "" of a free meeting; None where none is shown.
    waived: rules of the page that do not count, where a host's own program says so; see `SlotQuery`.
    """

    page_id: int
    minutes: int
    start_minute: int
    kind: str
    guest: Guest
    key: str
    hold: str = ""
    client: Client = NOBODY
    person: int | None = None
    others: tuple[Guest, ...] = ()
    evidence: Evidence = NOTHING_SHOWN
    source: str = ""
    answers: tuple[Answer, ...] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    texts: str = ""
    price_shown: str | None = None
    waived: frozenset[str] = frozenset()

    def number(self) -> str:
        """The guest's phone number, or ""."""
        return self.guest.answers.get("phone", "")

    def purpose(self) -> Purpose:
        """What a proof for this order has to be made for."""
        return Purpose(self.page_id, moment_of(self.start_minute).date(), self.client.visit)


def book(order: Order, *, now: datetime) -> Booking:
    """Store the booking and the work that follows from it, or refuse with BookingRefused.

    The page is read again and the engine asked again under the host's lock; the database's own guard has the last word.
    Not to be called inside a transaction: the host's calendars are looked at first.
    """
    try:
        _refuse_without_proof(order, now)
        refresh_calendars(order.page_id, start_minute=order.start_minute, minutes=order.minutes, now=now)
        with transaction.atomic():
            booking = _book(order, now)
    except ProofNeeded:
        note_unusual(order.page_id, order.client, now=now)
        raise
    except IntegrityError as error:
        if GUARD in str(error):
            raise SlotTaken(gettext(TAKEN)) from error
        if "idempotency_key" in str(error):
            raise FormUsed(gettext("This form has already been used. Pick your time again.")) from error
        raise
    count_booking(order.client)
    if booking.status == Status.AWAITING_PAYMENT:
        hooks.booked_unpaid(booking.pk)
        booking.refresh_from_db()
    return booking


def _book(order: Order, now: datetime) -> Booking:
    page = page_settings(order.page_id)
    if page is None:
        raise SlotTaken(gettext("This page is gone."))
    lock_hosts(host.id for host in page.hosts)
    earlier = Booking.objects.filter(idempotency_key=order.key).first()
    if earlier is not None:
        return _same(earlier, order)
    link = None
    if order.link or page.settings.link_only:
        link = use_link(page.id, order.link, now=now)
        page = opened_by(page, link)
    choice = _choice(page, order)
    limit_bookings(order.guest.email, others=order.others, now=now)
    query = SlotQuery(
        page=page,
        minutes=order.minutes,
        now=now,
        hold=order.hold,
        client=order.client,
        kind=order.kind,
        person=order.person,
        waived=order.waived,
    )
    able = who_can(query, start_minute=order.start_minute)
    if able is None:
        raise SlotTaken(_gone(query, choice, order.start_minute))
    _refuse_unshown(page, order)
    _judge(order, now)
    consume(order.hold)
    booking = _insert(query, order, choice, able, link)
    invite(booking, order.others, most=page.settings.most_guests, now=now)
    made = transition(None, Status(booking.status), actor=GUEST)
    record(booking, made.event, actor=GUEST, source=order.source, **_to_be_paid(page, booking))
    return booking


def _to_be_paid(page: PublicPage, booking: Booking) -> dict[str, Any]:
    """For whoever sees to it, of a booking that is not paid yet. by_hand: only set aside until its host says yes."""
    if booking.status != Status.AWAITING_PAYMENT:
        return {}
    return {"price": page.price_of(booking.minutes), "by_hand": page.approval_hours is not None}


def _refuse_unshown(page: PublicPage, order: Order) -> None:
    """Raises PriceChanged where its guest has read another price, or NumberNeeded.

    A host's own program, which no network is known of, answers for its numbers itself.
    """
    price = page.price_of(order.minutes)
    if order.price_shown not in {None, price.mark() if price else ""}:
        now = gettext("The price is %(price)s now.") % {"price": price}
        raise PriceChanged(now if price else gettext("It costs nothing now."))
    wanted = page.settings.phone == BookingPage.Phone.VERIFIED and order.client.network
    if wanted and order.evidence.number is NumberShown.NOT:
        raise NumberNeeded


def _refuse_without_proof(order: Order, now: datetime) -> None:
    """Spare the host's calendars a look, and SQLite its write lock, for what brings nothing and is refused anyway."""
    if Booking.objects.filter(idempotency_key=order.key).exists():
        return
    asked = _asked(order, now)
    if asked is Proof.CODE or (asked is not Proof.NONE and not order.evidence.work):
        raise ProofNeeded(asked)


def _judge(order: Order, now: datetime) -> None:
    """Use up the proof. Raises ProofNeeded where this form has to bring more, or TooManyBookings."""
    asked = _asked(order, now)
    if asked is Proof.CODE or (
        asked is not Proof.NONE and not use(order.evidence.work, order.purpose(), asked, now=now)
    ):
        raise ProofNeeded(asked)


def _asked(order: Order, now: datetime) -> Proof:
    """What the form still has to bring. Raises TooManyBookings."""
    busy, evidence = rates(order.page_id, order.client, now=now), order.evidence
    if wait := busy.refused_for:
        sentence = gettext("Many bookings have come from your network lately. Try again in %(wait)s.")
        raise TooManyBookings(sentence % {"wait": wait_in_words(wait)}, wait=wait)
    if evidence.confirmed:
        return Proof.NONE
    if settings.BOOKING_PROOFS and room_for_others_in(order.client.network, order.others, now=now):
        return Proof.CODE
    return busy.asked(suspicious=evidence.suspicious, brings_others=bool(order.others))


def _same(earlier: Booking, order: Order) -> Booking:
    """A double click, a retry, the back button. Raises FormUsed where the form asks for something else now."""
    now_asked = (order.page_id, moment_of(order.start_minute), order.minutes, order.guest.email)
    if (earlier.page_id, earlier.start_at, earlier.minutes, earlier.booker.email) == now_asked:
        return earlier
    raise FormUsed(
        gettext("This form has already made a booking. Pick your time again if you want a second one.")
    )


def _choice(page: PublicPage, order: Order) -> MeetingChoice:
    if order.minutes not in {duration.minutes for duration in page.durations}:
        raise SlotTaken(gettext("This length is not offered any more. Pick your time again."))
    for choice in page.meeting_types:
        if choice.kind == order.kind:
            return choice
    raise SlotTaken(gettext("This way of meeting is not offered any more. Choose again."))


def _gone(query: SlotQuery, choice: MeetingChoice, start_minute: int) -> str:
    """Whether nobody has time any more, or only nobody who could make the link of the way that was chosen."""
    if who_can(replace(query, kind=""), start_minute=start_minute) is None:
        return gettext(TAKEN)
    said = gettext(
        "%(way)s is not possible at this time any more. Choose another way to meet, or another time."
    )
    return said % {"way": meeting_kind(choice.kind).label()}


def _insert(
    query: SlotQuery, order: Order, choice: MeetingChoice, able: Able, link: BookingLink | None
) -> Booking:
    page, now, kind = query.page, query.now, meeting_kind(choice.kind)
    booking = Booking(
        page_id=page.id,
        link=link,
        title=page.title,
        start_at=moment_of(order.start_minute),
        minutes=order.minutes,
        meeting_type=choice.kind,
        location=kind.location(choice.detail),
        idempotency_key=order.key,
        source_network=order.client.network,
        neutral_organizer=page.hosts_may_change(),
    )
    _wait(booking, page, order, now)
    chosen = _give_to_hosts(booking, query, able)
    booking.booker = store_attendee(
        booking,
        order.guest,
        is_booker=True,
        confirmed=order.evidence.confirmed,
        added_at=booking.created_at,
    )
    _keep_said(booking, order)
    if chosen.dealt is not None:
        named = query.named()
        write_turns(booking, chosen.dealt, named=[named] if named else [], now=now)
    if kind.makes_link:
        Conference.objects.create(booking=booking, host_id=booking.host_id, provider=choice.kind)
    return booking


def _wait(booking: Booking, page: PublicPage, order: Order, now: datetime) -> None:
    """Where the host confirms each booking, it is a request: the time is taken, nothing follows before their yes.

    What costs something is paid before that, within half an hour.
    """
    if page.price_of(order.minutes) and PAYMENT not in order.waived:
        booking.status = Status.AWAITING_PAYMENT
        booking.pending_until = min(now + PAID_WITHIN, booking.start_at)
    elif page.approval_hours is not None:
        booking.status = Status.PENDING
        booking.pending_until = answer_until(booking, hours=page.approval_hours, now=now)


def _keep_said(booking: Booking, order: Order) -> None:
    """What is known of the number, what was answered, and where the guest came from."""
    if order.evidence.number:
        NumberFacts.objects.create(attendee=booking.booker, shown=order.evidence.number)
    if order.texts and booking.booker.phone:
        agree(booking.booker, order.texts, now=booking.created_at)
    for answer in order.answers:
        answer.pk, answer.attendee = None, booking.booker
    Answer.objects.bulk_create(order.answers)
    if order.origin:
        BookingOrigin.objects.create(booking=booking, **order.origin)


def _give_to_hosts(booking: Booking, query: SlotQuery, able: Able) -> Chosen:
    """Store it with those whose turn it is; where the database's guard refuses one, with the next. Raises SlotTaken."""
    start, lost = minute_of(booking.start_at), frozenset[int]()
    while chosen := choose_hosts(query, able, without=lost):
        booking.pk, booking.host_id = None, chosen.lead.id
        booking.host_time_zone = chosen.lead.opening.zone.key
        try:
            # Where nobody else could take it, there is nothing to go back to.
            with transaction.atomic() if chosen.dealt else nullcontext():
                booking.save(force_insert=True)
                take_time(booking, query.page, chosen.hosts, start)
                return chosen
        except IntegrityError as error:
            if GUARD not in str(error) or not chosen.dealt:
                raise
        lost |= taken_among([host.id for host in chosen.hosts], start, booking.minutes) or {
            *chosen.dealt.chosen
        }
    raise SlotTaken(gettext(TAKEN))


def take_time(booking: Booking, page: PublicPage, hosts: Iterable[HostTime], start_minute: int) -> None:
    """Write a booking's hosts down in the order of their keys; the guard may refuse them."""
    BookingHost.objects.bulk_create(
        BookingHost(
            booking=booking,
            host_id=host.id,
            start_minute=start_minute,
            end_minute=start_minute + booking.minutes,
            buffer_before_minutes=page.own_or_pages(host, "buffer_before_minutes"),
            buffer_after_minutes=page.own_or_pages(host, "buffer_after_minutes"),
            time_zone=host.opening.zone.key,
            part=host.part,
        )
        for host in sorted(hosts, key=attrgetter("id"))
    )
