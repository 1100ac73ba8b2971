"""Whose keys somebody may see and revoke: their own."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.api.models import ApiKey


def keys_for(user: User) -> QuerySet[ApiKey]:
    """The latest first."""
    return ApiKey.objects.filter(owner=user)


def key_or_404(request: HttpRequest, key_id: str) -> ApiKey:
    """Raises Http404 for everybody else."""
    return get_object_or_404(keys_for(signed_in(request)), public_id=key_id)
