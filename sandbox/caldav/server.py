"""A small calendar server: what RFC 4791 asks of one that a calendar program reads and writes, behind a password."""

import base64
import re
import secrets
from collections.abc import Iterable
from html import escape
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

from sandbox.base.wire import Request, Response
from sandbox.caldav.shelf import Shelf, etag

ROOT, USER, PASSWORD = "/dav/", "robin", "seven-green-tunas"
HOME = f"{ROOT}{USER}/"
CALENDARS = {"personal": ("Personal", "#2e7d32"), "choir": ("Choir", "#8a3ffc")}
METHODS = "OPTIONS, GET, PUT, DELETE, PROPFIND, REPORT"
_DAV, _CALDAV = "DAV:", "urn:ietf:params:xml:ns:caldav"
_MULTISTATUS, _CREATED, _NO_CONTENT = 207, 201, 204
_NAMESPACES = f'xmlns:D="{_DAV}" xmlns:C="{_CALDAV}" xmlns:S="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/"'
_PREFIXES = {_DAV: "D", _CALDAV: "C", "http://calendarserver.org/ns/": "S", "http://apple.com/ns/ical/": "A"}
_MOMENT = re.compile(rb"^DTSTART[^:\r\n]*:(\d{8})", re.MULTILINE)
_UNBOUND = (b"\nRRULE", b"\nRDATE")
Properties = dict[str, str]


def is_mine(request: Request) -> bool:
    """Say whether a request is one to the calendar server."""
    return request.path.startswith(ROOT) or request.path == "/.well-known/caldav"


def serve(shelf: Shelf, request: Request) -> Response:
    """Answer one request."""
    if request.path == "/.well-known/caldav":
        return Response.redirect(ROOT, status=301)
    if not _signed_in(request):
        return Response(401, b"", {"WWW-Authenticate": 'Basic realm="Calendars"'})
    with shelf.lock:
        answer = {"PROPFIND": _propfind, "REPORT": _report, "GET": _get, "PUT": _put, "DELETE": _delete}.get(
            request.method, _options
        )
        return answer(shelf, request)


def _signed_in(request: Request) -> bool:
    kind, _, credentials = request.header("Authorization").partition(" ")
    expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return kind.lower() == "basic" and secrets.compare_digest(credentials.strip(), expected)


def _options(_shelf: Shelf, request: Request) -> Response:
    status = 200 if request.method == "OPTIONS" else 405
    return Response(status, b"", {"DAV": "1, calendar-access", "Allow": METHODS})


def _place(path: str) -> tuple[str, str] | None:
    """Return calendar and object of a path, "" each where it names none; None where there is no such place."""
    parts = [unquote(one) for one in path.removeprefix(ROOT).strip("/").split("/")]
    match parts:
        case [""] | [_] if parts in ([""], [USER]):
            return "", ""
        case [user, calendar] if user == USER and calendar in CALENDARS:
            return calendar, ""
        case [user, calendar, name] if user == USER and calendar in CALENDARS:
            return calendar, name
    return None


def _propfind(shelf: Shelf, request: Request) -> Response:
    place, deep = _place(request.path), request.header("Depth") == "1"
    asked = _asked(request)
    if place is None or asked is None:
        return Response(404 if place is None else 400)
    calendar, name = place
    if name:
        found = [request.path] if name in shelf.all(calendar) else []
    elif calendar:
        found = [_path(calendar), *(_path(calendar, one) for one in shelf.all(calendar) if deep)]
    else:
        at_home = request.path.rstrip("/") == HOME.rstrip("/")
        found = [request.path, *(_path(one) for one in CALENDARS if deep and at_home)]
    return _multistatus((path, _properties(shelf, path), asked) for path in found) if found else Response(404)


def _asked(request: Request) -> list[str] | None:
    root = _xml(request)
    wanted = None if root is None else root.find(f"{{{_DAV}}}prop")
    return None if root is None else [one.tag for one in ([] if wanted is None else wanted)]


def _xml(request: Request) -> ET.Element | None:
    """Without a document type, in which entities could be."""
    if b"<!" in request.body:
        return None
    try:
        return ET.fromstring(request.body)  # noqa: S314 - nothing is declared in it
    except ET.ParseError:
        return None


