"""Which apps a host has allowed; the apps themselves, their codes and tokens are django-oauth-toolkit's rows."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from timetuna.db.public_id import PublicIdField


class ConnectedApp(models.Model):
    """One app in one account, from when it was allowed until it was ended; what has ended is kept to be looked up.

    application: django-oauth-toolkit's row; None where the registration is gone.  name, host: as they were allowed.
    scopes: all that were allowed so far.  narrowed: what refresh tokens are good for whose latest access token is good
    for less, by their family.  last_network: a keyed hash of the network it was used from last.
    """

    class End(models.TextChoices):
        """Who ended it."""

        PERSON = "person", gettext_lazy("you disconnected it")
        APP = "app", gettext_lazy("the app ended it itself")
        COPIED = "copied", gettext_lazy("its access was used a second time, as by somebody who has copied it")
        UNUSED = "unused", gettext_lazy("it was not used for a long time")
        REMOVED = "removed", gettext_lazy("the app was removed from this server")

    public_id = PublicIdField("ca_")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connected_apps"
    )
    application = models.ForeignKey(
        "oauth2_provider.Application", on_delete=models.SET_NULL, null=True, related_name="connections"
    )
    name = models.CharField(max_length=80)
    host = models.CharField(max_length=255, blank=True, default="")
    scopes = models.JSONField(default=list)
    narrowed = models.JSONField(default=dict)
    connected_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    last_network = models.CharField(max_length=64, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=8, choices=End.choices, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-connected_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "application"],
                condition=models.Q(ended_at=None),
                name="oauth_one_connection_an_app",
            )
        ]

    def __str__(self) -> str:
        return self.name
