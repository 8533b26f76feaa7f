"""Snapshot files on the command line: built, opened, checked and exported."""

import contextlib
import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import networkx as nx
import pytest
from click.testing import CliRunner

from graph.build import build
from graph.store import open_file, save
from server.cli import main
from server.loading import load
from tests.graph.small_graphs import NOON, spec_record
from tests.server.pages import page

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
def pipe(tmp_path):
    """A named pipe that nobody writes to, or reads from."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_named_pipe_is_no_snapshot_file_and_is_not_waited_for(file, pipe, source, tmp_path):
    assert "pipe: " in failed(run("verify", pipe))
    assert "pipe: " in failed(run("export", pipe, "--format", "ndjson"))
    assert "neither a file nor a folder" in failed(run("inspect", pipe))
    assert "is no snapshot file" in failed(run("update", pipe, source))
    assert "is no snapshot file: remove it" in failed(run("build", source, "-o", pipe))


def test_export_takes_the_place_of_files_alone(file, pipe, tmp_path):
    """As root it had taken that of /dev/null."""
    lines = run("export", file, "--format", "ndjson").stdout
    read = []
    reading = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reading.start()
    assert run("export", file, "--format", "ndjson", "-o", pipe).exit_code == 0
    reading.join()
    assert read == [lines]
    assert pipe.is_fifo()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "linked")
    assert run("export", file, "--format", "ndjson", "-o", link).exit_code == 0
    assert (link.is_symlink(), (tmp_path / "linked").read_text()) == (True, lines)
    folder = run("export", file, "--format", "ndjson", "-o", tmp_path)
    assert (folder.exit_code, failed(folder)) == (2, f"{tmp_path} is a folder: give the path of a file in it")


# Update


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "_cache"
    for name in ("zlib", "hdf5"):
        (folder / "develop" / name).mkdir(parents=True)
        (folder / "develop" / name / "specs.md").write_text(page(name))
    return folder


def digests(path):
    return [snapshot.digest for snapshot in open_file(path)]


def test_update_reads_what_changed_and_gives_what_build_gives(mirror, tmp_path):
    output, expected = tmp_path / "one.specgraph", tmp_path / "two.specgraph"
    assert run("build", mirror, "-o", output).exit_code == 0
    (mirror / "develop" / "hdf5" / "specs.md").write_text(page("hdf5").replace("zen3", "icelake"))
    (mirror / "develop" / "gcc").mkdir()
    (mirror / "develop" / "gcc" / "specs.md").write_text(page("gcc"))
    result = run("update", output, mirror)
    assert result.exit_code == 0
    assert "read 2 files, 1 unchanged" in result.stdout.splitlines()
    assert run("build", mirror, "-o", expected).exit_code == 0
    assert digests(output) == digests(expected)


def test_update_imports_what_indexes_need_and_no_more(mirror, tmp_path):
    output = tmp_path / "all.specgraph"
    run("build", mirror, "-o", output)
    heavy = {"asyncio", "graphql", "networkx", "rapidfuzz", "ssl", "starlette", "strawberry", "uvicorn", "yaml"}
    code = (
        "import sys; from server.cli import main; main(sys.argv[1:], standalone_mode=False);"
        f"sys.exit(', '.join({heavy} & set(sys.modules)) or None)"
    )
    command = [sys.executable, "-c", code, "update", output, mirror]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"{output} is up to date"), done.stderr


def test_update_leaves_a_file_alone_that_is_up_to_date(mirror, tmp_path):
    output = tmp_path / "one.specgraph"
    run("build", mirror, "-o", output)
    before = output.stat().st_mtime_ns, output.read_bytes()
    result = run("update", output, mirror)
    assert result.stdout.splitlines()[-2:] == ["read 0 files, 2 unchanged", f"{output} is up to date"]
    assert (output.stat().st_mtime_ns, output.read_bytes()) == before


def test_update_drops_what_is_gone(mirror, tmp_path):
    output = tmp_path / "one.specgraph"
    run("build", mirror, "-o", output)
    (mirror / "develop" / "hdf5" / "specs.md").unlink()
    result = run("update", output, mirror)
    assert "read 0 files, 1 unchanged, 1 file gone" in result.stdout.splitlines()
    assert len(open_file(output).universe) == 1


def test_update_of_a_file_without_a_record_reads_all(file, source):
    result = run("update", file, source)
    assert result.exit_code == 0
    assert "read 1 file, 0 unchanged" in result.stdout.splitlines()
    assert [snapshot.name for snapshot in open_file(file)] == ["develop"]


def test_update_wants_a_snapshot_file_and_other_sources(file, source, tmp_path):
    missing = run("update", tmp_path / "none", source)
    assert failed(missing) == (
        f"{tmp_path / 'none'} is no snapshot file: make it with `specgraph build SOURCE... -o {tmp_path / 'none'}`"
    )
    assert failed(run("update", file, file)) == f"{file} is a snapshot file: give the sources that it was built of"


def test_a_failed_update_leaves_the_file_whole(mirror, tmp_path):
    output = tmp_path / "one.specgraph"
    run("build", mirror, "-o", output)
    before = output.read_bytes()
    text = page("hdf5")
    (mirror / "develop" / "hdf5" / "specs.md").write_text(text.replace('"hash": "', '"hash": 7, "was": "', 1))
    assert run("update", output, mirror, "--strict").exit_code == 1
    assert output.read_bytes() == before


@pytest.mark.parametrize("command", ["build", "update"])
def test_a_kill_at_any_moment_leaves_the_file_of_before_or_after(command, mirror, tmp_path):
    output = tmp_path / "one.specgraph"
    assert run("build", mirror, "-o", output).exit_code == 0
    before = digests(output)
    (mirror / "develop" / "hdf5" / "specs.md").write_text(page("hdf5").replace("zen3", "icelake"))
    expected = tmp_path / "two.specgraph"
    assert run("build", mirror, "-o", expected).exit_code == 0
    arguments = ["build", mirror, "-o", output] if command == "build" else ["update", output, mirror]
    generator = random.Random(command)
    for _ in range(8):
        command_line = [sys.executable, "-m", "server.cli", *map(str, arguments)]
        with subprocess.Popen(command_line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            # From its start to about its end.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=generator.uniform(0.05, 1.2))
            process.kill()
        assert digests(output) in (before, digests(expected))
    assert run(*arguments).exit_code == 0
    assert digests(output) == digests(expected)
