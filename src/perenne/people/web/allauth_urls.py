"""Sign-in addresses: by a code in a mail or a passkey, with a second factor if chosen.

No sign-up, password or change of address: the library's pages for those are left out.
"""

from __future__ import annotations

from allauth.account import views
from django.urls import include, path
from django.views.generic import RedirectView

_to_login = RedirectView.as_view(pattern_name="login", query_string=True)

urlpatterns = [
    path("login/", views.RequestLoginCodeView.as_view(), name="login"),
    path("account/login/", _to_login, name="account_login"),
    path("account/login/code/", _to_login, name="account_request_login_code"),
    path(
        "account/login/code/confirm/",
        views.confirm_login_code,
        name="account_confirm_login_code",
    ),
    path("account/logout/", views.logout, name="account_logout"),
    path("account/inactive/", views.account_inactive, name="account_inactive"),
    path(
        "account/reauthenticate/", views.reauthenticate, name="account_reauthenticate"
    ),
    path("account/mfa/", include("allauth.mfa.urls")),
]
