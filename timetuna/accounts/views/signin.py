"""/signin."""

from allauth.account.views import LoginView

from timetuna.accounts.forms import SignInForm
from timetuna.accounts.views.refused import RefusedFormView
from timetuna.accounts.views.social import OffersProviders


class SignIn(OffersProviders, RefusedFormView, LoginView):
    """Mail address and password, or a provider's button."""

    template_name = "accounts/signin.html"

    def get_form_class(self) -> type[SignInForm]:
        """Return our form."""
        return SignInForm
