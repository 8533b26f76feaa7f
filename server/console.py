"""What a person at a terminal sees of long work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from graph.sources.records import Progress, Report

TENTHS = 10
"""Where no terminal is there to show a bar, a line is printed at the start and after each tenth of the work."""

SHOWN_CHARACTERS = 32
"""Characters of the file's name beside the bar, which itself takes 48 of a terminal's 80."""

MEGABYTE = 1_000_000

MANY_FILES = 100
"""Files from which on the tenths are worth a line each."""


def on_terminal() -> bool:
    """Tell whether a person sees standard error as it comes."""
    return sys.stderr.isatty()


@contextmanager
def progress(label: str) -> Iterator[Report]:
    """Return what shows progress on standard error: a bar on a terminal, lines elsewhere."""
    if on_terminal():
        with _bar(label) as report:
            yield report
    else:
        yield _lines(label)


@contextmanager
def _bar(label: str) -> Iterator[Report]:
    with click.progressbar(length=1, label=label, file=sys.stderr, show_eta=False, item_show_func=_tail) as bar:

        def report(progress: Progress) -> None:
            bar.length = max(progress.total, 1)
            bar.update(progress.done - bar.pos, _described(progress))

        yield report


def _described(progress: Progress) -> str:
    """Name the file and, of a download, how much of what is expected has come.

    >>> from graph.sources.records import Progress
    >>> _described(Progress(0, 1, "index.json", received=2_500_000, expected=10_000_000))
    'index.json 2.5 of 10.0 MB'
    """
    if not progress.received:
        return progress.name
    expected = f" of {progress.expected / MEGABYTE:.1f}" if progress.expected else ""
    return f"{progress.name} {progress.received / MEGABYTE:.1f}{expected} MB"


def _tail(name: str | None) -> str:
    """Cut a path to its end, so that the bar stays on one line."""
    name = name or ""
    return name if len(name) <= SHOWN_CHARACTERS else "…" + name[1 - SHOWN_CHARACTERS :]


def _lines(label: str) -> Report:
    said = -1

    def report(progress: Progress) -> None:
        nonlocal said
        if not progress.total:
            return  # a source is still being listed
        tenth = TENTHS * progress.done // max(progress.total, 1) if progress.total >= MANY_FILES else 0
        if tenth > said:
            said = tenth
            done = f"{progress.done:,} of " if progress.done else ""
            click.echo(f"{label} {done}{progress.total:,} file{'' if progress.total == 1 else 's'}", err=True)

    return report
