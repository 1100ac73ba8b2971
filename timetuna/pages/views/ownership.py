"""Whose page it is."""

from django.http import Http404, HttpRequest

from timetuna.accounts.models import User
from timetuna.pages.models import BookingPage
from timetuna.pages.queries import own_page


def host_of(request: HttpRequest) -> User:
    """Return the host who is signed in; only behind `login_required`."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required let nobody else through
    return request.user


def own_page_or_404(request: HttpRequest, page_id: int) -> BookingPage:
    """Return the page if it is the signed-in host's own. Raises Http404 for everybody else's."""
    page = own_page(host_of(request).pk, page_id)
    if page is None:
        raise Http404
    return page
