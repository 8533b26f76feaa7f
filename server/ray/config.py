"""The deployment file of `specgraph deploy`: one YAML mapping; every key is a field below, written with dashes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from server.errors import BadSetting
from server.ray.errors import BadDeployment
from server.settings import SETTINGS, Settings, settled

_GROUP = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")
"""What a group is called: its name stands in headers and in names of files."""


class Replicas(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How many replicas there are: `least` to `most`, by the number of requests that each has at a time.

    `ongoing` requests are what one replica is to have on average, and `queued` at the most before others wait in
    front of it. `cpus` are what a node must have free for one. A replica is asked every `health-seconds` whether it
    answers, and has `drain-seconds` to end what it has begun before it is stopped. While a release rolls out, up to
    `surge` percent of new ones run beside the old, if there is room for them; 0 ends one before the next begins.
    """

    least: int = 1
    most: int = 1
    ongoing: float = 4
    queued: int = 32
    cpus: float = 1
    health_seconds: float = 5
    drain_seconds: float = 20
    surge: int = 0


class Deployment(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A deployment file. `groups` names a snapshot file each: a path, or an `http(s)://` address.

    Each node keeps the files in its folder `cache`, those in use and `keep` older ones of each group. A replica maps
    `groups-per-replica` groups or joins of them at a time, and a request may name snapshots of `groups-per-request`.
    `address` is that of the Ray cluster; `settings` are those of `specgraph serve` that shape answers.
    """

    groups: dict[str, str]
    cache: str
    default_snapshot: str | None = None
    application: str = "specgraph"
    address: str = "auto"
    host: str = "127.0.0.1"
    port: int = 8000
    keep: int = 2
    groups_per_replica: int = 4
    groups_per_request: int = 4
    holders: Replicas = Replicas()
    fronts: Replicas = Replicas(cpus=0.5, ongoing=16, queued=128)
    settings: dict[str, str | int | bool] = {}


def read_deployment(path: Path) -> Deployment:
    """Read a deployment file; raises `BadDeployment` for one that cannot be used, and `OSError`."""
    try:
        found = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError as error:
        raise BadDeployment(f"{path} is not YAML: {error}") from None
    try:
        deployment = msgspec.convert(found, Deployment)
    except msgspec.ValidationError as error:
        raise BadDeployment(f"{path}: {error}; docs/operations.md lists the keys") from None
    fault = _fault(deployment)
    if fault:
        raise BadDeployment(f"{path}: {fault}")
    settings_of(deployment)
    return deployment


def _fault(deployment: Deployment) -> str | None:
    if not deployment.groups:
        return "`groups` is empty: name at least one snapshot file"
    for name in deployment.groups:
        if not _GROUP.fullmatch(name):
            return f"the group {name!r} has another name than letters, digits, `.`, `_` and `-`"
    for key in ("keep", "groups_per_replica", "groups_per_request"):
        if getattr(deployment, key) < 1:
            return f"`{key.replace('_', '-')}` is {getattr(deployment, key)}: give 1 or more"
    for key, replicas in (("holders", deployment.holders), ("fronts", deployment.fronts)):
        if not 1 <= replicas.least <= replicas.most:
            return f"`{key}` has least {replicas.least} and most {replicas.most}: give 1 <= least <= most"
    return None


def settings_of(deployment: Deployment) -> Settings:
    """Return the settings that the replicas answer with; raises `BadSetting`."""
    known = {setting.name: setting.field for setting in SETTINGS}
    unknown = sorted(set(deployment.settings) - set(known))
    if unknown:
        raise BadSetting(f"`settings` of the deployment has {unknown[0]!r}, which is no setting of `specgraph serve`")
    given: dict[str, Any] = {
        known[name]: value if isinstance(value, bool) else str(value) for name, value in deployment.settings.items()
    }
    return settled(given, {})
