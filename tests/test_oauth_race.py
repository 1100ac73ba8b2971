"""An app asks twenty times at once: with a code one gets tokens at most, with a refresh token all get the same.

And nobody waits for nobody where it is disconnected meanwhile.
"""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from tests.running import Host, LiveTimeTuna
from tests.test_oauth import CALLBACK, Visitor, allowed, me_with
from timetuna.lib.crypto import pkce_pair

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="race")]
AT_ONCE, ROUNDS = 20, 15
MAKE_APP = f"""
from timetuna.oauth.actions.register import create_app
answer(create_app("Peer", ["{CALLBACK}"], confidential=False)[0].client_id)
"""


def coming_back(live: LiveTimeTuna, host: Host | None = None, client_id: str = "") -> dict[str, str]:
    """The form that makes tokens of a code."""
    pkce, client_id = pkce_pair(), client_id or live.run_python(MAKE_APP)
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "code_challenge": pkce.challenge,
        "code_challenge_method": "S256",
    }
    address = f"{live.base_url}/oauth/authorize?{urlencode(asked)}"
    (code,) = parse_qs(urlsplit(allowed(live, address, host or live.new_host())).query)["code"]
    return {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": pkce.verifier,
    }


def at_once(live: LiveTimeTuna, form: dict[str, str]) -> list[httpx2.Response]:
    barrier = Barrier(AT_ONCE)

    def ask(_number: int) -> httpx2.Response:
        barrier.wait()
        return httpx2.post(f"{live.base_url}/oauth/token", data=form, trust_env=False, timeout=60)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, range(AT_ONCE)))


def test_a_code_that_comes_twenty_times_at_once_makes_tokens_once_and_ends_them(
    live_timetuna: LiveTimeTuna,
) -> None:
    answers = at_once(live_timetuna, coming_back(live_timetuna))

    assert Counter(one.status_code for one in answers) == {200: 1, 400: AT_ONCE - 1}
    (made,) = [one.json() for one in answers if one.status_code == 200]
    assert me_with(live_timetuna, made["access_token"]) == 401


def test_a_refresh_token_that_comes_twenty_times_at_once_makes_one_pair(live_timetuna: LiveTimeTuna) -> None:
    form = coming_back(live_timetuna)
    first = httpx2.post(
        f"{live_timetuna.base_url}/oauth/token", data=form, trust_env=False, timeout=60
    ).json()
    renewing = {
        "grant_type": "refresh_token",
        "client_id": form["client_id"],
        "refresh_token": first["refresh_token"],
    }

    pairs = Counter(
        (one.status_code, one.json().get("access_token"), one.json().get("refresh_token"))
        for one in at_once(live_timetuna, renewing)
    )

    ((status, access, _refresh),) = pairs
    assert status == 200
    assert me_with(live_timetuna, access) == 200


def signed_in(http: httpx2.Client, host: Host) -> Visitor:
    visitor = Visitor(http)
    visitor.send(http.get("/signin"), "/signin", login=host.email, password=host.password)
    return visitor


@pytest.mark.either("postgresql")
def test_an_app_that_is_disconnected_while_it_comes_for_tokens_holds_nobody_up(
    live_timetuna: LiveTimeTuna,
) -> None:
    """Each of these locks codes, tokens and the connection: in another order two of them would wait for each other."""
    live, host = live_timetuna, live_timetuna.new_host()
    client_id = coming_back(live)["client_id"]
    http = httpx2.Client(base_url=live.base_url, trust_env=False, timeout=60)
    browser = signed_in(http, host)
    told: Counter[tuple[str, int]] = Counter()

    def token(**form: str) -> httpx2.Response:
        return httpx2.post(f"{live.base_url}/oauth/token", data=form, trust_env=False, timeout=60)

    renewing = {"grant_type": "refresh_token", "client_id": client_id}
    for _ in range(ROUNDS):
        first = token(**coming_back(live, host, client_id)).json()
        again = coming_back(live, host, client_id)
        page = http.get("/settings/apps")
        (path,) = re.findall(r'action="(/settings/apps/ca_\w+/disconnect)"', page.text)[:1]
        ways = {
            "code": lambda form=again: token(**form),
            "refresh": lambda old=first: token(**renewing, refresh_token=old["refresh_token"]),
            "disconnect": lambda page=page, path=path: browser.send(page, path),
        }
        barrier = Barrier(len(ways))

        def ask(name: str, ways: Any = ways, barrier: Barrier = barrier) -> tuple[str, int]:
            barrier.wait()
            return name, ways[name]().status_code

        with ThreadPoolExecutor(len(ways)) as pool:
            told.update(pool.map(ask, ways))
    http.close()

    assert {status for _, status in told} <= {200, 302, 400}, told
    assert told["disconnect", 302] == ROUNDS
