"""Questions of a page, and what guests answer to them."""

from timetuna.pages.models import Question

OPTIONS = [{"id": "few", "label": "Up to 10"}, {"id": "many", "label": "More than 10"}]
ANSWERS = {
    "line": ("Acme Ltd.", "Acme Ltd."),
    "text": ("One\r\nTwo", "One\nTwo"),
    "email": ("Boss@Acme.example", "boss@acme.example"),
    "phone": ("+49 30 123456", "+4930123456"),
    "number": ("12,5", 12.5),
    "url": ("acme.example/about", "https://acme.example/about"),
    "address": ("Hauptstr. 1\nBerlin", "Hauptstr. 1\nBerlin"),
    "date": ("1990-12-24", "1990-12-24"),
    "one": ("few", "few"),
    "many": (["", "few", "many"], ["few", "many"]),
    "yes": (["", "on"], True),
    "consent": (["", "on"], "We call you once."),
}
"""By kind: what is sent, and what is kept."""


def ask(page, kind="line", **columns):
    """Have the page ask something; its key is its kind unless another is given."""
    options = OPTIONS if kind in {"one", "many"} else []
    terms = "We call you once." if kind == "consent" else ""
    begins = {"key": kind, "label": f"Your {kind}", "options": options, "terms": terms}
    return Question.objects.create(page=page, kind=kind, position=page.questions.count(), **begins | columns)
