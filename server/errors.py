"""Every error that ends a command, as one tree under the domain's root.

SpecgraphError (graph.errors)
└── CommandError            ends a command with its `exit_code`
    ├── BadSetting          a flag or a variable with a value that is not allowed
    ├── AddressUnavailable  the host and port cannot be listened on
    ├── NothingLoaded       the sources hold no snapshot
    ├── ProblemsAreFatal    --strict, and something could not be read
    ├── SnapshotFileAmongSources
    ├── NotReplaced         what lies where a snapshot file is to be written is not overwritten
    ├── BadManifest         a manifest of trusted documents that is none
    ├── BadTokens           a file of tokens with a line that is none
    ├── RebuildFailed       the process that reads the sources anew could not
    ├── ExtraMissing        a setting asks for what is installed with an extra only
    └── WorkersFailed       no process of `--workers` could start
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.errors import SpecgraphError

FAILURE = 1
"""Exit code of a command that could not do what was asked."""

USAGE = 2
"""Exit code of a command that was asked wrongly."""

INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended: 128 and the signal's number, as shells count."""


class CommandError(SpecgraphError):
    """What ends a command: one line with the remedy."""

    exit_code = FAILURE


class BadSetting(CommandError):
    """A value that a setting does not allow; the message names the setting and what it allows."""

    exit_code = USAGE


class AddressUnavailable(CommandError):
    """The host and port cannot be listened on; the message says why, and how to choose others."""


class NothingLoaded(CommandError):
    """The sources were read and hold no snapshot."""


class ProblemsAreFatal(CommandError):
    """Something could not be read, and `--strict` was given."""

    def __init__(self, problems: Sequence[str]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{count} in the sources, fatal with --strict; the first: {problems[0]}")
        self.problems = tuple(problems)


class SnapshotFileAmongSources(CommandError):
    """A snapshot file that is given together with other sources, or with a tag."""

    exit_code = USAGE


class NotReplaced(CommandError):
    """A snapshot file is to be written where something else lies, or where no folder is."""


class BadManifest(CommandError):
    """The file of trusted documents is not of a form that is read; the message says which are."""


class BadTokens(CommandError):
    """The file of tokens has a line that is none; the message has its number."""


class RebuildFailed(CommandError):
    """The process that reads the sources anew could not; the message is its own."""


class WorkersFailed(CommandError):
    """No worker came so far as to listen; each has logged its own reason."""


class ExtraMissing(CommandError):
    """A setting asks for a part that is an extra, and not installed; the message names the extra."""

    exit_code = USAGE
