"""The command line. What is slow to import is imported inside the commands: `--help` is to be quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graph.errors import SpecgraphError
from server.errors import FAILURE, INTERRUPTED, USAGE, CommandError
from server.setting_kinds import Switch
from server.settings import DEFAULT_SNAPSHOT_VARIABLE, SETTINGS, Setting, settled

if TYPE_CHECKING:
    from server.exporting import ExportFormat
    from server.loading import Read

# Read when numpy is imported: nothing here multiplies matrices, and the threads for it would wait for work in a loop,
# which costs a process 0.05 to 0.1 s of CPU at its start (measured on two cores).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

Command = TypeVar("Command", bound=Callable[..., Any])

EXAMPLES = """\b
Examples:
  specgraph serve                         the embedded sample
  specgraph serve /mirror                 a build-cache mirror
  specgraph serve _cache --port 9000      a folder of cache.spack.io pages
  specgraph serve v1.0=index.json         an index, as snapshot v1.0
  specgraph inspect /mirror               what the mirror holds
  specgraph build /mirror -o all.specgraph
                                          one file of it, that `serve` opens at once
  specgraph update all.specgraph /mirror  the same, where only a part has changed
  specgraph schema > schema.graphql       the GraphQL schema
"""


class CommandLine(click.Group):
    """A group of commands whose errors are one line: `specgraph: error: …`, with exit code 1 or 2."""

    def main(self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """Run, and exit where click would; without `standalone_mode` return the exit code."""
        code = self._exit_code(args, **extra)
        if standalone_mode:
            sys.exit(code)
        return code

    def _exit_code(self, args: Sequence[str] | None, **extra: Any) -> int:
        try:
            # A command returns nothing; `--help` and `--version` return the code that click exits with.
            return super().main(args, standalone_mode=False, **extra) or 0
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            return USAGE
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "specgraph"
            return _failed(f"{error.format_message().rstrip('.')}; see {path} --help", error.exit_code)
        except click.ClickException as error:
            return _failed(error.format_message(), error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            return INTERRUPTED
        except CommandError as error:
            return _failed(str(error), error.exit_code)
        except SpecgraphError as error:
            return _failed(str(error), FAILURE)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            return _failed(f"{place}{error.strerror or error}", FAILURE)


def _failed(message: str, code: int) -> int:
    click.echo(f"specgraph: error: {' '.join(message.split())}", err=True)
    return code


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from graph import native

        kernels = "native kernels" if native.in_use() else "no native kernels"
        click.echo(f"specgraph {version('specgraph')} ({kernels})")
        context.exit()


def setting_options(chosen: Callable[[Setting], bool]) -> Callable[[Command], Command]:
    """Add the flags of the chosen settings to a command, in the order of the list, and the file's before them."""

    def decorate(command: Command) -> Command:
        for setting in reversed([setting for setting in SETTINGS if chosen(setting)]):
            command = _option(setting)(command)
        return click.option("--config", metavar="FILE", help="File of settings, in TOML. [none]")(command)

    return decorate


def _option(setting: Setting) -> Callable[[Command], Command]:
    # Default, type and variable are settled by server.settings, which says in one line what is wrong.
    text = f"{setting.help} [{setting.shown_default()}]"
    if isinstance(setting.kind, Switch):
        return click.option(setting.flag, setting.field, default=None, help=text)
    return click.option(setting.flag, setting.field, metavar=setting.kind.placeholder, help=text)


@click.group(
    name="specgraph",
    cls=CommandLine,
    epilog=EXAMPLES,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def main() -> None:
    """A GraphQL server over Spack build caches."""


@main.command(
    epilog="""A SOURCE is a file, a folder or an archive of cache.spack.io pages (_cache/...) or of
build-cache indexes (index.json, a mirror); TAG=PATH and TAG/STACK=PATH name what an index is of.
Or it is one file that `specgraph build` wrote.

Each flag has an environment variable, --max-page-size for one SPECGRAPH_MAX_PAGE_SIZE, and a key in
the file that --config names: max-page-size. A flag wins, then the variable.

\b
Examples:
  specgraph serve
  specgraph serve /mirror /site/_cache --default-snapshot develop
  SPECGRAPH_PORT=9000 specgraph serve /mirror --reload-sources
"""
)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@setting_options(lambda setting: True)
def serve(sources: tuple[str, ...], **flags: str | bool | None) -> None:
    """Serve the sources, or the embedded sample, over HTTP."""
    settings = settled(flags, os.environ)
    from server.allocator import keep_freed_pages

    keep_freed_pages()  # before what has threads is imported
    from server.console import progress
    from server.serving import serve as serve_until_stopped

    serve_until_stopped(sources, settings, say=click.echo, progress=progress)


@main.command(
    epilog="""A SOURCE is what `specgraph serve` takes.

\b
Examples:
  specgraph inspect page.md
  specgraph inspect /mirror --json | jq '.snapshots[] | {name, specs}'
  specgraph inspect /mirror --strict && echo all of it can be read
"""
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@setting_options(lambda setting: setting.inspected)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all problems.")
def inspect(sources: tuple[str, ...], *, as_json: bool, **flags: str | bool | None) -> None:
    """Say what the sources are, and what they hold, with counts."""
    settings = settled(flags, os.environ)
    import msgspec

    from server.console import progress
    from server.inspection import details, inspected
    from server.loading import load

    with progress("reading") as report:
        inspection = inspected(load(sources, settings, report=report))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(inspection)))
    else:
        for line in details(inspection):
            click.echo(line)


