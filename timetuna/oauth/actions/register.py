"""Apps are registered: by whoever runs the server, or by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from oauth2_provider.models import Application

from timetuna.lib.text import single_line
from timetuna.oauth.addresses import MOST_REDIRECTS, place_of, redirect_fault

LONGEST_NAME = 80
_CODE, _GRANTS = "authorization_code", {"authorization_code", "refresh_token"}
METHODS = ("none", "client_secret_basic", "client_secret_post")


class WrongRegistration(Exception):  # noqa: N818 - it is an answer
    """code: of RFC 7591.  `str()` is a sentence for the app's makers."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def create_app(name: str, redirects: Sequence[str], *, confidential: bool) -> tuple[Application, str]:
    """By the operator. Return it with its secret, "" for one that can keep none. Raises WrongRegistration."""
    wanted = clean_metadata({"client_name": name, "redirect_uris": list(redirects)})
    application = Application(
        name=wanted["client_name"],
        redirect_uris=" ".join(wanted["redirect_uris"]),
        client_type=Application.CLIENT_CONFIDENTIAL if confidential else Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    )
    secret: str = application.client_secret if confidential else ""
    application.save()
    return application, secret


def clean_metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    """What of an app's own words is taken over; what nobody knows is left out (RFC 7591). Raises WrongRegistration."""
    redirects = _redirects(given.get("redirect_uris"))
    name = given.get("client_name") or ""
    if not isinstance(name, str):
        raise _metadata("The client_name has to be text.")
    name = single_line(name, max_length=LONGEST_NAME)
    method = given.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in METHODS:
        raise _metadata(f"The token_endpoint_auth_method has to be one of {', '.join(METHODS)}.")
    _only(given, "grant_types", _CODE, _GRANTS)
    _only(given, "response_types", "code", {"code"})
    return {
        "client_name": name or place_of(redirects[0]) or "App",
        "redirect_uris": redirects,
        "grant_types": [_CODE, "refresh_token"],
        "token_endpoint_auth_method": method,
    }


def _redirects(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise WrongRegistration("invalid_redirect_uri", "The redirect_uris have to be a list of addresses.")
    if not 1 <= len(given) <= MOST_REDIRECTS:
        raise WrongRegistration(
            "invalid_redirect_uri", f"There have to be 1 to {MOST_REDIRECTS} redirect_uris."
        )
    for one in given:
        if sentence := redirect_fault(one):
            raise WrongRegistration("invalid_redirect_uri", sentence)
    return list(dict.fromkeys(given))


def _only(given: Mapping[str, Any], name: str, needed: str, known: set[str]) -> None:
    wanted = given.get(name, [needed])
    if not isinstance(wanted, list) or needed not in wanted or any(one not in known for one in wanted):
        raise _metadata(f"The {name} can be: {', '.join(sorted(known))}.")


def _metadata(sentence: str) -> WrongRegistration:
    return WrongRegistration("invalid_client_metadata", sentence)
