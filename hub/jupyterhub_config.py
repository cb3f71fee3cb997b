"""JupyterHub's configuration: everything an operator decides comes from ``settings.toml``; see README.md."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hub.accounts import HubAuthenticator  # noqa: E402 - the path comes first
from hub.homes import home_maker  # noqa: E402
from hub.settings import FILE, USERNAME, load_settings  # noqa: E402
from hub.start import proxy_command  # noqa: E402

settings = load_settings(Path(os.environ.get("NANOOS_HUB_SETTINGS", FILE)))
state, port = settings.state, settings.port
os.umask(0o077)  # the database, secrets and homes are nobody else's

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - JupyterHub gives it

c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port + 1}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 2}"
c.ConfigurableHTTPProxy.command = proxy_command()
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{state / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")

c.JupyterHub.authenticator_class = HubAuthenticator
c.HubAuthenticator.state = str(state)
c.HubAuthenticator.first_admin = settings.admins[0]
c.Authenticator.admin_users = set(settings.admins)
c.Authenticator.allow_all = True  # of those who have an account and were let in
c.Authenticator.username_pattern = USERNAME
c.NativeAuthenticator.open_signup = settings.sign_up == "open"
c.NativeAuthenticator.enable_signup = settings.sign_up != "closed"
c.NativeAuthenticator.minimum_password_length = settings.minimum_password_length
c.NativeAuthenticator.check_common_password = True
c.NativeAuthenticator.allowed_failed_logins = 5

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = f"{settings.homes}/{{username}}"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.ip = "127.0.0.1"
c.Spawner.default_url = "/lab"
c.Spawner.http_timeout = 90
c.Spawner.start_timeout = 90
c.Spawner.env_keep = ["PATH", "LANG", "LC_ALL", "TZ", "JUPYTER_PATH", "JUPYTER_CONFIG_PATH"]
c.Spawner.args = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--VoilaConfiguration.template=nanoos",  # nothing of it is loaded from elsewhere
    *(["--allow-root"] if os.geteuid() == 0 else []),
    *([] if settings.voila else ["--ServerApp.jpserver_extensions={'voila.server_extension': False}"]),
]
c.Spawner.pre_spawn_hook = home_maker(settings)

if settings.voila:
    c.JupyterHub.services = [
        {
            "name": "dashboards",
            "url": f"http://127.0.0.1:{port + 3}",
            "command": [sys.executable, "-m", "hub.dashboards"],
            "cwd": str(ROOT),
            "environment": {"NANOOS_DASHBOARDS": str(settings.dashboards_folder)},
            "oauth_no_confirm": True,
        }
    ]
    c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", "access:services!service=dashboards"]}]
