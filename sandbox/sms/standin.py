"""The stand-in of a text service: its API, its pages, what can go wrong, and what people answer."""

import re

import httpx2

from sandbox.base.faults import Fault, before, page_of_html
from sandbox.base.pages import missing, page
from sandbox.base.parts import Page, StandIn
from sandbox.base.service import Json
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import Link, World
from sandbox.sms import api
from sandbox.sms.pump import MOST, pump
from sandbox.sms.state import ACCOUNT, SENDER, TEXTS, TextsData, keep, signed

WEBHOOK = "/api/webhooks/twilio"
_SENDS = ("sms.twilio", "sms.vonage")
_PATIENCE = 5.0
_STOP, _START = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}, {"START", "YES", "UNSTOP"}
_TWILIO = re.compile(rf"/sms/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages\.json")
FAULTS: dict[str, Fault] = {
    "sms_slow": Fault("The service takes its time", "slow", _SENDS, {"seconds": 4}),
    "sms_500": before("The service is broken", _SENDS, page_of_html(500)),
    "sms_429": before(
        "Too many texts at once", ("sms.twilio",), lambda _: api.twilio_error(429, 20429, "Too Many Requests")
    ),
    "sms_refused": before(
        "The number cannot be reached",
        ("sms.twilio",),
        lambda _: api.twilio_error(400, 21211, "Invalid number"),
    ),
    "sms_region": before(
        "Texts to this country are not allowed",
        ("sms.twilio",),
        lambda _: api.twilio_error(
            400, 21408, "Permission to send an SMS has not been enabled for the region"
        ),
    ),
    "sms_keys": before(
        "The keys are wrong", ("sms.twilio",), lambda _: api.twilio_error(401, 20003, "Authenticate")
    ),
    "sms_lost": Fault(
        "The text is sent, but the connection drops before the answer", "after", _SENDS, {"ending": "dropped"}
    ),
}


def _kind_of(request: Request) -> str:
    if request.method == "POST" and _TWILIO.fullmatch(request.path):
        return "sms.twilio"
    if request.method == "POST" and request.path == "/sms/vonage/sms/json":
        return "sms.vonage"
    return "sms.other"


def answer_text(world: World, number: str, body: str) -> int:
    """Have whoever has the number answer; return the status of the app, 0 where it was not reached."""
    with world.store.lock:
        keep(world, to=SENDER, sender=number, body=body, service="twilio", way="answered")
        stopped, word = TEXTS.of(world).stopped, body.strip().upper()
        if word in _STOP and number not in stopped:
            stopped.append(number)
        if word in _START and number in stopped:
            stopped.remove(number)
        world.store.save()
    fields = {"AccountSid": ACCOUNT, "From": number, "To": SENDER, "Body": body, "NumMedia": "0"}
    url = world.config.app_url.rstrip("/") + WEBHOOK
    headers = {"X-Twilio-Signature": signed(url, fields)}
    try:
        return httpx2.post(url, data=fields, headers=headers, timeout=_PATIENCE, trust_env=False).status_code
    except httpx2.HTTPError:
        return 0


def _list(world: World, request: Request) -> Response:
    data, wanted = TEXTS.of(world), request.query().get("to", "")
    shown = [one for one in reversed(data.texts) if wanted in {"", one.to, one.sender}]
    return page(
        world,
        "sms/texts.html",
        title="Texts",
        texts=shown[:300],
        wanted=wanted,
        prefixes=data.prefixes(),
        cents=TEXTS.state(world, {})["cents"],
        stopped=data.stopped,
        app_url=world.config.app_url,
        most=MOST,
    )


def _answer(world: World, request: Request) -> Response:
    form = request.form()
    number, body = form.get("number", ""), form.get("said") or form.get("body", "")
    if not number or not body:
        return missing(world, request)
    answer_text(world, number, body)
    return Response.redirect("/texts")


def _pump(world: World, request: Request) -> Response:
    """Only at the app that this sandbox plays for."""
    form = request.form()
    address, times = form.get("form", ""), form.get("times", "")
    own = address.startswith(world.config.app_url.rstrip("/") + "/")
    if not own or not times.isdecimal() or not re.fullmatch(r"\+[0-9]{5,11}", form.get("block", "")):
        return missing(world, request)
    pump(address, form["block"], int(times))
    return Response.redirect("/texts")


def _clear(world: World, _: Request) -> Response:
    with world.store.lock:
        TEXTS.of(world).texts.clear()
        world.store.save()
    return Response.redirect("/texts")


_PAGES = {
    ("GET", "/texts"): _list,
    ("POST", "/texts/answer"): _answer,
    ("POST", "/texts/clear"): _clear,
    ("POST", "/texts/pump"): _pump,
}


def _page(request: Request) -> Page | None:
    return _PAGES.get((request.method, request.path))


def _texts(world: World, wishes: Json) -> Json:
    """Return the texts, oldest first; `to` picks one number's."""
    rows = TEXTS.state(world, {})["texts"]
    return {"texts": [one for one in rows if wishes.get("to", "") in {"", one["to"]}]}


def _answered(world: World, wishes: Json) -> Json:
    """Have somebody answer; return the app's status."""
    return {"status": answer_text(world, str(wishes["number"]), str(wishes["body"]))}


def _lost(world: World, _: Call) -> None:
    """Remember that the app never heard of the last one."""
    if TEXTS.of(world).texts:
        TEXTS.of(world).texts[-1].told = False


STAND_IN = StandIn(
    part=TEXTS.part,
    label=TEXTS.label,
    service=TEXTS,
    data=TextsData,
    kind_of=_kind_of,
    handlers={
        "sms.twilio": api.twilio,
        "sms.vonage": api.vonage,
        "sms.other": api.other,
    },
    browsed=frozenset(),
    controls={("GET", "texts"): _texts, ("POST", "answer"): _answered},
    faults=FAULTS,
    lost=_lost,
    page=_page,
    links=(
        Link(
            "/texts",
            "Texts",
            "{} to phones, and who would have earned by them.",
            lambda world: len(TEXTS.of(world).texts),
        ),
    ),
    settings=TEXTS.settings,
    real_hosts=("twilio.com", "nexmo.com", "vonage.com"),
)
