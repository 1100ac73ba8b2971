"""Addresses at the root that belong to no app."""

from django.urls import URLPattern, path

from timetuna.web.root_files import favicon, robots

urlpatterns: list[URLPattern] = [
    path("favicon.ico", favicon),
    path("robots.txt", robots),
]
