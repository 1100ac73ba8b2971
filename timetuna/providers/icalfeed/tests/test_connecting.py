"""What is typed, what comes of it, and that the address is shown nowhere."""

import logging

import pytest

from timetuna.lib.tests.wires import Wire
from timetuna.providers.errors import ProviderError
from timetuna.providers.icalfeed.fetching import read_address
from timetuna.providers.icalfeed.provider import ICalFeed
from timetuna.providers.icalfeed.tests.conftest import Feed, build


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" https://cal.example.org/a.ics \n", "https://cal.example.org/a.ics"),
        ("webcal://cal.example.org/a.ics?k=v", "https://cal.example.org/a.ics?k=v"),
        ("WEBCAL://cal.example.org/a.ics", "https://cal.example.org/a.ics"),
        ("cal.example.org/a.ics", "https://cal.example.org/a.ics"),
        ("https://cal.example.org:8443/a.ics#today", "https://cal.example.org:8443/a.ics"),
    ],
)
def test_an_address_is_read_as_it_is_pasted(typed: str, address: str) -> None:
    assert read_address(typed, allow_http=False) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://cal.example.org/a.ics",
        "file:///etc/passwd",
        "data:text/calendar,BEGIN",
        "javascript:alert(1)",
        "https://xn--/a.ics",
        "http://cal.example.org/a.ics",
        "https://ada:canary@cal.example.org/a.ics",
        "https://cal.example.org\\@127.0.0.1/a.ics",
        "https://cal.example.org/a b.ics",
        "https://cal.example.org/\u202ea.ics",
        "https://cal.example.org/a\nb.ics",
        "https://cal.example.org:99999/",
        "https://[::1/",
        "https://cal.example.org/" + "a" * 3000,
    ],
)
def test_what_is_no_address_of_a_feed_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ProviderError, match=r"\.$") as raised:
        read_address(typed, allow_http=False)

    assert raised.value.permanent
    assert "canary" not in str(raised.value)


def test_connecting_reads_the_feed_once(provider: ICalFeed, feed: Feed, credential: str) -> None:
    feed.name = "Ada\\, at work\u202e"

    login = provider.log_in({"address": f" {credential}\n"})

    assert login.credential == credential
    assert (login.profile.display_name, login.profile.email) == ("Ada, at work", "")
    assert len(login.profile.user_id) == 40
    assert len(feed.asked) == 1


def test_a_feed_without_a_name_goes_by_its_host(provider: ICalFeed, credential: str) -> None:
    assert provider.log_in({"address": credential}).profile.display_name == "localhost"


def test_a_feed_is_called_as_its_host_calls_it(provider: ICalFeed, feed: Feed, credential: str) -> None:
    feed.name = "basic"

    named = provider.log_in({"address": credential, "name": " Football\nclub\u202e "})
    again = provider.log_in({"address": credential, "name": ""})

    assert (
        named.profile.display_name
        == provider.calendars(credential=named.credential)[0].name
        == "Football club"
    )
    assert again.profile.display_name == provider.calendars(credential=again.credential)[0].name == "basic"
    assert named.profile.user_id == again.profile.user_id


def test_two_addresses_are_two_accounts(provider: ICalFeed, wire: Wire) -> None:
    logins = [provider.log_in({"address": f"{wire.url}/{name}"}) for name in ("a", "b", "a")]

    first, second, again = (login.profile.user_id for login in logins)
    assert first == again != second


def test_the_address_stays_out_of_logs_and_errors(
    provider: ICalFeed, credential: str, bad_credential: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    login = provider.log_in({"address": credential})
    provider.calendars(credential=credential)
    with pytest.raises(ProviderError) as raised:
        provider.calendars(credential=bad_credential)

    assert "canary" not in f"{caplog.text}{raised.value!r}{login!r}"
    assert caplog.records


def test_an_address_that_is_not_accepted_is_nothing_to_reconnect_yet(
    provider: ICalFeed, bad_credential: str
) -> None:
    with pytest.raises(ProviderError, match="does not accept this address") as raised:
        provider.log_in({"address": bad_credential})

    assert raised.value.permanent


def test_private_addresses_are_refused_unless_the_operator_allows_them(wire: Wire) -> None:
    for address in (
        f"{wire.url}/a.ics",
        "https://127.0.0.1/a.ics",
        "https://[::1]/a.ics",
        "https://169.254.169.254/",
    ):
        with pytest.raises(ProviderError, match=r"\.$"):
            build(allow_private="no").log_in({"address": address})

    assert wire.connections == 0


def test_an_operator_who_forbids_http_again_forbids_what_was_kept(wire: Wire) -> None:
    with pytest.raises(ProviderError, match="http:"):
        build(allow_http="no").calendars(credential=f"{wire.url}/a.ics")

    assert wire.connections == 0
