"""Pages of cache.spack.io: what a page says of itself is what the API computes from its specs, field by field."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from graph.build import build
from graph.errors import SourceError
from graph.sources.detect import read_sources

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PAGES = sorted((DATA / "pages" / "_cache").rglob("specs.md"))

PACKAGE = """query ($name: String!, $tag: String) {
  package(name: $name, snapshot: $tag) {
    specCount versions platforms
    compilers { name } operatingSystems { name } targets { name }
    stacks { totalCount edges { specCount node { name } } }
  }
}"""


def lines_of(text):
    """Return a page's front matter by key, each value as it is written on its line."""
    pairs = (line.partition(": ") for line in text.splitlines() if not line.startswith((" ", "-")))
    return {key: value for key, _, value in pairs}


def names(found):
    return [node["name"] for node in found]


def answered(ask, name, tag):
    """Return what the API says of a package, in the words of a page's meta."""
    package = ask(PACKAGE, name=name, tag=tag)["package"]
    edges = package["stacks"]["edges"]
    assert package["stacks"]["totalCount"] == len(edges)
    return {
        "num_specs": package["specCount"],
        "num_specs_by_stack": {edge["node"]["name"]: edge["specCount"] for edge in edges},
        "stacks": [edge["node"]["name"] for edge in edges],
        "versions": package["versions"],
        "compilers": names(package["compilers"]),
        "oss": names(package["operatingSystems"]),
        "platforms": package["platforms"],
        "targets": names(package["targets"]),
    }


def said(raw, meta):
    """Return a page's meta in the order of the API, compilers without `=` and without none."""
    compilers = {compiler.replace("@=", "@") for compiler in meta["compilers"]}
    sorted_lists = {key: sorted(meta[key]) for key in ("stacks", "oss", "platforms", "targets")}
    return {
        **meta,
        **sorted_lists,
        "versions": raw.newest_first(meta["versions"]),
        "compilers": sorted(compilers - {"none"}),
    }


@pytest.fixture(scope="session")
def all_pages(ask, shared_data):
    """The folder of real pages, built as one catalogue."""
    built = build(read_sources([shared_data / "pages"]))
    # one page is invalid YAML, and its siblings are there
    (problem,) = built.problems
    assert "amg/index.md" in problem.place
    return ask.about(built.catalogue)


def page_parameters():
    if not PAGES:
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"the real pages are not at {DATA}"))]
    return [pytest.param(path, id=f"{path.parts[-3]}/{path.parts[-2]}") for path in PAGES]


@pytest.mark.parametrize("path", page_parameters())
def test_what_a_page_says_of_itself_is_what_its_specs_are(ask, raw, all_pages, path):
    text = lines_of(path.read_text(encoding="utf-8"))
    meta = json.loads(text["meta"])
    name = json.loads(text["title"])
    tag = text["categories"].strip("[]").split(", ")[1] if "categories" in text else "untagged"
    alone = ask.about(build(read_sources([path])).catalogue)
    if "spec_details" in text:
        assert answered(all_pages, name, tag) == answered(alone, name, tag) == said(raw, meta)
    else:
        # an early page: it names versions and compilers, and no hashes
        for pages in (all_pages, alone):
            answer = answered(pages, name, tag)
            assert answer["versions"] == raw.newest_first(meta["versions"])
            assert answer["compilers"] == sorted(meta["compilers"])
            assert answer["stacks"] == []


def test_there_are_pages_of_every_layout(shared_data):
    tags = {path.parts[-3] for path in PAGES}
    assert len(PAGES) == 22
    assert {"develop", "v0.18", "v0.18.0", "v0.23.1", "develop-2025-07-13", "_cache"} <= tags


SPECS = """query ($name: String!, $tag: String) { package(name: $name, snapshot: $tag) {
  specs(first: 5000) { nodes {
    hash version platform size tarball inBuildCache external
    compiler { name } operatingSystem { name } target { name } stacks { nodes { name } } variants { text }
  } }
} }"""


