import pytest

from timetuna.providers.base import LoginForm
from timetuna.providers.caldav.account import CaldavAccount
from timetuna.providers.caldav.provider import CalDAV
from timetuna.providers.caldav.tests.conftest import build
from timetuna.providers.caldav.tests.misbehaving import IS_CALENDAR, Misbehaving, found, multistatus
from timetuna.providers.caldav.tests.servers import PASSWORD, USER, CalendarServer
from timetuna.providers.errors import NeedsReconnect, ProviderError

OPEN = {"CALDAV_ALLOW_PRIVATE": "yes", "CALDAV_ALLOW_HTTP": "yes"}
ME = "<D:current-user-principal><D:href>/me/</D:href></D:current-user-principal>"
HOME = "<C:calendar-home-set><D:href>{}</D:href></C:calendar-home-set>"


def given(server: str, **changes: str) -> dict[str, str]:
    return {"server": server, "user": USER, "password": PASSWORD} | changes


def refused(provider: CalDAV, typed: dict[str, str]) -> ProviderError:
    with pytest.raises(ProviderError, match=r"\.$") as raised:
        provider.log_in(typed)
    error = raised.value
    assert typed["password"] not in f"{error!r}{error.__cause__!r}"
    return error


def test_the_form_hides_the_password_only(provider: CalDAV) -> None:
    assert isinstance(provider, LoginForm)
    assert [(one.name, one.kind, one.secret) for one in provider.answers()] == [
        ("server", "text", False),
        ("user", "text", False),
        ("password", "password", True),
    ]


def test_a_servers_name_is_enough(server: CalendarServer, provider: CalDAV) -> None:
    login = provider.log_in(given(server.url))

    account = CaldavAccount.read(login.credential)
    assert account.origin == server.url
    assert [home.replace("%40", "@") for home in account.homes] == [server.home]
    assert (account.user, account.password, account.addresses) == (USER, PASSWORD, (USER,))
    assert login.profile.user_id.replace("%40", "@") == f"localhost/{USER}/"
    assert (login.profile.account_id, login.profile.email) == ("localhost", USER)
    assert login.profile.display_name == USER
    assert PASSWORD not in f"{login!r}{account!r}"


def test_the_address_of_the_account_or_of_one_calendar_leads_there_too(
    server: CalendarServer, provider: CalDAV
) -> None:
    whole = provider.log_in(given(server.url))

    for path in (f"/{USER}", f"/{USER}/", f"{server.home}everyday/"):
        assert provider.log_in(given(server.url + path)) == whole


def test_a_wrong_password_is_said_with_what_to_do(server: CalendarServer, provider: CalDAV) -> None:
    error = refused(provider, given(server.url, password="wrong horse"))

    assert (error.code, error.permanent) == ("http:401", True)
    assert "app password" in str(error)


def test_a_private_address_is_nobodys_business(server: CalendarServer) -> None:
    provider = build(CALDAV_ALLOW_HTTP="yes", CALDAV_CA=server.certificate())
    port = int(server.url.rpartition(":")[2])

    error = refused(provider, given(server.url.replace(f":{port}", ":8000")))

    assert (error.code, error.permanent) == ("network:refused_address", True)
    assert "CALDAV_ALLOW_PRIVATE" in str(error)


def test_a_private_address_is_not_even_connected_to(odd: Misbehaving) -> None:
    refused(build(CALDAV_ALLOW_HTTP="yes"), given(odd.url))

    assert odd.asked == []


def test_a_certificate_nobody_signed_is_not_trusted(server: CalendarServer) -> None:
    if not server.ca_file:
        assert "https:" in str(refused(build(CALDAV_ALLOW_PRIVATE="yes"), given(server.url)))
        return

    error = refused(build(**OPEN), given(server.url))

    assert error.code == "network:tls"
    assert "CALDAV_CA_FILE" in str(error)


