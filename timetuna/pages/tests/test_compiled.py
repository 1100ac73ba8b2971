import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from timetuna.accounts.models import User
from timetuna.db.compiled import Prepared
from timetuna.pages.models import BookingPage, OutOfOffice

pytestmark = pytest.mark.vendor

MONDAY = date(2027, 3, 1)


@pytest.fixture
def absences(alice: User, charlie: User) -> list[OutOfOffice]:
    return [
        OutOfOffice.objects.create(
            host=host, first=MONDAY, last=MONDAY + timedelta(days=days), note=f"{days}"
        )
        for host in (alice, charlie)
        for days in (1, 5)
    ]


def test_other_arguments_find_other_rows(alice: User, charlie: User, absences: list[OutOfOffice]) -> None:
    read = Prepared(lambda host, over: OutOfOffice.objects.filter(host=host, last__gte=over))

    assert read(alice.pk, MONDAY) == absences[:2]
    assert read(charlie.pk, MONDAY) == absences[2:]
    assert read(alice.pk, MONDAY + timedelta(days=3)) == [absences[1]]
    assert read(0, MONDAY) == []


def test_an_argument_may_be_used_twice_or_in_another_order(alice: User, absences: list[OutOfOffice]) -> None:
    read = Prepared(
        lambda note, host: OutOfOffice.objects.filter(host=host, note=note, host__pk=host).values_list("note")
    )

    assert read("1", alice.pk) == [("1",)]
    assert read("5", alice.pk) == [("5",)]
    assert read("5' OR '1'='1", alice.pk) == []


def test_rows_come_with_what_belongs_to_them(
    page: BookingPage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read = Prepared(
        lambda pk: BookingPage.objects.select_related("host__host_rules", "schedule").filter(pk=pk)
    )

    with django_assert_num_queries(2):
        assert [read(page.pk)[0].host.handle for _ in range(2)] == ["alice", "alice"]
    BookingPage.objects.filter(pk=page.pk).update(title="Another")
    assert read(page.pk)[0].title == "Another"


def test_an_argument_that_is_changed_on_its_way_is_refused(alice: User) -> None:
    read = Prepared(lambda host: OutOfOffice.objects.filter(host=host + 1))

    with pytest.raises(TypeError, match="as it is"):
        read(alice.pk)


@pytest.mark.django_db(transaction=True)
def test_every_thread_has_its_own(alice: User, absences: list[OutOfOffice]) -> None:
    read = Prepared(lambda host: OutOfOffice.objects.filter(host=host))
    found = [read(alice.pk)]

    def elsewhere() -> None:
        found.append(read(alice.pk))
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()

    assert found == [absences[:2], absences[:2]]
