"""/settings/profile."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic import FormView

from timetuna.accounts.actions.change_profile import HandleTaken, change_profile
from timetuna.accounts.forms import ProfileForm
from timetuna.accounts.queries import signed_in
from timetuna.accounts.views.refused import Refused


@method_decorator(login_required, name="dispatch")
class Profile(Refused, FormView):  # type: ignore[type-arg]
    """Name, public address, time zone; and the way to mail address and password."""

    template_name = "accounts/profile.html"
    form_class = ProfileForm
    success_url = reverse_lazy("profile")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand the form its host."""
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        """Fill the form with what is stored."""
        user = signed_in(self.request)
        return {"name": user.name, "handle": user.handle, "time_zone": user.time_zone}

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        """Store it."""
        try:
            change_profile(signed_in(self.request), **form.cleaned_data)
        except HandleTaken as error:
            form.add_error("handle", str(error))
            return self.form_invalid(form)
        messages.success(self.request, "Your profile is saved.")
        return super().form_valid(form)
