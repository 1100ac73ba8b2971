"""/settings/profile."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.pages.forms.profile import ProfileForm
from timetuna.web.saving import opened, save


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show name, public address, time zone, and the way to mail address and password; on POST save them."""

    def build(data: Any, _files: Any) -> ProfileForm:
        return ProfileForm(User.objects.get(pk=signed_in(request).pk), data)

    form = save(request, build) if request.method == "POST" else opened(request, build)
    if form.saved:
        messages.success(request, "Your profile is saved.")
        return redirect("profile")
    context = {"form": form, "active_tab": "profile"}
    return render(request, "pages/profile.html", context, status=form.status())
