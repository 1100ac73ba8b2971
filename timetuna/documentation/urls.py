"""Where documentation is, for people and for programs."""

from django.urls import path

from timetuna.documentation import views

urlpatterns = [
    path("docs", views.contents, name="public_docs"),
    path("docs/<path:name>", views.document, name="public_document"),
    path("problems", views.problems, name="public_problems"),
    path("problems/<slug:code>", views.problem, name="public_problem"),
    path("llms.txt", views.llms, name="public_llms"),
]
