"""The settings: one list, from which the flags, the environment's variables and the documentation come.

A flag wins over its variable, the variable over the file (`server.config_file`), and that over the default. A variable
that is set to the empty text counts as not set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from server.config_file import CONFIG_VARIABLE, texts_of_file
from server.errors import BadSetting
from server.setting_kinds import Choice, Kind, Name, Names, Switch, UrlPath, Value, WholeNumber

LogFormat = Literal["plain", "json"]
LOG_FORMATS: tuple[LogFormat, ...] = ("plain", "json")
LogLevel = Literal["critical", "error", "warning", "info", "debug"]
LOG_LEVELS: tuple[LogLevel, ...] = ("critical", "error", "warning", "info", "debug")
PREFIX = "SPECGRAPH_"
DEFAULT_SNAPSHOT_VARIABLE = f"{PREFIX}DEFAULT_SNAPSHOT"
HIGHEST_PORT = 65_535
MINUTES_PER_WEEK = 7 * 24 * 60
SECONDS_PER_YEAR = 365 * 24 * 60 * 60
KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
GIBIBYTE = 1024 * MEBIBYTE
TEBIBYTE = 1024 * GIBIBYTE


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `serve` takes all of them; `inspected` and `built` tell that `inspect` and `build` take it too."""

    name: str
    default: Value
    kind: Kind
    help: str
    inspected: bool = False
    built: bool = False

    @property
    def variable(self) -> str:
        """Name of the environment's variable.

        >>> Setting("log-level", "info", Choice(LOG_LEVELS), "").variable
        'SPECGRAPH_LOG_LEVEL'
        """
        return PREFIX + self.name.upper().replace("-", "_")

    @property
    def field(self) -> str:
        """Name of the field of `Settings`."""
        return self.name.replace("-", "_")

    @property
    def flag(self) -> str:
        """The flag as the command line writes it."""
        return f"--{self.name}/--no-{self.name}" if isinstance(self.kind, Switch) else f"--{self.name}"

    def written(self, value: Value) -> str:
        """Return the value as the environment would write it; None and the empty text are "not set"."""
        if isinstance(value, bool):
            return "1" if value else "0"
        return "" if value is None else str(value)

    def shown_default(self) -> str:
        """Return the default for help texts and tables."""
        if isinstance(self.default, bool):
            return "on" if self.default else "off"
        return "none" if self.default in (None, "") else str(self.default)


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "127.0.0.1", Name("a host name or an address"), "Address to listen on; 0.0.0.0 is all."),
    Setting("port", 8000, WholeNumber(0, HIGHEST_PORT), "Port to listen on; 0 takes any free one."),
    Setting("workers", 1, WholeNumber(1, 64), "Processes that serve; they share the memory of the data."),
    Setting(
        "default-snapshot",
        None,
        Name("the name of a snapshot"),
        "Snapshot that is meant where a query names none; else develop, else the newest release.",
        inspected=True,
    ),
    Setting(
        "untagged",
        "untagged",
        Name("a name for a snapshot"),
        "Name of the snapshot of sources that record no tag.",
        inspected=True,
        built=True,
    ),
    Setting("strict", False, Switch(), "Fail where anything cannot be read.", inspected=True, built=True),
    Setting(
        "download-cache",
        None,
        Name("a folder", placeholder="FOLDER"),
        "Folder where files of http:// and https:// sources are kept; none is the user's cache folder.",
        inspected=True,
        built=True,
    ),
    Setting(
        "download-cache-size",
        16 * GIBIBYTE,
        WholeNumber(0, TEBIBYTE, placeholder="BYTES"),
        "What that folder may take between readings; what was used longest ago makes room.",
        inspected=True,
        built=True,
    ),
    Setting(
        "allow-private",
        False,
        Switch(),
        "Fetch sources from this machine and private networks too.",
        inspected=True,
        built=True,
    ),
    Setting("reload-sources", False, Switch(), "Watch the sources and serve what they become."),
    Setting(
        "refresh",
        0,
        WholeNumber(0, MINUTES_PER_WEEK, placeholder="MINUTES"),
        "Minutes after which the sources are read again, changed or not; 0 is never.",
    ),
    Setting("default-page-size", 50, WholeNumber(1, 100_000), "Items of a list that is given no first or last."),
    Setting("max-page-size", 5_000, WholeNumber(1, 100_000), "Most items that one list gives at once."),
    Setting(
        "max-traversal-nodes",
        100_000,
        WholeNumber(1, 10_000_000),
        "Most specs that one traversal visits.",
    ),
    Setting(
        "document-cache-size",
        32 * MEBIBYTE,
        WholeNumber(0, 16 * GIBIBYTE, placeholder="BYTES"),
        "Memory of one process for operations that were asked before, prepared and compiled; 0 keeps none.",
    ),
    Setting(
        "fragment-cache-size",
        64 * MEBIBYTE,
        WholeNumber(0, 16 * GIBIBYTE, placeholder="BYTES"),
        "Memory of one process for parts of answers, which a snapshot gives again unchanged; 0 keeps none.",
    ),
    Setting("max-body-size", MEBIBYTE, WholeNumber(KIBIBYTE, GIBIBYTE), "Largest request that is read, in bytes."),
    Setting(
        "max-head-size",
        64 * KIBIBYTE,
        WholeNumber(KIBIBYTE, 64 * KIBIBYTE),
        "Largest line and headers of a request, in bytes; of headers there may be 100.",
    ),
    Setting("max-tokens", 5_000, WholeNumber(100, 100_000), "Most tokens of a document; as many comments."),
    Setting("max-depth", 20, WholeNumber(1, 100), "Most fields within each other."),
    Setting("max-fields", 5_000, WholeNumber(1, 100_000), "Most fields of a document, its fragments in place."),
    Setting("max-root-fields", 100, WholeNumber(1, 10_000), "Most fields at the root of an operation."),
    Setting("max-aliases", 200, WholeNumber(0, 10_000), "Most aliases of a document."),
    Setting("max-directives", 100, WholeNumber(0, 10_000), "Most directives of a document."),
    Setting("max-definitions", 100, WholeNumber(1, 10_000), "Most operations and fragments of a document."),
    Setting("max-overlaps", 10_000, WholeNumber(0, 1_000_000), "Most pairs of fields with one place in the answer."),
    Setting("max-variable-values", 10_000, WholeNumber(1, 1_000_000), "Most values within the variables."),
    Setting("max-cost", 1_000_000, WholeNumber(1, 1_000_000_000), "Most points that one operation may cost."),
    Setting(
        "rate",
        10_000_000,
        WholeNumber(0, 1_000_000_000),
        "Points that one client may ask for in a minute; 0 is any number.",
    ),
    Setting("timeout", 10, WholeNumber(1, 600, placeholder="SECONDS"), "Seconds that one operation may take."),
    Setting("max-threads", 2, WholeNumber(1, 64), "Large operations at a time in one process."),
    Setting("max-queue", 64, WholeNumber(0, 10_000), "Large operations that wait for a thread."),
    Setting("max-batch", 1, WholeNumber(1, 100), "Most requests in one body; 1 is no batches."),
    Setting("introspection", True, Switch(), "Answer __schema and __type, and show the schema as text."),
    Setting("persisted-queries", True, Switch(), "Keep documents that clients name by their hashes."),
    Setting(
        "trusted-documents",
        None,
        Name("a file", placeholder="FILE"),
        "Manifest (Apollo's or Relay's) of the only documents that are run.",
    ),
    Setting(
        "cache-seconds",
        0,
        WholeNumber(0, SECONDS_PER_YEAR, placeholder="SECONDS"),
        "Seconds that caches may keep the answer to a GET; 0 has them ask again each time.",
    ),
    Setting("compression", True, Switch(), "Send answers of 1 KiB and more as zstd or gzip to clients that take it."),
    Setting("max-subscribers", 1_000, WholeNumber(0, 100_000), "Most connections of subscriptions in one process."),
    Setting("max-socket-operations", 20, WholeNumber(1, 1_000), "Most operations at a time on one WebSocket."),
    Setting(
        "heartbeat",
        15,
        WholeNumber(1, 600, placeholder="SECONDS"),
        "Seconds between signs of life on a connection of subscriptions.",
    ),
    Setting(
        "tokens",
        None,
        Name("a file", placeholder="FILE"),
        "File of the tokens that may ask (see `specgraph token`); none lets everybody.",
    ),
    Setting(
        "allowed-hosts",
        "",
        Names("host names, with commas between them; *.example.org is all below it"),
        "Host names that are answered to; none is any.",
    ),
    Setting(
        "trusted-proxies",
        "",
        Names("addresses or networks, with commas between them"),
        "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    ),
    Setting(
        "cors-origins",
        "",
        Names("origins such as https://example.org, with commas between them, or *"),
        "Sites whose pages may ask from a browser.",
    ),
    Setting("graphiql", True, Switch(), "Show the GraphiQL page to browsers at /graphql."),
    Setting("log-level", "info", Choice(LOG_LEVELS), "Least severe lines that are logged."),
    Setting("log-format", "plain", Choice(LOG_FORMATS), "Lines for people, or one JSON object a line."),
    Setting("access-log", True, Switch(), "Log a line for each request, where log-level is info or debug."),
    Setting("metrics", True, Switch(), "Answer /metrics, for Prometheus."),
    Setting("traces", False, Switch(), "Send traces of requests, as the OTEL_ variables say; needs specgraph[otel]."),
    Setting(
        "max-connections",
        1000,
        WholeNumber(1, 1_000_000),
        "Connections that one process holds open; the next is told 503.",
    ),
    Setting(
        "client-timeout",
        20,
        WholeNumber(1, 3600),
        "Seconds that a client has for the head of its request, for its body, and for each 64 KiB of the answer.",
    ),
    Setting(
        "idle-timeout",
        75,
        WholeNumber(1, 3600),
        "Seconds that a connection may be idle between requests: more than a proxy in front keeps one.",
    ),
    Setting(
        "drain-seconds",
        0,
        WholeNumber(0, 3600),
        "Seconds for which a server that was told to stop still listens, while /readyz says 503.",
    ),
    Setting(
        "shutdown-seconds",
        10,
        WholeNumber(0, 3600),
        "Seconds that requests which have begun may take when it stops.",
    ),
    Setting("root-path", "", UrlPath(), "Path under which a proxy serves the application."),
)
"""Every setting, in the order of help texts and tables."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run; the fields are those of `SETTINGS`."""

    host: str
    port: int
    workers: int
    default_snapshot: str | None
    untagged: str
    strict: bool
    download_cache: str | None
    download_cache_size: int
    allow_private: bool
    reload_sources: bool
    refresh: int
    default_page_size: int
    max_page_size: int
    max_traversal_nodes: int
    document_cache_size: int
    fragment_cache_size: int
    max_body_size: int
    max_head_size: int
    max_tokens: int
    max_depth: int
    max_fields: int
    max_root_fields: int
    max_aliases: int
    max_directives: int
    max_definitions: int
    max_overlaps: int
    max_variable_values: int
    max_cost: int
    rate: int
    timeout: int
    max_threads: int
    max_queue: int
    max_batch: int
    introspection: bool
    persisted_queries: bool
    trusted_documents: str | None
    cache_seconds: int
    compression: bool
    max_subscribers: int
    max_socket_operations: int
    heartbeat: int
    tokens: str | None
    allowed_hosts: str
    trusted_proxies: str
    cors_origins: str
    graphiql: bool
    log_level: LogLevel
    log_format: LogFormat
    access_log: bool
    metrics: bool
    traces: bool
    max_connections: int
    client_timeout: int
    idle_timeout: int
    drain_seconds: int
    shutdown_seconds: int
    root_path: str

    def as_environment(self) -> Iterator[tuple[str, str]]:
        """Yield each setting's variable and text, so that another process settles on the same."""
        yield CONFIG_VARIABLE, ""  # what the file says is settled
        for setting in SETTINGS:
            yield setting.variable, setting.written(getattr(self, setting.field))