def test_certificates_that_cannot_be_read_are_the_operators_fault(odd: Misbehaving) -> None:
    error = refused(build(**OPEN, CALDAV_CA="nothing"), given(odd.url))

    assert (error.operator, error.code) == (True, "caldav:ca")
    assert odd.asked == []


@pytest.mark.parametrize("changes", [{"user": "a:b"}, {"user": "a\r\nb"}, {"password": "a\0b"}])
def test_what_cannot_be_sent_is_not_sent(odd: Misbehaving, changes: dict[str, str]) -> None:
    assert refused(build(**OPEN), given(odd.url, **changes)).code == "caldav:characters"
    assert odd.asked == []


def test_characters_of_all_languages_can_be_sent(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, multistatus(found("/", IS_CALENDAR)))

    login = build(**OPEN).log_in(given(f"{odd.url}/mine/", user="жda", password="pässwörd"))

    assert odd.asked[-1].headers["authorization"] == "Basic 0LZkYTpww6Rzc3fDtnJk"
    assert CaldavAccount.read(login.credential).homes == ("/mine/",)


def test_the_well_known_address_is_asked_without_a_password(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 301, Location="/dav/")
    odd.will("PROPFIND", 401)
    odd.will("PROPFIND", 207, multistatus(found("/dav/", ME)))
    odd.will("PROPFIND", 207, multistatus(found("/me/", HOME.format("/home/ada/"))))

    login = build(**OPEN).log_in(given(odd.url))

    assert [(one.path, "authorization" in one.headers) for one in odd.asked] == [
        ("/.well-known/caldav", False),
        ("/dav/", False),
        ("/dav/", True),
        ("/me/", True),
    ]
    assert CaldavAccount.read(login.credential).homes == ("/home/ada/",)


def test_a_redirect_to_another_server_is_told_and_not_followed(odd: Misbehaving, other: Misbehaving) -> None:
    target = other.url.replace("localhost", "127.0.0.1")
    odd.will("PROPFIND", 302, Location=f"{target}/dav/")

    error = refused(build(**OPEN), given(odd.url))

    assert "https://127.0.0.1" in str(error)
    assert other.asked == []


def test_a_redirect_a_proxy_got_wrong_stays_on_the_server(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 301, Location="http://localhost:1/dav/")
    odd.will("PROPFIND", 207, multistatus(found("/dav/", HOME.format("http://localhost:1/home/"))))

    login = build(**OPEN).log_in(given(odd.url))

    assert (CaldavAccount.read(login.credential).origin, CaldavAccount.read(login.credential).homes) == (
        odd.url,
        ("/home/",),
    )


def test_redirects_in_a_circle_come_to_an_end(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 301, Location="/.well-known/caldav")

    assert refused(build(**OPEN), given(odd.url)).code == "caldav:not-found"
    assert len(odd.asked) < 30


def test_a_redirect_to_a_name_that_cannot_be_leads_nowhere(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 301, Location="https://xn--/dav/")

    assert refused(build(**OPEN), given(odd.url)).code == "caldav:not-found"


def test_an_account_at_an_address_that_is_none_is_not_found(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, multistatus(found("/", ME)))
    odd.will("PROPFIND", 207, multistatus(found("/", ME)))
    odd.will("PROPFIND", 207, multistatus(found("/me/", HOME.format("https://xn--/home/"))))

    assert "an address that is none" in str(refused(build(**OPEN), given(odd.url)))


def test_the_home_may_be_on_another_server_as_at_icloud(odd: Misbehaving, other: Misbehaving) -> None:
    home = other.url.replace("localhost", "127.0.0.1")
    odd.will("PROPFIND", 207, multistatus(found("/", ME)))
    odd.will("PROPFIND", 207, multistatus(found("/", ME)))
    odd.will("PROPFIND", 207, multistatus(found("/me/", HOME.format(f"{home}/123/calendars/"))))

    account = CaldavAccount.read(build(**OPEN).log_in(given(odd.url)).credential)

    assert (account.origin, account.homes) == (home, ("/123/calendars/",))


