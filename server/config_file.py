"""The file of settings: TOML, one key a setting, named as its flag is.

    port = 9000
    log-format = "json"
    reload-sources = true

A flag wins over its variable, a variable over the file, the file over the default.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from server.errors import BadSetting

CONFIG_VARIABLE = "SPECGRAPH_CONFIG"
"""Names the file, as `--config` does."""


def texts_of_file(path: Path, known: Collection[str]) -> Mapping[str, str]:
    """Return the file's values by the names of the settings, as texts that the environment could hold.

    Raises `BadSetting` for a file that is not there or is no TOML, for a key that is not `known`, and for a value that
    is neither text, number nor true or false; `OSError` does not leave it.
    """
    # It takes longer to import than most commands' settings to be settled, and hardly any has a file of them.
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(f"the file of settings {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"the file of settings {path} is not TOML: {error}") from None
    return {name: _text(path, name, value, known) for name, value in table.items()}


def _text(path: Path, name: str, value: object, known: Collection[str]) -> str:
    if name not in known:
        # Only what is wrong is compared with what is known: it takes longer to import than a command to begin.
        from rapidfuzz import process

        nearest = process.extractOne(name, sorted(known))[0]
        raise BadSetting(f"{path} has {name!r}, which is no setting: is {nearest} meant?")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str | int):
        return str(value)
    raise BadSetting(f"{name} in {path} is a {type(value).__name__}: allowed is a text, a whole number, true or false")
