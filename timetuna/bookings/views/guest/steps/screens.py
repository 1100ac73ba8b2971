"""The form step as it is shown: with the form, and with the codes that it may ask for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.host_time import minutes_kept
from timetuna.bookings.forms.book import GuestBookingForm
from timetuna.bookings.forms.change import MoveForm
from timetuna.bookings.policies import terms_before
from timetuna.bookings.proofs.needed import Proof, challenge_for, opened_now
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.selection import SlotSelection, read_start
from timetuna.bookings.views.guest.month import ChosenTime, chosen_time
from timetuna.bookings.views.guest.slots import Fact, facts_of
from timetuna.l10n import datetimes
from timetuna.pages.models import BookingPage
from timetuna.pages.prices import Price
from timetuna.pages.public import Met, PageDuration, PublicPage, met_on
from timetuna.rate_limits.limits import Client, client_of
from timetuna.web.forms import Screen, show


class FormStep(NamedTuple):
    """A form that was opened or sent. number_token: shows for this form that its guest has the number in it."""

    request: HttpRequest
    page: PublicPage
    choice: SlotSelection
    form: GuestBookingForm
    number_token: str = ""

    def client(self) -> Client:
        return client_of(self.request, visit=self.choice.visit)

    def slot_query(self) -> SlotQuery:
        minutes = self.choice.duration.minutes if self.choice.duration else 0
        client, person = self.client(), self.choice.person_id()
        return SlotQuery(page=self.page, minutes=minutes, now=timezone.now(), client=client, person=person)

    def start(self) -> int | None:
        return read_start(str(self.form["start"].value() or ""))

    def own_url(self) -> str:
        return self.choice.form_url(self.page, self.start())

    def verifies(self) -> bool:
        """Whether its guest has to show that the phone number is theirs."""
        return self.page.settings.phone == BookingPage.Phone.VERIFIED

    def opened(self) -> str:
        """Since when the form is open; one that comes back was opened when it was first."""
        return self.request.POST.get("opened", "")[:100] or opened_now()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormScreen(Screen):
    """A step with a form. time: None where none can be read.  terms: until when it can be undone.

    price: what is to be paid.  refund_hours: the page's, unless it is too late for that now.
    old_time: when a booking is that is moved.  came: what the address brought along.
    own_url: where the form opens anew.  opened: when it was, signed.
    challenge: the proof of work that the browser is asked for, or "".  number_token: see `FormStep`.
    """

    page: PublicPage
    met: Met
    form: GuestBookingForm | MoveForm
    time: ChosenTime | None
    zone_label: str
    duration: PageDuration | None
    facts: Sequence[Fact]
    back_url: str
    clock: str
    visit: str
    with_whom: str
    came: str
    terms: Sequence[str] = ()
    opened: str = ""
    challenge: str = ""
    number_token: str = ""
    moving: bool = False
    old_time: str = ""
    own_url: str = ""
    price: Price | None = None
    refund_hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookScreen(FormScreen):
    """held: for how many minutes the time is kept.  resubmit: sent once the proof is done, and why it is asked for."""

    template = "public/book.html"
    held: int = 0
    resubmit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScreen(FormScreen):
    """Asks for the code that was mailed, or says why none can be, and what is wrong with the one typed.

    code_reason: why a code is asked for.  by_text: it went to a phone.
    """

    template = "public/code.html"
    code_reason: str = ""
    by_text: bool = False
    code_note: str = ""
    code_error: str = ""


FormScreenT = TypeVar("FormScreenT", bound=FormScreen)


def show_form(step: FormStep, *, status: int = 200, **more: Any) -> HttpResponse:
    screen = form_screen(BookScreen, step.page, step.choice, step.form, start=step.start())
    held = minutes_kept(str(step.form["hold"].value() or ""), now=timezone.now())
    screen = replace(
        screen, opened=step.opened(), own_url=step.own_url(), held=held, number_token=step.number_token
    )
    return show(step.request, replace(screen, **more), status=status)


def show_code_page(step: FormStep, *, status: int, **said: Any) -> HttpResponse:
    """said: see `CodeScreen`."""
    screen = form_screen(CodeScreen, step.page, step.choice, step.form, start=step.start())
    kept = replace(screen, opened=step.opened(), own_url=step.own_url(), number_token=step.number_token)
    return show(step.request, replace(kept, **said), status=status)


def ask_for_work(step: FormStep, proof: Proof, *, why: str = "") -> HttpResponse:
    """The form is sent again by itself once the browser has calculated. why: where it is not the many bookings."""
    start = step.form.cleaned_data["start"]
    challenge = challenge_for(step.page, step.client(), start_minute=start, proof=proof)
    busy = gettext(
        "Many bookings are being made here just now, so your browser calculates for a moment before the form is "
        "sent. Without JavaScript, confirm once more: then we send you a code by mail."
    )
    return show_form(step, status=428, challenge=challenge, resubmit=why or busy)


def form_screen(
    screen: type[FormScreenT],
    page: PublicPage,
    choice: SlotSelection,
    form: GuestBookingForm | MoveForm,
    *,
    start: int | None,
) -> FormScreenT:
    """With the time that was chosen, a UTC minute, if there is one."""
    met = met_on(page, now=timezone.now(), person=choice.person)
    time = chosen_time(met, choice, start) if start is not None and choice.duration else None
    at = timezone.now() if start is None else moment_of(start)
    return screen(
        page=page,
        met=met,
        form=form,
        time=time,
        zone_label=datetimes.zone_label(choice.zone, at=at),
        duration=choice.duration,
        facts=facts_of(page, choice.duration, in_form=True),
        terms=_terms(page, choice, at) if time else (),
        back_url=choice.url(day=at.astimezone(choice.zone).date().isoformat()) if time else choice.url(),
        clock=choice.clock,
        visit=choice.visit,
        with_whom=choice.with_whom(),
        came=choice.came.query,
        price=page.price_of(choice.duration.minutes) if choice.duration else None,
        refund_hours=_refund_hours(page, at),
    )


def _refund_hours(page: PublicPage, start: datetime) -> int | None:
    hours = page.settings.refund_hours
    return hours if hours is not None and timezone.now() <= start - timedelta(hours=hours) else None


def _terms(page: PublicPage, choice: SlotSelection, start: datetime) -> Sequence[str]:
    twelve_hours = choice.customs.twelve_hours
    return terms_before(page.settings, start, now=timezone.now(), zone=choice.zone, twelve_hours=twelve_hours)
