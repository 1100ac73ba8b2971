"""From Connect Zoom to the row, and every way in which it does not get there."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.browsing import WEB
from tests.clock import present
from tests.forms import main_form
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.tests.conftest import (
    allow,
    connect,
    jobs,
    leave,
    path_of,
    query_of,
    sentences,
    signed_in,
)
from timetuna.lib.crypto import pkce_challenge

pytestmark = pytest.mark.django_db
CALLBACK = "/api/calendar-accounts/zoom/callback"
FINISH = "/settings/providers/zoom/finish"
TOUCHED_BY_CONNECTING = ("token", "v2")


def called(zoom, *kinds):
    return [row["kind"] for kind in kinds for row in zoom.calls(kind)]


def test_connecting_shows_email_name_and_disconnect(browser, zoom):
    account = connect(browser, zoom)

    page = browser.get("/settings/providers").content.decode()

    assert account.email in page
    assert account.display_name in page
    assert "Disconnect" in page
    assert "Connect Zoom" not in page


def test_connecting_exchanges_once_and_reads_the_profile_once(browser, zoom):
    connect(browser, zoom)

    assert called(zoom, *TOUCHED_BY_CONNECTING) == ["token.code", "v2.users_me"]


def test_row_holds_what_the_test_plan_lists(browser, zoom, alice):
    row = connect(browser, zoom)
    user = zoom.state()["users"][0]

    assert (row.host, row.provider, row.provider_user_id) == (alice, "zoom", user["id"])
    assert (row.provider_account_id, row.email, row.display_name) == (
        user["account_id"],
        user["email"],
        user["display_name"],
    )
    assert row.granted_scopes() == {"user:read:user", "meeting:write:meeting"}
    assert timedelta(minutes=58) < row.expires_at - present() < timedelta(minutes=60)


def test_connecting_wakes_what_waits_for_it(browser, zoom, alice):
    connect(browser, zoom)

    assert [job.arguments for job in jobs("bookings.resume")] == [{"host_id": alice.pk, "provider": "zoom"}]


def test_leaving_sends_state_and_s256_and_no_scope(browser, zoom):
    asked = query_of(leave(browser))

    assert sorted(asked) == [
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "redirect_uri",
        "response_type",
        "state",
    ]
    assert asked["redirect_uri"] == "http://localhost:8000/api/calendar-accounts/zoom/callback"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43


def test_state_and_verifier_are_new_each_time_and_not_readable_in_the_row(browser, zoom):
    first, second = query_of(leave(browser)), query_of(leave(browser))

    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]
    for row in Authorization.objects.all():
        assert row.state_fingerprint not in {first["state"], second["state"]}
        assert pkce_challenge(row.code_verifier) not in {first["code_challenge"], second["code_challenge"]}


@pytest.mark.parametrize(
    "forged", [{"HTTP_X_FORWARDED_HOST": "evil.example"}, {"HTTP_FORWARDED": "host=evil.example"}]
)
def test_forged_host_does_not_change_the_redirect_address(browser, zoom, forged):
    answer = browser.post("/settings/providers/zoom/connect", **forged)

    assert query_of(answer["Location"])["redirect_uri"].startswith("http://localhost:8000/")


def test_denied(browser, zoom):
    zoom.decide("deny")
    back = path_of(WEB.get(leave(browser)).headers["location"])

    answer = browser.get(back)

    assert answer["Location"] == "/settings/providers"
    assert sentences(browser) == ["Zoom was not connected."]
    assert called(zoom, *TOUCHED_BY_CONNECTING) == []
    assert not CalendarAccount.objects.exists()


def test_denied_reflects_nothing(browser, zoom):
    hostile = "<script>alert(1)</script>"
    answer = browser.get(
        CALLBACK, {"error": hostile, "error_description": hostile, "state": hostile}, follow=True
    )

    assert b"alert(1)" not in answer.content
    assert "Zoom was not connected." in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["", "?state=x", "?code=", "?code=&state=x", "?code=" + "c" * 5000 + "&state=x"]
)
def test_code_missing(browser, zoom, query):
    answer = browser.get(CALLBACK + query)

    assert answer["Location"] == "/settings/providers"
    assert sentences(browser) == ["Zoom was not connected."]


def test_no_state(browser, zoom):
    answer = browser.get(path_of(zoom.marketplace_add()), follow=True)

    assert answer.redirect_chain == [(FINISH, 302)]
    assert "Finish connecting Zoom" in answer.content.decode()
    assert called(zoom, *TOUCHED_BY_CONNECTING) == []
    assert not CalendarAccount.objects.exists()
    assert not Authorization.objects.exists()


def test_finish_page_starts_afresh_and_works(browser, zoom):
    browser.get(path_of(zoom.marketplace_add()))

    account = connect(browser, zoom)

    assert account.email == "robin@host.example"


def test_unknown_state(browser, zoom):
    leave(browser)

    answer = browser.get(CALLBACK, {"code": "x", "state": "y" * 43})

    assert answer["Location"] == FINISH
    assert Authorization.objects.count() == 1


def test_state_of_another_session(browser, zoom, alice):
    back = allow(zoom, leave(browser))

    answer = signed_in(alice).get(back)

    assert answer["Location"] == FINISH
    assert called(zoom, *TOUCHED_BY_CONNECTING) == []
    assert Authorization.objects.count() == 1


def test_state_of_another_user(browser, zoom, charlie):
    back = allow(zoom, leave(browser))

    answer = signed_in(charlie).get(back)

    assert answer["Location"] == FINISH
    assert called(zoom, *TOUCHED_BY_CONNECTING) == []
    assert not CalendarAccount.objects.exists()


def test_state_used_twice(browser, zoom):
    back = allow(zoom, leave(browser))
    browser.get(back)

    answer = browser.get(back)

    assert answer["Location"] == FINISH
    assert called(zoom, *TOUCHED_BY_CONNECTING) == ["token.code", "v2.users_me"]


def test_state_expired(browser, zoom):
    back = allow(zoom, leave(browser))
    Authorization.objects.update(expires_at=present() - timedelta(seconds=1))

    answer = browser.get(back)

    assert answer["Location"] == FINISH
    assert called(zoom, *TOUCHED_BY_CONNECTING) == []


def test_who_comes_back_too_late_still_goes_on_where_they_began(browser, zoom):
    leave_from_steps = browser.post("/setup/meeting/connect/zoom")["Location"]
    back = allow(zoom, leave_from_steps)
    Authorization.objects.update(expires_at=present() - timedelta(seconds=1))
    assert browser.get(back)["Location"] == FINISH

    again = main_form(browser.get(FINISH).content.decode())
    address = browser.post("/settings/providers/zoom/connect", dict(again.fields))["Location"]

    assert browser.get(allow(zoom, address))["Location"] == "/setup/meeting"


def test_who_connects_from_settings_stays_there_whatever_was_begun_before(browser, zoom):
    browser.post("/setup/meeting/connect/zoom")

    assert connect(browser, zoom)


def test_another_account_that_replaces_one_leads_back_too(browser, zoom):
    connect(browser, zoom)
    address = browser.post("/setup/meeting/connect/zoom")["Location"]
    asked = browser.get(allow(zoom, address, user="casey"))["Location"]

    assert browser.post(asked, {"answer": "replace"})["Location"] == "/setup/meeting"


def test_state_lives_ten_minutes(browser, zoom):
    leave(browser)

    lifetime = Authorization.objects.get().expires_at - present()

    assert timedelta(minutes=9, seconds=50) < lifetime <= timedelta(minutes=10)


def test_starting_forgets_what_is_expired(browser, zoom):
    leave(browser)
    Authorization.objects.update(expires_at=present() - timedelta(seconds=1))

    leave(browser)

    assert Authorization.objects.count() == 1


def test_a_host_begins_so_often_and_no_more(browser, zoom, alice):
    answers = [browser.post("/settings/providers/zoom/connect") for _ in range(31)]

    assert [one["Location"].startswith("http") for one in answers] == [True] * 30 + [False]
    assert answers[-1]["Location"] == "/settings/providers"
    assert Authorization.objects.filter(host=alice).count() == 30


def test_failed_state_is_used_up_before_the_exchange(browser, zoom):
    back = allow(zoom, leave(browser))
    zoom.fault("token_500_html")
    browser.get(back)

    assert browser.get(back)["Location"] == FINISH
    assert called(zoom, "token") == ["token.code"]


def test_not_signed_in_signs_in_first_and_drops_the_code(zoom):
    answer = Client().get(path_of(zoom.marketplace_add()))

    assert answer["Location"] == "/signin?" + urlencode({"next": FINISH}, safe="/")
    assert called(zoom, *TOUCHED_BY_CONNECTING) == []


def test_scope_missing(browser, zoom):
    back = allow(zoom, leave(browser))
    zoom.fault("token_missing_scope")

    browser.get(back)

    assert "permission" in sentences(browser)[0]
    assert called(zoom, *TOUCHED_BY_CONNECTING) == ["token.code"]
    assert not CalendarAccount.objects.exists()


def test_extra_scopes_are_kept(browser, zoom):
    zoom.app(extra_scopes=["meeting:update:meeting"])

    assert "meeting:update:meeting" in connect(browser, zoom).granted_scopes()


@pytest.mark.parametrize(
    ("fault", "part"),
    [
        ("invalid_grant", "Try again"),
        ("token_500_html", "Try again"),
        ("token_429", "Try again"),
        ("token_without_refresh", "Try again"),
        ("truncated", "Try again"),
        ("invalid_client", "keys do not work"),
    ],
)
def test_exchange_failed(browser, zoom, fault, part):
    back = allow(zoom, leave(browser))
    zoom.fault(fault, on="token")

    browser.get(back)

    (sentence,) = sentences(browser)
    assert part in sentence
    assert called(zoom, *TOUCHED_BY_CONNECTING) == ["token.code"]
    assert not CalendarAccount.objects.exists()


@pytest.mark.parametrize(
    "fault", ["users_me_fails", "no_user_id", "http_500_html", "unauthorized", "not_json"]
)
def test_users_me_failed(browser, zoom, fault):
    back = allow(zoom, leave(browser))
    zoom.fault(fault)

    browser.get(back)

    assert sentences(browser) == ["Zoom was not connected: your Zoom profile could not be read. Try again."]
    assert called(zoom, *TOUCHED_BY_CONNECTING) == ["token.code", "v2.users_me"]
    assert not CalendarAccount.objects.exists()


@pytest.mark.parametrize("fault", ["token_missing_scope", "invalid_grant", "users_me_fails"])
def test_failed_reconnect_leaves_the_old_row_untouched(browser, zoom, fault):
    connect(browser, zoom)
    before = CalendarAccount.objects.values().get()
    back = allow(zoom, leave(browser))
    zoom.fault(fault)

    browser.get(back)

    assert CalendarAccount.objects.values().get() == before


def test_callback_is_kept_out_of_caches_and_referers(browser, zoom):
    for query in ("?code=x", "?error=x", ""):
        answer = browser.get(CALLBACK + query)

        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"


def test_finish_page_lets_its_form_send_its_origin(browser, zoom):
    answer = browser.get(FINISH)

    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/settings/providers", FINISH])
def test_pages_that_lead_to_zoom_allow_it_in_their_policy(browser, zoom, running, address):
    policy = browser.get(address)["Content-Security-Policy"].split("; ")
    assert f"form-action 'self' {running[0].http_url}" in policy


def test_hostile_names_are_escaped(browser, zoom):
    zoom.user(display_name="<script>alert(1)</script>")
    connect(browser, zoom)

    page = browser.get("/settings/providers").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_head_does_not_use_the_state_up(browser, zoom):
    back = allow(zoom, leave(browser))

    assert browser.head(back).status_code == 405
    assert Authorization.objects.count() == 1


def test_unknown_provider_is_not_there(browser, zoom):
    assert browser.post("/settings/providers/doom/connect").status_code == 404
    assert browser.get("/api/calendar-accounts/doom/callback?code=x").status_code == 404
