"""Outside accounts a host has linked."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class CalendarAccount(models.Model):
    """The stored link to a connected provider. Tokens are sealed (lib/secretbox.py); nothing of it leaves this row."""

    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_accounts"
    )
    provider = models.CharField(max_length=20)
    provider_user_id = models.CharField(max_length=200)
    provider_account_id = models.CharField(max_length=200, default="")
    email = models.CharField(max_length=320, default="")
    display_name = models.CharField(max_length=200, default="")
    scopes = models.TextField(default="")
    access_token = models.TextField()
    refresh_token = models.TextField()
    refresh_token_fingerprint = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    connected_at = models.DateTimeField(default=timezone.now)
    needs_reconnect = models.BooleanField(default=False)
    needs_reconnect_reason = models.CharField(max_length=300, default="")
    refresh_lease = models.CharField(max_length=64, default="")
    refresh_lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "calendar_accounts"
        constraints = [
            models.UniqueConstraint(
                fields=["host", "provider", "provider_user_id"], name="calendar_accounts_one_row_each"
            ),
        ]
        indexes = [models.Index(fields=["provider", "provider_user_id"], name="calendar_accounts_outside_id")]

    def granted_scopes(self) -> frozenset[str]:
        """Return the scopes that were granted."""
        return frozenset(self.scopes.split())


class Authorization(models.Model):
    """An authorization under way: its state (only a fingerprint), bound to host and session, used once.

    `grant` holds, sealed, a finished grant for another account that waits for the host's confirmation;
    `grant_owner` is a fingerprint of that account's id, so that a removal at the provider finds it too.
    """

    state_fingerprint = models.CharField(max_length=64, unique=True)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    provider = models.CharField(max_length=20)
    session_fingerprint = models.CharField(max_length=64)
    code_verifier = models.TextField()
    grant = models.TextField(default="")
    grant_owner = models.CharField(max_length=64, default="", db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
