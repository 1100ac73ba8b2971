"""Microsoft's consent in the browser: an account is chosen, permissions are accepted, or an administrator is needed."""

import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.base.rendering import render
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.microsoft import rules, state
from sandbox.microsoft.state import Account, Code

SCOPE_WORDS = {
    state.CALENDARS: "Have full access to your calendars",
    state.PROFILE: "Sign you in and read your profile",
    state.OFFLINE: "Maintain access to data you have given it access to",
}
_CARRIED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "prompt",
)
_DECLINED = "AADSTS65004: User declined to consent to access the app."
_UNAPPROVED = "AADSTS90094: An administrator of the organization has to approve this app."


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
        if account.guarded:
            return _refuse(world, asked, call, words=_UNAPPROVED)
        return _allow(world, asked, account=account, scopes=granted, call=call)
    if wish["decision"] == "deny":
        return _refuse(world, asked, call, words=_DECLINED)
    return _page(world, asked)


def decide(world: World, request: Request, call: Call) -> Response:
    """Do what the person chose."""
    form = request.form()
    problem = _problem(world, form)
    if problem:
        return problem
    account = state.of(world).account(form.get("account", ""))
    if form.get("decision") == "allow" and account:
        if account.guarded:
            return _approval_page(form, account)
        pairs = parse_qsl(request.body.decode("utf-8", "replace"))
        granted = [value for name, value in pairs if name == "allow" and value in form["scope"].split()]
        return _allow(world, form, account=account, scopes=granted, call=call)
    if form.get("decision") in {"deny", "leave"}:
        return _refuse(world, form, call, words=_DECLINED if form["decision"] == "deny" else _UNAPPROVED)
    return _page(world, form)


def _problem(world: World, asked: dict[str, str]) -> Response | None:
    """Return Microsoft's own error page where the app is wrong; never a redirect."""
    app = state.of(world).app
    if asked.get("client_id") != app.client_id:
        return _error("AADSTS700016: The application was not found in the directory.")
    if asked.get("redirect_uri") != app.redirect_uri:
        return _error("AADSTS50011: The redirect URI does not match those configured for the application.")
    if asked.get("response_type") != "code" or not asked.get("scope"):
        return _error("AADSTS900144: The request body must contain the parameter scope.")
    return None


def _error(words: str) -> Response:
    number, _, title = words.partition(": ")
    return Response.html(
        render("refused.html", title=title, number=number, stands_for="Microsoft"), status=400
    )


def _allow(
    world: World, asked: dict[str, str], *, account: Account, scopes: list[str], call: Call
) -> Response:
    call.user = account.upn
    rules.look_at_state(world, asked.get("state", ""), call)
    code = Code(
        value=f"0.AXoA{secrets.token_urlsafe(600)}",
        account=account.key,
        redirect_uri=asked["redirect_uri"],
        issued_at=world.store.now(),
        scopes=scopes,
        challenge=asked.get("code_challenge", ""),
    )
    state.of(world).codes.append(code)
    return _back(asked, code=code.value, session_state="6f9e3b1c-sandbox")


def _refuse(world: World, asked: dict[str, str], call: Call, *, words: str) -> Response:
    rules.look_at_state(world, asked.get("state", ""), call)
    return _back(asked, error="access_denied", error_subcode="cancel", error_description=words)


def _back(asked: dict[str, str], **parameters: str) -> Response:
    known = {"state": asked["state"]} if "state" in asked else {}
    separator = "&" if "?" in asked["redirect_uri"] else "?"
    location = f"{asked['redirect_uri']}{separator}{urlencode(parameters | known)}"
    return Response.redirect(location, status=302)


def _page(world: World, asked: dict[str, str]) -> Response:
    values: dict[str, Any] = {
        "scopes": [
            {"name": scope, "words": SCOPE_WORDS.get(scope, scope)} for scope in asked["scope"].split()
        ],
        "accounts": state.of(world).accounts,
        "chosen": state.of(world).decision["account"],
        "hidden": _hidden(asked),
    }
    return Response.html(
        render(
            "microsoft/consent.html",
            title="Permissions requested",
            app="TimeTuna",
            stands_for="Microsoft",
            **values,
        )
    )


def _approval_page(asked: dict[str, str], account: Account) -> Response:
    return Response.html(
        render(
            "microsoft/approval.html",
            title="Need admin approval",
            app="TimeTuna",
            stands_for="Microsoft",
            account=account,
            hidden=_hidden(asked),
        )
    )


def _hidden(asked: dict[str, str]) -> dict[str, str]:
    return {name: asked[name] for name in _CARRIED if name in asked}
