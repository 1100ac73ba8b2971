"""People who can be booked."""

from typing import Any, ClassVar, TypedDict

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy

from timetuna.db.public_id import PublicIdField


class UserManager(BaseUserManager["User"]):
    """Makes hosts."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a host. `email` is kept in lower case; without a password none will match."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A host: somebody with an account who can be booked at /<handle>/<page>.

    role: what they do, as guests read it below their name.
    contact: where everybody may ask them who finds no time, a mail address or a number as `lib.phones` keeps it.
    language: of their own pages and mails; "" is the browser's on pages, and English in mails.
    """

    public_id = PublicIdField("us_")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    handle = models.CharField(max_length=40, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=10, blank=True, default="")
    role = models.CharField(max_length=80, blank=True, default="")
    contact = models.CharField(max_length=254, blank=True, default="")
    photo_version = models.CharField(max_length=16, blank=True, default="")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "handle"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_email_any_case"),
            models.UniqueConstraint(Lower("handle"), name="accounts_handle_any_case"),
        ]

    def __str__(self) -> str:
        """Mail addresses stay out of logs."""
        return self.handle


class Photo(models.Model):
    """Of a host, a square JPEG of bounded size; `User.photo_version` is its fingerprint. It goes with the host."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="photo")
    image = models.BinaryField()


class Team(models.Model):
    """People who share booking pages at /<handle>/<page>. Teams and people never have the same handle.

    One that is deleted keeps its row, with nobody in it and no name: links that were shared lead on.
    """

    public_id = PublicIdField("tm_")
    name = models.CharField(max_length=100)
    handle = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("handle"), name="accounts_team_handle_any_case")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.handle


class Membership(models.Model):
    """Somebody's place in a team."""

    class Role(models.TextChoices):
        OWNER = "owner", gettext_lazy("Owner")
        ADMIN = "admin", gettext_lazy("Admin")
        MEMBER = "member", gettext_lazy("Member")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="accounts_member_once")]
        ordering = ["joined_at", "id"]


class About(TypedDict, total=False):
    """With which team and page, by their ids, something was done, as `activity.note` takes it."""

    team: int | None
    page: int | None


class MailedInvitation(models.Model):
    """A link that was mailed to one address: it is answered once, by whoever signs in and means to.

    accepted: None until it was answered; whoever sent it may take it back, which deletes the row.
    """

    public_id = PublicIdField("iv_")
    email = models.EmailField()
    token_fingerprint = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        abstract = True

    def about(self) -> About:
        """To what it leads."""
        raise NotImplementedError


class TeamInvitation(MailedInvitation):
    """Into a team, in a role."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Membership.Role.choices, default=Membership.Role.MEMBER)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "email"],
                condition=models.Q(answered_at=None),
                name="accounts_one_open_invitation",
            )
        ]
        ordering = ["created_at", "id"]

    def about(self) -> About:
        return {"team": self.team_id}


class FormerHandle(models.Model):
    """A public address that was given up: reserved, so that old links never lead to somebody else."""

    handle = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    given_up_at = models.DateTimeField(default=timezone.now)


class EmailChange(models.Model):
    """A change of a host's address, which whoever had the former one may take back for some days."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    former = models.EmailField()
    at = models.DateTimeField(default=timezone.now)


class ActivityEntry(models.Model):
    """What somebody did with a team or a booking page, or with a page of a team; see `activity.py`.

    who: None once their account is deleted, or by_operator.  via: the key or app they did it through.
    facts: by word of the sentence.  people: by word the id of an account and its name, or None and a mail address.
    changes: [what, before, after].
    """

    at = models.DateTimeField(default=timezone.now)
    who = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_operator = models.BooleanField(default=False)
    deed = models.CharField(max_length=20)
    via = models.CharField(max_length=120, blank=True, default="")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="activity")
    page = models.ForeignKey(
        "pages.BookingPage", null=True, on_delete=models.CASCADE, related_name="activity"
    )
    facts = models.JSONField(default=dict)
    people = models.JSONField(default=dict)
    changes = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["team", "at"], name="accounts_activity_of_team"),
            models.Index(fields=["page", "at"], name="accounts_activity_of_page"),
            models.Index(fields=["at"], name="accounts_activity_old"),
        ]
