"""The programs of examples/, built as their READMEs say and run against a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.live import LiveServer
from tests.web.browsing import ask
from tests.web.visiting import missing

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

RUNS_ON = """query Q($package: String!, $target: String!) {
  specs(where: {package: {eq: $package}, target: {runsOn: $target}}, first: 500) {
    totalCount nodes { hash version compiler { name } target { name } } } }"""


@pytest.fixture(scope="module")
def address():
    with LiveServer("--rate", "0", "--log-level", "warning") as server:
        yield server.address


def run(*command):
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def npm(folder, *arguments):
    """Run npm in the folder of an example, with the Node.js that the pages are built with."""
    if not (folder / "node_modules").is_dir():
        missing(f"the packages of {folder} are not installed", f"npm ci in {folder}")
    return run(sys.executable, "web/build.py", "--npm", "--prefix", folder, "--silent", *arguments)


def lines_of(address, package, target):
    """Return what the Python and TypeScript examples print."""
    specs = ask(address, RUNS_ON, package=package, target=target)["specs"]
    return [
        f"{specs['totalCount']} builds of {package} run on {target}",
        *(
            f"{spec['hash']} {package}@{spec['version']} "
            f"%{(spec['compiler'] or {'name': 'none'})['name']} {spec['target']['name']}"
            for spec in specs["nodes"]
        ),
    ]


def test_the_python_client_reads_every_page(address):
    printed = run(sys.executable, EXAMPLES / "python" / "runs_on.py", address, "hdf5", "zen3")
    assert printed == lines_of(address, "hdf5", "zen3")
    assert len(printed) == 22  # three pages


def test_the_python_client_shows_what_the_server_says(address):
    command = [sys.executable, str(EXAMPLES / "python" / "runs_on.py"), address, "hdf5", "nonsense"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("no target 'nonsense'")


def test_the_typescript_client_has_types_of_the_schema_and_reads_every_page(address):
    folder = EXAMPLES / "typescript"
    npm(folder, "run", "build")
    assert "runsOn" in (folder / "src" / "gql" / "graphql.ts").read_text()
    printed = npm(folder, "start", "--", f"{address}/graphql", "hdf5", "zen3")
    assert printed == lines_of(address, "hdf5", "zen3")


def test_an_operation_that_the_schema_does_not_take_has_no_types(tmp_path):
    """The types are of this schema: the same sources with a field that it lacks do not pass."""
    folder = EXAMPLES / "typescript"
    schema = (ROOT / "schema" / "schema.graphql").read_text()
    lacking = tmp_path / "schema.graphql"
    lacking.write_text(re.sub(r"(?m)^input TargetFilter \{(?s:.*?)^\}", "input TargetFilter { eq: String }", schema))
    command = [sys.executable, "web/build.py", "--npm", "--prefix", folder, "--silent", "run", "codegen"]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, "SPECGRAPH_SCHEMA": str(lacking)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "runsOn" in done.stdout + done.stderr


def test_relays_compiler_takes_the_schema_and_its_store_joins_the_pages(address):
    folder = EXAMPLES / "relay"
    npm(folder, "run", "build")
    refetch = (folder / "src" / "__generated__" / "mainSpecsNextQuery.graphql.ts").read_text()
    assert "node(id: $id)" in refetch
    printed = npm(folder, "start", "--", f"{address}/graphql", "hdf5")
    asked = '{ package(name: "hdf5") { specs(first: 500) { totalCount nodes { hash version } } } }'
    specs = ask(address, asked)["package"]["specs"]
    assert printed == [
        f"{specs['totalCount']} builds of hdf5 in 3 pages",
        *(f"{spec['hash']} hdf5@{spec['version']}" for spec in specs["nodes"]),
    ]


@pytest.mark.parametrize(
    "name", ["typescript/package-lock.json", "relay/package-lock.json", "python/requirements.lock"]
)
def test_a_lock_file_names_no_registry(name):
    text = (EXAMPLES / name).read_text()
    assert '"resolved"' not in text
    assert not re.search(r"https?://[^\"\s]*(registry|simple|pypi)", text)
