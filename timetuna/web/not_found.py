"""What is said where an address leads to nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from timetuna.web.middleware import is_for_guests, language_of_host
from timetuna.web.problems import reads_problems
from timetuna.web.refusals import nothing_there


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """As Django's handler404: a host who is signed in stays within their rooms, except below a guest's address."""
    if reads_problems(request):
        return nothing_there()
    user = getattr(request, "user", None)  # what ends before anybody is known has none
    if user is None or not user.is_authenticated or is_for_guests(request):
        return render(request, "404.html", status=404)
    with translation.override(language_of_host(request)):
        return render(request, "404_host.html", status=404)
