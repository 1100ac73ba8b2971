import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.zoom.control import ZoomControl
from tests.clock import present
from timetuna.lib.tests.wires import Wire, answer, read_request
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError
from timetuna.providers.zoom.provider import Zoom
from timetuna.providers.zoom.tests.conftest import build
from timetuna.providers.zoom.tests.test_meetings import HEAD, MEETING


def create_failure(provider: Zoom, token: str) -> ProviderError:
    with pytest.raises(ProviderError, match=r"\.$") as raised:
        provider.create(MEETING, access_token=token)
    return raised.value


def refused(status: str, body: str) -> ProviderError | NeedsReconnect:
    with (
        Wire(answer(HEAD.format(status), body.encode())) as wire,
        pytest.raises((ProviderError, NeedsReconnect), match=r"\.$") as raised,
    ):
        build(wire.url).create(MEETING, access_token="token")
    return raised.value


@pytest.mark.parametrize("fault", ["unauthorized", "expire_access_token", "revoke_grant"])
def test_booking_401_is_told_apart(control: ZoomControl, provider: Zoom, token: str, fault: str) -> None:
    control.fault(fault)

    error = create_failure(provider, token)

    assert type(error) is AccessTokenRefused
    assert (error.code, error.outcome_unknown, error.permanent) == ("zoom:124", False, False)
    assert control.meetings() == []


def test_booking_4711(control: ZoomControl, provider: Zoom, token: str) -> None:
    control.fault("create_4711")

    with pytest.raises(NeedsReconnect, match=r"\(meeting:write:meeting\)\. Connect Zoom again") as raised:
        provider.create(MEETING, access_token=token)

    assert raised.value.code == "zoom:4711"


def test_booking_1001(control: ZoomControl, provider: Zoom, token: str) -> None:
    control.fault("user_missing")

    with pytest.raises(NeedsReconnect, match="Connect Zoom again"):
        provider.create(MEETING, access_token=token)


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("cannot_host", "zoom:3161", "not allowed to schedule"),
        ("validation_300", "zoom:300", "passcode rules"),
        ("error_200", "zoom:300", "details of this meeting"),
    ],
)
def test_booking_3161_300(
    control: ZoomControl, provider: Zoom, token: str, fault: str, *, code: str, words: str
) -> None:
    control.fault(fault)

    error = create_failure(provider, token)

    assert (error.code, error.permanent, error.outcome_unknown) == (code, True, False)
    assert str(error).startswith("Zoom refused: ")
    assert words in str(error)


def until_midnight(error: ProviderError) -> bool:
    tomorrow = (present() + timedelta(seconds=2)).date() + timedelta(days=1)
    return error.retry_after == datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fault", "most"),
    [("rate_limit_second", timedelta(seconds=3)), ("rate_limit_concurrent", timedelta(seconds=3))],
)
def test_booking_429_short(
    control: ZoomControl, provider: Zoom, token: str, fault: str, most: timedelta
) -> None:
    control.fault(fault)

    error = create_failure(provider, token)

    assert (error.code, error.permanent, error.outcome_unknown) == ("zoom:429", False, False)
    assert error.retry_after is not None
    assert error.retry_after - present() <= most


@pytest.mark.parametrize("fault", ["rate_limit_daily", "rate_limit_user"])
def test_booking_429_until_midnight(control: ZoomControl, provider: Zoom, token: str, fault: str) -> None:
    control.fault(fault)

    error = create_failure(provider, token)

    assert error.code == "zoom:429"
    assert until_midnight(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("\nRetry-After: 90", 90),
        ("\nRetry-After: soon\nX-RateLimit-Reset: 4102444800", 25 * 3600),
        ("\nX-RateLimit-Reset: 5", 1),
    ],
)
def test_booking_429_with_other_headers(headers: str, seconds: int) -> None:
    error = refused(f"429 Too Many Requests{headers}", '{"code":429,"message":"x"}')

    assert isinstance(error, ProviderError)
    assert error.retry_after is not None
    assert abs(error.retry_after - present() - timedelta(seconds=seconds)) < timedelta(seconds=3)


def test_booking_429_without_anything() -> None:
    html, bare = (
        refused("429 Too Many Requests", "<html>"),
        refused("429 Too Many", '{"code":429,"message":"x"}'),
    )

    assert isinstance(html, ProviderError)
    assert isinstance(bare, ProviderError)
    assert html.retry_after is not None
    assert html.retry_after - present() <= timedelta(seconds=60)
    assert until_midnight(bare)


