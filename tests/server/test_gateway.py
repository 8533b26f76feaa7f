"""A real composition library and a real gateway over this graph and two small ones that extend it.

The programs and graphs are in `tests/server/gateway`, which `make test` fills from its lock file.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from schema.federation import subgraph_sdl
from schema.root import schema
from tests.server.live import LiveServer

FOLDER = Path(__file__).parent / "gateway"
TAG = "v2025.11.0"


def run(program, given):
    """Run a program of the folder with JSON in and JSON out."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("composition and gateway are JavaScript: install Node.js")
    if not (FOLDER / "node_modules").is_dir():
        pytest.fail("composition and gateway are not installed: make test installs them")
    done = subprocess.run(
        [node, str(FOLDER / program)], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def composed(*subgraphs):
    """Compose schemas by name."""
    stated = [{"name": name, "url": f"http://{name}.example", "sdl": sdl} for name, sdl in subgraphs]
    return run("compose.mjs", stated)


def beside(name):
    """Return the name and the schema of one of the small graphs."""
    return name, (FOLDER / f"{name}.graphql").read_text()


OURS = ("specgraph", subgraph_sdl(schema))


def test_the_subgraph_composes_alone_and_with_graphs_that_extend_it():
    for others in ((), (beside("advisories"),), (beside("recipes"),), (beside("advisories"), beside("recipes"))):
        result = composed(OURS, *others)
        assert (result["errors"], result["hints"]) == ([], [])
        assert "join__Graph" in result["supergraph"]


def test_a_graph_that_makes_specs_by_another_key_does_not_compose():
    # A spec is in a snapshot: without it there is no way from the other graph to a spec's fields here.
    name, sdl = beside("advisories")
    wrong = sdl.replace('@key(fields: "hash snapshot { name }")', '@key(fields: "hash")')
    wrong = wrong.replace("  hash: String!\n  snapshot: Snapshot!\n", "  hash: String!\n")
    result = composed(OURS, (name, wrong))
    assert result["supergraph"] is None
    assert 'cannot satisfy @require conditions on field "Spec.affectedBy"' in result["errors"][0]


OF_A_PACKAGE = """query ($tag: String) {
  package(name: "hdf5", snapshot: $tag) {
    specCount
    recipe { homepage }
    advisories { title }
    specs(first: 50) { totalCount nodes { hash version affectedBy { id } } }
  }
}"""

OF_AN_ADVISORY = """{
  advisories { nodes { id } pageInfo { hasNextPage endCursor } }
  advisory(id: "A-1") {
    title
    packages { name specCount latestVersion recipe { homepage } snapshot { name digest specCount } }
    specs { hash version affectedBy { id } snapshot { name } }
  }
}"""

OWN = """{ package(name: "hdf5") {
  specCount latestVersion snapshot { name digest specCount } specs(first: 50) { totalCount nodes { hash version } }
} }"""

NOWHERE = "z" * 32


@pytest.fixture(scope="module")
def federated():
    """Three graphs behind a gateway: what it answered, what it sent for each answer, and what we say ourselves."""
    with LiveServer() as server:
        own = server.ask(OWN)["package"]
        spec = own["specs"]["nodes"][0]
        given = {
            "specgraph": f"{server.address}/graphql",
            "advisories": [
                {
                    "id": "A-1",
                    "title": "a file is trusted",
                    "package": "hdf5",
                    "snapshot": TAG,
                    "version": spec["version"],
                    "specs": [spec["hash"], NOWHERE],
                },
                {"id": "A-2", "title": "another tag", "package": "hdf5", "snapshot": "v9", "version": "", "specs": []},
            ],
            "homepages": {"hdf5": "https://hdf5.example", "zlib": "https://zlib.example"},
            "operations": [
                {"query": OF_A_PACKAGE, "variables": {"tag": TAG}},
                {"query": OF_AN_ADVISORY},
                {"query": '{ advisory(id: "A-2") { title packages { latestVersion } } }'},
            ],
        }
        result = run("ask.mjs", given)
    return {"own": own, "spec": spec, "answers": result["answers"], "fetches": result["fetches"]}


def test_a_gateway_adds_to_our_packages_and_specs_what_other_graphs_know(federated):
    own, spec = federated["own"], federated["spec"]
    nodes = own["specs"]["nodes"]
    assert len(nodes) > 1
    assert federated["answers"][0] == {
        "data": {
            "package": {
                "specCount": own["specCount"],
                "recipe": {"homepage": "https://hdf5.example"},
                "advisories": [{"title": "a file is trusted"}],
                "specs": {
                    "totalCount": own["specs"]["totalCount"],
                    "nodes": [{**node, "affectedBy": [{"id": "A-1"}] * (node == spec)} for node in nodes],
                },
            }
        }
    }


def test_a_gateway_joins_our_nouns_to_what_other_graphs_refer_to(federated):
    own, spec = federated["own"], federated["spec"]
    answer = federated["answers"][1]
    assert "errors" not in answer
    assert answer["data"]["advisory"] == {
        "title": "a file is trusted",
        "packages": [
            {
                "name": "hdf5",
                "specCount": own["specCount"],
                "latestVersion": own["latestVersion"],
                "recipe": {"homepage": "https://hdf5.example"},
                "snapshot": own["snapshot"],
            }
        ],
        # a spec that no snapshot has cannot tell its version, which is not null: the whole of it is
        "specs": [
            {
                **spec,
                "affectedBy": [{"id": "A-1"}],
                "snapshot": {"name": TAG},
            },
            None,
        ],
    }


def test_a_gateway_asks_for_all_entities_of_a_kind_at_once(federated):
    of_a_package, of_an_advisory, _ = federated["fetches"]
    ours = [fetch for fetch in of_a_package if fetch["graph"] == "specgraph"]
    assert ours == [{"graph": "specgraph", "representations": None}]
    assert {"graph": "advisories", "representations": len(federated["own"]["specs"]["nodes"])} in of_a_package
    asked = sorted(fetch["representations"] for fetch in of_an_advisory if fetch["graph"] == "specgraph")
    assert asked == [1, 2]


def test_what_another_graph_says_of_a_snapshot_that_is_not_loaded_is_null(federated):
    assert federated["answers"][2]["data"] == {
        "advisory": {"title": "another tag", "packages": [{"latestVersion": None}]}
    }
