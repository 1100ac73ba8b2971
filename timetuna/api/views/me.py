"""Who asks, and where there is nothing."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from timetuna.api.operations import Needs, problems, tagged, who
from timetuna.api.schemas.pages import MeOut
from timetuna.pages.models import BookingPage
from timetuna.web.forms import in_full

router = Router(tags=["Me"])


@router.get("/me", auth=Needs(), response={200: MeOut, 304: None} | problems(), summary="Who you act for")
def me(request: HttpRequest) -> HttpResponse:
    """The account behind the key, and what the key may do."""
    principal = who(request)
    user = principal.user
    pages = None
    if principal.pages is not None:
        found = BookingPage.objects.filter(pk__in=principal.pages)
        pages = list(found.order_by("pk").values_list("public_id", flat=True))
    return tagged(
        request,
        {
            "id": user.public_id,
            "name": user.name,
            "email": user.email,
            "handle": user.handle,
            "time_zone": user.time_zone,
            "language": user.language,
            "url": in_full(f"/{user.handle}"),
            "scopes": sorted(principal.scopes),
            "pages": pages,
        },
    )
