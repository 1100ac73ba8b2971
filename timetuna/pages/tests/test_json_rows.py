from datetime import date

from django.db import connection
from django.db.models import OuterRef

from timetuna.accounts.models import User
from timetuna.db.json_rows import Gathered, rows_of
from timetuna.pages.models import BookingPage, DateOverride, Duration, MeetingType, OutOfOffice


def gathered_of(page: BookingPage, rows: Gathered) -> str | None:
    return BookingPage.objects.annotate(rows=rows).get(pk=page.pk).rows


def test_rows_come_back_as_the_orm_reads_them(page: BookingPage) -> None:
    for day, windows in ((date(2027, 3, 2), [[540, 600]]), (date(2027, 3, 1), [])):
        DateOverride.objects.create(schedule=page.schedule, date=day, windows=windows)
    of_page = DateOverride.objects.filter(schedule=OuterRef("schedule"))

    rows = rows_of(DateOverride, gathered_of(page, Gathered(of_page)), using="default")

    assert rows == list(DateOverride.objects.filter(schedule=page.schedule))
    assert [(row.date, row.windows) for row in rows] == [
        (date(2027, 3, 1), []),
        (date(2027, 3, 2), [[540, 600]]),
    ]


def test_truth_values_and_hostile_text_survive(page: BookingPage) -> None:
    page.meeting_types.all().delete()
    hostile = '"], ["</script>\u2028\\ \U0001f41f\N{RIGHT-TO-LEFT OVERRIDE}'
    MeetingType.objects.create(page=page, kind="link", enabled=True, detail=hostile)
    MeetingType.objects.create(page=page, kind="phone", enabled=False)

    text = gathered_of(page, Gathered(MeetingType.objects.filter(page=OuterRef("pk"))))

    found = [(row.kind, row.enabled, row.detail) for row in rows_of(MeetingType, text, using="default")]
    assert found == [("link", True, hostile), ("phone", False, "")]


def test_no_rows_are_none_and_only_the_owners_are_read(page: BookingPage, charlie: User) -> None:
    OutOfOffice.objects.create(host=charlie, first=date(2027, 3, 1), last=date(2027, 3, 2))

    text = gathered_of(page, Gathered(OutOfOffice.objects.filter(host=OuterRef("host"))))

    assert rows_of(OutOfOffice, text, using="default") == []


def test_a_row_can_be_changed_and_saved(page: BookingPage) -> None:
    text = gathered_of(page, Gathered(Duration.objects.filter(page=OuterRef("pk"))))
    row = rows_of(Duration, text, using=connection.alias)[0]

    row.title = "Short"
    row.save()

    assert page.durations.get(pk=row.pk).title == "Short"
