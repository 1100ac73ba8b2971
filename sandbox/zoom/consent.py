"""Zoom's side of the authorization in the browser: the consent page, and what follows from it."""

import secrets
from urllib.parse import urlencode

from sandbox.base.rendering import render
from sandbox.base.state import Call, Code, ZoomUser
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.zoom import violations

SCOPE_WORDS: dict[str, str] = {
    "user:read:user": "View your name, email address and profile",
    "meeting:write:meeting": "Create meetings on your behalf",
    "meeting:update:meeting": "Change meetings on your behalf",
    "meeting:delete:meeting": "Delete meetings on your behalf",
}
_CARRIED = ("response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")


def authorize(world: World, request: Request, call: Call) -> Response:
    """Show the consent page, or decide at once where a test has said how."""
    asked = request.query()
    problem = _problem(world, asked)
    if problem:
        return problem
    if "scope" in asked and not world.faults.rules("lenient_scope", kind=call.kind):
        return _refusal(request, number=4700, words="Invalid scope")
    wish = world.store.data.decision
    user = world.store.data.user(wish.get("user", ""))
    if wish["decision"] == "allow" and user:
        return _allow(world, asked, user=user, call=call)
    if wish["decision"] == "deny":
        return _decline(world, asked, call=call)
    return _page(world, asked)


def decide(world: World, request: Request, call: Call) -> Response:
    """Do what the person chose on the consent page."""
    form = request.form()
    problem = _problem(world, form)
    if problem:
        return problem
    user = world.store.data.user(form.get("user", ""))
    if form.get("decision") == "allow" and user:
        return _allow(world, form, user=user, call=call)
    if form.get("decision") == "deny":
        return _decline(world, form, call=call)
    return _page(world, form)


def new_code(world: World, user: ZoomUser, asked: dict[str, str]) -> str:
    """Return a fresh code for *user*, good for 300 seconds and one exchange."""
    with world.store.lock:
        code = Code(
            value=secrets.token_urlsafe(32),
            user_id=user.id,
            redirect_uri=world.store.data.app.redirect_uri,
            issued_at=world.store.now(),
            challenge=asked.get("code_challenge", ""),
            method=asked.get("code_challenge_method", ""),
        )
        world.store.data.codes.append(code)
    return code.value


def back(world: World, **parameters: str) -> str:
    """Return the app's redirect address with *parameters*."""
    address = world.store.data.app.redirect_uri
    return address + ("&" if "?" in address else "?") + urlencode(parameters)


def _problem(world: World, asked: dict[str, str]) -> Response | None:
    """Return Zoom's own error where the app or its address is wrong; never a redirect."""
    app = world.store.data.app
    if asked.get("client_id") != app.client_id:
        return _error(4702, "Invalid client")
    if asked.get("redirect_uri") != app.redirect_uri:
        return _error(4700, "Invalid redirect url")
    if asked.get("response_type") != "code":
        return _error(4700, "Invalid response type")
    if asked.get("code_challenge_method", "plain") not in {"S256", "plain"}:
        return _error(4700, "Invalid code challenge method")
    return None


def _error(number: int, words: str) -> Response:
    content = {"status": False, "errorCode": number, "errorMessage": words, "result": None}
    return Response.json(content, status=400)


def _refusal(request: Request, *, number: int, words: str) -> Response:
    if "html" in request.header("Accept"):
        page = render("refused.html", title=words, number=str(number))
        return Response.html(page, status=400)
    return _error(number, words)


def _allow(world: World, asked: dict[str, str], *, user: ZoomUser, call: Call) -> Response:
    call.user = user.id
    violations.look_at_state(world, asked.get("state", ""), call)
    code = new_code(world, user, asked)
    state = {"state": asked["state"]} if "state" in asked else {}
    return Response.redirect(back(world, code=code, **state), status=302)


def _decline(world: World, asked: dict[str, str], *, call: Call) -> Response:
    violations.look_at_state(world, asked.get("state", ""), call)
    if world.faults.rules("decline_without_redirect", kind="consent"):
        return Response.html(render("refused.html", title="You declined", number=""))
    keep = "state" in asked and not world.faults.rules("decline_without_state", kind="consent")
    state = {"state": asked["state"]} if keep else {}
    return Response.redirect(back(world, error="access_denied", **state), status=302)


def _page(world: World, asked: dict[str, str]) -> Response:
    app = world.store.data.app
    scopes = [{"name": scope, "words": SCOPE_WORDS.get(scope, scope)} for scope in reversed(app.scopes)]
    page = render(
        "zoom/consent.html",
        title=f"{app.name} asks for access",
        app=app.name,
        scopes=scopes,
        users=world.store.data.users,
        chosen=world.store.data.decision.get("user") or "robin",
        hidden={name: asked[name] for name in _CARRIED if name in asked},
    )
    return Response.html(page)
