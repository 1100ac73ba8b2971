"""What a page shows, as an object: its fields are all that its template may read, and the template reads them all."""

from dataclasses import dataclass, fields
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True, slots=True)
class Screen:
    """A template with its context. fragment: the part of it that htmx asks for, where there is one."""

    template: ClassVar[str] = ""
    fragment: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class TabLink:
    """One of the parts of a thing, or of the ways to look at it."""

    label: str
    url: str
    current: bool


def show(request: HttpRequest, screen: Screen, *, status: int = 200, part: bool = False) -> HttpResponse:
    context = {field.name: getattr(screen, field.name) for field in fields(screen)}
    return render(request, screen.fragment if part else screen.template, context, status=status)
