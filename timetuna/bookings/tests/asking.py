"""Asking, as a host does, why a time is missing."""

from datetime import UTC, date, datetime
from html import unescape
from zoneinfo import ZoneInfo

from timetuna.bookings.actions.book import book
from timetuna.bookings.tests.conftest import order
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage

NOW = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)  # a Monday, 7:00 in Berlin
MONDAY = date(2027, 3, 1)
TUESDAY = date(2027, 3, 2)
BERLIN = ZoneInfo("Europe/Berlin")


def page_of(host):
    page = create_page(host, title="Intro call", meeting_types={"in_person": "Room 1"})
    BookingPage.objects.filter(pk=page.pk).update(increment_minutes=60, notice_minutes=0)
    return page


def ask(client, page, day=MONDAY, time="10:00", duration=30):
    query = {"date": day.isoformat(), "time": time, "duration": duration}
    return client.get(f"/booking-pages/{page.pk}/why", query)


def told(answer):
    """Return what the page says in plain text, and check that every link of a reason leads to its setting."""
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def lines_of(answer):
    (moment,) = answer.context["answer"].moments
    (one,) = moment.hosts
    return one.lines


def only_line(client, page, *asked, **more):
    """Ask, and return the one reason there is, once its sentence is on the page and its links lead somewhere."""
    answer = ask(client, page, *asked, **more)
    text = told(answer)
    (line,) = lines_of(answer)
    assert line.text in text
    for link in line.links:
        assert f'<a href="{link.url}">{link.text}</a>' in text
        path, _, place = link.url.partition("#")
        target = client.get(path)
        assert target.status_code == 200
        assert not place or f'id="{place}"' in target.content.decode()
    return line.code, line.text, [link.url for link in line.links]


def book_at(page, day, hour, minute=0, **options):
    start = datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)
    return book(order(page, start, **options), now=NOW)


def tab(page):
    return f"/booking-pages/{page.pk}/availability"
