"""Whatever guest and host do, and whatever breaks or is killed: in the end each mirror equals the booking.

MIRROR_LIVES=300 leads more lives than a change needs, MIRROR_FIRST_LIFE others; a number is always the same life.
MIRROR_PLACES=paid leads them on pages that cost something alone.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime

import pytest
from icalendar import Calendar

from sandbox.stripe.control import StripeControl
from tests import paid_life
from tests.running import ROOT, resting_timetuna
from tests.sampling import share
from tests.test_killed import CONNECT

PART, OF = share()
LIVES = int(os.environ.get("MIRROR_LIVES", "15" if OF == 1 else "6"))
FIRST = int(os.environ.get("MIRROR_FIRST_LIFE", str(PART * LIVES)))
ONLY = os.environ.get("MIRROR_PLACES", "")
PRIMARY = "robin@host.example"
GOOGLE = """
from django.test import Client
from timetuna.accounts.models import User
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.models import CalendarAccount
from timetuna.pages.models import BookingPage, MeetingType, WeeklyHours
from urllib.parse import urlsplit
import httpx2
host = User.objects.get(pk={pk})
client = Client(headers={{"host": "localhost"}})
client.force_login(host)
start = client.post("/settings/providers/google/connect")
back = urlsplit(httpx2.get(start["Location"], trust_env=False).headers["location"])
client.get(back.path + "?" + back.query)
account = CalendarAccount.objects.get(host=host, provider="google")
list_calendars(account.pk)
for calendar in account.calendars.all():
    refresh(calendar.pk)
page = BookingPage.objects.get(pk={page})
WeeklyHours.objects.filter(schedule=page.schedule).delete()
for weekday in range(7):
    WeeklyHours.objects.create(schedule=page.schedule, weekday=weekday, start_minute=0, end_minute=1440)
BookingPage.objects.filter(pk=page.pk).update(notice_minutes=0, increment_minutes=30)
reminders = [("reminder", "guest", 60), ("reminder", "guest", 1440), ("reminder", "host", 30)]
reminders += [("follow_up", "guest", 30)]
for kind, detail in dict(in_person="Room 1", google_meet="").items():
    MeetingType.objects.update_or_create(page=page, kind=kind, defaults=dict(enabled=True, detail=detail))
asked = BookingPage.objects.get(pk=page.pk)
asked.pk, asked.public_id, asked.slug, asked.approval = None, "pg_asked", "asked", True
asked.save()
asked.page_hosts.create(host=host)
page.refresh_from_db()
for kind in page.meeting_types.filter(enabled=True):
    MeetingType.objects.create(page=asked, kind=kind.kind, enabled=True, detail=kind.detail)
for minutes in page.durations.values_list("minutes", flat=True):
    asked.durations.create(minutes=minutes)
for one in (page, asked):
    for kind, audience, minutes in reminders:
        one.reminders.create(kind=kind, audience=audience, minutes=minutes)
    one.reminders.create(audience="guest", minutes=120, channel="text")
BookingPage.objects.filter(pk__in=[page.pk, asked.pk]).update(phone="optional")
answer(asked.pk)
"""
PAID = """
import httpx2
from django.conf import settings
from timetuna.pages.models import BookingPage
from timetuna.payments.models import StripeAccount
from timetuna.payments.secrets import seal
account = StripeAccount(host_id={host}, kind="own", stripe_id="acct_sandboxRobin01", currency="eur")
seal(account, "secret", {key!r})
made = httpx2.post(
    "{stripe}/v1/webhook_endpoints", trust_env=False, headers={{"Authorization": "Bearer " + {key!r}}},
    data={{"url": settings.BASE_URL + "/api/webhooks/stripe/" + account.address, "enabled_events[0]": "*"}},
)
seal(account, "webhook_secret", made.json()["secret"])
account.save()
paid = []
for number in {pages}:
    page = BookingPage.objects.get(pk=number)
    kinds, minutes, reminders = ([*rows.all()] for rows in (page.meeting_types, page.durations, page.reminders))
    page.pk, page.public_id, page.slug = None, "pg_paid%d" % number, "paid%d" % number
    page.price, page.currency, page.refund_hours = {price}, "eur", 1
    page.save()
    page.page_hosts.create(host_id={host})
    for row in [*kinds, *minutes, *reminders]:
        row.pk, row.page = None, page
        row.save()
    paid.append(page.pk)
