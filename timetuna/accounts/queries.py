"""Reading people."""

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from timetuna.accounts.models import FormerHandle, Membership, Team, User


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


def handle_is_free(handle: str, *, owner: User | Team | None = None) -> bool:
    """Whether `owner` (or somebody new) may take this handle: no person and no team has it, and nobody else had it.

    To be sure of it when it is taken, `take_handle.lock_handle` comes first.
    """
    users, teams = User.objects.filter(handle=handle), Team.objects.filter(handle=handle)
    former = FormerHandle.objects.filter(handle=handle)
    if owner is not None and owner.pk:
        former = former.exclude(pk__in=handles_given_up_by(owner))
        if isinstance(owner, Team):
            teams = teams.exclude(pk=owner.pk)
        else:
            users = users.exclude(pk=owner.pk)
    return not users.exists() and not teams.exists() and not former.exists()


def handles_given_up_by(owner: User | Team) -> QuerySet[FormerHandle]:
    return FormerHandle.objects.filter(**{"team" if isinstance(owner, Team) else "user": owner})


def other_owners(team: Team, user_id: int) -> QuerySet[Membership]:
    """Those beside them who can sign in."""
    owners = Membership.objects.filter(team=team, role=Membership.Role.OWNER, user__is_active=True)
    return owners.exclude(user=user_id)


def teams_held_by(user: User) -> list[Team]:
    """Those with other people in them that have no other owner who can sign in."""
    mine = Membership.objects.filter(user=user, role=Membership.Role.OWNER).select_related("team")
    others = Membership.objects.exclude(user=user)
    return [
        row.team
        for row in mine.order_by("team__name", "team_id")
        if others.filter(team=row.team).exists() and not other_owners(row.team, user.pk).exists()
    ]


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
