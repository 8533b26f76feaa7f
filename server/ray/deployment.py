"""The deployments, and `specgraph deploy`: fronts before holders, both on Ray Serve."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from graph.errors import UnknownSnapshot
from server.errors import BadSetting
from server.inspection import amount
from server.loading import transfer_of
from server.ray.config import Deployment, Replicas, read_deployment, settings_of
from server.ray.errors import BadDeployment, DeploymentFailed, NoCluster
from server.ray.files import NodeFiles
from server.ray.release import Release, released

DRIVER = "driver"
"""Name of the folder in the cache of who deploys; the nodes' are named by Ray."""


def release_of(deployment: Deployment) -> Release:
    """Fetch the groups' files as they are now, and make a release of them; raises `BadDeployment` and `BadSetting`."""
    files = NodeFiles(Path(deployment.cache) / DRIVER, transfer_of(settings_of(deployment)), keep=deployment.keep)
    found = {group: (source, files.newest(group, source)[1]) for group, source in deployment.groups.items()}
    try:
        return released(found, default=deployment.default_snapshot)
    except UnknownSnapshot as error:
        raise BadSetting(f"{error}; choose one as `default-snapshot`") from None
    except ValueError as error:
        raise BadDeployment(str(error)) from None


def application(deployment: Deployment, release: Release) -> Any:
    """Return Ray Serve's application over a release."""
    from server.ray.front import front_class
    from server.ray.holder import holder_class

    told = msgspec.to_builtins(release)
    holder = holder_class(models=deployment.groups_per_replica)
    holders = _deployed("holder", holder, deployment.holders, told).bind(deployment)
    return _deployed("front", front_class(), deployment.fronts, told).bind(deployment, holders)


def _deployed(name: str, replica: type, replicas: Replicas, told: Any) -> Any:
    from ray import serve

    many = replicas.most > replicas.least
    scaling: dict[str, Any] = {
        "min_replicas": replicas.least,
        "max_replicas": replicas.most,
        "target_ongoing_requests": replicas.ongoing,
    }
    return serve.deployment(
        name=name,
        num_replicas=None if many else replicas.least,
        autoscaling_config=scaling if many else None,
        max_ongoing_requests=replicas.queued,
        max_surge_percent=replicas.surge,
        user_config=told,
        health_check_period_s=replicas.health_seconds,
        graceful_shutdown_timeout_s=replicas.drain_seconds,
        ray_actor_options={"num_cpus": replicas.cpus},
    )(replica)


def app(arguments: dict[str, str]) -> Any:
    """Build the application for `serve run server.ray.deployment:app config=deploy.yaml`."""
    path = arguments.get("config")
    if path is None:
        raise BadDeployment("name the deployment file: config=deploy.yaml")
    deployment = read_deployment(Path(path))
    return application(deployment, release_of(deployment))


def deploy(path: Path, *, say: Callable[[str], None]) -> None:
    """Deploy on a running Ray cluster, or roll out what the sources have become; returns when it is served.

    Raises `NoCluster`, and what `read_deployment` and `release_of` raise.
    """
    deployment = read_deployment(path)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent to anybody
    try:
        import ray
        from ray import serve
    except ImportError:
        raise NoCluster('Ray is not installed: pip install "specgraph[ray]"') from None
    release = release_of(deployment)
    for name, group in sorted(release.groups.items()):
        specs = sum(facts.specs for facts in group.snapshots)
        snapshots = amount(len(group.snapshots), "snapshot")
        say(f"{name}: {snapshots}, {amount(specs, 'row')}, {group.digest} of {group.source}")
    try:
        ray.init(address=deployment.address, ignore_reinit_error=True, log_to_driver=False)
    except ConnectionError as error:
        raise NoCluster(f"no Ray cluster at {deployment.address!r} (start one: ray start --head): {error}") from None
    serve.start(http_options={"host": deployment.host, "port": deployment.port})
    try:
        serve.run(application(deployment, release), name=deployment.application, route_prefix="/")
    except RuntimeError as error:
        raise DeploymentFailed(f"{error} The logs of Ray Serve's controller and replicas say why") from None
    say(f"{deployment.application}: served on port {deployment.port} of each node; default {release.default}")
