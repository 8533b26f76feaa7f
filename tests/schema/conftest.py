"""The catalogue under test, how to ask it in process, and the raw data that its answers are compared with.

The catalogue is built from the embedded sample by the code under test. `raw` is read from the same archive by the
code in this file alone: tarfile, json and plain loops. `test_sample` compares the archive with the real data.
"""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.build import Built, build
from graph.snapshot import Catalogue
from graph.sources.detect import read_sources
from schema.context import Context
from schema.execution.engine import Engine, answered
from schema.limits import DEFAULT_LIMITS, Limits
from schema.root import schema

SAMPLE = Path(__file__).resolve().parents[2] / "server" / "sample" / "sample.tar.xz"
NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Ask:
    """Asks the schema over one catalogue, in process."""

    catalogue: Any
    limits: Limits = DEFAULT_LIMITS

    def __call__(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the answer's data; an error in it fails the test."""
        data, errors = self.errors(query, **variables)
        assert errors == []
        assert data is not None
        return data

    def errors(self, query: str, **variables: Any) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """Return the answer's data and its errors as a client sees them."""
        context = Context(self.catalogue, self.limits)
        answer = json.loads(answered(Engine(schema), query, variables, context).body)
        return answer.get("data"), answer.get("errors", [])

    def about(self, catalogue: Any) -> Ask:
        """Ask another catalogue."""
        return Ask(catalogue, self.limits)

    def within(self, limits: Limits) -> Ask:
        """Ask under other limits."""
        return Ask(self.catalogue, limits)


@pytest.fixture(scope="session")
def built() -> Built:
    """The embedded sample, built."""
    return build(read_sources([str(SAMPLE)]), default="v2025.11.0", now=NOON)


@pytest.fixture(scope="session")
def catalogue(built: Built) -> Catalogue:
    """The catalogue of the embedded sample."""
    return built.catalogue


@pytest.fixture(scope="session")
def ask(catalogue: Catalogue) -> Ask:
    """Ask the embedded sample; an error fails the test."""
    return Ask(catalogue)


@pytest.fixture(scope="session")
def ask_errors(ask: Ask) -> Any:
    """Ask the embedded sample for data and errors."""
    return ask.errors


@dataclass(frozen=True, eq=False)
class RawSpec:
    """A spec as its source writes it. `parameters` are variants and flags, `edges` the dependencies as written."""

    hash: str
    name: str
    version: str
    os: str
    platform: str
    target: str
    compiler: str | None
    in_build_cache: bool
    external: bool = False
    namespace: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    edges: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class RawSnapshot:
    """A tag: its specs by hash, in the API's default order, and the hashes that each stack holds, by its name."""

    name: str
    specs: dict[str, RawSpec]
    stacks: dict[str, set[str]]

    def stacks_of(self, dag_hash: str) -> list[str]:
        """Return the names of the stacks that hold a spec."""
        return [name for name, held in self.stacks.items() if dag_hash in held]

    def count_by_stack(self, hashes: set[str]) -> dict[str, int]:
        """Return how many of the specs each stack holds, without stacks that hold none."""
        counts = {name: len(held & hashes) for name, held in self.stacks.items()}
        return {name: count for name, count in counts.items() if count}


@dataclass(frozen=True)
class Edge:
    """What an edge of a RawSpec says."""

    hash: str
    deptypes: list[str]
    virtuals: list[str]


class Raw(dict[str, RawSnapshot]):
    """The sample's tags by name, and what many tests compute from them."""

    @staticmethod
    def version_key(text: str) -> list[tuple[int, Any]]:
        """Order versions as Spack does: words below numbers, numbers below develop, main, master and the like."""
        assert not re.search("alpha|beta|rc", text), "pre-releases, which the sample has none of, have another order"
        names = ["stable", "nightly", "trunk", "head", "master", "main", "develop"]
        key: list[tuple[int, Any]] = []
        for part in re.findall("[0-9]+|[a-zA-Z]+", text):
            if part.isdigit():
                key.append((1, int(part)))
            elif part in names:
                key.append((2, names.index(part)))
            else:
                key.append((0, part))
        return key

    @classmethod
    def newest_first(cls, versions: Any) -> list[str]:
        """Sort versions, the newest first."""
        return sorted(set(versions), key=cls.version_key, reverse=True)

    @classmethod
    def in_default_order(cls, specs: Any) -> list[RawSpec]:
        """Sort specs: package, newest version first, then hash."""
        found = sorted(specs, key=lambda spec: spec.hash)
        found.sort(key=lambda spec: cls.version_key(spec.version), reverse=True)
        found.sort(key=lambda spec: spec.name)
        return found

    @staticmethod
    def edges(spec: RawSpec) -> list[Edge]:
        """Return the dependencies of a spec, by hash."""
        edges = [
            Edge(d["hash"], [t.upper() for t in d["parameters"]["deptypes"]], sorted(d["parameters"]["virtuals"]))
            for d in spec.edges
        ]
        return sorted(edges, key=lambda edge: edge.hash)


def raw_page(text: str) -> dict[str, Any]:
    """Read a page's front matter: a line for each key, its value JSON but for bare words."""
    values: dict[str, Any] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(": ")
        if colon and not line.startswith(" "):
            try:
                values[key] = json.loads(value)
            except ValueError:
                values[key] = value.strip("[]").split(", ")
    return values


def _raw_spec_of_row(package: str, row: dict[str, Any]) -> RawSpec:
    compiler = row["compiler"].replace("@=", "@")
    return RawSpec(
        hash=row["hash"],
        name=package,
        version=row["versions"][0],
        os=row["os"],
        platform=row["platform"],
        target=row["target"],
        compiler=None if compiler == "none" else compiler,
        in_build_cache=True,
    )


def _raw_spec_of_install(install: dict[str, Any], versions: dict[str, str]) -> RawSpec:
    node = install["spec"]
    target = node["arch"]["target"]
    return RawSpec(
        hash=node["hash"],
        name=node["name"],
        version=node["version"],
        os=node["arch"]["platform_os"],
        platform=node["arch"]["platform"],
        target=target if isinstance(target, str) else target["name"],
        compiler=_compiler(node, versions),
        in_build_cache=install["in_buildcache"],
        external="external" in node,
        namespace=node["namespace"],
        parameters=node["parameters"],
        edges=node.get("dependencies", []),
    )


def _compiler(node: dict[str, Any], versions: dict[str, str]) -> str | None:
    recorded = node["annotations"].get("compiler")
    if recorded:
        return recorded.replace("@=", "@")
    for virtual in ("c", "cxx", "fortran"):
        for edge in node.get("dependencies", []):
            if virtual in edge["parameters"]["virtuals"]:
                return f"{edge['name']}@{versions[edge['hash']]}"
    return None


@pytest.fixture(scope="session")
def sample_files() -> dict[str, bytes]:
    """The members of the embedded sample by name."""
    with tarfile.open(SAMPLE) as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive)
        return {name: content.read() for name, content in files if content is not None}


