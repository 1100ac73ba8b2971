"""What teams' invitations and cohosts' have in common; here with a team's."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, connection

from tests.clock import present
from timetuna.accounts.invitations import (
    BY_PERSON_TO_MAILBOX,
    FORGOTTEN_AFTER,
    LASTS,
    InvitationMail,
    NotOpen,
    State,
    answering,
    count_invitation,
    find,
    is_for,
    issue,
    mail_invitation,
    reissue,
    said,
    state_of,
    take_back,
)
from timetuna.accounts.models import Team, TeamInvitation
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.accounts.tests.conftest import mails


@pytest.fixture
def invitation(alice):
    team = Team.objects.create(name="Sales", handle="sales-team")
    return TeamInvitation(team=team, email="bob@example.org", invited_by=alice)


def answer(token, *, accepted=True):
    with answering(TeamInvitation, token, accepted=accepted):
        pass


def test_it_is_open_for_two_weeks_and_only_its_mail_has_the_token(invitation):
    token = issue(invitation)

    assert find(TeamInvitation, token) == invitation
    assert state_of(invitation, now=present() + LASTS - timedelta(minutes=1)) == State.OPEN
    assert state_of(invitation, now=present() + LASTS + timedelta(minutes=1)) == State.EXPIRED
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_teaminvitation")
        assert token not in str(cursor.fetchall())


def test_it_is_answered_once(invitation):
    token = issue(invitation)

    with answering(TeamInvitation, token, accepted=False) as answered:
        assert answered == invitation

    invitation.refresh_from_db()
    assert invitation.accepted is False
    assert state_of(invitation, now=present()) == State.ANSWERED
    with pytest.raises(NotOpen) as refused:
        answer(token)
    assert refused.value.state == State.ANSWERED


def test_what_fails_inside_leaves_it_open(invitation):
    token = issue(invitation)

    with pytest.raises(RuntimeError), answering(TeamInvitation, token, accepted=True):
        raise RuntimeError

    answer(token)


@pytest.mark.parametrize("token", ["", "x" * 3_000, "\udcff", "none"])
def test_a_link_that_never_existed_finds_nothing(invitation, token):
    issue(invitation)

    assert find(TeamInvitation, token) is None
    with pytest.raises(NotOpen) as refused:
        answer(token)
    assert refused.value.state is None


def test_one_that_expired_is_answered_no_more(invitation):
    token = issue(invitation)

    with time_machine.travel(present() + LASTS + timedelta(minutes=1)), pytest.raises(NotOpen) as refused:
        answer(token)
    assert refused.value.state == State.EXPIRED


def test_one_that_is_sent_again_has_another_link_and_time(invitation):
    former = issue(invitation)

    with time_machine.travel(present() + LASTS + timedelta(days=1)):
        token = reissue(invitation)
        answer(token)

    assert find(TeamInvitation, former) is None
    with pytest.raises(NotOpen):
        reissue(invitation)


def test_one_that_is_taken_back_is_gone(invitation):
    token = issue(invitation)

    assert take_back(invitation)

    assert find(TeamInvitation, token) is None
    with pytest.raises(NotOpen):
        reissue(invitation)


def test_one_that_was_answered_is_not_taken_back(invitation):
    answer(issue(invitation))

    assert not take_back(invitation)


def test_an_address_has_one_open_invitation(invitation, alice):
    issue(invitation)

    with pytest.raises(IntegrityError):
        issue(TeamInvitation(team=invitation.team, email=invitation.email, invited_by=alice))


def test_those_long_over_are_forgotten(invitation, alice):
    issue(invitation)
    answer(issue(TeamInvitation(team=invitation.team, email="dora@example.org", invited_by=alice)))

    with time_machine.travel(present() + LASTS + FORGOTTEN_AFTER + timedelta(minutes=1)):
        reissue(invitation)

    assert TeamInvitation.objects.get() == invitation


def test_it_is_for_the_address_it_was_mailed_to(invitation, bob, charlie):
    assert is_for(invitation, bob)
    assert not is_for(invitation, charlie)


def test_its_mail_says_who_asks_and_how_long(invitation):
    token = issue(invitation)
    with time_machine.travel("2026-12-01T10:00Z", tick=False):
        invitation.expires_at = present() + LASTS

    mail_invitation(invitation, InvitationMail("Join Sales", ("Ada asks.",), f"/join/{token}"))

    [mail] = mails()
    assert (mail.to, mail.subject, mail.path) == ("bob@example.org", "Join Sales", f"/join/{token}")
    assert "for bob@example.org. The link works once, until Tuesday 15 December 2026." in mail.text


def test_names_in_it_lead_nowhere():
    assert said("Win at https://evil.example/now") == "Win at (address left out)"
    assert len(said("A" * 100)) == 60


def test_one_person_cannot_send_somebody_many(alice, bob):
    again = partial(count_invitation, of="team 1", email="Dora+more@example.org")
    for _ in range(BY_PERSON_TO_MAILBOX.windows[0].most):
        again(alice)

    with pytest.raises(TooManyMails, match="This address"):
        count_invitation(alice, of="team 2", email="dora@example.org")
    again(bob)
    count_invitation(alice, of="team 1", email="erin@example.org")


def test_there_is_an_end_to_how_many_one_person_sends(alice, bob):
    for number in range(60):
        count_invitation(alice, of="team 1", email=f"guest{number}@example.org")

    with pytest.raises(TooManyMails, match="So many"):
        count_invitation(alice, of="team 1", email="dora@example.org")
    count_invitation(bob, of="team 1", email="dora@example.org")