@main.command(
    epilog="""A SOURCE is what `specgraph serve` takes. FILE is replaced in one step, and only where it is a
snapshot file.

\b
Examples:
  specgraph build /mirror /site/_cache -o all.specgraph
  specgraph build v1.0=index.json --strict -o v1.specgraph && specgraph serve v1.specgraph
"""
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("-o", "--output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="File to write.")
@click.option("--ray", "on_ray", is_flag=True, help="Read the files in tasks on the Ray cluster of RAY_ADDRESS.")
@setting_options(lambda setting: setting.built)
def build(sources: tuple[str, ...], *, output: Path, on_ray: bool, **flags: str | bool | None) -> None:
    """Write the sources as one snapshot file, which `serve` opens at once."""
    # Which snapshot is the default is said where the file is served.
    settings = settled(flags, {name: text for name, text in os.environ.items() if name != DEFAULT_SNAPSHOT_VARIABLE})
    from server.console import progress
    from server.inspection import loaded_lines
    from server.loading import load, shown_sources
    from server.snapshot_file import check_replaceable, written

    check_replaceable(output)
    with progress("reading") as report:
        built = load(sources, settings, report=report, read=_reader(on_ray=on_ray))
    for line in loaded_lines(shown_sources(sources), built):
        click.echo(line)
    click.echo(written(built, output))


def _reader(*, on_ray: bool) -> Read | None:
    if on_ray:
        from server.ray.building import read_on_ray

        return read_on_ray
    return None


@main.command(
    epilog="""The SOURCEs are all that FILE is to hold, as `specgraph build` takes them; what came from others goes.
Files that are as they were are not read again, and FILE is what `specgraph build` would make. It is replaced
in one step, and only where something changed.

\b
Examples:
  specgraph update all.specgraph /mirror /site/_cache
"""
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@setting_options(lambda setting: setting.built)
def update(file: Path, sources: tuple[str, ...], **flags: str | bool | None) -> None:
    """Bring a snapshot file up to date with its sources: only what changed is read."""
    settings = settled(flags, {name: text for name, text in os.environ.items() if name != DEFAULT_SNAPSHOT_VARIABLE})
    from server.console import progress
    from server.inspection import loaded_lines
    from server.loading import Changes, load, shown_sources
    from server.snapshot_file import changed_line, check_updatable, written

    check_updatable(file, sources)
    changes = Changes()
    with progress("reading") as report:
        built = load(sources, settings, report=report, before=file, changes=changes)
    for line in loaded_lines(shown_sources(sources), built):
        click.echo(line)
    click.echo(changed_line(changes))
    click.echo(written(built, file) if changes else f"{file} is up to date")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def verify(file: Path) -> None:
    """Read a snapshot file and compare all its checksums; exit 1 where it is damaged."""
    from server.snapshot_file import verified

    click.echo(verified(file))


@main.command(
    epilog="""ndjson is one JSON object a spec, of all snapshots without --snapshot. graphml and node-link are the
graph of one snapshot, as networkx writes it: read_graphml, node_link_graph(data, edges="edges").

\b
Examples:
  specgraph export all.specgraph --format ndjson | jq -r .package | sort | uniq -c
  specgraph export all.specgraph --format graphml --snapshot develop -o develop.graphml
"""
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", required=True, type=click.Choice(("ndjson", "graphml", "node-link")))
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), help="File to write [standard output]")
@click.option("--snapshot", metavar="NAME", help="The one snapshot to write [all; of a graph, the default one]")
def export(file: Path, *, form: ExportFormat, output: Path | None, snapshot: str | None) -> None:
    """Write what a snapshot file holds for other programs."""
    from server.exporting import export as export_to

    export_to(file, form=form, out=output, snapshot=snapshot)


@main.command(
    epilog="""Snapshot files in groups, on a Ray cluster that runs already (ray start --head). Deploying again rolls
out what the files have become. docs/operations.md lists what the file may say.

\b
Example of a file:
  groups:
    releases: /data/releases.specgraph
    develop: https://mirror.example/develop.specgraph
  cache: /var/cache/specgraph
  holders: {least: 2, most: 8}
"""
)
@click.option("--config", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Deployment file.")
def deploy(*, config: Path) -> None:
    """Serve snapshot files on several machines, with Ray Serve."""
    from server.ray.deployment import deploy as deploy_on_ray

    deploy_on_ray(config, say=click.echo)


@main.command(
    epilog="""The token is printed once and kept nowhere: the file has its hash. A server takes the file up within a
second; a line that is taken out of it refuses its token from then on.

\b
Examples:
  specgraph token dashboard --tokens tokens.txt
  specgraph token prometheus --scopes metrics --tokens tokens.txt
  specgraph serve /mirror --tokens tokens.txt
"""
)
@click.argument("name")
@click.option("--scopes", default="query", show_default=True, help="What it is for: query, metrics and admin (all).")
@click.option(
    "--tokens", "file", required=True, metavar="FILE", type=click.Path(path_type=Path), help="File of tokens."
)
def token(name: str, *, scopes: str, file: Path) -> None:
    """Make a token that may ask, and add its hash to a file."""
    from server.access import add_token

    click.echo(add_token(file, name, scopes))


@main.command()
@click.option("--subgraph", is_flag=True, help="Print what a gateway composes: with keys, for Apollo Federation 2.")
def schema(*, subgraph: bool) -> None:
    """Print the GraphQL schema."""
    from server.sdl import printed_schema, printed_subgraph

    click.echo(printed_subgraph() if subgraph else printed_schema(), nl=False)


if __name__ == "__main__":
    main()
