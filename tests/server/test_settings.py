"""Settings: one list, three places that they come from, and one that documents them."""

import dataclasses
from pathlib import Path

import pytest

from schema.limits import DEFAULT_DOCUMENT_LIMITS, DEFAULT_LIMITS
from server.assembly import bounds_of, document_limits_of, limits_of
from server.bounds import RequestBounds
from server.errors import BadSetting
from server.setting_kinds import Switch
from server.settings import SETTINGS, Settings, settled

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
HEADER = "| setting | flag | environment | default | what it does |"


def documented_rows():
    lines = OPERATIONS.read_text().splitlines()
    start = lines.index(HEADER) + 2
    return lines[start : lines.index("", start)]


def row(setting):
    return (
        f"| {setting.name} | `{setting.flag.replace('/', '` `')}` | `{setting.variable}` "
        f"| {setting.shown_default()} | {setting.help} Allowed: {setting.kind.allowed}. |"
    )


def test_every_setting_is_documented():
    assert documented_rows() == [row(setting) for setting in SETTINGS]


def test_the_fields_are_those_of_the_list():
    assert [field.name for field in dataclasses.fields(Settings)] == [setting.field for setting in SETTINGS]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_default_is_allowed(setting):
    if setting.default not in (None, ""):
        assert setting.kind.parse(setting.written(setting.default)) == setting.default


def test_the_limits_of_the_api_are_the_schemas_own_by_default():
    settings = settled({}, {})
    assert limits_of(settings) == DEFAULT_LIMITS
    assert document_limits_of(settings) == DEFAULT_DOCUMENT_LIMITS
    assert bounds_of(settings) == RequestBounds()


def test_a_flag_wins_over_the_environment_and_that_over_the_default():
    environment = {"SPECGRAPH_PORT": "9001", "SPECGRAPH_STRICT": "1", "SPECGRAPH_GRAPHIQL": "no"}
    settings = settled({"port": "9000", "strict": False, "graphiql": None}, environment)
    assert (settings.port, settings.strict, settings.graphiql, settings.workers) == (9000, False, False, 1)


def test_an_empty_variable_is_as_not_set():
    assert settled({}, {"SPECGRAPH_PORT": "", "SPECGRAPH_DEFAULT_SNAPSHOT": ""}) == settled({}, {})


def test_another_process_settles_on_the_same():
    flags: dict[str, str | bool | None] = {
        "port": "0",
        "strict": True,
        "graphiql": False,
        "default_snapshot": "v1",
        "root_path": "/spack/",
    }
    settings = settled(flags, {})
    assert settings.root_path == "/spack"
    assert settled({}, dict(settings.as_environment())) == settings


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("port", "eighty", "a whole number from 0 to 65535"),
        ("port", "65536", "a whole number from 0 to 65535"),
        ("workers", "0", "a whole number from 1 to 64"),
        ("log-level", "loud", "critical, error, warning, info or debug"),
        ("root-path", "spack", "a path that begins with /, such as /specgraph"),
        ("untagged", "  ", "a name for a snapshot"),
    ],
)
def test_a_bad_value_names_the_setting_and_what_is_allowed(name, text, allowed):
    setting = next(setting for setting in SETTINGS if setting.name == name)
    with pytest.raises(BadSetting) as by_flag:
        settled({setting.field: text}, {})
    assert str(by_flag.value) == f"--{name} is {text!r}: allowed is {allowed}"
    with pytest.raises(BadSetting) as by_variable:
        settled({}, {setting.variable: text})
    assert str(by_variable.value) == f"{setting.variable} is {text!r}: allowed is {allowed}"


def test_a_bad_switch_names_the_words_that_are_allowed():
    with pytest.raises(BadSetting, match="SPECGRAPH_STRICT is 'maybe': allowed is 1, true, yes, on, 0, false, no or"):
        settled({}, {"SPECGRAPH_STRICT": "maybe"})


def test_a_default_page_over_the_maximum_is_refused():
    with pytest.raises(BadSetting, match="default-page-size is 50 and max-page-size 10: lower the one"):
        settled({"max_page_size": "10"}, {})


def test_switches_have_a_flag_for_each_way():
    flags = {setting.flag for setting in SETTINGS if isinstance(setting.kind, Switch)}
    assert flags == {
        "--strict/--no-strict",
        "--allow-private/--no-allow-private",
        "--reload-sources/--no-reload-sources",
        "--introspection/--no-introspection",
        "--persisted-queries/--no-persisted-queries",
        "--compression/--no-compression",
        "--graphiql/--no-graphiql",
        "--access-log/--no-access-log",
        "--metrics/--no-metrics",
        "--traces/--no-traces",
    }


def file_of(tmp_path, text):
    path = tmp_path / "specgraph.toml"
    path.write_text(text)
    return path


def test_a_variable_wins_over_the_file_and_that_over_the_default(tmp_path):
    path = file_of(tmp_path, 'port = 9000\nlog-level = "error"\nstrict = true\nworkers = 3\n')
    settings = settled({"workers": "2", "config": str(path)}, {"SPECGRAPH_PORT": "9001", "SPECGRAPH_LOG_LEVEL": ""})
    assert (settings.port, settings.log_level, settings.strict, settings.workers) == (9001, "error", True, 2)
    assert settings.refresh == 0


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_can_stand_in_the_file(tmp_path, setting):
    default = setting.default
    written = {True: "true", False: "false"}.get(default) if isinstance(default, bool) else None
    written = written or (str(default) if isinstance(default, int) else f'"{default or ""}"')
    path = file_of(tmp_path, f"{setting.name} = {written}\n")
    assert settled({"config": str(path)}, {}) == settled({}, {})


def test_the_file_is_named_by_a_variable_too_and_another_process_does_not_read_it_again(tmp_path):
    path = file_of(tmp_path, "port = 9000\ndefault-snapshot = 'v1'\n")
    settings = settled({}, {"SPECGRAPH_CONFIG": str(path)})
    assert (settings.port, settings.default_snapshot) == (9000, "v1")
    path.write_text("port = 9001\n")
    assert settled({}, {"SPECGRAPH_CONFIG": str(path), **dict(settings.as_environment())}) == settings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 9000", "has 'prot', which is no setting: is port meant?"),
        ("port = 'eighty'", "port in {path} is 'eighty': allowed is a whole number from 0 to 65535"),
        ("port = 1.5", "port in {path} is a float: allowed is a text, a whole number, true or false"),
        ("port = ", "the file of settings {path} is not TOML: Invalid value (at end of document)"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path, text, message):
    path = file_of(tmp_path, text)
    with pytest.raises(BadSetting) as raised:
        settled({"config": str(path)}, {})
    assert message.format(path=path) in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadSetting, match=r"none\.toml cannot be read: No such file or directory"):
        settled({"config": str(tmp_path / "none.toml")}, {})
