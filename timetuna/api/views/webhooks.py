"""Webhooks: where a program wants to be told, what was told, and telling it again."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from timetuna.api.operations import (
    MOST,
    USUAL,
    Needs,
    Sort,
    invalid,
    listed,
    nothing,
    page_of,
    problems,
    respond,
    tag_of,
    tagged,
    who,
)
from timetuna.api.principal import Principal
from timetuna.api.problems import Problem, ProblemCode, not_found
from timetuna.api.schemas.base import Taken
from timetuna.api.schemas.webhooks import (
    DeliveryList,
    DeliveryOut,
    WebhookChange,
    WebhookIn,
    WebhookList,
    WebhookOut,
    WebhookWithSecret,
)
from timetuna.api.scopes import ApiScope
from timetuna.bookings.status.resource import utc
from timetuna.pages.models import BookingPage
from timetuna.webhooks.actions.change_webhook import (
    NewWebhook,
    TooManyWebhooks,
    change_webhook,
    create_webhook,
    renew_secret,
    send_test,
    switch_webhook,
)
from timetuna.webhooks.actions.deliver import replay
from timetuna.webhooks.body import told_event
from timetuna.webhooks.makers import maker_of
from timetuna.webhooks.models import EventDelivery, WebhookEndpoint
from timetuna.webhooks.permissions import webhooks_for
from timetuna.webhooks.queries import deliveries_of
from timetuna.webhooks.sending import address_fault

router = Router(tags=["Webhooks"])
NEEDS = Needs(ApiScope.WEBHOOKS)
LATEST = Sort("created_at", largest_first=True)


class ListQuery(Taken):
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL
    cursor: Annotated[str, Field(max_length=300)] = ""


def webhooks_of(principal: Principal) -> QuerySet[WebhookEndpoint]:
    """An app has its own, a key its owner's: one for some pages those that hear of no others."""
    rows = webhooks_for(principal.user)
    if principal.app is not None:
        return rows.filter(app=principal.app)
    if principal.pages is None:
        return rows
    able = [
        pk
        for pk, pages in rows.values_list("pk", "pages")
        if pages is not None and principal.pages.issuperset(pages)
    ]
    return rows.filter(pk__in=able)


def webhook_of(principal: Principal, webhook_id: str) -> WebhookEndpoint:
    """Raises Problem 404."""
    hook = webhooks_of(principal).select_related("owner").filter(public_id=webhook_id).first()
    if hook is None:
        raise not_found()
    return hook


