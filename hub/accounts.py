"""Accounts with passwords of their own: NativeAuthenticator, and a first administrator without a default password.

The first administrator gets a random password at the first start, printed once and kept nowhere in the clear. It is
for one thing: until it was changed no server starts for that account.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Any

from jupyterhub.utils import url_path_join
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.handlers import LoginHandler
from tornado.escape import url_escape
from tornado.httputil import url_concat
from tornado.web import HTTPError
from traitlets import Unicode

_CHANGE = "change-password"


class _Login(LoginHandler):  # type: ignore[misc]
    """NativeAuthenticator's page of JupyterHub 5, in the words of JupyterHub 6."""

    async def post(self) -> None:
        """Answer a login."""
        data = {name: self.get_argument(name, strip=False) for name in self.request.arguments}
        if user := await self.login_user(data):
            self._jupyterhub_user = user
            self.redirect(self.get_next_url(user))
            return
        name, error = data.get("username", ""), "Invalid username or password."
        known = self.authenticator.get_user(name)
        if (
            known is not None
            and known.is_valid_password(data.get("password", ""))
            and not known.is_authorized
        ):
            error = f"{name} has not been let in by an administrator yet."
        self.finish(await self._render(login_error=error, username=name))

    def _render(self, login_error: str | None = None, username: str | None = None, **options: Any) -> Any:
        wanted = self.get_argument("next", default="")
        return self.render_template(
            "native-login.html",
            next=url_escape(wanted),
            username=username,
            login_error=login_error,
            custom_html=self.authenticator.custom_html,
            login_url=self.settings["login_url"],
            enable_signup=self.authenticator.enable_signup,
            two_factor_auth=self.authenticator.allow_2fa,
            authenticator_login_url=url_concat(
                self.authenticator.login_url(self.hub.base_url), {"next": wanted}
            ),
            sync=bool(options.get("sync")),
        )

    def get_next_url(self, user: Any = None, default: str | None = None) -> str:
        """Lead to the change of a one-time password, else where one wanted to go.

        Args:
            user: Who logged in.
            default: Where one goes who wanted nowhere.
        """
        if user is not None and self.authenticator.one_time(user.name):
            return url_path_join(self.hub.base_url, _CHANGE)
        return str(super().get_next_url(user, default))


class HubAuthenticator(NativeAuthenticator):  # type: ignore[misc]
    """People sign up by themselves; see :mod:`hub.settings` for who lets them in."""

    state = Unicode(help="The hub's state folder.").tag(config=True)
    first_admin = Unicode(help="Who gets a one-time password at the first start.").tag(config=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.first_admin and not self.user_exists(self.first_admin):
            self._make_first_admin()

    def one_time(self, name: str) -> bool:
        """Say whether a person still has the one-time password.

        Args:
            name: Who.
        """
        return name == self.first_admin and self._mark.exists()

    def change_password(self, username: str, new_password: str) -> Any:
        """Change a password; a one-time one is then none any more.

        Args:
            username: Whose.
            new_password: The new one.
        """
        changed = super().change_password(username, new_password)
        if changed and self.normalize_username(username) == self.first_admin:
            self._mark.unlink(missing_ok=True)
        return changed

    def pre_spawn_start(self, user: Any, spawner: Any) -> Any:
        """Refuse to start a server for a one-time password.

        Args:
            user: Whose server.
            spawner: What starts it.
        """
        if self.one_time(user.name):
            refusal = HTTPError(403)
            refusal.jupyterhub_message = f"Change the one-time password first, at /hub/{_CHANGE}."
            raise refusal
        return super().pre_spawn_start(user, spawner)

    def get_handlers(self, app: Any) -> list[Any]:
        """Return the pages of accounts.

        Args:
            app: The hub.
        """
        pages = super().get_handlers(app)
        return [(path, _Login if page is LoginHandler else page) for path, page in pages]

    @property
    def _mark(self) -> Path:
        return Path(self.state) / "first-password-unchanged"

    def _make_first_admin(self) -> None:
        password, sign_up = secrets.token_urlsafe(12), self.enable_signup
        self._mark.touch(mode=0o600)
        self.enable_signup = True  # else no account can be made at all
        made = self.create_user(self.first_admin, password)
        self.enable_signup = sign_up
        if made is None:
            raise RuntimeError(f"the administrator {self.first_admin!r} could not be made")
        print(
            f"\n  The hub's administrator is {self.first_admin!r}, with the one-time password\n\n      {password}\n\n"
            "  It is shown this once. Log in and change it; until then it starts nothing.\n",
            file=sys.stderr, flush=True,
        )  # fmt: skip
