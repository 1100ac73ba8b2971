"""Whose connected apps somebody may see and disconnect: their own."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.permissions import signed_in
from timetuna.oauth.models import ConnectedApp
from timetuna.oauth.queries import connections_for


def connection_or_404(request: HttpRequest, connection_id: str) -> ConnectedApp:
    """Raises Http404 for everybody else."""
    rows = connections_for(signed_in(request)).select_related("user", "application")
    return get_object_or_404(rows, public_id=connection_id)