@router.get("/webhooks", auth=NEEDS, response={200: WebhookList} | problems(), summary="Webhooks")
def list_webhooks(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """The latest first. Secrets are not shown."""
    rows = webhooks_of(who(request))
    found, cursor = page_of(rows, sort=LATEST, cursor=query.cursor, limit=query.limit)
    return listed(request, [told_webhook(hook) for hook in found], cursor)


@router.post(
    "/webhooks",
    auth=NEEDS,
    response={201: WebhookWithSecret} | problems(409, 415),
    summary="Be told of bookings",
)
def make_webhook(request: HttpRequest, body: WebhookIn) -> HttpResponse:
    """The secret is shown this once: what comes is signed with it."""
    principal = who(request)
    _refuse_address(body.url)
    wanted = NewWebhook(
        url=body.url,
        events=set(body.events),
        thin=body.thin,
        pages=principal.pages,
        source=body.source,
        app=principal.app,
        **_of_key(principal),
    )
    try:
        hook, secret = create_webhook(principal.user, wanted, now=timezone.now())
    except TooManyWebhooks as refused:
        raise Problem(ProblemCode.NOT_POSSIBLE, str(refused)) from refused
    told = told_webhook(hook)
    headers = {"Location": f"/api/v1/webhooks/{hook.public_id}", "ETag": tag_of(told)}
    return respond(told | {"secret": secret}, status=201, headers=headers)


@router.get(
    "/webhooks/{webhook_id}",
    auth=NEEDS,
    response={200: WebhookOut, 304: None} | problems(),
    summary="One webhook",
)
def get_webhook(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """And how it goes."""
    return tagged(request, told_webhook(webhook_of(who(request), webhook_id)))


@router.patch(
    "/webhooks/{webhook_id}",
    auth=NEEDS,
    response={200: WebhookOut} | problems(415),
    summary="Change a webhook, or switch it on and off",
)
def patch_webhook(request: HttpRequest, webhook_id: str, body: WebhookChange | None = None) -> HttpResponse:
    """What is left out stays as it is."""
    body = body or WebhookChange()
    hook = webhook_of(who(request), webhook_id)
    columns: dict[str, Any] = {}
    if body.url is not None:
        _refuse_address(body.url)
        columns["url"] = body.url
    if body.events is not None:
        columns["events"] = sorted(set(body.events))
    if body.thin is not None:
        columns["thin"] = body.thin
    if columns:
        change_webhook(hook, **columns)
    if body.enabled is not None:
        switch_webhook(hook, on=body.enabled, now=timezone.now(), **_of_key(who(request)))
    hook.refresh_from_db()
    return tagged(request, told_webhook(hook))


@router.delete(
    "/webhooks/{webhook_id}",
    auth=NEEDS,
    response={204: None} | problems(),
    summary="Remove a webhook",
)
def delete_webhook(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """With its log. Nothing more is sent there."""
    webhook_of(who(request), webhook_id).delete()
    return nothing()


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    auth=NEEDS,
    response={200: DeliveryList} | problems(),
    summary="What was sent to a webhook",
)
def list_deliveries(request: HttpRequest, webhook_id: str, query: Query[ListQuery]) -> HttpResponse:
    """Of the last 30 days, the latest first, with every attempt."""
    rows = deliveries_of(webhook_of(who(request), webhook_id))
    found, cursor = page_of(rows, sort=LATEST, cursor=query.cursor, limit=query.limit)
    return listed(request, [told_delivery(one) for one in found], cursor)


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    auth=NEEDS,
    response={202: DeliveryOut} | problems(415),
    summary="Send it again",
)
def replay_delivery(request: HttpRequest, webhook_id: str, delivery_id: str) -> HttpResponse:
    """At once, under the same id, so that whoever has it already knows it."""
    rows = deliveries_of(webhook_of(who(request), webhook_id)).select_related("webhook", "event")
    delivery = rows.filter(public_id=delivery_id).first()
    if delivery is None:
        raise not_found()
    replay(delivery, now=timezone.now())
    return respond(told_delivery(rows.get(pk=delivery.pk)), status=202)


@router.post(
    "/webhooks/{webhook_id}/test",
    auth=NEEDS,
    response={202: DeliveryOut} | problems(415),
    summary="Send a test",
)
def test_webhook(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """An event of the type webhook.test with a booking of nobody. It is tried once."""
    delivery = send_test(webhook_of(who(request), webhook_id))
    return respond(told_delivery(delivery), status=202)


@router.post(
    "/webhooks/{webhook_id}/rotate",
    auth=NEEDS,
    response={200: WebhookWithSecret} | problems(415),
    summary="Change the secret",
)
def rotate_webhook(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """For 24 hours what is sent carries the signatures of both."""
    hook = webhook_of(who(request), webhook_id)
    secret = renew_secret(hook, now=timezone.now())
    return respond(told_webhook(hook) | {"secret": secret})


def _of_key(principal: Principal) -> dict[str, Any]:
    """With which key it ends."""
    key = principal.key
    return {"key": key.pk, "until": key.expires_at} if key else {}


def told_webhook(hook: WebhookEndpoint) -> dict[str, Any]:
    pages, maker = None, maker_of(hook)
    if hook.pages is not None:
        rows = BookingPage.objects.filter(pk__in=hook.pages).order_by("pk")
        pages = list(rows.values_list("public_id", flat=True))
    return {
        "id": hook.public_id,
        "url": hook.url,
        "events": hook.events,
        "thin": hook.thin,
        "pages": pages,
        "source": hook.source,
        "made_by": {"kind": maker.kind, "id": maker.id or None, "name": maker.name},
        "enabled": hook.disabled_at is None,
        "disabled_at": utc(hook.disabled_at) if hook.disabled_at else None,
        "disabled_reason": hook.why,
        "failing_since": utc(hook.failing_since) if hook.failing_since else None,
        "created_at": utc(hook.created_at),
    }


def told_delivery(delivery: EventDelivery) -> dict[str, Any]:
    return {
        "id": delivery.public_id,
        "event": told_event(delivery.event),
        "state": delivery.state,
        "next_at": utc(delivery.next_at) if delivery.next_at else None,
        "created_at": utc(delivery.created_at),
        "attempts": [
            {
                "at": utc(one.at),
                "milliseconds": one.milliseconds,
                "status": one.status,
                "problem": one.problem,
                "answer": one.answer,
            }
            for one in delivery.tries.all()
        ],
    }


def _refuse_address(url: str) -> None:
    """Raises Problem 422."""
    if sentence := address_fault(url):
        raise invalid("/url", sentence)
