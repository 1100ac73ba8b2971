"""The one address that assistants know."""

from django.urls import path

from timetuna.mcp.views import mcp

urlpatterns = [path("mcp", mcp, name="mcp")]
