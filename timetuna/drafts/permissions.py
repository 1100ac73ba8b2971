"""A draft is its host's alone."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from timetuna.accounts.permissions import signed_in
from timetuna.drafts.models import PageDraft


def is_on() -> bool:
    """Whether the operator has named a model."""
    return bool(settings.MODEL_URL)


def draft_or_404(request: HttpRequest, draft_id: int) -> PageDraft:
    """Raises Http404 for everybody else, and where there is no model."""
    if not is_on():
        raise Http404
    return get_object_or_404(PageDraft, host=signed_in(request), pk=draft_id)
