"""One booking, as its host sees it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.erase import may_erase, of_the_same_guest
from timetuna.bookings.actions.renew_link import renew_link
from timetuna.bookings.charge import Charge, charge_of, refund_problem, told_host_before
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.events import HOST, REQUESTS, BookingEvent, ahead
from timetuna.bookings.forms.change import AddGuestsForm, WordsForm
from timetuna.bookings.forms.host import NotesForm
from timetuna.bookings.fulfilment.new_host import use_account
from timetuna.bookings.fulfilment.reconcile import retry_booking
from timetuna.bookings.integrations.location import Location, place
from timetuna.bookings.models import Attendee, Booking, HistoryEntry
from timetuna.bookings.notifications.telling import audience_of, of_host
from timetuna.bookings.permissions import (
    BookingAction,
    booking_or_404,
    bookings_with,
    history_for,
    may_read,
    rights_on_booking,
    runs_page,
    somebody_takes,
)
from timetuna.bookings.policies import guests_refusal, most_guests
from timetuna.bookings.queries import host_names, link, others
from timetuna.bookings.status.effects import effects
from timetuna.bookings.status.history import HistoryLine, history_line
from timetuna.bookings.status.job import Delivery, Effect, EffectState, Remedy, delivery_of
from timetuna.bookings.status.numbers import NumberStanding, number_standing
from timetuna.bookings.status.open_payment import OpenPayment, open_payment
from timetuna.bookings.status.rows import Reader
from timetuna.bookings.status.turns import WhyHost, why_host
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.bookings.views.host.moved import MovedBooking, moved_lately
from timetuna.l10n import datetimes
from timetuna.web.forms import Screen, row_number, show
from timetuna.web.saving import opened

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ERASE_TEXT = gettext_lazy(
    "Name, addresses, phone number, notes and whom they brought are erased here, and their link stops working. "
    "Calendars, meetings and mails outside stay as they are. This cannot be undone."
)
BookingView = Callable[[HttpRequest, int], HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingTimes:
    """When it is, by the clocks of host and guest, whether it can be joined or has begun, and when it was booked."""

    when: str
    guest_when: str
    length: str
    distance: str
    joinable: bool
    begun: bool
    booked: str
    booked_in_line: str
    booked_ago: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A request that waits: until when, how long that is, and the form to decline it."""

    until: str
    left: str
    form: WordsForm


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingScreen(Screen):
    """able: what whoever looks can do now.  ended: which other host called it off.

    money: what becomes of it when it is called off.
    same_source, others: how many more came from there, or of this guest could be erased with it.
    """

    template = "bookings/booking.html"
    booking: Booking
    able: frozenset[str]
    hosts: Sequence[str]
    ended: str
    times: BookingTimes
    place: Location
    delivery: Delivery
    effects: Sequence[Effect]
    remedies: frozenset[Remedy]
    busy: bool
    history: Sequence[HistoryLine]
    guest_link: str
    same_source: int
    cancel_form: WordsForm
    answer: OpenRequest | None
    unpaid: OpenPayment | None
    readers: Sequence[tuple[str, str]]
    others: int
    people: Sequence[Attendee]
    number: NumberStanding | None
    guests_form: AddGuestsForm | None
    notes_form: NotesForm
    why_host: WhyHost | None
    moved: MovedBooking | None
    charge: Charge | None
    refund_problem: str
    money: str
    erase_text: "StrOrPromise" = ERASE_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingGlanceScreen(Screen):
    """What those see who are in the team of its page, and have nothing else to do with it."""

    template = "bookings/glance.html"
    booking: Booking
    times: BookingTimes
    hosts: Sequence[str]


@require_safe
@login_required
def booking(request: HttpRequest, booking_id: int) -> HttpResponse:
    row = booking_or_404(request, booking_id, to=BookingAction.SEE)
    if may_read(row):
        return show_booking(request, row)
    times = _times(row, reader_of(signed_in(request), timezone.now()))
    return show(request, BookingGlanceScreen(booking=row, times=times, hosts=host_names(row)))