answer(paid)
"""

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.matrix(of="server")]


def test_every_mirror_equals_its_booking_after_any_life(tmp_path):
    with resting_timetuna(tmp_path) as resting:
        resting.sandbox.decide("allow")
        resting.sandbox.tell("google/decide", decision="allow", account="robin")
        host = resting.new_host()
        assert resting.run_python(CONNECT.format(pk=host.pk, page=host.page_pk)) == 1
        asked = resting.run_python(GOOGLE.format(pk=host.pk, page=host.page_pk))

        with StripeControl(resting.environment["STRIPE_API_URL"].removesuffix("/stripe")) as stripe:
            paid = resting.run_python(
                PAID.format(
                    host=host.pk, key=stripe.key(), stripe=resting.environment["STRIPE_API_URL"],
                    pages=[host.page_pk, asked], price=paid_life.PRICE,
                )
            )  # fmt: skip
            lives = lead_lives(resting, host.page_pk, asked, *paid)
            known = stripe.known()

        seen = Seen(resting.sandbox, known)
        wrong = [f"{said} in {life}" for life in lives if (said := seen.differences(life))]
        assert not wrong, "\n".join(wrong)
    assert len(lives) == LIVES
    assert any(life["texts"] for life in lives) or OF > 1, "nobody was reminded by text"
    ended = {life["status"].partition("_")[0] for life in lives}
    assert {"confirmed", *(["cancelled"] if OF == 1 else [])} <= ended, lives


def lead_lives(resting, page, asked, paid, paid_asked):
    environment = {**resting.environment, "DJANGO_SETTINGS_MODULE": "timetuna.settings"}
    cost = [f"{paid}:zoom", f"{paid_asked}:google_meet"]
    free = [
        f"{page}:zoom",
        f"{page}:google_meet",
        f"{page}:in_person",
        f"{asked}:zoom",
        f"{asked}:google_meet",
    ]
    places = cost if ONLY else [*free, *cost]
    url = environment["ZOOM_API_URL"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.mirroring", url, str(FIRST), str(LIVES), *places],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60 + 20 * LIVES,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


class Seen:
    """What there is outside: events, meetings, and what each person's calendar holds after all mails."""

    def __init__(self, sandbox, known):
        self.stripe = known
        rows = sandbox.ask("google/state")["events"]
        self.events = [row["body"] for row in rows if row["body"]["status"] != "cancelled"]
        self.meetings = sandbox.meetings()
        self.mails = {(mail["message_id"], mail["to"]): mail for mail in sandbox.mail()}.values()

    def differences(self, life):
        """Return in what the mirrors are not as the booking is."""
        mine = [mail for mail in self.mails if life["uid"] in mail["message_id"]]
        return [
            *self._work(life),
            *(paid_life.differences(life["money"], life["status"], self.stripe) if life["money"] else ()),
            *self._event(life),
            *self._meeting(life),
            *self._invitations(life, mine),
            *self._reminders(life, mine),
        ]

    def _work(self, life):
        return [f"left to do: {job}" for job in life["open_jobs"]]

    def _event(self, life):
        events = [event for event in self.events if life["uid"] in json.dumps(event)]
        if life["status"] != "confirmed":
            return [f"{len(events)} events of a {life['status']} booking"] if events else []
        if len(events) != 1:
            return [f"{len(events)} events"]
        [event] = events
        guests = {life["guest"], *(mail for mail, active in life["further"].items() if active)}
        said = {
            "start": datetime.fromisoformat(event["start"]["dateTime"])
            == datetime.fromisoformat(life["start"]),
            "guests": {one["email"] for one in event["attendees"]} == guests,
            "place": event["location"] == (life["link"] or life["place"]),
            "link": life["kind"] != "google_meet" or event.get("hangoutLink") == life["link"],
        }
        return [f"the event's {name}: {event}" for name, holds in said.items() if not holds]

    def _meeting(self, life):
        if life["kind"] == "in_person" or life["status"] != "confirmed":
            return []
        if life["link_state"] != "ready":
            return [f"link {life['link_state']}"]
        if life["kind"] != "zoom":
            return []
        made = [one for one in self.meetings if one["agenda"].endswith(f"/bookings/{life['pk']}")]
        used = [one for one in made if one["join_url"] == life["link"]]
        extra = len(made) - len(used) - life["possible_duplicates"]
        return [f"{len(made)} meetings, {len(used)} in use"] if len(used) != 1 or extra > 0 else []

    def _invitations(self, life, mails):
        """Compare what stands in the calendar of each who was mailed, as RFC 5546 has programs read invitations."""
        wrong = []
        everybody = {}
        for mail in mails:
            everybody.setdefault(address(mail["to"]), []).append(mail)
        invited = {life["guest"], life["host"], *(mail for mail, active in life["further"].items() if active)}
        for person in invited | everybody.keys():
            entries = in_calendar(everybody.get(person, []))
            wanted = 1 if life["status"] == "confirmed" and person in invited else 0
            if len(entries) != wanted:
                wrong.append(f"{person} has {len(entries)} entries, not {wanted}")
            wrong += [f"{person} reads {entry}" for entry in entries if not equals(entry, life)]
        return wrong

    def _reminders(self, life, mails):
        """Compare who got what time brings: all guests the same, the host their own, and nobody else.

        Who booked gets one of theirs by text where they agreed, once, or by mail; where nobody knows, by both.
        """
        texted = life["texts"]
        guests = {life["guest"], *(mail for mail, active in life["further"].items() if active)}
        takes_place = life["status"] == "confirmed"
        wanted = {
            ".reminder.": {life["host"]: 1} | dict.fromkeys(guests, 3) if takes_place else {},
            ".follow_up.": dict.fromkeys(guests, 1) if takes_place else {},
        }
        wrong = []
        for kind, right in wanted.items():
            counts = Counter(address(mail["to"]) for mail in mails if kind in mail["message_id"])
            if texted and takes_place and kind == ".reminder." and counts[life["guest"]] == 2:
                counts[life["guest"]] += 1
            wrong += [] if counts == right else [f"{kind} {counts}, {texted} texts"]
        if texted > (1 if takes_place and life["texts_agreed"] else 0):
            wrong.append(f"{texted} texts, agreed: {life['texts_agreed']}")
        return wrong


def address(header):
    return header.rpartition("<")[2].rstrip(">")


def in_calendar(mails):
    """Return the living entries after all invitations, one for each UID: the highest SEQUENCE counts."""
    latest = {}
    for mail in mails:
        for text in mail["ics"]:
            calendar = Calendar.from_ical(text)
            [event] = calendar.walk("VEVENT")
            sequence = int(event["SEQUENCE"])
            known = latest.get(str(event["UID"]))
            if known is None or sequence >= known[0]:
                latest[str(event["UID"])] = (sequence, str(calendar["METHOD"]), event)
    return [event for _, method, event in latest.values() if method == "REQUEST"]


def equals(event, life):
    at_its_time = event.decoded("DTSTART") == datetime.fromisoformat(life["start"])
    return at_its_time and str(event["LOCATION"]) == (life["link"] or life["place"])
