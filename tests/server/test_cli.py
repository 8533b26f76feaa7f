"""The command line: what it prints, how it fails, and one server for real."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from graph import native
from graph.sources.records import Progress
from schema.federation import subgraph_sdl
from schema.root import schema
from server import console
from server.cli import main
from server.inspection import aligned, problem_lines
from server.settings import SETTINGS
from tests.server.live import until

ROOT = Path(__file__).parents[2]
PAGE = ROOT.parent / "shared" / "data" / "pages" / "_cache" / "develop" / "py-build" / "specs.md"
MIRROR = ROOT.parent / "shared" / "data" / "binaries"
needs_data = pytest.mark.skipif(not PAGE.exists(), reason="the shared data are not here")


def run(*arguments, **environment):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)


def failed(result):
    """The message of a command that failed in one line."""
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith("specgraph: error: ")
    return line.removeprefix("specgraph: error: ")


# Help


def test_help_names_the_commands_and_ends_with_examples():
    result = run("--help")
    assert result.exit_code == 0
    section = result.stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    commands = set(re.findall(r"^  (\w+) ", section, re.MULTILINE))
    assert commands >= {"build", "export", "inspect", "schema", "serve", "verify"}
    assert "Examples:\n    specgraph serve " in result.stdout


def test_help_of_serve_has_every_setting():
    text = run("serve", "--help").stdout
    for setting in SETTINGS:
        assert setting.flag.replace("/", " / ") in text


def test_no_command_is_a_usage_error_that_shows_the_help():
    result = run()
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


@pytest.mark.parametrize(("used", "says"), [(True, "native kernels"), (False, "no native kernels")])
def test_the_version_says_whether_native_kernels_are_used(monkeypatch, used, says):
    monkeypatch.setattr(native, "in_use", lambda: used)
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"specgraph {version('specgraph')} ({says})\n")


def test_a_wish_for_native_kernels_that_is_no_such_word_is_refused(monkeypatch):
    monkeypatch.setenv("SPECGRAPH_NATIVE", "perhaps")
    assert failed(run("--version")) == "SPECGRAPH_NATIVE is 'perhaps'; give auto, required or never"


def test_help_imports_nothing_heavy():
    heavy = {"graphql", "msgspec", "networkx", "numpy", "orjson", "starlette", "strawberry", "uvicorn", "yaml"}
    code = (
        "import sys; from server.cli import main; main(['--help'], standalone_mode=False);"
        f"sys.exit(', '.join({heavy} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Schema


def test_schema_prints_the_file_in_the_repository():
    result = run("schema")
    assert result.exit_code == 0
    assert result.stdout == (ROOT / "schema" / "schema.graphql").read_text()


def test_schema_prints_the_subgraph_that_gateways_read():
    result = run("schema", "--subgraph")
    assert result.exit_code == 0
    assert result.stdout == subgraph_sdl(schema)


# Inspect


@needs_data
def test_inspect_says_what_a_page_is_and_holds():
    result = run("inspect", PAGE)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "formats",
        "  1 file  cache.spack.io page, with hashes",
        "snapshots",
        "  develop  1 package  24 specs  24 binaries  8 stacks  0 dependencies  default",
        "    e4s                     8 specs",
        "    e4s-neoverse_v1         3 specs",
        "    ml-linux-aarch64-cpu    4 specs",
        "    ml-linux-aarch64-cuda   4 specs",
        "    ml-linux-x86_64-cpu     6 specs",
        "    ml-linux-x86_64-cuda    3 specs",
        "    ml-linux-x86_64-rocm    5 specs",
        "    root                   24 specs",
        "problems: none",
    ]


@needs_data
def test_inspect_counts_a_mirror_as_its_makers_did():
    result = run("inspect", MIRROR, "--json", "--default-snapshot", "v2025.07.0")
    assert result.exit_code == 0
    held = json.loads(result.stdout)
    stats = json.loads((MIRROR.parent / "stats.json").read_text())
    assert held["problems"] == []
    assert [s["name"] for s in held["snapshots"] if s["default"]] == ["v2025.07.0"]
    for snapshot in held["snapshots"]:
        expected = stats[snapshot["name"]]
        root = expected["root"]
        assert (snapshot["specs"], snapshot["packages"], snapshot["dependencies"]) == (
            root["specs"],
            root["distinct_names"],
            root["edges"],
        )
        assert snapshot["binaries"] == root["specs"] - root["external"]
        assert {s["name"]: s["specs"] for s in snapshot["stacks"]} == {n: e["specs"] for n, e in expected.items()}


@needs_data
def test_progress_is_plain_lines_where_no_terminal_is():
    assert run("inspect", MIRROR).stderr == "reading 16 files\n"
    assert run("inspect", PAGE).stderr == "reading 1 file\n"


def test_many_files_are_a_line_each_tenth(capsys):
    with console.progress("reading") as report:
        for done in range(1235):
            report(Progress(done, 1234, "some.file"))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[:2] == ["reading 1,234 files", "reading 124 of 1,234 files"]
    assert lines[-1] == "reading 1,234 of 1,234 files"


@needs_data
def test_progress_is_a_bar_on_a_terminal(monkeypatch):
    monkeypatch.setattr(console, "on_terminal", lambda: True)
    result = run("inspect", PAGE)
    assert result.exit_code == 0
    assert "reading" in result.stderr
    assert "reading 1 file" not in result.stderr


@needs_data
def test_problems_are_counted_and_fatal_when_strict(tmp_path):
    folder = tmp_path / "_cache" / "develop" / "py-build"
    folder.mkdir(parents=True)
    text = PAGE.read_text()
    (folder / "specs.md").write_text(text.replace('"hash": "', '"hash": 7, "was": "', 1))
    lenient = run("inspect", tmp_path / "_cache")
    assert lenient.exit_code == 0
    assert "problems: 1" in lenient.stdout.splitlines()
    strict = CliRunner().invoke(main, ["inspect", str(tmp_path / "_cache"), "--strict"])
    assert strict.exit_code == 1
    assert "specgraph: error: 1 problem in the sources, fatal with --strict; the first: " in strict.stderr


# Errors: one line, with the remedy


def test_a_source_that_is_not_there(tmp_path):
    result = run("inspect", tmp_path / "nothing")
    assert result.exit_code == 1
    assert "nothing" in failed(result)


def test_a_source_that_is_none(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("shopping list")
    result = run("inspect", path)
    assert result.exit_code == 1
    assert "notes.txt" in result.stderr.splitlines()[-1]


def test_a_folder_with_nothing_in_it(tmp_path):
    result = run("serve", tmp_path, "--port", "0")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("specgraph: error: ")


@needs_data
def test_a_default_snapshot_that_is_not_loaded():
    result = run("inspect", PAGE, "--default-snapshot", "v9")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        "specgraph: error: no snapshot 'v9'; loaded: develop; choose one with --default-snapshot"
    )


def test_a_bad_flag():
    result = run("serve", "--port", "eighty")
    assert result.exit_code == 2
    assert failed(result) == "--port is 'eighty': allowed is a whole number from 0 to 65535"


def test_a_bad_variable():
    result = run("serve", SPECGRAPH_LOG_LEVEL="loud")
    assert result.exit_code == 2
    assert failed(result) == "SPECGRAPH_LOG_LEVEL is 'loud': allowed is critical, error, warning, info or debug"


def test_an_unknown_flag():
    result = run("serve", "--prot", "80")
    assert result.exit_code == 2
    assert failed(result).endswith("see specgraph serve --help")


def test_inspect_without_a_source():
    result = run("inspect")
    assert result.exit_code == 2
    assert failed(result).endswith("see specgraph inspect --help")


def test_a_port_in_use():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("serve", "--port", port)
    assert result.exit_code == 1
    assert failed(result) == f"port {port} on 127.0.0.1 is in use: choose another with --port (0 takes any free one)"


def test_a_host_that_is_not_here():
    result = run("serve", "--host", "203.0.113.1", "--port", "0")
    assert result.exit_code == 1
    assert failed(result).startswith("203.0.113.1 is not an address of this machine")


def test_many_problems_are_cut_short():
    assert list(problem_lines([str(n) for n in range(7)])) == [
        "problems: 7",
        "  0",
        "  1",
        "  2",
        "  3",
        "  4",
        "  (and 2 more: specgraph inspect --json lists all)",
    ]


def test_columns_of_nothing_are_nothing():
    assert aligned([]) == []


def test_ctrl_c_while_the_sources_are_read_is_quiet(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("server.serving.load", interrupted)
    result = run("serve", "--port", "0")
    assert (result.exit_code, result.stdout, result.stderr.strip()) == (130, "", "")


# Serve, for real


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--port", "0", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def address_of(process):
    """Read what it prints up to the address, and return both."""
    said = []
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        found = re.search(r"http://\S+/graphql", line)
        if found:
            return found[0], said
    pytest.fail(f"no address: {said} {process.stderr.read()}")


def ask(address, query):
    request = urllib.request.Request(
        address, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def stopped(process, number):
    process.send_signal(number)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, out, err


def test_serve_answers_and_ends_quietly():
    process = start()
    address, said = address_of(process)
    try:
        assert said == [
            "loaded the embedded sample",
            "  develop               1 package      24 specs     24 binaries  8 stacks       0 dependencies",
            "  develop-2025-10-05  245 packages    353 specs    349 binaries  3 stacks   2,604 dependencies",
            "  v2025.07.0          396 packages    610 specs    605 binaries  4 stacks   4,861 dependencies",
            "  v2025.11.0          859 packages  3,202 specs  3,192 binaries  9 stacks  27,018 dependencies  default",
            f"GraphiQL at {address}; Ctrl-C stops",
        ]
        answer = ask(address, "{ snapshot { name specCount } }")
        assert answer == {"data": {"snapshot": {"name": "v2025.11.0", "specCount": 3202}}}
    finally:
        code, out, err = stopped(process, signal.SIGINT)
    assert code == 0
    assert re.fullmatch(r'INFO:     127\.0\.0\.1:\d+ - "POST /graphql" 200.* \d+\.\d ms \[[0-9a-f]{8}-1\]\n', out)
    assert err == "reading 17 files\n"


def test_a_query_string_is_not_logged():
    process = start()
    address, _ = address_of(process)
    try:
        url = f"{address}?query=%7B__typename%7D&variables=%7B%22name%22:%22hush%22%7D"
        with urllib.request.urlopen(url, timeout=60) as response:
            assert json.load(response) == {"data": {"__typename": "Query"}}
    finally:
        _, out, err = stopped(process, signal.SIGINT)
    assert '"GET /graphql" 200' in out
    assert "hush" not in out + err


def test_workers_serve_and_end_quietly():
    process = start("--workers", "2")
    address, _ = address_of(process)
    try:

        def answer():
            with urllib.request.urlopen(address.replace("/graphql", "/healthz"), timeout=60) as response:
                assert response.status == 200
            try:
                return ask(address, "{ snapshot { name } }")
            except urllib.error.HTTPError as error:
                error.close()  # 503 until this process has loaded

        assert until(answer) == {"data": {"snapshot": {"name": "v2025.11.0"}}}
    finally:
        code, _, err = stopped(process, signal.SIGINT)
    assert code == 0
    assert "Traceback" not in err