@pytest.mark.parametrize(
    "fault",
    [
        "http_500_html",
        "http_502_html",
        "http_503_html",
        "http_502_after",
        "reset_before",
        "reset_after",
        "dropped_after",
        "truncated",
        "not_json",
        "huge_body",
        "join_url_missing",
        "join_url_javascript",
        "join_url_http",
    ],
)
def test_booking_5xx_and_timeouts_leave_the_outcome_unknown(
    control: ZoomControl, provider: Zoom, token: str, fault: str
) -> None:
    control.fault(fault)

    error = create_failure(provider, token)

    assert (error.outcome_unknown, error.permanent) == (True, False)
    assert len(control.calls("v2.create")) == 1


def test_booking_timeout_leaves_the_outcome_unknown() -> None:
    def wait(connection: Any) -> None:
        read_request(connection)
        time.sleep(0.6)

    with Wire(wait) as wire:
        provider = build(wire.url)
        object.__setattr__(provider._http, "budget", type(provider._http.budget)(read_seconds=0.2))
        error = create_failure(provider, "token")

    assert (error.code, error.outcome_unknown) == ("network:timeout", True)


def test_what_was_certainly_not_sent_may_be_repeated(control: ZoomControl, token: str) -> None:
    error = create_failure(build("http://nobody.invalid"), token)

    assert (error.code, error.outcome_unknown, error.permanent) == ("network:dns", False, False)
    assert control.calls("v2.create") == []


@pytest.mark.parametrize(
    ("status", "body", "code", "permanent", "unknown"),
    [
        ("400 Bad Request", '{"code":3000,"message":"x"}', "zoom:3000", True, False),
        ("400 Bad Request", '{"code":200,"message":"No permission."}', "zoom:200", True, False),
        ("400 Bad Request", '{"code":12345,"message":"x"}', "zoom:12345", True, False),
        ("415 Unsupported", '{"code":300,"message":"Unsupported Content Type"}', "zoom:300", True, False),
        ("400 Bad Request", "<html>", "http:400", False, False),
        ("403 Forbidden", "<html>blocked</html>", "http:403", False, False),
        (
            "400 Bad Request",
            "<?xml version='1.0'?><result><code>3161</code></result>",
            "http:400",
            False,
            False,
        ),
        ("307 Temporary Redirect\nLocation: http://localhost:9/", "", "http:307", False, False),
        ("200 OK", '{"code":9999,"message":"x"}', "zoom:9999", False, True),
        ("200 OK", '{"code":"300","message":"x"}', "zoom:300", True, False),
        ("204 No Content", "", "protocol", False, True),
        ("500 Internal", '{"code":300,"message":"x"}', "zoom:300", False, True),
        ("400 Bad Request", '{"code":4700,"message":"Invalid access token"}', "zoom:4700", True, False),
        ("400 Bad Request", '{"code":[1],"errors":[1,{"field":7}],"message":{}}', "http:400", False, False),
        ("400 Bad Request", "[" * 100_000, "http:400", False, False),
    ],
)
def test_other_answers(status: str, body: str, code: str, *, permanent: bool, unknown: bool) -> None:
    error = refused(status, body)

    assert isinstance(error, ProviderError)
    assert (error.code, error.permanent, error.outcome_unknown) == (code, permanent, unknown)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("200 OK", '{"code":124,"message":"Access token is expired."}', AccessTokenRefused),
        ("400 Bad Request", '{"code":124,"message":"Access token is expired."}', AccessTokenRefused),
        ("401 Unauthorized", "<html>", AccessTokenRefused),
        ("401 Unauthorized", '{"code":4711,"message":"does not contain scopes:[a:b]."}', NeedsReconnect),
        ("400 Bad Request", '{"code":4700,"message":"token does not contain scopes"}', NeedsReconnect),
    ],
)
def test_token_and_scope_refusals_in_other_clothes(status: str, body: str, kind: type[Exception]) -> None:
    assert type(refused(status, body)) is kind


def test_refusals_are_logged_without_what_zoom_wrote(caplog: pytest.LogCaptureFixture) -> None:
    refused(
        "400 Bad Request",
        '{"code":300,"message":"canary-message","errors":[{"field":"settings.x\\nforged","message":"canary"}]}',
    )

    assert 'code 300, fields "settings.x forged"' in caplog.text
    assert "canary" not in caplog.text