def show_booking(
    request: HttpRequest,
    row: Booking,
    *,
    notes_form: NotesForm | None = None,
    words_form: WordsForm | None = None,
    guests_form: AddGuestsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """With a form that could not be used, as it was typed, and the status for it."""
    user = signed_in(request)
    reader, rights = reader_of(user, timezone.now()), rights_on_booking(row, user)
    words_form, history, people = words_form or WordsForm(), history_for(user, row), list(others(row))
    work, able = effects(row, history, reader), _able(row, rights, reader.now) | _refunds(row, user)
    screen = BookingScreen(
        booking=row,
        able=able,
        hosts=host_names(row),
        ended=_ended(row, history, reader),
        times=_times(row, reader),
        place=place(row),
        delivery=delivery_of(work),
        effects=work,
        remedies=frozenset(effect.remedy for effect in work),
        busy=any(effect.state is EffectState.BUSY for effect in work),
        history=[history_line(entry, row, reader) for entry in history],
        guest_link=link(row.booker) if "link" in able else "",
        same_source=_same_source(request, row) if "change" in able else 0,
        cancel_form=words_form,
        answer=request_of(row, reader, words_form) if "answer" in able else None,
        readers=_readers(row, people, reader) if "resend" in able else [],
        others=_others(request, row) if "erase" in able else 0,
        people=people,
        number=number_standing(row.booker, reader),
        guests_form=guests_form or _guests_form(row, people),
        notes_form=notes_form or _notes_form(request, row),
        why_host=why_host(row, reader),
        **_besides(request, row, reader),
    )
    return show(request, screen, status=status)


def _able(row: Booking, rights: Collection[BookingAction], now: datetime) -> frozenset[str]:
    """What whoever looks can do with it now."""
    changes, readable = BookingAction.CHANGE in rights, row.erased_at is None
    possible = {
        "change": changes,
        "answer": changes and row.status == Booking.Status.PENDING,
        "cancel": changes and ahead(row, now=now),
        "call off": changes and row.status == Booking.Status.AWAITING_PAYMENT,
        "invite": changes and readable and not guests_refusal(row, now=now),
        "resend": BookingAction.KEEP in rights and readable,
        "erase": changes and readable and may_erase(row, now=now),
        "hand over": BookingAction.GIVE in rights and row.end_at() > now and somebody_takes(row),
        "link": BookingAction.LINK in rights and readable,
        "shares": BookingAction.GIVE in rights,
    }
    return frozenset(name for name, can in possible.items() if can)


def _besides(request: HttpRequest, row: Booking, reader: Reader) -> dict[str, Any]:
    """What has become of it lately, by the fields of its screen."""
    money = {
        "charge": charge_of(row),
        "unpaid": open_payment(row, reader),
        "refund_problem": refund_problem(row),
        "money": told_host_before(row, now=reader.now),
    }
    return {"moved": moved_lately(request, reader, of=row.pk), **money}


def _refunds(row: Booking, user: User) -> frozenset[str]:
    """Whoever is paid can, and who runs the page, while there is something to give back."""
    charge = charge_of(row)
    if charge is None or not charge.left():
        return frozenset()
    return frozenset({"refund"}) if charge.payee == user.pk or runs_page(user, row) else frozenset()


def _guests_form(row: Booking, people: Sequence[Attendee]) -> AddGuestsForm | None:
    room = max(0, most_guests(row) - len(people))
    return AddGuestsForm(most=room) if room else None


def _ended(row: Booking, history: Sequence[HistoryEntry], reader: Reader) -> str:
    """By name; "" where that was who looks."""
    ends = [one for one in history if one.event in (BookingEvent.DECLINED, BookingEvent.CANCELLED)]
    who = (ends[-1].host or row.host) if ends and row.is_off() else None
    return reader.name_of(who) if who else ""


def _changeable(request: HttpRequest) -> QuerySet[Booking]:
    return bookings_with(signed_in(request), to=BookingAction.CHANGE)


def _same_source(request: HttpRequest, row: Booking) -> int:
    """How many other bookings of the host came from the same network, as long as that is known."""
    if not row.source_network:
        return 0
    return _changeable(request).filter(source_network=row.source_network).exclude(pk=row.pk).count()


def _notes_form(request: HttpRequest, row: Booking) -> NotesForm:
    host_id = signed_in(request).pk
    return opened(
        request,
        lambda data, _files: NotesForm(row, host_id, data),
        path=reverse("booking_notes", args=[row.pk]),
    )


def _others(request: HttpRequest, row: Booking) -> int:
    """How many other bookings of the guest could be erased together with this one."""
    return of_the_same_guest(row, among=_changeable(request)).exclude(pk=row.pk).count()


def _readers(row: Booking, people: Iterable[Attendee], reader: Reader) -> list[tuple[str, str]]:
    """Who hears of the booking: what the mail is addressed by, and in words."""
    own = [(audience_of(row.booker), f"{row.booker.name} <{row.booker.email}>")]
    if reader.hosts(row):
        own.append((of_host(reader.host_id), gettext("Me")))
    if row.status in REQUESTS:
        return own
    return [*own, *((audience_of(one), one.shown()) for one in people)]


def request_of(row: Booking, reader: Reader, form: WordsForm) -> OpenRequest:
    """As the form that answers it shows it."""
    until = row.pending_until or row.start_at
    return OpenRequest(
        until=datetimes.dated(until, zone=reader.zone, now=reader.now, begins=False),
        left=datetimes.distance(until, now=reader.now),
        form=form,
    )


def post_or_back(view: BookingView) -> BookingView:
    """Answer a GET with the booking's page: it changes nothing, and signing in after a POST leads here."""

    @wraps(view)
    def answer(request: HttpRequest, booking_id: int) -> HttpResponse:
        if request.method == "POST":
            return view(request, booking_id)
        return redirect("booking", booking_id)

    return answer


def done(
    request: HttpRequest, row: Booking, act: Callable[[], object], said: str, *, place: str = ""
) -> HttpResponse:
    """Do what the host asks for, say how it went, and lead back to that place on the booking's page."""
    try:
        act()
    except BookingRefused as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return HttpResponseRedirect(reverse("booking", args=[row.pk], fragment=place or None))


@post_or_back
@login_required
def retry(request: HttpRequest, booking_id: int) -> HttpResponse:
    """All of the booking's work that waits or failed."""
    row = booking_or_404(request, booking_id, to=BookingAction.KEEP)
    if retry_booking(row):
        messages.success(request, gettext("Trying again. How it goes shows below."))
    else:
        messages.info(request, gettext("Nothing is waiting for this booking."))
    return redirect("booking", row.pk)


@post_or_back
@login_required
def choose_account(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Of another host, to make the link that is missing."""
    row = booking_or_404(request, booking_id, to=BookingAction.KEEP)
    if use_account(row.pk, row_number(request.POST.get("account", "")) or 0):
        messages.success(request, gettext("The link is being made. How it goes shows below."))
    else:
        messages.info(request, gettext("This account cannot make it, or the link is there already."))
    return HttpResponseRedirect(reverse("booking", args=[row.pk], fragment="outside"))


@post_or_back
@login_required
def cancel_as_host(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Both sides get a mail."""
    row = booking_or_404(request, booking_id)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return show_booking(request, row, words_form=form, status=422)
    said = gettext("The booking is cancelled. Everybody gets a mail.")
    if row.status == Booking.Status.AWAITING_PAYMENT:
        said = ""  # the page says how it stands
    return done(
        request, row, partial(cancel, row.pk, actor=HOST, note_text=form.words(), now=timezone.now()), said
    )


@post_or_back
@login_required
def new_guest_link(request: HttpRequest, booking_id: int) -> HttpResponse:
    """For who booked, or for the person in the address, who was invited too."""
    person = row_number(request.GET.get("person", ""))
    row = booking_or_404(request, booking_id, to=BookingAction.CHANGE if person else BookingAction.LINK)
    act = partial(renew_link, row.pk, actor=HOST, attendee_id=person)
    if person:
        said = gettext("The old link no longer works. Send them the email again, which has the new one.")
        return done(request, row, act, said, place="guests")
    said = gettext("The old link no longer works. Send your guest the new one below.")
    return done(request, row, act, said, place="guest-link")


def _times(row: Booking, reader: Reader) -> BookingTimes:
    guest_zone = datetimes.zone_or_utc(row.booker.time_zone)
    return BookingTimes(
        when=datetimes.when(row.start_at, minutes=row.minutes, zone=reader.zone),
        guest_when=datetimes.when(row.start_at, minutes=row.minutes, zone=guest_zone),
        length=datetimes.length(row.minutes),
        distance=_distance(row, reader),
        joinable=ahead(row, now=reader.now),
        begun=row.status == Booking.Status.CONFIRMED and row.start_at <= reader.now,
        booked=datetimes.dated(row.created_at, zone=reader.zone, now=reader.now),
        booked_in_line=datetimes.dated(row.created_at, zone=reader.zone, now=reader.now, begins=False),
        booked_ago=datetimes.distance(row.created_at, now=reader.now),
        zone=datetimes.zone_name(reader.zone),
    )


def _distance(row: Booking, reader: Reader) -> str:
    if row.is_off():
        return ""
    if row.end_at() <= reader.now:
        return gettext("Over, %(distance)s") % {"distance": datetimes.distance(row.end_at(), now=reader.now)}
    if row.start_at <= reader.now:
        return gettext("Under way")
    return gettext("Begins %(distance)s") % {"distance": datetimes.distance(row.start_at, now=reader.now)}
