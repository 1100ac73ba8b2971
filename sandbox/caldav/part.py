"""A calendar server of one's own, and a club's feed, as the sandbox knows them."""

import re
from datetime import UTC, datetime

from sandbox.base.pages import missing, page
from sandbox.base.parts import Page, Part
from sandbox.base.wire import Request, Response
from sandbox.base.world import Link, World
from sandbox.caldav import feed
from sandbox.caldav.server import CALENDARS, PASSWORD, ROOT, USER
from sandbox.caldav.shelf import Shelf

_PAGE = "/calendars"
_LINE = re.compile(r"^(SUMMARY|DTSTART)[^:\r\n]*:(.*?)\r?$", re.MULTILINE)


def _shelf(world: World) -> Shelf:
    if world.shelf is None:
        raise ValueError("The part caldav is not running.")
    return world.shelf


def _count(world: World) -> int:
    return sum(len(_shelf(world).all(calendar)) for calendar in CALENDARS)


def _list(world: World, request: Request) -> Response:
    if world.shelf is None:
        return missing(world, request)
    return page(
        world,
        "caldav/calendars.html",
        title="Own calendars",
        server=world.public_url + ROOT,
        user=USER,
        password=PASSWORD,
        feed=world.public_url + feed.PATH,
        calendars=[
            {"name": name, "events": [_said(body) for body in world.shelf.all(calendar).values()]}
            for calendar, (name, _) in CALENDARS.items()
        ],
    )


def _said(body: bytes) -> dict[str, str]:
    """Return what an event is called and when it begins, as its object writes it."""
    found = dict(_LINE.findall(body.decode("utf-8", "replace").partition("BEGIN:VEVENT")[2]))
    return {"title": found.get("SUMMARY", "Untitled"), "start": found.get("DTSTART", "")}


def _feed(world: World, _: Request) -> Response:
    return feed.answer(datetime.fromtimestamp(world.store.now(), UTC))


def _page(request: Request) -> Page | None:
    return {_PAGE: _list, feed.PATH: _feed}.get(request.path)


CALDAV = Part(
    part="caldav",
    label="a calendar server",
    links=(Link(_PAGE, "Own calendars", "{} events on a CalDAV server, and a club's feed.", _count),),
    page=_page,
    settings=lambda world: {
        "CalDAV server": f"{world.public_url}{ROOT} as {USER}, {PASSWORD}",
        "iCal feed": world.public_url + feed.PATH,
    },
)
