"""What goes wrong where groups of snapshots are held apart.

SpecgraphError (graph.errors)
├── BadInput
│   └── SnapshotElsewhere   a snapshot that is asked for and not held here; it never reaches a client
└── CommandError (server.errors)
    ├── BadDeployment       a deployment file that cannot be used; the message names file, place and remedy
    ├── NoCluster           no Ray cluster is running here, or Ray is not installed
    ├── DeploymentFailed    Ray Serve could not start the replicas
    └── DigestGone          content that is neither at its source nor kept on the node
"""

from __future__ import annotations

from graph.errors import BadInput
from server.errors import USAGE, CommandError


class SnapshotElsewhere(BadInput):
    """A snapshot of the release that is not held here: the request is run where it is, and this answer dropped."""


class BadDeployment(CommandError):
    """A deployment file that cannot be read, or that says what is not allowed."""

    exit_code = USAGE


class NoCluster(CommandError):
    """There is no Ray cluster to deploy on, or Ray is not installed."""


class DeploymentFailed(CommandError):
    """Ray Serve gave up to start the replicas; what was served before is served on."""


class DigestGone(CommandError):
    """The content of a digest is to be had nowhere: its source has other content, and the node keeps no copy."""
