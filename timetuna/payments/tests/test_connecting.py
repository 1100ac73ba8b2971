"""A host connects Stripe, by the operator's platform or by a key, and disconnects it; at the stand-in, over sockets."""

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.browsing import WEB
from tests.clock import present
from timetuna.calendars.incidents import banners
from timetuna.calendars.models import Authorization
from timetuna.encryption import box
from timetuna.jobs.models import Job
from timetuna.pages.tests.conftest import signed_in
from timetuna.payments.actions.check_account import check_account, send_account_mail, tell_host
from timetuna.payments.models import StripeAccount
from timetuna.payments.secrets import context, unsealed

ROW = "/settings/providers"


def text_of(answer):
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def browser(alice, paying):
    return signed_in(alice)


def leave(browser):
    return browser.post(f"{ROW}/stripe/connect")["Location"]


def allow(paying, address, *, account="robin"):
    """Allow at Stripe; return the path with which the browser comes back."""
    paying.control.decide("allow", account=account)
    parts = urlsplit(WEB.get(address).headers["location"])
    return f"{parts.path}?{parts.query}"


def connect(browser, paying, *, account="robin"):
    return browser.get(allow(paying, leave(browser), account=account), follow=True)


def paste(browser, key):
    return browser.post(f"{ROW}/stripe/key", {"key": key}, follow=True)


def endpoints(paying):
    return paying.control.known()["endpoints"]


def test_by_the_platform(browser, paying, alice):
    answer = connect(browser, paying)

    [account] = StripeAccount.objects.all()
    assert (account.host, account.kind, account.stripe_id) == (alice, "connect", "acct_sandboxRobin01")
    assert (account.name, account.currency, account.livemode) == ("Robin’s Coaching", "eur", False)
    assert (account.secret, account.endpoint_id, account.webhook_secret) == ("", "", "")
    assert "Stripe is connected." in text_of(answer)
    assert "<bdi>Robin’s Coaching</bdi> · <bdi>acct_sandboxRobin01</bdi>" in text_of(answer)
    assert "Test mode" in text_of(answer)
    assert not Authorization.objects.exists()


def test_the_state_is_of_this_session_and_used_once(browser, paying, alice, bob):
    back = allow(paying, leave(browser))
    strange = signed_in(bob).get(back)
    elsewhere = signed_in(alice).get(back)
    first, second = browser.get(back), browser.get(back)

    assert [one["Location"] for one in (strange, elsewhere, second)] == [f"{ROW}/stripe/finish"] * 3
    assert first["Location"] == f"{ROW}#stripe"
    assert StripeAccount.objects.get().host == alice
    assert "Finish connecting Stripe" in text_of(browser.get(f"{ROW}/stripe/finish"))
    assert first["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("query", ["error=access_denied&state=x", "", "code=ac_x", "code=ac_x&state=made-up"])
def test_what_comes_back_without_a_code_or_with_a_strange_one_connects_nothing(browser, query):
    answer = browser.get(f"/api/calendar-accounts/stripe/callback?{query}", follow=True)

    assert not StripeAccount.objects.exists()
    assert answer.status_code == 200


def test_an_exchange_that_fails_says_so(browser, paying):
    back = allow(paying, leave(browser))
    paying.control.fault("stripe_500")
    answer = browser.get(back, follow=True)

    assert "Stripe has a problem at the moment" in text_of(answer)
    assert not StripeAccount.objects.exists()


def test_by_a_key_of_the_host_s_own(browser, paying, alice):
    key = paying.control.key("robin")
    answer = paste(browser, key)

    [account] = StripeAccount.objects.all()
    [endpoint] = endpoints(paying)
    assert (account.kind, account.stripe_id, account.endpoint_id) == (
        "own",
        "acct_sandboxRobin01",
        endpoint["id"],
    )
    assert endpoint["url"] == f"http://localhost:8000/api/webhooks/stripe/{account.address}"
    assert "charge.refunded" in endpoint["enabled_events"]
    assert key not in account.secret + answer.content.decode()
    assert unsealed(account, "secret") == key
    assert box().open(account.webhook_secret, context=context("webhook_secret", account)).startswith("whsec_")
    assert "by your own key" in text_of(answer)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("", "Paste the key here."),
        ("rk_test_sandboxNobody000", "Stripe does not know this key. Copy it once more, or make a new one"),
        ("sk_live_everything0000", "This is your secret key, which may do everything."),
        ("pk_live_shown0000000", "This is your publishable key."),
        ("whsec_something000", "A restricted key begins with rk_live_ or rk_test_."),
        ("rk_live_a b", "A restricted key begins with rk_live_ or rk_test_."),
        ("rk_" + "x" * 400, "This is too long for a key of Stripe’s."),
    ],
)
def test_a_key_that_is_none_is_refused_and_not_shown_again(browser, key, sentence):
    answer = paste(browser, key)

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not key or key not in answer.content.decode()
    assert not StripeAccount.objects.exists()


def test_a_key_that_may_not_register_an_address_is_refused(browser, paying):
    paying.control.fault("stripe_forbidden", on="stripe.v1.register")
    answer = paste(browser, paying.control.key())

    assert "The key needs “Write” for Webhook Endpoints" in text_of(answer)
    assert not StripeAccount.objects.exists()


