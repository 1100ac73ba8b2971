"""A team for tests: alice owns it, bob is an admin, carol a member."""

from timetuna.accounts.actions.create_host import create_host
from timetuna.accounts.actions.create_team import create_team
from timetuna.accounts.actions.invite_to_team import invite_to_team
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.tests.conftest import PASSWORD, mails

Role = Membership.Role


def make_team(owner: User, *, name: str = "Sales", handle: str = "sales-team", **people: User) -> Team:
    """people: by role, as in admin=bob."""
    team = create_team(owner, name=name, handle=handle)
    for role, user in people.items():
        join(team, user, role)
    return team


def join(team: Team, user: User, role: str = Role.MEMBER) -> Membership:
    return Membership.objects.create(team=team, user=user, role=role)


def membership(team: Team, user: User) -> Membership:
    return Membership.objects.select_related("team", "user").get(team=team, user=user)


def people(team: Team) -> dict[str, str]:
    return {row.user.handle: row.role for row in team.memberships.select_related("user")}


def make_carol() -> User:
    return create_host(email="carol@example.org", name="Carol Member", handle="carol", password=PASSWORD)


def invited(team: Team, by: User, email: str = "dora@example.org", role: str = "") -> str:
    """Invite somebody; return the path of their link."""
    invite_to_team(team, email=email, role=role, by=by)
    return next(mail.path for mail in reversed(mails()) if mail.to == email)


def token_of(path: str) -> str:
    return path.rpartition("/")[2]
