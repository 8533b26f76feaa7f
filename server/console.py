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
"""Where no terminal is there to show a bar, a line is printed after each tenth of the work."""


@contextmanager
def progress(label: str) -> Iterator[Report]:
    """Return what shows progress on standard error: a bar on a terminal, lines elsewhere."""
    if sys.stderr.isatty():
        with _bar(label) as report:
            yield report
    else:
        yield _lines(label)


@contextmanager
def _bar(label: str) -> Iterator[Report]:
    with click.progressbar(
        length=1, label=label, file=sys.stderr, show_eta=False, item_show_func=lambda name: name
    ) as bar:

        def report(progress: Progress) -> None:
            bar.length = max(progress.total, 1)
            bar.update(progress.done - bar.pos, progress.name)

        yield report  # type: ignore[misc]


def _lines(label: str) -> Report:
    said = -1

    def report(progress: Progress) -> None:
        nonlocal said
        tenth = TENTHS * progress.done // max(progress.total, 1)
        if tenth > said:
            said = tenth
            click.echo(f"{label}: {progress.done:,} of {progress.total:,} files", err=True)

    return report