def test_a_key_that_may_not_say_whose_it_is_needs_more_permissions(browser, paying):
    paying.control.fault("stripe_forbidden", on="stripe.v1.account")
    answer = paste(browser, paying.control.key())

    assert "With this key, Stripe does not say whose it is." in text_of(answer)
    assert not StripeAccount.objects.exists()


def test_stripe_away_is_no_wrong_key(browser, paying):
    paying.control.fault("stripe_reset")

    assert "Stripe could not be reached" in text_of(paste(browser, paying.control.key()))


def test_a_new_key_takes_the_old_one_s_place_and_another_account_does_not(browser, paying):
    paste(browser, paying.control.key("robin"))
    before = StripeAccount.objects.get()
    paste(browser, paying.control.key("robin"))
    other = paste(browser, paying.control.key("casey"))
    by_platform = connect(browser, paying, account="casey")

    after = StripeAccount.objects.get()
    assert (after.address, after.stripe_id) == (before.address, before.stripe_id)
    assert [one["id"] for one in endpoints(paying)] == [after.endpoint_id]
    assert after.endpoint_id != before.endpoint_id
    for answer in (other, by_platform):
        assert "This is another account than Robin’s Coaching." in text_of(answer)


def test_by_the_platform_in_place_of_a_key(browser, paying):
    paste(browser, paying.control.key())
    connect(browser, paying)

    account = StripeAccount.objects.get()
    assert (account.kind, account.secret, account.endpoint_id) == ("connect", "", "")
    assert endpoints(paying) == []


def test_disconnecting_leaves_nothing_here_nor_there(browser, paying):
    paste(browser, paying.control.key())
    answer = browser.post(f"{ROW}/stripe/disconnect", follow=True)
    again = browser.post(f"{ROW}/stripe/disconnect", follow=True)

    assert not StripeAccount.objects.exists()
    assert endpoints(paying) == []
    assert "Stripe is disconnected. Nothing of the connection is kept." in text_of(answer)
    assert again.status_code == 200


def test_disconnecting_from_the_platform_ends_it_at_stripe(browser, paying):
    connect(browser, paying)
    browser.post(f"{ROW}/stripe/disconnect")

    [grant] = paying.control.known()["grants"]
    assert grant["revoked"] is True


def test_what_somebody_else_is_paid_by_stays_at_stripe(browser, paying, bob):
    connect(browser, paying)
    connect(signed_in(bob), paying)
    browser.post(f"{ROW}/stripe/disconnect")

    assert StripeAccount.objects.get().host == bob
    assert not any(one["revoked"] for one in paying.control.known()["grants"])


def test_stripe_away_keeps_nobody_connected(browser, paying):
    paste(browser, paying.control.key())
    paying.control.fault("stripe_500")
    answer = browser.post(f"{ROW}/stripe/disconnect", follow=True)

    assert not StripeAccount.objects.exists()
    assert "Stripe did not answer, so take TimeTuna off in its dashboard, too." in text_of(answer)


def test_an_account_that_may_not_be_paid_yet_says_so_until_it_may(browser, paying, alice):
    answer = paste(browser, paying.control.key("new"))
    waiting = banners(alice.pk, now=present())
    still = browser.post(f"{ROW}/stripe/check", follow=True)
    paying.control.account("new", charges_enabled=True)
    mended = browser.post(f"{ROW}/stripe/check", follow=True)

    for one in (answer, still):
        assert "Stripe does not let this account take payments yet." in text_of(one)
        assert "Cannot take payments" in text_of(one)
    assert [one.title for one in waiting] == ["Guests cannot pay you by Stripe (Not Ready Yet)."]
    assert "Guests can pay you again." in text_of(mended)
    assert banners(alice.pk, now=present()) == []
    assert Job.objects.filter(name="payments.account_mail").count() == 0


def test_a_key_that_was_taken_back_is_told_once(browser, paying, page, monkeypatch):
    letters = []
    monkeypatch.setattr("timetuna.payments.actions.check_account.deliver", letters.append)
    paste(browser, paying.control.key())
    page.price, page.currency = 4500, "eur"
    page.save()
    paying.control.account("robin", key_good=False)
    account = check_account(StripeAccount.objects.get())
    for _ in range(2):
        tell_host(account.pk)
        send_account_mail(account.pk)

    [letter] = letters
    assert letter.subject == "Guests cannot pay you by Stripe"
    assert "Stripe does not accept the key any more." in letter.text
    assert f"- {page.title}" in letter.text
    assert "Stripe cannot take payments" in text_of(browser.get(f"/booking-pages/{page.pk}/booking"))


def test_nobody_else_reaches_it(paying, bob):
    stranger = Client()
    for path in ("connect", "disconnect", "check"):
        assert stranger.post(f"{ROW}/stripe/{path}").status_code == 302
    assert "/signin" in stranger.get(f"{ROW}/stripe/key")["Location"]
    assert signed_in(bob).get(f"{ROW}/stripe/connect").status_code == 405


@pytest.mark.usefixtures("paying")
def test_without_a_platform_the_key_is_the_way(alice, settings):
    names = ("STRIPE_CLIENT_ID", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    settings.PROVIDER_SETTINGS = {
        name: value for name, value in settings.PROVIDER_SETTINGS.items() if name not in names
    }
    browser = signed_in(alice)

    assert f'href="{ROW}/stripe/key"' in browser.get(ROW).content.decode()
    assert browser.post(f"{ROW}/stripe/connect")["Location"] == f"{ROW}/stripe/key"
    assert parse_qs(urlsplit(leave(browser)).query) == {}
