"""Who may see and change what was brought along: nobody but its host."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.imports.models import BusyShadow, Import
from timetuna.pages.models import BookingPage


def imports_for(user: User) -> QuerySet[Import]:
    return Import.objects.filter(host=user)


def import_or_404(request: HttpRequest, import_id: int) -> Import:
    return get_object_or_404(imports_for(signed_in(request)).select_related("host"), pk=import_id)


def shadows_for(user: User) -> QuerySet[BusyShadow]:
    return BusyShadow.objects.filter(host=user)


def shadow_or_404(request: HttpRequest, shadow_id: int) -> BusyShadow:
    rows = shadows_for(signed_in(request)).select_related("page", "booking")
    return get_object_or_404(rows, pk=shadow_id)


def pages_to_move_to(user: User) -> QuerySet[BookingPage]:
    """On which a booking from elsewhere may be made: their own, not those of their teams."""
    return BookingPage.objects.filter(host=user)
