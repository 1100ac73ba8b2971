"""Leaving for Google or Microsoft, coming back, and the one question after that."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.views import SignupView
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from timetuna.accounts.forms import SocialSignUpForm
from timetuna.accounts.rate_limits import wait_to_leave
from timetuna.accounts.social import PROVIDERS, is_set, offered
from timetuna.accounts.views.refused import RefusedFormView, too_many
from timetuna.web.csp import forms_lead_to


def _targets() -> list[str]:
    return [provider.form_target for provider in offered()]


class OffersProviders:
    """A page with the buttons of the providers that are set up; its forms may leave for them."""

    @method_decorator(forms_lead_to(_targets))
    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().dispatch(*args, **kwargs)  # type: ignore[misc]
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        names = [{"name": provider.name, "leave": reverse(f"{provider.id}_login")} for provider in offered()]
        return context | {"providers": names}


@require_POST
@never_cache
def leave(request: HttpRequest, provider: str) -> HttpResponse:
    """Send the browser to the provider, with a state and a PKCE challenge."""
    if not is_set(provider):
        raise Http404
    if seconds := wait_to_leave(request):
        return too_many(request, seconds)
    wanted = request.POST.get("next", "")
    back = wanted if get_adapter().is_safe_url(wanted) else None
    chosen = get_social_adapter().get_provider(request, provider)
    response: HttpResponse = chosen.redirect(request, process=AuthProcess.LOGIN, next_url=back)
    return response


@require_GET
@never_cache
def come_back(request: HttpRequest, provider: str) -> HttpResponse:
    """Exchange the code and sign in, or ask the one question that is left."""
    if not is_set(provider):
        raise Http404
    view = OAuth2CallbackView.adapter_view(PROVIDERS[provider].oauth2_adapter_class)
    response: HttpResponse = view(request)
    return response


class SocialSignUp(RefusedFormView, SignupView):
    """The name guests will see; nothing is stored before it is given."""

    template_name = "accounts/social_signup.html"
    template_name_signup_closed = "accounts/signup_closed.html"
    form_class = SocialSignUpForm

    def form_valid(self, form: SocialSignUpForm) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
        return response

    def get_authenticated_redirect_url(self) -> str:
        """Go where a sign-in goes."""
        return reverse(settings.LOGIN_REDIRECT_URL)