def settled(flags: Mapping[str, str | bool | None], environment: Mapping[str, str]) -> Settings:
    """Return the settings; `flags` are by field, None where a flag was not given, and `config` the file among them.

    Raises `BadSetting` for the first value that is not allowed.

    >>> settled({"port": "9000"}, {"SPECGRAPH_PORT": "9001", "SPECGRAPH_STRICT": "yes"}).port
    9000
    """
    path = flags.get("config") or environment.get(CONFIG_VARIABLE)
    texts = texts_of_file(Path(str(path)), [setting.name for setting in SETTINGS]) if path else {}
    file = File(str(path), texts)
    values = {setting.field: _settled(setting, flags, environment, file) for setting in SETTINGS}
    settings = Settings(**values)  # type: ignore[arg-type]
    if settings.default_page_size > settings.max_page_size:
        raise BadSetting(
            f"default-page-size is {settings.default_page_size} and max-page-size {settings.max_page_size}: "
            "lower the one or raise the other"
        )
    return settings


@dataclass(frozen=True, slots=True)
class File:
    """What a file of settings says, by the names of the settings; the empty text counts as not said."""

    path: str
    texts: Mapping[str, str]


def _settled(
    setting: Setting, flags: Mapping[str, str | bool | None], environment: Mapping[str, str], file: File
) -> Value:
    flag = flags.get(setting.field)
    if isinstance(flag, bool):
        return flag
    if flag is not None:
        return _parsed(setting, flag, given_as=f"--{setting.name}")
    text = environment.get(setting.variable)
    if text:
        return _parsed(setting, text, given_as=setting.variable)
    text = file.texts.get(setting.name)
    return _parsed(setting, text, given_as=f"{setting.name} in {file.path}") if text else setting.default


def _parsed(setting: Setting, text: str, *, given_as: str) -> Value:
    try:
        return setting.kind.parse(text)
    except ValueError:
        raise BadSetting(f"{given_as} is {text!r}: allowed is {setting.kind.allowed}") from None
