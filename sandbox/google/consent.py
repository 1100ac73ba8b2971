"""Google's consent in the browser: an account is chosen, each permission can be left out."""

import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.base.rendering import render
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.google import rules, state
from sandbox.google.state import Account, Code

SCOPE_WORDS = {
    state.CALENDAR_LIST: "See the list of Google calendars you're subscribed to",
    state.EVENTS: "View and edit events on all your calendars",
    state.FREE_BUSY: "See the availability on Google calendars you have access to",
    "https://www.googleapis.com/auth/calendar": (
        "See, edit, share, and permanently delete all the calendars you can access using Google Calendar"
    ),
}
_NAMES = {"email": state.USERINFO_EMAIL, "profile": "https://www.googleapis.com/auth/userinfo.profile"}
_ALWAYS = {"openid", *_NAMES, *_NAMES.values()}
_CARRIED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "access_type",
    "prompt",
)


def authorize(world: World, request: Request, call: Call) -> Response:
    """Show the consent page, or decide at once where a test has said how."""
    asked = request.query()
    problem = _problem(world, asked)
    if problem:
        return problem
    wish = state.of(world).decision
    account = state.of(world).account(str(wish["account"]))
    if wish["decision"] == "allow" and account:
        granted = [scope for scope in asked["scope"].split() if scope not in wish["without"]]
        return _allow(world, asked, account=account, scopes=granted, call=call)
    if wish["decision"] == "deny":
        return _decline(world, asked, call)
    return _page(world, asked)


def decide(world: World, request: Request, call: Call) -> Response:
    """Do what the person chose."""
    form = request.form()
    problem = _problem(world, form)
    if problem:
        return problem
    account = state.of(world).account(form.get("account", ""))
    if form.get("decision") == "allow" and account:
        ticked = {
            value for name, value in parse_qsl(request.body.decode("utf-8", "replace")) if name == "allow"
        }
        granted = [scope for scope in form["scope"].split() if scope in _ALWAYS | ticked]
        return _allow(world, form, account=account, scopes=granted, call=call)
    if form.get("decision") == "deny":
        return _decline(world, form, call)
    return _page(world, form)


def _problem(world: World, asked: dict[str, str]) -> Response | None:
    """Return Google's own error page where the app is wrong; never a redirect."""
    app = state.of(world).app
    if asked.get("client_id") != app.client_id:
        return _error("401", "invalid_client")
    if asked.get("redirect_uri") != app.redirect_uri:
        return _error("400", "redirect_uri_mismatch")
    if asked.get("response_type") != "code" or not asked.get("scope"):
        return _error("400", "invalid_request")
    return None


def _error(number: str, word: str) -> Response:
    title = f"Access blocked: {word}"
    return Response.html(
        render("refused.html", title=title, number=number, stands_for="Google"), status=int(number)
    )


def _allow(
    world: World, asked: dict[str, str], *, account: Account, scopes: list[str], call: Call
) -> Response:
    call.user = account.email
    rules.look_at_state(world, asked.get("state", ""), call)
    data = state.of(world)
    known = any(one.account == account.key and not one.revoked for one in data.grants)
    granted = [_NAMES.get(scope, scope) for scope in scopes]
    code = Code(
        value=f"4/0A{secrets.token_urlsafe(48)}",
        account=account.key,
        redirect_uri=asked["redirect_uri"],
        issued_at=world.store.now(),
        scopes=granted,
        challenge=asked.get("code_challenge", ""),
        # Without prompt=consent a known account's second consent brings no refresh token.
        offline=asked.get("access_type") == "offline" and (not known or asked.get("prompt") == "consent"),
    )
    data.codes.append(code)
    return _back(asked, code=code.value, scope=" ".join(granted), authuser="0", prompt="consent")


def _decline(world: World, asked: dict[str, str], call: Call) -> Response:
    rules.look_at_state(world, asked.get("state", ""), call)
    return _back(asked, error="access_denied")


def _back(asked: dict[str, str], **parameters: str) -> Response:
    known = {"state": asked["state"]} if "state" in asked else {}
    address = asked["redirect_uri"]
    separator = "&" if "?" in address else "?"
    return Response.redirect(f"{address}{separator}{urlencode(known | parameters)}", status=302)


def _page(world: World, asked: dict[str, str]) -> Response:
    wanted = [scope for scope in asked["scope"].split() if scope not in _ALWAYS]
    values: dict[str, Any] = {
        "scopes": [{"name": scope, "words": SCOPE_WORDS.get(scope, scope)} for scope in wanted],
        "accounts": state.of(world).accounts,
        "chosen": state.of(world).decision["account"],
        "hidden": {name: asked[name] for name in _CARRIED if name in asked},
    }
    text = render(
        "google/consent.html", title="TimeTuna wants access", app="TimeTuna", stands_for="Google", **values
    )
    return Response.html(text)
