"""Old public addresses lead on to the new ones.

For the time being (302): another page of the host may take the old address some day, and browsers never forget a 301.
"""

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse

from timetuna.pages.former_addresses import page_once_at


def moved(request: HttpRequest, handle: str, slug: str) -> HttpResponseRedirect | None:
    """Return the way to the same address of the page that was here before; a form is sent on with what it holds."""
    page = page_once_at(handle, slug)
    if page is None or request.resolver_match is None:
        return None
    address = reverse(request.resolver_match.view_name, args=[page.host_handle, page.slug])
    return lead_on(request, address)


def moved_or_404(request: HttpRequest, handle: str, slug: str) -> HttpResponseRedirect:
    """Return the same, or raise Http404 where there never was a page."""
    found = moved(request, handle, slug)
    if found is None:
        raise Http404
    return found


def lead_on(request: HttpRequest, address: str) -> HttpResponseRedirect:
    """Return the way to a path of ours, with the query that was asked."""
    query = request.META["QUERY_STRING"]
    return HttpResponseRedirect(
        f"{address}?{query}" if query else address, preserve_request=request.method == "POST"
    )