@pytest.fixture(scope="session")
def raw(sample_files: dict[str, bytes]) -> Raw:
    """The sample's tags, read by the code in this file."""
    raw = Raw()
    page = raw_page(sample_files["_cache/develop/py-build/specs.md"].decode())
    specs = {row["hash"]: _raw_spec_of_row("py-build", row) for row in page["spec_details"]}
    stacks: dict[str, set[str]] = {name: set() for name in sorted(page["meta"]["stacks"])}
    for row in page["spec_details"]:
        for stack in row["stacks"]:
            stacks[stack].add(row["hash"])
    raw["develop"] = RawSnapshot("develop", {s.hash: s for s in Raw.in_default_order(specs.values())}, stacks)
    for tag, indexes in json.loads(sample_files["binaries/cache_spack_io_index.json"]).items():
        raw[tag] = _raw_tag(tag, indexes, sample_files)
    return raw


def _raw_tag(tag: str, indexes: list[dict[str, str]], files: dict[str, bytes]) -> RawSnapshot:
    installs: dict[str, Any] = {}
    stacks: dict[str, set[str]] = {}
    for index in sorted(indexes, key=lambda index: index["label"]):
        content = files["binaries/" + index["url"].removeprefix("s3://spack-binaries/")]
        held = json.loads(content)["database"]["installs"]
        stacks[index["label"]] = set(held)
        installs |= held
    versions = {dag_hash: install["spec"]["version"] for dag_hash, install in installs.items()}
    specs = [_raw_spec_of_install(install, versions) for install in installs.values()]
    return RawSnapshot(tag, {spec.hash: spec for spec in Raw.in_default_order(specs)}, stacks)


@pytest.fixture(scope="session")
def release(raw: Raw) -> RawSnapshot:
    """The default snapshot's raw data: 3,202 specs in 8 stacks and root."""
    return raw["v2025.11.0"]


@pytest.fixture(scope="session")
def order(release):
    """The place of each hash in the default order."""
    return {dag_hash: place for place, dag_hash in enumerate(release.specs)}


@pytest.fixture(scope="session")
def hdf5(release):
    """A spec of hdf5 in e4s with mpi: it needs something in many ways."""
    return next(s.hash for s in release.specs.values() if s.name == "hdf5" and s.hash in release.stacks["e4s"])