def _properties(shelf: Shelf, path: str) -> Properties:
    calendar, name = _place(path) or ("", "")
    mine = f"<D:href>{HOME}</D:href>"
    common = {"D:current-user-principal": mine, "D:owner": mine}
    if name:
        body = shelf.all(calendar)[name]
        return common | {
            "D:resourcetype": "",
            "D:getetag": escape(etag(body)),
            "D:getcontenttype": "text/calendar",
        }
    if calendar:
        title, color = CALENDARS[calendar]
        return common | {
            "D:resourcetype": "<D:collection/><C:calendar/>",
            "D:displayname": title,
            "A:calendar-color": color,
            "C:supported-calendar-component-set": '<C:comp name="VEVENT"/>',
            "D:current-user-privilege-set": "<D:privilege><D:all/></D:privilege>",
            "S:getctag": shelf.tag(calendar),
        }
    return common | {
        "D:resourcetype": "<D:collection/><D:principal/>",
        "D:displayname": "Robin Host",
        "C:calendar-home-set": mine,
        "C:calendar-user-address-set": "<D:href>mailto:robin@home.example</D:href>",
    }


def _report(shelf: Shelf, request: Request) -> Response:
    place, root = _place(request.path), _xml(request)
    if place is None or not place[0] or root is None:
        return Response(400 if root is None else 404)
    calendar, objects = place[0], shelf.all(place[0])
    if root.tag == f"{{{_CALDAV}}}calendar-multiget":
        names = [unquote(one.text or "").rpartition("/")[2] for one in root.findall(f"{{{_DAV}}}href")]
    elif root.tag == f"{{{_CALDAV}}}calendar-query":
        span = root.find(f".//{{{_CALDAV}}}time-range")
        names = [name for name, body in objects.items() if span is None or _touches(body, span)]
    else:
        return Response(403)
    asked = _asked(request) or []
    found = [name for name in names if name in objects]
    return _multistatus((_path(calendar, name), _object(shelf, calendar, name), asked) for name in found)


def _object(shelf: Shelf, calendar: str, name: str) -> Properties:
    data = escape(shelf.all(calendar)[name].decode())
    return _properties(shelf, _path(calendar, name)) | {"C:calendar-data": data}


def _touches(body: bytes, span: ET.Element) -> bool:
    """Say whether an object may have events in the span, to a day; what recurs always may."""
    start = _MOMENT.search(body)
    if start is None or any(mark in body for mark in _UNBOUND):
        return True
    day = start[1].decode()
    return str(int(span.get("start", "0")[:8]) - 100) <= day <= span.get("end", "99991231")[:8]


def _get(shelf: Shelf, request: Request) -> Response:
    calendar, name = _place(request.path) or ("", "")
    body = shelf.all(calendar).get(name)
    if body is None:
        return Response(404)
    return Response(200, body, {"Content-Type": "text/calendar; charset=utf-8", "ETag": etag(body)})


def _put(shelf: Shelf, request: Request) -> Response:
    calendar, name = _place(request.path) or ("", "")
    if not name:
        return Response(403)
    there = shelf.all(calendar).get(name)
    if not _allowed(request, there):
        return Response(412)
    try:
        shelf.put(calendar, name, request.body)
    except ValueError:
        return Response(403)
    return Response(_CREATED if there is None else _NO_CONTENT, b"", {"ETag": etag(request.body)})


def _delete(shelf: Shelf, request: Request) -> Response:
    calendar, name = _place(request.path) or ("", "")
    there = shelf.all(calendar).get(name)
    if there is None:
        return Response(404)
    if not _allowed(request, there):
        return Response(412)
    shelf.take(calendar, name)
    return Response(_NO_CONTENT)


def _allowed(request: Request, there: bytes | None) -> bool:
    """Say whether the conditions of RFC 9110 section 13 hold."""
    only_if, unless = request.header("If-Match"), request.header("If-None-Match")
    if unless == "*" and there is not None:
        return False
    return not only_if or (there is not None and only_if in {"*", etag(there)})


def _path(calendar: str, name: str = "") -> str:
    return f"{HOME}{calendar}/{quote(name)}"


def _multistatus(found: Iterable[tuple[str, Properties, list[str]]]) -> Response:
    said = "".join(_response(*one) for one in found)
    text = f'<?xml version="1.0" encoding="utf-8"?><D:multistatus {_NAMESPACES}>{said}</D:multistatus>'
    return Response(_MULTISTATUS, text.encode(), {"Content-Type": "application/xml; charset=utf-8"})


def _response(path: str, properties: Properties, asked: list[str]) -> str:
    names = [_short(tag) for tag in asked]
    there = "".join(f"<{name}>{properties[name]}</{name}>" for name in names if name in properties)
    missing = "".join(f"<{name}/>" for name in names if name and name not in properties)
    parts = f"<D:propstat><D:prop>{there}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
    if missing:
        parts += (
            f"<D:propstat><D:prop>{missing}</D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>"
        )
    return f"<D:response><D:href>{escape(path)}</D:href>{parts}</D:response>"


def _short(tag: str) -> str:
    """Return a name with the prefix that our answers declare; "" for one of another namespace."""
    space, _, name = tag.removeprefix("{").partition("}")
    return f"{_PREFIXES[space]}:{name}" if space in _PREFIXES else ""
