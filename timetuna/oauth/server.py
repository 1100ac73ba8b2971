"""The server's own part of OAuth: what django-oauth-toolkit and oauthlib leave to us, or do otherwise."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, RefreshToken
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidGrantError, InvalidRequestError
from oauthlib.oauth2.rfc6749.utils import scope_to_list

from timetuna.accounts.models import User
from timetuna.api.scopes import SENTENCES, ApiScope, expanded
from timetuna.lib.crypto import fingerprint
from timetuna.oauth.actions.connect import connect
from timetuna.oauth.actions.disconnect import disconnect
from timetuna.oauth.addresses import is_resource
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.notices import tell_of_copy
from timetuna.oauth.queries import connection_of, has_tokens
from timetuna.oauth.secrets import is_client_id, refresh_token_of_code

_TOKENS = ("access_token", "refresh_token")


class ApiScopes(BaseScopes):
    """Those of the API; who names none is asked for what automation needs."""

    def get_all_scopes(self) -> dict[str, str]:
        return {str(one): str(SENTENCES[one]) for one in ApiScope}

    def get_available_scopes(self, *_: Any, **__: Any) -> list[str]:
        return [str(one) for one in ApiScope]

    def get_default_scopes(self, *_: Any, **__: Any) -> list[str]:
        return [str(ApiScope.BOOKINGS)]


class FingerprintedCodes(OAuthLibCore):
    """Codes are known by their fingerprints from here on."""

    def extract_body(self, request: HttpRequest) -> list[tuple[str, str]]:
        """As the toolkit does."""
        return [
            (name, fingerprint(value) if name == "code" else value)
            for name, value in super().extract_body(request)
        ]


class Validator(OAuth2Validator):
    """Runs in one transaction with what comes of it, see `views/token.py`."""

    def validate_code(
        self, client_id: str, code: str, client: Application, request: Request, *args: Any, **named: Any
    ) -> bool:
        """Who shows it again ends what came of it (RFC 9700, 2.1.1). One request at a time: see `hold_apps_of`."""
        if super().validate_code(client_id, code, client, request, *args, **named):
            return bool(request.user.is_active)
        checksum = fingerprint(refresh_token_of_code(code))
        _end_what_was_stolen(RefreshToken.objects.filter(token_checksum=checksum, application=client))
        return False

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Application,
        request: Request,
        *args: Any,
        **named: Any,
    ) -> bool:
        """Raises OAuth2Error as RFC 6749 (5.2) has it, and not as oauthlib does."""
        if super().confirm_redirect_uri(client_id, code, redirect_uri, client, request, *args, **named):
            return True
        if request.using_default_redirect_uri:
            raise InvalidRequestError(description="redirect_uri is missing.", request=request)
        raise InvalidGrantError(
            description="The redirect_uri is not the one that the code was asked for with.", request=request
        )

    def get_original_scopes(self, refresh_token: str, request: Request, *args: Any, **named: Any) -> Any:
        """Those of the refresh token, also where the latest access token got fewer (RFC 6749, 6)."""
        connection = connection_of(request.user, request.client)
        kept = (
            connection.narrowed.get(str(request.refresh_token_instance.token_family)) if connection else None
        )
        request.own_scopes = kept or super().get_original_scopes(refresh_token, request, *args, **named)
        return request.own_scopes

    def is_within_original_scope(
        self,
        request_scopes: list[str],
        refresh_token: str,  # noqa: ARG002 - as oauthlib calls it
        request: Request,
        *_: Any,
        **__: Any,
    ) -> bool:
        """Also a part of one that is many: `pages:read` of `bookings`."""
        known = {str(one) for one in ApiScope}
        allowed = expanded(scope_to_list(request.own_scopes)) | {ApiScope.BOOKINGS}
        return known.issuperset(request_scopes) and allowed.issuperset(expanded(request_scopes))

    def validate_refresh_token(
        self, refresh_token: str, client: Application, request: Request, *args: Any, **named: Any
    ) -> bool:
        """Of a host who is not switched off, in whose account the app still is. One that comes back ends all."""
        if not super().validate_refresh_token(refresh_token, client, request, *args, **named):
            used = RefreshToken.objects.filter(token_checksum=fingerprint(refresh_token), application=client)
            _end_what_was_stolen(used.exclude(revoked=None))
            return False
        return request.user.is_active and connection_of(request.user, request.client or client) is not None

    def revoke_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **named: Any
    ) -> None:
        """With its last token an app is not connected any more."""
        owner, now = _owner_of(token, request.client), timezone.now()
        super().revoke_token(token, token_type_hint, request, *args, **named)
        connection = connection_of(owner, request.client)
        if owner is not None and connection is not None and not has_tokens(owner, request.client, now=now):
            disconnect(connection, by=ConnectedApp.End.APP, now=now)

    def _load_application(self, client_id: str, request: Request) -> Application | None:
        """What is no name of an app is not asked for: the database could not hold all of it."""
        return super()._load_application(client_id, request) if is_client_id(client_id) else None

    def _create_authorization_code(self, request: Request, code: dict[str, str], expires: Any = None) -> Any:
        hidden = code | {"code": fingerprint(code["code"])}
        return super()._create_authorization_code(request, hidden, expires)

    def _save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **named: Any) -> None:
        """Whoever asks again within the grace period gets the same: the rows cannot say it, but it is derived."""
        if request.grant_type == "authorization_code":
            connect(
                request.user,
                request.client,
                token["scope"].split(),
                redirect_uri=request.redirect_uri,
                now=timezone.now(),
            )
        elif request.grant_type == "refresh_token":
            _keep_scopes(request, token["scope"].split())
        made = {name: token[name] for name in _TOKENS}
        super()._save_bearer_token(token, request, *args, **named)
        token |= {name: value for name, value in made.items() if not token[name]}

    def _validate_resource_uris(self, request: Request, resources: list[str]) -> None:
        """Raises CustomOAuth2Error for what is no address of this server (RFC 8707)."""
        if not all(is_resource(one) for one in resources):
            raise CustomOAuth2Error(
                error="invalid_target",
                description="The resource has to be an address of this server.",
                request=request,
            )


def _keep_scopes(request: Request, scopes: list[str]) -> None:
    """Of a refresh token whose access token gets others: its own, for the next time.

    scopes: those that the access token gets.  What tokens have had that are over is forgotten.
    """
    connection = connection_of(request.user, request.client)
    own, family = scope_to_list(request.own_scopes), str(request.refresh_token_instance.token_family)
    if connection is None or (set(own) == set(scopes) and family not in connection.narrowed):
        return
    live = RefreshToken.objects.filter(user=request.user, application=request.client, revoked=None)
    families = {str(one) for one in live.values_list("token_family", flat=True)}
    kept = {name: those for name, those in connection.narrowed.items() if name in families}
    ConnectedApp.objects.filter(pk=connection.pk).update(narrowed=kept | {family: own})


def _end_what_was_stolen(used: QuerySet[RefreshToken]) -> None:
    """Somebody has what only the app may have, and nobody can tell which of the two is the app (RFC 9700, 4.14.2).

    used: the refresh token that came back, or what came of the code that did. Nothing else of the app goes on either,
    for webhooks do not say by which token they were made.
    """
    for token in used.select_related("user", "application")[:1]:
        connection = connection_of(token.user, token.application)
        if connection is not None:
            disconnect(connection, by=ConnectedApp.End.COPIED, now=timezone.now())
            tell_of_copy(connection)


def _owner_of(token: str, client: Application) -> User | None:
    """Whose token of this app it is."""
    known = {"token_checksum": fingerprint(token), "application": client}
    for model in (RefreshToken, AccessToken):
        if row := model.objects.select_related("user").filter(**known).first():
            return cast("User | None", row.user)
    return None
