"""What every provider owes who claims a protocol: one test class for each.

A provider's tests subclass those it claims and give the fixtures named in the class: the provider under test, and
what stands for the outside (a consent, a token, a signature), over real sockets.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.clock import present
from timetuna.lib.crypto import pkce_pair
from timetuna.providers.base import Ability, Conferencing, Identity, Meeting, OAuth, Webhooks
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError

Consent = Callable[[str], str]
Sign = Callable[[bytes, datetime], dict[str, str]]
HOSTILE = 'Eve"\r\nX: 1\u2028\0\u202e <b>🐟</b> ' + "🐟" * 400


class OAuthContract:
    """Fixtures: `provider`; `consent` allows at an authorize address and returns the code."""

    def test_claims_it(self, provider: object) -> None:
        """The capability is having the protocol."""
        assert isinstance(provider, OAuth)

    def test_the_address_carries_state_and_challenge(self, provider: OAuth) -> None:
        """RFC 6749 section 4.1.1, RFC 7636 section 4.3."""
        query = parse_qs(urlsplit(provider.authorize_url(state="a-b_c", code_challenge="x" * 43)).query)
        assert query["response_type"] == ["code"]
        assert query["state"] == ["a-b_c"]
        assert (query["code_challenge"], query["code_challenge_method"]) == (["x" * 43], ["S256"])
        assert urlsplit(query["redirect_uri"][0]).scheme in {"http", "https"}

    def test_a_code_becomes_tokens_once(self, provider: OAuth, consent: Consent) -> None:
        """Tokens are whole, hidden from repr, and the code is spent."""
        pair, before = pkce_pair(), present()
        code = consent(provider.authorize_url(state="s" * 22, code_challenge=pair.challenge))
        tokens = provider.exchange(code=code, code_verifier=pair.verifier)
        assert tokens.access_token
        assert tokens.refresh_token
        assert tokens.scopes
        assert tokens.expires_at > before
        assert tokens.access_token not in repr(tokens)
        assert tokens.refresh_token not in repr(tokens)
        with pytest.raises(ProviderError) as raised:
            provider.exchange(code=code, code_verifier=pair.verifier)
        assert raised.value.permanent
        assert code not in str(raised.value)

    def test_a_stolen_code_is_worthless(self, provider: OAuth, consent: Consent) -> None:
        """Without the verifier there are no tokens."""
        code = consent(provider.authorize_url(state="s" * 22, code_challenge=pkce_pair().challenge))
        with pytest.raises(ProviderError):
            provider.exchange(code=code, code_verifier=pkce_pair().verifier)

    def test_a_refresh_gives_new_tokens(self, provider: OAuth, consent: Consent) -> None:
        """The new pair works on."""
        pair = pkce_pair()
        code = consent(provider.authorize_url(state="s" * 22, code_challenge=pair.challenge))
        first = provider.exchange(code=code, code_verifier=pair.verifier)
        second = provider.refresh(first.refresh_token)
        assert second.access_token != first.access_token
        assert provider.refresh(second.refresh_token).access_token

    def test_a_dead_refresh_token_needs_the_host(self, provider: OAuth) -> None:
        """A sentence, and not the token."""
        with pytest.raises(NeedsReconnect, match=r"\.$") as raised:
            provider.refresh("dead-refresh-token")
        assert "dead-refresh-token" not in str(raised.value)


class IdentityContract:
    """Fixtures: `provider`; `token`, a good access token."""

    def test_tells_whose_account_it_is(self, provider: Identity, token: str) -> None:
        """The key and the labels are there."""
        assert isinstance(provider, Identity)
        profile = provider.profile(token)
        assert profile.user_id
        assert "@" in profile.email
        assert profile.display_name

    def test_a_bad_token_is_told_apart(self, provider: Identity) -> None:
        """So that the caller can renew it."""
        with pytest.raises(AccessTokenRefused):
            provider.profile("bad-token")


class ConferencingContract:
    """Fixtures: `provider`; `token`, a good access token; `scopes`, what was granted with it."""

    meeting = Meeting("Intro call", datetime(2031, 3, 5, 15, tzinfo=UTC), 30, "See you.")

    def test_a_grant_allows_at_least_to_create(self, provider: Conferencing, scopes: frozenset[str]) -> None:
        """And an empty one allows nothing."""
        assert isinstance(provider, Conferencing)
        assert Ability.CREATE in provider.abilities(scopes)
        assert provider.abilities(frozenset()) == frozenset()

    def test_a_meeting_has_a_link(self, provider: Conferencing, token: str) -> None:
        """An https link, and a passcode that repr does not show."""
        made = provider.create(self.meeting, access_token=token)
        assert urlsplit(made.join_url).scheme == "https"
        assert made.reference
        assert "passcode" not in repr(made)

    def test_hostile_and_long_texts_make_a_meeting_too(self, provider: Conferencing, token: str) -> None:
        """Whatever a guest calls himself."""
        assert provider.create(
            Meeting(HOSTILE, self.meeting.start, 30, HOSTILE * 20), access_token=token
        ).join_url

    def test_a_time_without_zone_is_a_mistake(self, provider: Conferencing, token: str) -> None:
        """Nothing is guessed."""
        naive = Meeting("Intro call", self.meeting.start.replace(tzinfo=None), 30)
        with pytest.raises(ValueError, match="zone"):
            provider.create(naive, access_token=token)

    def test_a_bad_token_is_told_apart(self, provider: Conferencing) -> None:
        """So that the caller can renew it and repeat."""
        with pytest.raises(AccessTokenRefused) as raised:
            provider.create(self.meeting, access_token="bad-token")
        assert not raised.value.outcome_unknown

    def test_it_can_be_moved_and_removed_where_allowed(
        self, provider: Conferencing, token: str, scopes: frozenset[str]
    ) -> None:
        """Both may be repeated; without the ability nothing is called at all."""
        allowed = provider.abilities(scopes)
        made = provider.create(self.meeting, access_token=token)
        later = Meeting("Moved", self.meeting.start + timedelta(hours=1), 60)
        for _ in range(2):
            if Ability.MOVE in allowed:
                provider.move(made.reference, later, access_token=token)
        for _ in range(2):
            if Ability.REMOVE in allowed:
                provider.remove(made.reference, access_token=token)


class WebhooksContract:
    """Fixtures: `provider`; `sign` returns the headers the service would send; `removal`, the body of a removal."""

    now = datetime(2026, 3, 5, 15, tzinfo=UTC)

    def test_a_signed_removal_is_believed(self, provider: Webhooks, sign: Sign, removal: bytes) -> None:
        """It names the account, and when."""
        assert isinstance(provider, Webhooks)
        reply = provider.read_webhook(removal, sign(removal, self.now), now=self.now)
        assert reply.status == 200
        assert reply.deauthorization is not None
        assert reply.deauthorization.user_id
        assert reply.deauthorization.at is not None
        assert reply.deauthorization.at.tzinfo is not None

    def test_one_changed_byte_is_refused(self, provider: Webhooks, sign: Sign, removal: bytes) -> None:
        """The signature is over the raw bytes."""
        for changed in (removal + b" ", removal[:-1], b""):
            reply = provider.read_webhook(changed, sign(removal, self.now), now=self.now)
            assert (reply.status, reply.deauthorization) == (401, None)

    def test_without_a_signature_nothing_is_believed(self, provider: Webhooks, removal: bytes) -> None:
        """No headers at all."""
        assert provider.read_webhook(removal, {}, now=self.now).status == 401

    def test_an_old_call_is_refused(self, provider: Webhooks, sign: Sign, removal: bytes) -> None:
        """However well it is signed."""
        old = sign(removal, self.now - timedelta(days=2))
        assert provider.read_webhook(removal, old, now=self.now).status == 401

    @pytest.mark.parametrize(
        "body", [b"", b"\xff", b"null", b"[]", b'{"a":', b"[" * 60_000, b'{"event":1}', b"NaN"]
    )
    def test_signed_nonsense_does_no_harm(self, provider: Webhooks, sign: Sign, body: bytes) -> None:
        """Never an exception, never an effect."""
        reply = provider.read_webhook(body, sign(body, self.now), now=self.now)
        assert reply.status in {200, 400}
        assert reply.deauthorization is None
