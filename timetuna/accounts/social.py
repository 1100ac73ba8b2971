"""Signing in with Google and Microsoft: there when the operator has set their client id and secret."""

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, Provider
from allauth.socialaccount.providers.google.provider import GoogleProvider
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.microsoft.provider import MicrosoftGraphProvider
from allauth.socialaccount.providers.microsoft.views import MicrosoftGraphOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.actions.forget_unverified import forget_unverified
from timetuna.accounts.adapter import AccountAdapter
from timetuna.accounts.models import User
from timetuna.lib.text import single_line
from timetuna.rate_limits.limits import client_of
from timetuna.web.forms import in_full

security = logging.getLogger("timetuna.security")


class GoogleSignIn(GoogleOAuth2Adapter):
    """Google's OAuth 2, returning to our base address."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:  # noqa: ARG002
        """The one address that is registered at Google."""
        return in_full(reverse("google_callback"))


class MicrosoftSignIn(MicrosoftGraphOAuth2Adapter):
    """Microsoft's OAuth 2, returning to our base address."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:  # noqa: ARG002
        """The one address that is registered at Microsoft."""
        return in_full(reverse("microsoft_callback"))


class GoogleSignInProvider(GoogleProvider):
    """Google, with PKCE."""

    oauth2_adapter_class = GoogleSignIn
    pkce_enabled_default = True
    form_target = "https://accounts.google.com"


class MicrosoftSignInProvider(MicrosoftGraphProvider):
    """Microsoft, with PKCE."""

    oauth2_adapter_class = MicrosoftSignIn
    pkce_enabled_default = True
    form_target = "https://login.microsoftonline.com"


PROVIDERS: dict[str, type[GoogleSignInProvider | MicrosoftSignInProvider]] = {
    "google": GoogleSignInProvider,
    "microsoft": MicrosoftSignInProvider,
}


class SocialAdapter(DefaultSocialAccountAdapter):
    """Accounts that are somebody's at Google or Microsoft; recognised by issuer and subject, never by address."""

    def list_apps(
        self,
        request: HttpRequest,  # noqa: ARG002
        provider: str | None = None,
        client_id: str | None = None,
    ) -> list[SocialApp]:
        """From the environment; none are kept in the database."""
        apps = [_app(name) for name in PROVIDERS if provider in {None, name} and is_set(name)]
        return [app for app in apps if client_id in {None, app.client_id}]

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        """Raises SocialApp.DoesNotExist when it is not set up."""
        app = self.get_app(request, provider=provider, client_id=client_id)
        return PROVIDERS[app.provider](request, app=app)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """Follow TIMETUNA_SIGNUP; when it is closed, /signup says so."""
        if not settings.SIGNUP_OPEN:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_signup")))
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:  # noqa: ARG002
        """Keep neither tokens nor profile, and take verified addresses back from accounts that only claim them."""
        sociallogin.token = None
        sociallogin.account.extra_data = {}
        if sociallogin.account.pk:
            sociallogin.account.save(update_fields=["extra_data"])
        for address in sociallogin.email_addresses:
            if address.verified:
                forget_unverified(address.email.lower())

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take over name and address as the provider knows them."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name") or "", data.get("last_name") or "")
        user.name = single_line(" ".join(parts), max_length=100)
        return user

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, str]:
        """Fill the form with what the provider knows."""
        return {"email": sociallogin.user.email, "name": sociallogin.user.name}

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: BaseForm) -> User:
        """Store the host and the link to the provider's account. Raises EmailTaken."""
        user: User = sociallogin.user
        AccountAdapter().save_user(request, user, form)
        sociallogin.save(request)
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str | None = None,
        exception: Exception | None = None,  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> None:
        if error == AuthError.CANCELLED:
            text = gettext("You did not sign in with %(name)s. You can try again, or use your password.") % {
                "name": provider.name
            }
        else:
            client = client_of(request).network[:16]
            security.warning("sign_in_failed client=%s provider=%s", client, provider.id)
            text = gettext("Signing in with %(name)s did not work. Try again.") % {"name": provider.name}
        messages.error(request, text)
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


def is_set(provider: str) -> bool:
    """Say whether the operator has given this provider's client id and secret, and they are not a stand-in's.

    The library that signs people in knows the real addresses only.
    """
    values, prefix = settings.PROVIDER_SETTINGS, provider.upper()
    real = PROVIDERS[provider].form_target
    there = all(values.get(f"{prefix}_CLIENT_{part}") for part in ("ID", "SECRET"))
    return there and (values.get(f"{prefix}_OAUTH_URL") or real) == real


def offered() -> list[type[GoogleSignInProvider | MicrosoftSignInProvider]]:
    return [provider for name, provider in PROVIDERS.items() if is_set(name)]


def _app(provider: str) -> SocialApp:
    values, prefix = settings.PROVIDER_SETTINGS, provider.upper()
    return SocialApp(
        provider=provider,
        name=PROVIDERS[provider].name,
        client_id=values[f"{prefix}_CLIENT_ID"],
        secret=values[f"{prefix}_CLIENT_SECRET"],
    )
