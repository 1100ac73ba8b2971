"""/signin, /signup, /signout, /reauthenticate: with mail address and password, or the way to a provider."""

from allauth.account.views import LoginView, LogoutView, ReauthenticateView, SignupView
from django.db import transaction
from django.http import HttpResponse

from timetuna.accounts.forms import ReauthenticateForm, SignInForm, SignUpForm
from timetuna.accounts.views.refused import RefusedFormView
from timetuna.accounts.views.social import OffersProviders


class SignIn(OffersProviders, RefusedFormView, LoginView):
    """Mail address and password, or a provider's button."""

    template_name = "accounts/signin.html"
    form_class = SignInForm

    def get_initial(self) -> dict[str, str]:
        """With the address that a link says."""
        return {"login": self.request.GET.get("email", "")[:254]}


class SignUp(OffersProviders, RefusedFormView, SignupView):
    """Name, mail address, password: then a mail."""

    template_name = "accounts/signup.html"
    template_name_signup_closed = "accounts/signup_closed.html"
    form_class = SignUpForm

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """Store the host and the mail together: one commit, whether the address was known or not."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
        return response


class SignOut(LogoutView):
    """Asks on GET, signs out on POST."""

    template_name = "accounts/signout.html"


class Reauthenticate(RefusedFormView, ReauthenticateView):
    """Asks for the password once more, for views with allauth's `reauthentication_required`."""

    template_name = "accounts/reauthenticate.html"
    form_class = ReauthenticateForm
