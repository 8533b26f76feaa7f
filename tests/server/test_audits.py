"""The 61 audits of GraphQL over HTTP that npm's graphql-http has, against a real server."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.server.live import PATIENCE_SECONDS, LiveServer

AUDITS = Path(__file__).parent / "audits"


def audited(address):
    command = ["node", "audit.mjs", f"{address}/graphql"]
    done = subprocess.run(command, cwd=AUDITS, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_audit_is_ok():
    if shutil.which("node") is None:
        pytest.skip("node is not here: install it, then `npm ci` in tests/server/audits")
    if not (AUDITS / "node_modules").is_dir():
        pytest.skip("the audits are not installed: run make test, or `npm ci` in tests/server/audits")
    with LiveServer() as server:
        results = audited(server.address)
    assert [result for result in results if result["status"] != "ok"] == []
    assert Counter(result["status"] for result in results) == {"ok": 61}
