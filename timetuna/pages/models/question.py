"""What the host of a page asks its guests."""

from django.db import models
from django.utils.translation import gettext, pgettext_lazy

from timetuna.pages.models.page import BookingPage


class Question(models.Model):
    """What a host asks guests besides name and address.

    key: what links and files call it; it stays when the label changes.  hidden: nobody is asked, the address of the
    page brings the answer.  options: {"id", "label"} each.  terms: what is agreed to.
    when_key, when_option: it is asked where the question of that key was answered by that option ("yes" for a tick);
    "" is always.
    """

    class Kind(models.TextChoices):
        LINE = "line", pgettext_lazy("answer", "Short text")
        TEXT = "text", pgettext_lazy("answer", "Long text")
        EMAIL = "email", pgettext_lazy("answer", "Email address")
        PHONE = "phone", pgettext_lazy("answer", "Phone number")
        NUMBER = "number", pgettext_lazy("answer", "Number")
        URL = "url", pgettext_lazy("answer", "Link")
        ADDRESS = "address", pgettext_lazy("answer", "Postal address")
        DATE = "date", pgettext_lazy("answer", "Date")
        ONE = "one", pgettext_lazy("answer", "Single choice")
        MANY = "many", pgettext_lazy("answer", "Multiple choice")
        YES = "yes", pgettext_lazy("answer", "Checkbox")
        CONSENT = "consent", pgettext_lazy("answer", "Consent")

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="questions")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.LINE)
    label = models.CharField(max_length=200)
    help = models.CharField(max_length=300, blank=True, default="")
    required = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    options = models.JSONField(default=list)
    terms = models.TextField(max_length=2_000, blank=True, default="")
    when_key = models.CharField(max_length=40, blank=True, default="")
    when_option = models.CharField(max_length=12, blank=True, default="")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "key"], name="pages_one_key_a_page")]
        ordering = ["position", "id"]

    def choices(self) -> list[tuple[str, str]]:
        """Ids and labels of what can be chosen, as far as another question can depend on it."""
        if self.kind == self.Kind.YES:
            return [("yes", gettext("Yes"))]
        return [(one["id"], one["label"]) for one in self.options] if self.kind in CHOOSING else []


CHOOSING = frozenset({Question.Kind.ONE, Question.Kind.MANY})
"""The kinds that have options."""
