"""Snapshot files on the command line: built, opened, checked and exported."""

import json

import networkx as nx
import pytest
from click.testing import CliRunner

from graph.build import build
from graph.store import save
from server.cli import main
from server.loading import load
from tests.graph.small_graphs import NOON, spec_record
from tests.server.pages import page


def run(*arguments, **environment):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)


def failed(result):
    [line] = result.stderr.splitlines()
    assert line.startswith("specgraph: error: ")
    return line.removeprefix("specgraph: error: ")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "specs.md"
    path.write_text(page("zlib"))
    return path


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "two.specgraph"
    records = [spec_record("x", snapshot="a"), spec_record("x", snapshot="develop"), spec_record("y", snapshot="a")]
    save(build(records, now=NOON).catalogue, path)
    return path


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


# Build


def test_build_writes_what_serve_opens(source, tmp_path, settings):
    output = tmp_path / "one.specgraph"
    result = run("build", source, "-o", output)
    assert result.exit_code == 0
    size = f"{output.stat().st_size:,}"
    assert result.stdout.splitlines() == [
        f"loaded {source}",
        "  develop  1 package  1 spec  1 binary  1 stack  0 dependencies  default",
        f"wrote {output}: 1 snapshot, 1 spec, 0 dependencies, {size} bytes",
    ]
    assert result.stderr == "reading 1 file\n"
    before, after = load([str(source)], settings).catalogue, load([str(output)], settings).catalogue
    assert [snapshot.digest for snapshot in after] == [snapshot.digest for snapshot in before]


def test_build_reports_problems_and_fails_on_them_when_strict(source, tmp_path):
    output = tmp_path / "one.specgraph"
    text = source.read_text()
    broken = text.replace('"hash": "', '"hash": 7, "was": "', 1)
    folder = tmp_path / "_cache" / "develop"
    for name, content in (("zlib", text), ("hdf5", broken)):
        (folder / name).mkdir(parents=True)
        (folder / name / "specs.md").write_text(content)
    strict = run("build", tmp_path / "_cache", "-o", output, "--strict")
    assert strict.exit_code == 1
    assert "1 problem in the sources, fatal with --strict" in strict.stderr
    assert not output.exists()
    lenient = run("build", tmp_path / "_cache", "-o", output)
    assert lenient.exit_code == 0
    assert "problems: 1" in lenient.stdout.splitlines()
    assert output.exists()


def test_build_needs_a_file_to_write(source):
    result = run("build", source)
    assert result.exit_code == 2
    assert "'-o'" in failed(result)


def test_build_replaces_a_snapshot_file(source, file):
    assert run("build", source, "-o", file).exit_code == 0
    assert run("verify", file).stdout.startswith(f"ok: {file}: format 1, 1 snapshot, ")


@pytest.mark.parametrize("content", [b"", b"my thesis"])
def test_build_replaces_nothing_else(source, tmp_path, content):
    output = tmp_path / "thesis.txt"
    output.write_bytes(content)
    result = run("build", source, "-o", output)
    assert result.exit_code == 1
    assert failed(result) == f"{output} is there and is no snapshot file: remove it, or give another -o"
    assert output.read_bytes() == content


def test_build_writes_into_a_folder_that_is_there(source, tmp_path):
    result = run("build", source, "-o", tmp_path / "no" / "file")
    assert result.exit_code == 1
    assert failed(result) == f"{tmp_path / 'no'} is no folder: make it, or give another -o"


def test_a_default_snapshot_in_the_environment_is_for_serving(source, tmp_path):
    assert run("build", source, "-o", tmp_path / "f", SPECGRAPH_DEFAULT_SNAPSHOT="v9").exit_code == 0


def test_a_build_that_fails_leaves_the_old_file(tmp_path, file):
    before = file.read_bytes()
    (tmp_path / "bad.md").write_text("no page")
    assert run("build", tmp_path / "bad.md", "-o", file).exit_code == 1
    assert file.read_bytes() == before


# Inspect


