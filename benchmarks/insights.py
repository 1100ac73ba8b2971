"""How long Insights takes beside few and many bookings: `python benchmarks/insights.py [--scale 0.1]`.

A host with one page, and the owner of a team with 20, ask for the last 30 days and for a year, on a database with
10,000 and one with 1,000,000 bookings, on SQLite 200,000 (10, 1,000 and 200 a page). Measured in the process, each the
median of 15; and how long all days take to be counted anew, one day of a page, and one minute in which 100 bookings
changed.
"""

import subprocess
import sys

from serving import ROOT, filled, markdown, options, write_table

FEW, MANY, TURNS = 10_000, {"SQLite": 200_000, "PostgreSQL": 1_000_000}, 15
MEASURE = """
import sys, time
sys.path.insert(0, "benchmarks")
from datetime import timedelta
from django.conf import settings
from django.test import Client
from django.utils import timezone
from timetuna.accounts.models import Membership, Team, User
from timetuna.bookings.models import Booking, HistoryEntry
from timetuna.insights.actions.fill import fill
from timetuna.insights.actions.fill_days import fill_days
from timetuna.insights.actions.rebuild import rebuild
from timetuna.insights.models import DayFigure, Filled
from timetuna.insights.queries import Subject
from timetuna.pages.models import BookingPage
began = time.perf_counter(); rebuild(); counted = time.perf_counter() - began
Filled.objects.update(history_id=0, at=timezone.now())
one, owner = User.objects.get(handle="h1"), User.objects.get(handle="h50")
team = Team.objects.create(name="Team", handle="team")
Membership.objects.create(team=team, user=owner, role="owner")
for number in range(50, 70):
    BookingPage.objects.filter(host__handle=f"h{number}").update(team=team, slug=f"call{number}")
today = timezone.now().date()
year = f"from={today - timedelta(days=364)}&to={today}"
found = []
for user in (one, owner):
    client = Client(); client.force_login(user)
    for query in ("period=30", year):
        took = []
        for _ in range(%(turns)s):
            began = time.perf_counter()
            answer = client.get(f"/insights?{query}", headers={"host": settings.ALLOWED_HOSTS[0]})
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.status_code
        found.append(sorted(took)[len(took) // 2])
changed = Booking.objects.filter(page__isnull=False).order_by("-created_at")[:100]
HistoryEntry.objects.bulk_create(HistoryEntry(booking=row, actor="guest", event="no_show", text="") for row in changed)
began = time.perf_counter(); fill(); minute = time.perf_counter() - began
took = []
for page in BookingPage.objects.filter(host__handle__in=[f"h{number}" for number in range(100, 100 + %(turns)s)]):
    began = time.perf_counter(); fill_days(Subject(page=page.pk), [today]); took.append(time.perf_counter() - began)
day = sorted(took)[len(took) // 2]
print(*found, counted, minute, day, DayFigure.objects.count())
"""


def measured(engine: str, bookings: int) -> list[float]:
    """Run it beside so many bookings."""
    with filled(engine, bookings=bookings) as live:
        script = "import django; django.setup()\n" + MEASURE % {"turns": TURNS}
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", script],
            env=live.environment | {"DJANGO_SETTINGS_MODULE": "timetuna.settings"},
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


def main() -> None:
    asked = options(__doc__ or "")
    rows = []
    for engine in asked.engines:
        few, many = (measured(engine, int(number * asked.scale)) for number in (FEW, MANY[engine]))
        names = (
            "one page, 30 days",
            "one page, a year",
            "20 pages of a team, 30 days",
            "20 pages of a team, a year",
        )
        for name, before, after in zip(names, few[:4], many[:4], strict=True):
            rows.append([f"{engine}, {name}", f"{before:.0f} ms", f"{after:.0f} ms", f"{after / before:.1f}"])
        for name, before, after in (
            ("all days made anew", few[4], many[4]),
            ("100 changes filled", few[5], many[5]),
            ("a day of a page made anew", few[6], many[6]),
        ):
            rows.append([f"{engine}, {name}", f"{before:.3f} s", f"{after:.3f} s", f"{after / before:.1f}"])
        rows.append([f"{engine}, rows of days", f"{few[7]:,.0f}", f"{many[7]:,.0f}", ""])
    head = f"what | {FEW * asked.scale:,.0f} bookings | many bookings | ratio"
    write_table("Insights beside many bookings", markdown(head, rows))


if __name__ == "__main__":
    main()
