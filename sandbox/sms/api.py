"""How texts are sent: https://www.twilio.com/docs/messaging/api/message-resource and https://developer.vonage.com/en/api/sms."""

import base64
import hmac
import re

from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.sms.state import ACCOUNT, KEY, SECRET, TEXTS, TOKEN, Text, keep

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST = 1_600


def twilio_error(status: int, code: int, message: str) -> Response:
    """Return an error as Twilio writes it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Response.json(
        {"code": code, "message": message, "more_info": more, "status": status}, status=status
    )


def twilio(world: World, request: Request, _: Call) -> Response:
    """Create a message."""
    login = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    if not hmac.compare_digest(request.header("Authorization").encode(), f"Basic {login}".encode()):
        return twilio_error(401, 20003, "Authenticate")
    form = request.form()
    to, body = form.get("To", ""), form.get("Body", "")
    sender = form.get("From") or form.get("MessagingServiceSid", "")
    if not _NUMBER.fullmatch(to):
        return twilio_error(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not sender:
        return twilio_error(400, 21603, "A 'From' phone number is required.")
    if not body or len(body) > _LONGEST:
        return twilio_error(400, 21617 if body else 21602, "Message body is required, and not too long.")
    if to in TEXTS.of(world).stopped:
        return twilio_error(400, 21610, "Attempt to send to unsubscribed recipient")
    text = keep(world, to=to, sender=sender, body=body, service="twilio")
    return _created(text)


def _created(text: Text) -> Response:
    return Response.json(
        {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": text.body,
            "date_created": None,
            "date_sent": None,
            "date_updated": None,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": text.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": text.reference,
            "status": "queued",
            "subresource_uris": {},
            "to": text.to,
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{text.reference}.json",
        },
        status=201,
    )


def vonage_said(status: str, **more: str) -> Response:
    """Return an answer as Vonage writes it: always 200."""
    return Response.json({"message-count": "1", "messages": [{"status": status, **more}]})


def vonage(world: World, request: Request, _: Call) -> Response:
    """Send a message."""
    form = (
        request.form() if request.is_form() else {k: str(v) for k, v in (request.json_object() or {}).items()}
    )
    known = hmac.compare_digest(form.get("api_secret", "").encode(), SECRET.encode())
    if form.get("api_key") != KEY or not known:
        return vonage_said("4", **{"error-text": "Bad Credentials"})
    to = "+" + form.get("to", "").removeprefix("+")
    if not _NUMBER.fullmatch(to):
        return vonage_said("3", **{"error-text": "to address is not numeric"})
    text = keep(world, to=to, sender=form.get("from", ""), body=form.get("text", ""), service="vonage")
    return vonage_said(
        "0",
        **{
            "to": to.removeprefix("+"),
            "message-id": text.reference,
            "remaining-balance": "10.0",
            "message-price": "0.08",
            "network": "00000",
        },
    )


def other(_: World, __: Request, ___: Call) -> Response:
    """Answer what is not here."""
    return twilio_error(404, 20404, "The requested resource was not found")
