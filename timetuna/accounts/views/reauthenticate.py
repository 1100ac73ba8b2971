"""/reauthenticate."""

from allauth.account.views import ReauthenticateView

from timetuna.accounts.forms import ReauthenticateForm
from timetuna.accounts.views.refused import RefusedFormView


class Reauthenticate(RefusedFormView, ReauthenticateView):
    """Asks for the password once more, for views with allauth's `reauthentication_required`."""

    template_name = "accounts/reauthenticate.html"

    def get_form_class(self) -> type[ReauthenticateForm]:
        """Return our form."""
        return ReauthenticateForm
