"""Addresses of the accounts app; the names that begin with account_ and socialaccount_ are django-allauth's."""

from allauth.account.views import (
    AccountInactiveView,
    EmailVerificationSentView,
    PasswordResetDoneView,
    PasswordResetFromKeyDoneView,
)
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.generic import RedirectView

from timetuna.accounts.views import email, invitations, password, social
from timetuna.accounts.views.signing_in import Reauthenticate, SignIn, SignOut, SignUp

_verification_sent = EmailVerificationSentView.as_view(template_name="accounts/verification_sent.html")
_reset_sent = PasswordResetDoneView.as_view(template_name="accounts/reset_password_done.html")
_reset_done = PasswordResetFromKeyDoneView.as_view(template_name="accounts/reset_password_from_key_done.html")
_inactive = AccountInactiveView.as_view(template_name="accounts/inactive.html")

urlpatterns: list[URLPattern | URLResolver] = [
    path("signin", SignIn.as_view(), name="account_login"),
    path("signin/inactive", _inactive, name="account_inactive"),
    path("signin/google", social.leave, {"provider": "google"}, name="google_login"),
    path("signin/google/callback", social.come_back, {"provider": "google"}, name="google_callback"),
    path("signin/microsoft", social.leave, {"provider": "microsoft"}, name="microsoft_login"),
    path("signin/microsoft/callback", social.come_back, {"provider": "microsoft"}, name="microsoft_callback"),
    path("signup", SignUp.as_view(), name="account_signup"),
    path("signup/name", social.SocialSignUp.as_view(), name="socialaccount_signup"),
    path("signout", SignOut.as_view(), name="account_logout"),
    path("verify-email/sent", _verification_sent, name="account_email_verification_sent"),
    re_path(r"^verify-email/(?P<key>[-:\w]+)$", email.VerifyEmail.as_view(), name="account_confirm_email"),
    path("reset-password", password.ResetPassword.as_view(), name="account_reset_password"),
    path("reset-password/sent", _reset_sent, name="account_reset_password_done"),
    path("reset-password/done", _reset_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^reset-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)$",
        password.NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("reauthenticate", Reauthenticate.as_view(), name="account_reauthenticate"),
    path("invite/<str:token>", invitations.into_team, name="team_invitation"),
    path("settings", RedirectView.as_view(pattern_name="profile"), name="settings"),
    path("settings/email", email.Email.as_view(), name="account_email"),
    path("settings/email/undo/<str:token>", email.undo, name="undo_email"),
    path("settings/password", password.Password.as_view(), name="account_change_password"),
    path("settings/password/first", password.first_password, name="account_set_password"),
]
