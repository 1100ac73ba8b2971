"""What django-oauth-toolkit is told; docs/decisions/0094 has the reasons."""

from typing import Any

_GATES = (
    "IMPLICIT_GRANT", "PASSWORD_GRANT", "PKCE_METHOD", "ACCESS_TOKEN_TRANSPORT", "AUTHZ_RESPONSE_ISS",
    "TOKEN_STORAGE", "REFRESH_TOKEN", "REDIRECT_URI_SCHEME", "REDIRECT_URI_MATCHING", "PKCE_REQUIRED",
)  # fmt: skip


def toolkit_settings(base_url: str, *, registration: bool) -> dict[str, Any]:
    """registration: whether apps may register themselves."""
    named: dict[str, Any] = {
        "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",  # codes and refresh tokens, no other grant
        "OAUTH2_VALIDATOR_CLASS": "timetuna.oauth.server.Validator",
        "OAUTH2_BACKEND_CLASS": "timetuna.oauth.server.FingerprintedCodes",
        "SCOPES_BACKEND_CLASS": "timetuna.oauth.server.ApiScopes",
        "CLIENT_ID_GENERATOR_CLASS": "timetuna.oauth.secrets.ClientIds",
        "CLIENT_SECRET_GENERATOR_CLASS": "timetuna.oauth.secrets.ClientSecrets",
        "CLIENT_SECRET_HASHER": "client_secret_sha256",
        "ACCESS_TOKEN_GENERATOR": "timetuna.oauth.secrets.access_token",
        "REFRESH_TOKEN_GENERATOR": "timetuna.oauth.secrets.refresh_token",
        "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
        "ACCESS_TOKEN_EXPIRE_SECONDS": 3_600,
        "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 86_400,  # after the last use
        "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 60,  # Zapier asks again when an answer got lost
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "OIDC_ISS_ENDPOINT": base_url,
        "ALLOW_URI_WILDCARDS": False,
        "ALLOW_LOCALHOST_LOOPBACK": True,
        "PKCE_REQUIRED": True,
        "CIMD_ENABLED": False,
        "DCR_ENABLED": registration,
        "DCR_REGISTRATION_PERMISSION_CLASSES": ("oauth2_provider.dcr.AllowAllDCRPermission",),
    }
    return named | {f"COMPLIANT_BCP_RFC9700_{gate}": True for gate in _GATES}
