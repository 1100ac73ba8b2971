"""Addresses at the root that belong to no app."""

from django.urls import URLPattern, path

from timetuna.web.mail_domain import mail_domain
from timetuna.web.root_files import embed, favicon, robots
from timetuna.web.zones import zones

urlpatterns: list[URLPattern] = [
    path("embed.js", embed),
    path("favicon.ico", favicon),
    path("robots.txt", robots),
    path("search/mail-domain", mail_domain, name="public_mail_domain"),
    path("search/zones", zones, name="public_zones"),
]
