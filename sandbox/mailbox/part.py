"""The mail server, as the sandbox knows it."""

from sandbox.base.faults import Fault
from sandbox.base.parts import Page, Part
from sandbox.base.service import Json
from sandbox.base.wire import Request
from sandbox.base.world import Link, World
from sandbox.mailbox import pages
from sandbox.mailbox.letterbox import Letterbox

FAULTS: dict[str, Fault] = {
    "smtp_421": Fault("The mail server turns connections away", "smtp", ("connect",)),
    "smtp_451": Fault("The mail server refuses for now", "smtp", ("rcpt",)),
    "smtp_550": Fault("The mail server does not know the recipient", "smtp", ("rcpt",), {"to": ""}),
    "smtp_slow": Fault("The mail server takes its time", "smtp", ("data",), {"seconds": 4}),
    "smtp_drop": Fault("The mail is kept, but the connection drops before the 250", "smtp", ("data",)),
}


def _letterbox(world: World) -> Letterbox:
    if world.letterbox is None:
        raise ValueError("The mailbox part is not running.")
    return world.letterbox


def _mails(world: World, wishes: Json) -> Json:
    """Return the mails, oldest first; `to` picks one recipient's."""
    return {"mails": [letter.as_json() for letter in _letterbox(world).to(str(wishes.get("to", "")))]}


def _clear(world: World, _: Json) -> Json:
    """Throw all mail away."""
    _letterbox(world).clear()
    return {}


def _page(request: Request) -> Page | None:
    return pages.answer if request.path == "/mail" or request.path.startswith("/mail/") else None


MAILBOX = Part(
    part="mailbox",
    label="the mail server",
    faults=FAULTS,
    links=(
        Link(
            "/mail",
            "Mail",
            "{} caught, as their readers see them.",
            lambda world: len(_letterbox(world).all()),
        ),
    ),
    page=_page,
    controls={("GET", "mails"): _mails, ("POST", "clear"): _clear},
    settings=lambda world: {"Mail server": f"port {world.smtp_port}, no password"},
)
