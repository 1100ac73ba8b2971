"""Lets bookings live through random lives: actions, faults outside, kills; then all is well again and work is done.

Run as a process of its own, with the product's settings and a sandbox; prints one JSON line a life.
"""

import json
import random
import sys
from datetime import datetime, timedelta

from tests.clock import present
from tests.dying import Steps, in_child, install, work_off  # sets Django up

# isort: split
from sandbox.zoom.control import ZoomControl
from tests.paid_life import Money
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve, decline
from timetuna.bookings.actions.book import Order, book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.actions.reminders.agree_to_texts import agree_to_texts, stop_texts
from timetuna.bookings.actions.reminders.hear_text import hear_text
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.consents import TextsOf, standing_of
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.forms.book import new_key
from timetuna.bookings.fulfilment.reconcile import reconcile, retry_booking
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Attendee, Booking, Conference
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.models import Job
from timetuna.providers.texting import InboundText

FAULTS = (
    "reset_before", "reset_after", "http_502_after", "http_503_html", "expire_access_token",
    "google_503", "google_reset", "google_lost", "google_lost_502", "google_conference_pending",
    "google_expire_access", "google_429", "google_truncated",
    "smtp_421", "smtp_451", "smtp_drop",
)  # fmt: skip
LATER = ("bookings.reminder", "bookings.follow_up", "bookings.lapse", "bookings.reconcile")
MOST_STEPS = 120
TEXT_FAULTS = ("sms_500", "sms_lost", "sms_refused", "sms_429")
# It is day in one of the two, whenever the lives are led.
NORTH, SOUTH = ("Europe/Berlin", "+49151{:04}6789"), ("Pacific/Auckland", "+6421{:03}4567")


class Life:
    """One booking, and what happens to it by the dice of one seed."""

    def __init__(self, page_id: int, kind: str, *, seed: int, sandbox: ZoomControl, outside: str) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - so that a life can be led again
        self.texts = random.Random(f"texts {seed}")  # noqa: S311 - apart, so that lives stay as they are without
        self.sandbox, self.seed, self.outside = sandbox, seed, outside
        self.done: list[str] = []
        self.page_id, self.kind = page_id, kind
        self.pk = 0

    def live(self) -> None:
        for _ in range(20):
            if not self.pk:
                self._try("book", self._book)
        self.money = Money(self.pk, seed=self.seed, outside=self.outside)
        self._pay()
        self._work()
        for _ in range(self.dice.randint(2, 6)):
            action = self.dice.choice((
                self._move, self._move, self._move, self._bring, self._bring, self._leave, self._answer, self._answer,
                self._cancel, self._retry, self._delete_event,
            ))  # fmt: skip
            self._try(action.__name__.lstrip("_"), action)
            self.texts.choice((self._agree, self._answer_text, lambda: None, lambda: None))()
            self._pay()
            if self.dice.random() < 0.7:
                self._work()

    def heal(self) -> None:
        """All works again: what waits is done, the host presses the one button, a day passes."""
        self.sandbox.clear_faults()
        in_child(settle)
        self.money.heal()
        in_child(settle)
        if Conference.objects.filter(booking_id=self.pk, state="refused").exists():
            retry_booking(self._row())
            in_child(settle)
        Booking.objects.filter(pk=self.pk).update(next_check_at=now())
        in_child(check_and_settle)

    def remind(self) -> None:
        """Let the moments of all reminders come, while texts may fail and the worker be killed."""
        if self.texts.random() < 0.5:
            self.sandbox.fault(self.texts.choice(TEXT_FAULTS), times=1)
        last = self.texts.randint(1, MOST_STEPS) if self.texts.random() < 0.6 else 0
        for do in (lambda: die_at(last), work_off, work_off):
            reminders = Job.objects.filter(name__in=("bookings.reminder", "bookings.follow_up"))
            reminders.filter(state="waiting").update(run_at=now())
            self.done.append(in_child(do))
        self.sandbox.clear_faults()

    def _work(self) -> None:
        """Have work done by a process that may be killed at any step, while something outside may be broken."""
        if self.dice.random() < 0.5:
            fault = self.dice.choice(FAULTS)
            self.sandbox.fault(fault, times=self.dice.randint(1, 2))
            self.done.append(fault)
        if self.dice.random() < 0.5:
            Job.objects.filter(state="waiting").exclude(name__in=LATER).update(run_at=now())
        last = self.dice.randint(1, MOST_STEPS) if self.dice.random() < 0.6 else 0
        self.done.append(in_child(lambda: die_at(last)))

    def _try(self, name: str, do) -> None:
        try:
            do()
            self.done.append(name)
        except BookingRefused as refusal:
            self.done.append(f"{name}: {refusal}")

    def _pay(self) -> None:
        """Let two things happen about the money, if it costs any."""
        for _ in range(2):
            try:
                self.done.append(self.money.happen())
            except BookingRefused as refusal:
                self.done.append(f"money: {refusal}")

    def _row(self) -> Booking:
        return Booking.objects.select_related("host", "page").get(pk=self.pk)

    def _book(self) -> None:
        zone, _ = guests_place()
        guest = Guest("Sam Guest", f"sam{self.seed}@guest.example", zone, answers={"phone": self.number()})
        order = Order(
            page_id=self.page_id,
            minutes=30,
            start_minute=self._start(),
            kind=self.kind,
            guest=guest,
            key=new_key(),
            texts=self.texts.choice(("", "Remind me by text message")),
        )
        self.pk = book(order, now=now()).pk

    def number(self) -> str:
        return guests_place()[1].format(100 + self.seed % 800)

    def _agree(self) -> None:
        booker = self._row().booker
        if self.texts.random() < 0.5:
            agree_to_texts(booker, "Remind me by text message", now=now())
        else:
            stop_texts(booker, now=now())

    def _answer_text(self) -> None:
        hear_text(InboundText(self.number(), self.texts.choice(("STOP", "Start"))), now=now())

    def _start(self) -> int:
        """Return a time of a day that this life shares with few others."""
        day = now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3 + self.seed % 50)
        return minute_of(day + timedelta(minutes=30 * self.dice.randrange(48)))

    def _move(self) -> None:
        actor = self.dice.choice(("guest", "host"))
        reschedule(self.pk, start_minute=self._start(), actor=actor, now=now())

    def _bring(self) -> None:
        email = f"friend{self.dice.randint(1, 3)}.of{self.seed}@guest.example"
        add_guests(self.pk, guests=[Guest("Friend", email)], now=now())

    def _leave(self) -> None:
        row = Attendee.objects.filter(is_booker=False, booking_id=self.pk, active=True).first()
        if row is not None:
            remove_guest(self.pk, attendee_id=row.pk, now=now())

    def _answer(self) -> None:
        if self.dice.random() < 0.8:
            approve(self.pk, source="host", now=now())
        else:
            decline(self.pk, note_text="", source="host", now=now())

    def _cancel(self) -> None:
        if self.dice.random() < 0.4:
            actor = self.dice.choice(("guest", "host"))
            cancel(self.pk, actor=actor, note_text="", now=now())

    def _retry(self) -> None:
        retry_booking(self._row())

    def _delete_event(self) -> None:
        event = CalendarEvent.objects.filter(booking_uid=self._row().uid, state="written").first()
        if event is not None:
            body = {"calendar": event.outside_calendar, "event": event.reference}
            self.sandbox.tell("google/event/remove", **body)


