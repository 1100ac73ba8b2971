"""Make a booking of ours out of one at another product, at the same time, with the same guest."""

import secrets
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from timetuna.accounts.models import User
from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.bring import BroughtBooking, bring
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.guests import MOST_EVER, Guest
from timetuna.bookings.models import Answer, Booking
from timetuna.imports.actions.free_time import forget_words
from timetuna.imports.actions.shadows import publish_shadows
from timetuna.imports.models import BusyShadow
from timetuna.imports.products import label_of
from timetuna.l10n.datetimes import customs_of
from timetuna.lib.http import is_https
from timetuna.lib.mail import clean_address
from timetuna.lib.text import country_of, multi_line, single_line
from timetuna.pages.forms.question import free_key
from timetuna.pages.meeting_types.base import MeetingChoice, meeting_kind
from timetuna.pages.models import BookingPage, Question
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import page_settings

GONE = gettext_noop("This booking is not among those to come any more.")
NO_GUEST = gettext_noop(
    "Nobody knows the guest’s email address, so it cannot be moved here. Its time stays taken."
)
TOO_LONG = gettext_noop("A meeting here can take a day at most, and this takes longer. Its time stays taken.")
_LONGEST = 1_440
_LONGEST_LOCATION = 500


def move_here(shadow_id: int, page: BookingPage, *, told: bool, now: datetime) -> Booking:
    """Store the booking in the place of the busy time, in one transaction. A second time it is the same booking.

    told: whether guest and host get our invitation, with a link of ours; else they keep what they have from there.
    Raises NotPossible and SlotTaken with a sentence; then its time stays taken.
    """
    with transaction.atomic():
        host = User.objects.select_for_update(no_key=True).get(pk=page.host_id)
        row = BusyShadow.objects.select_for_update(of=("self",)).filter(pk=shadow_id, host=host).first()
        if row is None:
            raise NotPossible(gettext(GONE))
        if row.booking is not None:
            return row.booking
        if row.state != BusyShadow.State.BUSY:
            raise NotPossible(gettext(GONE))
        row.booking = bring(_booking(row, page, told=told), now=now)
        row.state = BusyShadow.State.MOVED
        row.save(update_fields=["state", "booking"])
        forget_words(BusyShadow.objects.filter(pk=row.pk))
        publish_shadows(host, row.product, now=now)
        return row.booking


def _booking(row: BusyShadow, page: BookingPage, *, told: bool) -> BroughtBooking:
    try:
        email = clean_address(row.guest_email).lower()
    except ValueError:
        raise NotPossible(gettext(NO_GUEST)) from None
    if row.minutes > _LONGEST:
        raise NotPossible(gettext(TOO_LONG))
    settings = page_settings(page.pk)
    if settings is None:
        raise NotPossible(gettext("This page is gone."))
    choice = _ours(settings) if told else _theirs(row)
    return BroughtBooking(
        page=page,
        key=f"{row.product}:{secrets.token_hex(16)}",
        product=label_of(row.product),
        start=moment_of(row.start_minute),
        minutes=row.minutes,
        meeting_type=choice.kind,
        location=meeting_kind(choice.kind).location(choice.detail),
        guest=_guest(row, email, zone=row.guest_zone or page.host.time_zone),
        others=tuple(_others(row, email)),
        answers=tuple(_answers(row, page)),
        told=told,
    )


def _guest(row: BusyShadow, email: str, *, zone: str) -> Guest:
    """They read times as is usual where their clock is: nobody there has said how they do."""
    country = country_of(zone)
    twelve = bool(country) and customs_of(f"en-{country}").twelve_hours
    return Guest(row.guest_name, email, zone, "en", clock="12" if twelve else "24")


def _ours(settings: PublicPage) -> MeetingChoice:
    """The first way to meet that the page has. Raises NotPossible."""
    if not settings.meeting_types:
        raise NotPossible(
            gettext("This page has no way to meet that can be used now. Choose one on its tab Booking first.")
        )
    return settings.meeting_types[0]


def _theirs(row: BusyShadow) -> MeetingChoice:
    """As it was agreed there: the guest has that link or place, and no other."""
    if is_https(row.join_url) and len(row.join_url) <= _LONGEST_LOCATION:
        return MeetingChoice("link", "", row.join_url)
    return MeetingChoice("in_person", "", row.place or f"As agreed at {label_of(row.product)}")


def _others(row: BusyShadow, booker: str) -> Iterator[Guest]:
    seen = {booker}
    for one in row.others[:MOST_EVER]:
        email = str(one.get("email", ""))
        if email and email not in seen:
            seen.add(email)
            yield Guest(single_line(str(one.get("name", "")), max_length=100), email)


def _answers(row: BusyShadow, page: BookingPage) -> Iterator[Answer]:
    """To questions of the page that read alike, and others as they were asked there."""
    by_label = {one.label.casefold(): one for one in Question.objects.filter(page=page)}
    keys: set[str] = set()
    for asked, answer in row.answers:
        label = single_line(str(asked), max_length=200)
        text = multi_line(str(answer), max_length=2_000)
        question = by_label.get(label.casefold())
        key = free_key(question.key if question else label, keys)
        keys.add(key)
        yield Answer(
            question_id=question.pk if question else None,
            key=key,
            label=label,
            kind=Question.Kind.TEXT,
            value=text,
            text=text,
        )
