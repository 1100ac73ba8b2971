"""The documentation app."""

from django.apps import AppConfig


class DocumentationConfig(AppConfig):
    name = "timetuna.documentation"
