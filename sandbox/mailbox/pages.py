"""The pages of the mailbox: a list, and one mail as its reader sees it."""

import re
from html import escape
from urllib.parse import quote, urlencode

from django.utils.safestring import SafeString, mark_safe

from sandbox.base.pages import missing, page
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.mailbox.letterbox import Letter, MailPart

# A mail is a stranger's page: no script, no form, nothing of ours within reach. Links lead out of its frame.
MAIL_POLICY = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src data:; "
    "sandbox allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox"
)
_TOPS = [re.compile(top, re.IGNORECASE) for top in (r"<head\b[^>]*>", r"<html\b[^>]*>", r"<!doctype[^>]*>")]
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_MAIL = re.compile(r"/mail/(\d{1,9})(?:/(html|raw|part/(\d{1,4})))?")
_TELLING = (
    "SUMMARY",
    "DTSTART",
    "DTEND",
    "LOCATION",
    "METHOD",
    "STATUS",
    "UID",
    "SEQUENCE",
    "ORGANIZER",
    "ATTENDEE",
)


def answer(world: World, request: Request) -> Response:
    """Answer everything below /mail."""
    if world.letterbox is None:
        return missing(world, request)
    if request.path == "/mail":
        return _list(world, request)
    if request.path == "/mail/clear" and request.method == "POST":
        world.letterbox.clear()
        return Response.redirect("/mail")
    found = _MAIL.fullmatch(request.path)
    letter = world.letterbox.get(int(found[1])) if found else None
    if letter is None or found is None:
        return missing(world, request)
    return _view(world, letter, view=found[2], part=int(found[3] or 0)) or missing(world, request)


def _view(world: World, letter: Letter, *, view: str | None, part: int) -> Response | None:
    if view is None:
        return _one(world, letter)
    if view == "html":
        return _html(letter)
    if view == "raw":
        return Response(200, letter.raw, {"Content-Type": "text/plain; charset=utf-8"})
    return _part(letter.parts[part]) if part < len(letter.parts) else None


def _list(world: World, request: Request) -> Response:
    letters = [] if world.letterbox is None else world.letterbox.all()
    wanted = request.query().get("to", "")
    everybody = sorted({name for letter in letters for name in letter.recipients})
    shown = [
        {
            "number": letter.envelope.number,
            "time": letter.envelope.time[:19].replace("T", " "),
            "to": ", ".join(letter.envelope.rcpt_to),
            "subject": letter.header("Subject") or "(no subject)",
            "calendar": any(part.is_calendar for part in letter.parts),
        }
        for letter in reversed(letters)
        if not wanted or wanted.lower() in letter.recipients
    ]
    links = [
        {"name": name, "query": urlencode({"to": name}), "on": name == wanted.lower()} for name in everybody
    ]
    return page(world, "mailbox/mails.html", title="Mail", letters=shown, recipients=links, wanted=wanted)


def _one(world: World, letter: Letter) -> Response:
    return page(
        world,
        "mailbox/mail.html",
        title=letter.header("Subject") or "(no subject)",
        number=letter.envelope.number,
        time=letter.envelope.time,
        envelope=letter.envelope,
        head=[
            (name, letter.header(name)) for name in ("From", "To", "Cc", "Reply-To") if letter.header(name)
        ],
        has_html=bool(letter.html),
        text=_linked(letter.text),
        headers=[(name, str(value)) for name, value in letter.message.raw_items()],
        parts=[_shown(part) for part in letter.parts],
    )


def _shown(part: MailPart) -> dict[str, object]:
    text = part.text if part.is_calendar else ""
    telling = [
        line.split(":", 1) for line in text.splitlines() if line.split(";")[0].split(":")[0] in _TELLING
    ]
    return {
        "index": part.index,
        "name": part.filename or part.content_type,
        "type": part.content_type,
        "size": len(part.content),
        "calendar": text,
        "telling": [(pair[0].split(";")[0].capitalize(), pair[-1]) for pair in telling],
    }


def _html(letter: Letter) -> Response:
    """Return the HTML body alone, for the frame; its links open in the whole window."""
    text = letter.html
    for part in letter.parts:
        if part.content_id:
            text = text.replace(f"cid:{part.content_id}", f"/mail/{letter.envelope.number}/part/{part.index}")
    base = '<base target="_top">'
    found = next(filter(None, (top.search(text) for top in _TOPS)), None)
    text = text[: found.end()] + base + text[found.end() :] if found else base + text
    response = Response.html(text)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


def _part(part: MailPart) -> Response:
    known = re.fullmatch(r"[\w.+-]+/[\w.+-]+", part.content_type)
    headers = {
        "Content-Type": part.content_type if known else "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(part.filename or f'part-{part.index}')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(200, part.content, headers)


def _linked(text: str) -> SafeString:
    """Return *text* escaped, with its web addresses as links."""
    pieces: list[str] = []
    end = 0
    for found in _LINK.finditer(text):
        address = escape(found[0])
        pieces += [escape(text[end : found.start()]), f'<a href="{address}" target="_top">{address}</a>']
        end = found.end()
    pieces.append(escape(text[end:]))
    return mark_safe("".join(pieces))  # noqa: S308  # every piece was escaped just above
