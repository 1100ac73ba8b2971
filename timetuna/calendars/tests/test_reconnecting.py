"""Connecting again: the same account, another account, and an account somebody else has linked."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.calendars.access_tokens import use
from timetuna.calendars.actions.deauthorize import deauthorize
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.queries import connection, usable
from timetuna.calendars.tests.conftest import allow, connect, do, jobs, leave, sentences, signed_in
from timetuna.providers.base import Deauthorization

pytestmark = pytest.mark.django_db


def ask_to_replace(browser, zoom) -> str:
    connect(browser, zoom, user="robin")
    answer = browser.get(allow(zoom, leave(browser), user="casey"))
    return answer["Location"]


def test_reconnect_overwrites_tokens(browser, zoom):
    first = connect(browser, zoom)
    CalendarAccount.objects.update(needs_reconnect=True, needs_reconnect_reason="It ended.")

    second = connect(browser, zoom)

    assert second.pk == first.pk
    assert second.refresh_token_fingerprint != first.refresh_token_fingerprint
    assert second.access_token != first.access_token
    assert second.connected_at > first.connected_at
    assert (second.needs_reconnect, second.needs_reconnect_reason) == (False, "")


def test_reconnect_takes_the_new_labels(browser, zoom):
    connect(browser, zoom)
    zoom.user(email="robin@new.example", display_name="Robin New")

    row = connect(browser, zoom)

    assert (row.email, row.display_name) == ("robin@new.example", "Robin New")


def test_second_account_asks(browser, zoom):
    address = ask_to_replace(browser, zoom)

    page = browser.get(address).content.decode()

    assert "robin@host.example" in page
    assert "casey@cohost.example" in page
    assert CalendarAccount.objects.get().email == "robin@host.example"
    assert [row["kind"] for row in zoom.calls("v2")] == ["v2.users_me", "v2.users_me"]


def test_replacing_keeps_one_row_and_asks_zoom_nothing_more(browser, zoom):
    address = ask_to_replace(browser, zoom)

    browser.post(address, {"answer": "replace"})

    assert CalendarAccount.objects.get().email == "casey@cohost.example"
    assert len(zoom.calls("v2")) == 2
    assert not Authorization.objects.exists()
    assert use(CalendarAccount.objects.get().pk, bool)


@pytest.mark.parametrize("answer", ["", "repl"])
def test_an_answer_that_did_not_arrive_leaves_the_question(browser, zoom, answer):
    address = ask_to_replace(browser, zoom)

    assert browser.post(address, {"answer": answer})["Location"] == address

    assert CalendarAccount.objects.get().email == "robin@host.example"
    assert Authorization.objects.exists()


def test_keeping_forgets_the_grant(browser, zoom):
    address = ask_to_replace(browser, zoom)

    browser.post(address, {"answer": "keep"})

    assert CalendarAccount.objects.get().email == "robin@host.example"
    assert not Authorization.objects.exists()


def test_waiting_grant_is_sealed_and_ends_after_ten_minutes(browser, zoom):
    address = ask_to_replace(browser, zoom)
    row = Authorization.objects.get()
    assert "casey" not in row.grant
    assert [job.run_at for job in jobs("calendars.forget_expired")] == [row.expires_at]
    Authorization.objects.update(expires_at=present() - timedelta(seconds=1))

    assert browser.get(address).status_code == 404
    browser.post(address, {"answer": "replace"})

    assert "took too long" in sentences(browser)[0]
    assert CalendarAccount.objects.get().email == "robin@host.example"
    do(jobs("calendars.forget_expired")[0])
    assert not Authorization.objects.exists()


def test_another_host_cannot_answer(browser, zoom, charlie):
    address = ask_to_replace(browser, zoom)
    stranger = signed_in(charlie)

    assert stranger.get(address).status_code == 404
    stranger.post(address, {"answer": "replace"})

    assert CalendarAccount.objects.get().email == "robin@host.example"
    assert Authorization.objects.count() == 1


def test_removal_at_zoom_forgets_a_waiting_grant_too(browser, zoom):
    ask_to_replace(browser, zoom)
    casey = next(user for user in zoom.state()["users"] if user["key"] == "casey")

    deauthorize(Deauthorization(casey["id"], casey["account_id"], present()), provider="zoom")

    assert not Authorization.objects.exists()
    assert CalendarAccount.objects.get().email == "robin@host.example"


def test_same_zoom_user_two_hosts(browser, zoom, alice, charlie):
    connect(browser, zoom)

    connect(signed_in(charlie), zoom)

    older, newer = connection(alice.pk, "zoom"), connection(charlie.pk, "zoom")
    assert older.needs_reconnect
    assert older.needs_reconnect_reason.startswith(
        "This Zoom account was connected by another host of this server"
    )
    assert not newer.needs_reconnect
    assert (usable(alice.pk, "zoom"), usable(charlie.pk, "zoom")) == (False, True)
    assert [job.arguments for job in jobs("calendars.reconnect_mail")] == [{"account_id": older.pk}]


def test_two_hosts_taking_the_account_from_each_other_are_told_once_an_episode(browser, zoom, charlie):
    stranger = signed_in(charlie)
    connect(browser, zoom)
    connect(stranger, zoom)
    connect(browser, zoom)

    connect(stranger, zoom)

    assert len(jobs("calendars.reconnect_mail")) == 3
    assert list(
        CalendarAccount.objects.order_by("connected_at").values_list("needs_reconnect", flat=True)
    ) == [
        True,
        False,
    ]
