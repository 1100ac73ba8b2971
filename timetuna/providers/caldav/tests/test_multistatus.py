import time

import pytest

from timetuna.providers.caldav.multistatus import CALDAV, DAV, conditions, read_multistatus
from timetuna.providers.caldav.tests.misbehaving import event, failed, found, multistatus
from timetuna.providers.errors import ProviderError

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 1000 + '">'
    '<!ENTITY c "' + "&b;" * 1000 + '">]><D:multistatus xmlns:D="DAV:">&c;</D:multistatus>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    '<D:multistatus xmlns:D="DAV:">&a;</D:multistatus>'
)
MANY = " ".join(map("a{}=''".format, range(500_001)))


def test_each_resource_has_its_properties_and_what_it_could_not_give() -> None:
    body = multistatus(
        found("/a/", "<D:displayname> Work </D:displayname>", missing="<D:sync-token/>"),
        failed("/b/", 403),
        token="t1",
    )

    read = read_multistatus(body.encode())

    assert read.sync_token == "t1"
    first, second = read.resources
    assert (first.href, first.status, first.text(f"{DAV}displayname")) == ("/a/", 200, "Work")
    assert first.refused == {f"{DAV}sync-token": 404}
    assert (second.href, second.status, dict(second.properties)) == ("/b/", 403, {})


def test_prefixes_and_self_closing_tags_are_the_servers_business() -> None:
    body = (
        '<multistatus xmlns="DAV:"><response><href>/a/</href><propstat><prop><resourcetype><collection/>'
        '<x:calendar xmlns:x="urn:ietf:params:xml:ns:caldav"/></resourcetype><displayname/></prop>'
        "<status>HTTP/2 200</status></propstat></response></multistatus>"
    )

    (one,) = read_multistatus(body.encode()).resources

    assert one.children(f"{DAV}resourcetype") == {f"{DAV}collection", f"{CALDAV}calendar"}
    assert one.text(f"{DAV}displayname") == ""


@pytest.mark.parametrize(
    "body",
    [
        *("", "<", "<html><body>Sign in</body></html>", "{}", '<multistatus xmlns="">', BOMB, OUTSIDE),
        multistatus(event(1))[:-30],
        multistatus("<D:response><D:href>/a/</D:href></D:response>"),
        multistatus("<D:response><D:status>HTTP/1.1 200 OK</D:status></D:response>"),
        multistatus("<D:response><D:href> </D:href><D:status>HTTP/1.1 200 OK</D:status></D:response>"),
        multistatus("<D:response><D:href>/a/</D:href><D:status>fine</D:status></D:response>"),
        multistatus("<D:response><D:href>/a/</D:href><D:propstat><D:prop/></D:propstat></D:response>"),
        multistatus().replace("DAV:", "dav:"),
        "<a>" * 100_000,
        multistatus("<a/>" * 500_000),
        multistatus("<a>" * 250_000 + "</a>" * 250_000),
        multistatus(f"<a {MANY}/>"),
    ],
    ids=lambda body: body[:12],
)
def test_what_is_not_whole_is_an_error_and_not_a_shorter_answer(body: str) -> None:
    started = time.process_time()

    with pytest.raises(ProviderError, match=r"\.$") as raised:
        read_multistatus(body.encode())

    assert raised.value.code == "caldav:answer"
    assert not raised.value.permanent
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00", b'<?xml version="1.0" encoding="nonsense"?><a/>', b"\0" * 100]
)
def test_bytes_that_are_no_text_are_an_error(body: bytes) -> None:
    with pytest.raises(ProviderError):
        read_multistatus(body)


def test_conditions_are_read_with_what_they_name() -> None:
    body = (
        b'<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict><D:href>/a/b.ics</D:href>'
        b"</C:no-uid-conflict><D:valid-sync-token/></D:error>"
    )

    assert conditions(body) == {f"{CALDAV}no-uid-conflict": "/a/b.ics", f"{DAV}valid-sync-token": ""}
    assert conditions(b"<html/>") == conditions(b"") == conditions(BOMB.encode()) == {}