def now() -> datetime:
    return present()


def guests_place() -> tuple[str, str]:
    """Return a zone, and what its mobile numbers look like."""
    return NORTH if 7 <= now().hour < 18 else SOUTH


def die_at(last: int) -> None:
    install(Steps(last))
    work_off()


def settle() -> None:
    """Let every pause pass until nothing is left to do."""
    for _ in range(8):
        Job.objects.filter(state="waiting").exclude(name__in=LATER).update(run_at=now())
        work_off()


def check_and_settle() -> None:
    reconcile(now=now())
    settle()


def shown(life: Life) -> dict[str, object]:
    booking = life._row()
    conference = Conference.objects.filter(booking=booking).first()
    event = CalendarEvent.objects.filter(booking_uid=booking.uid).first()
    jobs = (
        Job.objects.filter(concurrency=booking.concurrency_key())
        .exclude(state="done")
        .exclude(name__in=LATER)
    )
    return {
        "seed": life.seed,
        "done": [one for one in life.done if one],
        "kind": life.kind,
        "pk": booking.pk,
        "uid": str(booking.uid),
        "status": booking.status,
        "approved": booking.history.filter(event="approved").exists(),
        "revision": booking.revision,
        "start": booking.start_at.isoformat(),
        "guest": booking.booker.email,
        "host": booking.host.email,
        "further": {row.email: row.active for row in booking.attendees.filter(is_booker=False)},
        "link": conference.join_url if conference else "",
        "link_state": conference.state if conference else "",
        "possible_duplicates": conference.possible_duplicates if conference else 0,
        "place": booking.location,
        "event_state": event.state if event else "",
        "mailed_uid": event.mailed_uid if event else "",
        "texts_agreed": standing_of(booking.booker) is TextsOf.AGREED,
        "texts": len(life.sandbox.ask("sms/texts", to=life.number())["texts"]),
        "money": life.money.shown(),
        "open_jobs": [f"{job.name} {job.state} {job.last_error}" for job in jobs],
    }


def main(sandbox_url: str, first_seed: int, count: int, *places: str) -> None:
    """places: PAGE:KIND, those among which a life chooses."""
    with ZoomControl(sandbox_url) as sandbox:
        for seed in range(first_seed, first_seed + count):
            page_id, _, kind = places[seed % len(places)].partition(":")
            life = Life(int(page_id), kind, seed=seed, sandbox=sandbox, outside=sandbox_url)
            life.live()
            life.heal()
            life.remind()
            sys.stdout.write(json.dumps(shown(life)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