@pytest.mark.parametrize("path", page_parameters())
def test_every_row_of_a_page_is_a_spec(raw, all_pages, path):
    text = lines_of(path.read_text(encoding="utf-8"))
    if "spec_details" not in text:
        return
    tag = text["categories"].strip("[]").split(", ")[1]
    expected = {}
    for row in json.loads(text["spec_details"]):
        compiler = row["compiler"].replace("@=", "@")
        expected[row["hash"]] = {
            "hash": row["hash"],
            "version": row["versions"][0],
            "platform": row["platform"],
            "size": None,
            "tarball": row.get("tarball"),
            "inBuildCache": True,
            "external": False,
            "compiler": None if compiler == "none" else {"name": compiler},
            "operatingSystem": {"name": row["os"]},
            "target": {"name": row["target"]},
            "stacks": {"nodes": [{"name": stack} for stack in sorted(row["stacks"])]},
            # the API has them by name
            "variants": sorted(({"text": v} for v in row["variants"]), key=lambda v: v["text"].lstrip("+~")),
        }
    nodes = all_pages(SPECS, name=json.loads(text["title"]), tag=tag)["package"]["specs"]["nodes"]
    for node in nodes:
        node["variants"].sort(key=lambda v: v["text"].lstrip("+~"))
    assert {node["hash"]: node for node in nodes} == expected
    assert len(nodes) == len(expected)


def test_an_early_page_gives_a_package_without_specs(all_pages):
    query = """{ package(name: "clara", snapshot: "v0.18") {
      specCount binaryCount latestVersion versions platforms compilers { name version specCount }
      targets { name } specs { totalCount } dependencies { totalCount }
    } }"""
    assert all_pages(query)["package"] == {
        "specCount": 0,
        "binaryCount": 0,
        "latestVersion": "1.1.5",
        "versions": ["1.1.5"],
        "platforms": [],
        "compilers": [{"name": "gcc@7.5.0", "version": "7.5.0", "specCount": 0}],
        "targets": [],
        "specs": {"totalCount": 0},
        "dependencies": {"totalCount": 0},
    }
    assert all_pages('{ snapshot(name: "v0.18") { packageCount specCount stackCount } }')["snapshot"] == {
        "packageCount": 1,
        "specCount": 0,
        "stackCount": 0,
    }


def test_an_early_page_with_spec_files_beside_it_has_their_specs(all_pages, shared_data):
    folder = shared_data / "pages" / "_cache" / "amg"
    expected = {}
    for name in ("spec-0.json", "spec-4.json"):
        nodes = json.loads((folder / name).read_text(encoding="utf-8"))["spec"]["nodes"]
        (amg,) = (node for node in nodes if node["name"] == "amg")
        target = amg["arch"]["target"]
        expected[amg["hash"]] = {
            "version": amg["version"],
            "operatingSystem": {"name": amg["arch"]["platform_os"]},
            "target": {"name": target if isinstance(target, str) else target["name"]},
            "compiler": {"name": f"{amg['compiler']['name']}@{amg['compiler']['version']}"},
            "dependencies": {
                "nodes": [{"hash": d["hash"], "package": {"name": d["name"]}} for d in amg["dependencies"]]
            },
        }
    query = """{ package(name: "amg", snapshot: "untagged") { specs { nodes {
      hash version operatingSystem { name } target { name } compiler { name }
      dependencies { nodes { hash package { name } } }
    } } } }"""
    nodes = all_pages(query)["package"]["specs"]["nodes"]
    assert {node.pop("hash"): node for node in nodes} == expected


def test_an_invalid_page_alone_is_an_error_that_names_it(shared_data):
    with pytest.raises(SourceError, match=r"amg/index\.md"):
        list(read_sources([shared_data / "pages/_cache/amg/index.md"]))


# The 858 pages that belong to binaries/v2025.11.0


@pytest.fixture(scope="session")
def archive(shared_data):
    """The archive of 858 pages."""
    return shared_data / "pages-858.tar.xz"


@pytest.fixture(scope="session")
def rows_of_archive(archive):
    """Each page of the archive as (title, meta, rows)."""
    found = []
    with tarfile.open(archive) as members:
        for member in members:
            content = members.extractfile(member) if member.name.endswith("/specs.md") else None
            if content is not None:
                text = lines_of(content.read().decode())
                found.append((json.loads(text["title"]), json.loads(text["meta"]), json.loads(text["spec_details"])))
    assert len(found) == 858
    return found


@pytest.fixture(scope="session")
def pages_alone(ask, archive):
    """The 858 pages alone."""
    built = build(read_sources([archive]))
    assert built.problems == ()
    return ask.about(built.catalogue)


