"""Addresses of drafts."""

from django.urls import URLPattern, path

from timetuna.drafts.views.drafts import draft, new_draft

urlpatterns: list[URLPattern] = [
    path("booking-pages/describe", new_draft, name="new_draft"),
    path("booking-pages/drafts/<row:draft_id>", draft, name="draft"),
]
