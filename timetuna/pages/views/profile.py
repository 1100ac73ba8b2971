"""/settings/profile."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.pages.forms.profile import ProfileForm
from timetuna.web.forms import Screen
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class ProfileScreen(Screen):
    template = "pages/profile.html"
    form: ProfileForm


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    def build(data: Any, files: Any) -> ProfileForm:
        return ProfileForm(User.objects.get(pk=signed_in(request).pk), data, files)

    return answer_form(
        request,
        build,
        screen=ProfileScreen,
        back=reverse("profile"),
        said=gettext("Your profile is saved."),
    )