def test_a_home_without_encryption_is_not_gone_to(odd: Misbehaving) -> None:
    """The operator's setting for http is off; the server itself is reached over a scheme that pretends."""
    odd.will("PROPFIND", 207, multistatus(found("/", ME)))
    odd.will("PROPFIND", 207, multistatus(found("/", ME)))
    odd.will("PROPFIND", 207, multistatus(found("/me/", HOME.format("gopher://127.0.0.1/home/"))))

    assert "encryption" in str(refused(build(**OPEN), given(odd.url)))


def test_accounts_with_long_names_are_told_apart_by_what_fits_into_a_column(odd: Misbehaving) -> None:
    ids = []
    for name in ("%D0%98" * 60 + "a", "%D0%98" * 60 + "b"):
        odd.answers.clear()
        odd.will("PROPFIND", 207, multistatus(found("/", ME.replace("/me/", f"/{name}/"))))
        odd.will("PROPFIND", 207, multistatus(found("/", ME.replace("/me/", f"/{name}/"))))
        odd.will("PROPFIND", 207, multistatus(found(f"/{name}/", HOME.format("/home/"))))
        ids.append(build(**OPEN).log_in(given(odd.url)).profile.user_id)

    assert len(set(ids)) == 2
    assert [len(one) for one in ids] == [200, 200]


def test_a_name_that_is_too_long_for_a_mail_address_is_none(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, multistatus(found("/", ME + HOME.format("/home/"))))

    login = build(**OPEN).log_in(given(odd.url, user="a" * 400 + "@example.org"))

    assert login.profile.email == ""


def test_the_owners_mail_addresses_are_kept_the_preferred_one_first(odd: Misbehaving) -> None:
    addresses = (
        "<C:calendar-user-address-set><D:href>/me/</D:href><D:href>mailto:one@example.org</D:href>"
        '<D:href preferred="1">MAILTO:two%40example.org</D:href><D:href>urn:uuid:1</D:href>'
        "</C:calendar-user-address-set>"
    )
    odd.will("PROPFIND", 207, multistatus(found("/", ME + HOME.format("/home/") + addresses)))

    login = build(**OPEN).log_in(given(odd.url, user="ada"))

    assert CaldavAccount.read(login.credential).addresses == ("two@example.org", "one@example.org")
    assert login.profile.email == "two@example.org"


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (401, {"WWW_Authenticate": 'Digest realm="x", nonce="y"'}, "caldav:digest"),
        (401, {"WWW_Authenticate": 'Digest realm="x", Basic realm="y"'}, "http:401"),
        (429, {"Retry_After": "60"}, "http:429"),
        (503, {}, "http:503"),
        (404, {}, "caldav:not-found"),
        (405, {}, "caldav:not-found"),
        (200, {}, "caldav:not-found"),
        (207, {}, "caldav:not-found"),
    ],
)
def test_each_refusal_has_its_sentence(
    odd: Misbehaving, status: int, headers: dict[str, str], code: str
) -> None:
    odd.will("PROPFIND", status, "<html>Hello</html>", **headers)

    assert refused(build(**OPEN), given(odd.url)).code == code


def test_a_server_that_takes_everybody_for_a_guest_has_refused(odd: Misbehaving) -> None:
    nobody = "<D:current-user-principal><D:unauthenticated/></D:current-user-principal>"
    odd.will("PROPFIND", 207, multistatus(found("/", nobody)))

    assert refused(build(**OPEN), given(odd.url)).code == "http:401"


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", '{"origin": 1}', "\0", "[" * 100_000, '{"origin":"x","homes":[1]}']
)
def test_a_credential_that_cannot_be_read_asks_for_a_new_one(provider: CalDAV, credential: str) -> None:
    with pytest.raises(NeedsReconnect, match=r"again\.$"):
        provider.calendars(credential=credential)
