"""Reading people."""

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from timetuna.accounts.models import FormerHandle, Team, User


def host_by_handle(handle: str) -> User | None:
    """In any case of letters; None for nobody and for hosts switched off."""
    return User.objects.filter(handle=handle.lower(), is_active=True).first()


def host_switched_off(handle: str) -> User | None:
    return User.objects.filter(handle=handle.lower(), is_active=False).first()


def team_by_handle(handle: str) -> Team | None:
    """In any case of letters."""
    return Team.objects.filter(handle=handle.lower()).first()


def owner_by_handle(handle: str) -> User | Team | None:
    """Whose pages are at /<handle>, in any case of letters; None for nobody and for hosts switched off."""
    host, team = host_by_handle(handle), team_by_handle(handle)
    return host or team  # both are asked always: the time it takes must not tell


def owner_once_called(handle: str) -> User | Team | None:
    """Whose pages were there, and are elsewhere now."""
    former = FormerHandle.objects.select_related("user", "team").filter(handle=handle.lower()).first()
    if former is None:
        return None
    return former.user if former.user and former.user.is_active else former.team


def handle_is_free(handle: str, *, user: User | None = None) -> bool:
    """Whether `user` (or a new host) may take this handle: nobody has it, and nobody else ever had it."""
    others, former = User.objects.filter(handle=handle), FormerHandle.objects.filter(handle=handle)
    if user is not None and user.pk:
        others, former = others.exclude(pk=user.pk), former.exclude(user=user)
    return not others.exists() and not former.exists()


def never_verified(email: str) -> QuerySet[User]:
    """Those that nobody has shown to be theirs and nobody has signed in to."""
    made = User.objects.filter(email=email, last_login=None, emailaddress__verified=False)
    return made.exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user_id"))


def address_is_taken(email: str) -> bool:
    """Whether an account that counts has this address; one that was never verified has no standing."""
    verified = EmailAddress.objects.filter(email=email, verified=True).exists()
    counts = User.objects.filter(email=email).exclude(pk__in=never_verified(email)).exists()
    return verified or counts  # both are asked always: the time it takes must not tell


def pending_address(user: User) -> str:
    """The one that waits for its confirmation; "" without one."""
    new = (
        EmailAddress.objects.filter(user=user, verified=False)
        .exclude(email=user.email)
        .order_by("-pk")
        .first()
    )
    return new.email if new else ""