def test_inspect_opens_a_snapshot_file(file):
    result = run("inspect", file)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:3] == ["formats", "  1 file  specgraph snapshot file", "snapshots"]
    assert [s["name"] for s in json.loads(run("inspect", file, "--json").stdout)["snapshots"]] == ["a", "develop"]
    chosen = json.loads(run("inspect", file, "--json", "--default-snapshot", "a").stdout)
    assert [s["name"] for s in chosen["snapshots"] if s["default"]] == ["a"]


def test_a_default_snapshot_that_a_file_does_not_hold(file):
    result = run("inspect", file, "--default-snapshot", "v9")
    assert result.exit_code == 2
    assert failed(result) == "no snapshot 'v9'; loaded: a, develop; choose one with --default-snapshot"


@pytest.mark.parametrize("command", ["inspect", "serve"])
def test_a_snapshot_file_is_given_alone(command, source, file):
    result = run(command, source, file)
    assert result.exit_code == 2
    assert failed(result) == (
        f"{file} is a snapshot file and is given alone: build one of all sources with `specgraph build`"
    )


def test_a_snapshot_file_takes_no_tag(file):
    result = run("inspect", f"v1.0={file}")
    assert result.exit_code == 2
    assert failed(result) == f"v1.0={file} is a snapshot file, which holds its own tags: give {file}"


def test_a_damaged_file_is_not_served(file):
    damage(file)
    result = run("inspect", file)
    assert result.exit_code == 1
    assert "damaged" in failed(result)


# Verify


def test_verify_says_ok_and_counts(file):
    result = run("verify", file)
    size = f"{file.stat().st_size:,}"
    assert result.exit_code == 0
    assert result.stdout == f"ok: {file}: format 1, 2 snapshots, 2 specs, 0 dependencies, {size} bytes\n"


def test_verify_of_a_damaged_file_is_one_line(file):
    damage(file)
    result = run("verify", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "damaged" in failed(result)


def test_verify_of_what_is_no_snapshot_file(source, tmp_path):
    assert "not a snapshot file; `specgraph build` makes one" in failed(run("verify", source))
    assert run("verify", tmp_path / "nothing").exit_code == 1
    assert run("verify", tmp_path).exit_code == 1


# Export


def test_ndjson_is_a_line_a_spec_of_all_snapshots_or_one(file):
    everything = [json.loads(line) for line in run("export", file, "--format", "ndjson").stdout.splitlines()]
    assert [(s["package"], [p["snapshot"] for p in s["snapshots"]]) for s in everything] == [
        ("x", ["a", "develop"]),
        ("y", ["a"]),
    ]
    one = [
        json.loads(x) for x in run("export", file, "--format", "ndjson", "--snapshot", "develop").stdout.splitlines()
    ]
    assert [(s["package"], [p["snapshot"] for p in s["snapshots"]]) for s in one] == [("x", ["develop"])]


def test_a_graph_is_of_the_default_snapshot_or_the_one_that_is_named(file, tmp_path):
    out = tmp_path / "out"
    assert run("export", file, "--format", "node-link", "-o", out).exit_code == 0
    graph = nx.node_link_graph(json.loads(out.read_text()), edges="edges")
    assert (graph.graph["snapshot"], ("package", "y") in graph) == ("develop", False)
    assert run("export", file, "--format", "graphml", "--snapshot", "a", "-o", out).exit_code == 0
    other = nx.read_graphml(out)
    assert (other.graph["snapshot"], "package:y" in other) == ("a", True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "two.specgraph"]


def test_export_of_a_snapshot_that_is_not_there(file):
    result = run("export", file, "--format", "graphml", "--snapshot", "v9")
    assert result.exit_code == 2
    assert failed(result) == "no snapshot 'v9'; loaded: a, develop; choose one with --snapshot"


def test_export_into_a_folder_that_is_not_there(file, tmp_path):
    result = run("export", file, "--format", "ndjson", "-o", tmp_path / "no" / "out")
    assert result.exit_code == 1
    assert "No such file or directory" in failed(result)