@pytest.fixture(scope="session")
def pages_and_index(ask, archive, shared_data):
    """The 858 pages and the indexes of the same tag."""
    built = build(read_sources([archive, shared_data / "binaries" / "v2025.11.0"]))
    assert built.problems == ()
    return ask.about(built.catalogue)


def test_what_each_of_858_pages_says_of_itself_is_what_its_specs_are(raw, pages_alone, rows_of_archive):
    for title, meta, _ in rows_of_archive:
        assert answered(pages_alone, title, "v2025.11.0") == said(raw, meta), title


def test_pages_alone_have_the_binaries_and_no_dependencies(pages_alone, rows_of_archive):
    query = """{
      snapshot { name packageCount specCount stackCount dependencyCount binaryCount }
      specs(first: 5000) { nodes { hash dependencies { totalCount } } }
    }"""
    answer = pages_alone(query)
    assert answer["snapshot"] == {
        "name": "v2025.11.0",
        "packageCount": 858,
        "specCount": 3192,
        "stackCount": 9,
        "dependencyCount": 0,
        "binaryCount": 3192,
    }
    assert {node["hash"] for node in answer["specs"]["nodes"]} == {
        r["hash"] for _, _, rows in rows_of_archive for r in rows
    }
    assert {node["dependencies"]["totalCount"] for node in answer["specs"]["nodes"]} == {0}


WHOLE = """{
  snapshot(name: "v2025.11.0") { digest packageCount specCount stackCount dependencyCount binaryCount }
  packages(first: 5000, snapshot: "v2025.11.0") { nodes {
    name specCount binaryCount versions compilers { name } stacks { edges { specCount node { name } } }
    dependencies(first: 5000) { nodes { name } }
  } }
  specs(first: 5000, snapshot: "v2025.11.0") { nodes {
    hash version namespace text inBuildCache external size tarball compiler { name } stacks { nodes { name } }
  } }
  compilers(snapshot: "v2025.11.0") { nodes { name specCount } }
}"""


def test_pages_merged_with_their_index_answer_as_the_index_alone(ask, pages_and_index):
    assert pages_and_index(WHOLE) == ask(WHOLE)


def test_the_order_of_sources_changes_nothing(pages_and_index, ask, archive, shared_data):
    other_way = build(read_sources([shared_data / "binaries" / "v2025.11.0", archive])).catalogue
    query = "{ snapshots { name digest } }"
    assert ask.about(other_way)(query) == pages_and_index(query)


def test_dependencies_of_a_merged_spec_are_the_indexs(pages_and_index, release, rows_of_archive):
    query = """query ($hash: String!) { spec(hash: $hash) {
      dependencies(first: 5000) { nodes { hash } } stacks { nodes { name } }
    } }"""
    for _, _, rows in rows_of_archive[::40]:
        for row in rows[:3]:
            edges = release.specs[row["hash"]].edges
            expected = {
                "dependencies": {edge["hash"] for edge in edges},
                "stacks": [{"name": stack} for stack in sorted(row["stacks"])],
            }
            answer = pages_and_index(query, hash=row["hash"])["spec"]
            assert {node["hash"] for node in answer["dependencies"]["nodes"]} == expected["dependencies"]
            assert answer["stacks"]["nodes"] == expected["stacks"]


def test_pages_of_another_tag_get_the_dependencies_of_the_same_hashes(ask, archive, shared_data):
    """Membership is the page's, the edge is the index's: a tag of pages alone has edges between its own specs."""
    sources = [f"copied={archive}", shared_data / "binaries" / "v2025.11.0"]
    both = ask.about(build(read_sources(sources)).catalogue)
    query = """{
      pages: snapshot(name: "copied") { specCount binaryCount dependencyCount }
      index: snapshot(name: "v2025.11.0") { specCount binaryCount dependencyCount }
    }"""
    answer = both(query)
    assert answer["index"] == {"specCount": 3202, "binaryCount": 3192, "dependencyCount": 27018}
    installs = json.loads((shared_data / "binaries/v2025.11.0/build_cache/index.json").read_bytes())["database"][
        "installs"
    ]
    binaries = {h: install["spec"] for h, install in installs.items() if install["in_buildcache"]}
    edges = [d for spec in binaries.values() for d in spec.get("dependencies", []) if d["hash"] in binaries]
    assert answer["pages"] == {"specCount": 3192, "binaryCount": 3192, "dependencyCount": len(edges)}
