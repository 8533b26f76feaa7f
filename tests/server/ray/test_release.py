"""Groups of snapshots held apart give the answers of one universe."""

import asyncio
import json

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from server.app import create_app
from server.current import CurrentCatalogue
from server.ray.config import read_deployment, settings_of
from server.ray.deployment import release_of
from server.ray.front import PIN, Fronting
from server.ray.holder import Holding
from server.ray.release import read_parts, released, written_parts
from tests.server.ray.conftest import GROUPS, LOST

NODE_OF_NIGHTLY = "UGFja2FnZTpkZXZlbG9wOnB5LWJ1aWxk"  # Package:develop:py-build

OPERATIONS = [
    (
        "{ snapshots { id name digest ingestedAt default packageCount specCount stackCount dependencyCount binaryCount "
        "sources } }"
    ),
    "{ snapshot { name digest } }",
    '{ snapshot(name: "develop") { name default specCount } }',
    '{ snapshot(name: "v9") { name } }',
    '{ package(name: "hdf5") { specCount versions stacks { edges { specCount node { name } } } } }',
    '{ package(name: "py-build", snapshot: "develop") { versions snapshot { name digest } } }',
    '{ package(name: "hdf5", snapshot: "v9") { name } }',
    '{ specs(matching: "^zlib-ng", first: 3, snapshot: "v2025.07.0") { totalCount nodes { hash } } }',
    f'{{ node(id: "{NODE_OF_NIGHTLY}") {{ ... on Package {{ name specCount }} }} }}',
    f'{{ nodes(ids: ["{NODE_OF_NIGHTLY}", "hdf5", "UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU"]) {{ id }} }}',
    (
        '{ a: specs(snapshot: "develop") { totalCount } b: specs { totalCount } '
        'c: specs(snapshot: "develop-2025-10-05") { totalCount } }'
    ),
    '{ snapshotDiff(from: "v2025.07.0", to: "v2025.11.0") { unchangedCount packages { package change } } }',
    (
        '{ snapshotDiff(from: "develop-2025-10-05", to: "v2025.11.0") { unchangedCount '
        "from { name digest } to { name digest sources ingestedAt } "
        "packages { package change fromVersions toVersions addedCount removedCount } rootCauses { package change } "
        "added(first: 20) { totalCount nodes { id hash version target { name } dependencies { totalCount } } } "
        "removed(last: 20) { totalCount nodes { id hash snapshot { name } } pageInfo { endCursor } } } }"
    ),
    (
        '{ there: snapshotDiff(from: "develop", to: "v2025.11.0") { unchangedCount } '
        'back: snapshotDiff(from: "v2025.11.0", to: "develop") { unchangedCount added { totalCount } } }'
    ),
    '{ target(name: "zen3") { runs { name } } compilers { totalCount } operatingSystems { nodes { name } } }',
    "{ nothing }",
    "{ specs(first: 9999) { totalCount } }",
]


class Divided:
    """A front and one holder in this process, with as many models as it is asked for."""

    def __init__(self, path, *, release=None):
        deployment = read_deployment(path)
        self.release = release or release_of(deployment)
        self.holding = Holding(deployment, "node")
        self.fronting = Fronting(deployment)
        self.fronting.learn(self.release)
        self.models = {}
        self.asked = []

    async def load(self, model):
        if model not in self.models:
            self.models[model] = await asyncio.to_thread(self.holding.held, read_parts(model))
        return self.models[model]

    async def ask(self, model, request, release_id, told):
        self.asked.append(model)
        return await self.holding.answer(model, request, release_id, told, load=self.load)

    async def __call__(self, scope, receive, send):
        response = await self.fronting.respond(Request(scope, receive), self.ask)
        await response(scope, receive, send)


@pytest.fixture
def divided(deployment):
    return Divided(deployment(groups_per_replica=2))


@pytest.fixture(scope="session")
def whole(undivided):
    """The undivided sample, served by the same application."""
    from server.settings import settled

    current = CurrentCatalogue(lambda: undivided, built=undivided)
    return TestClient(create_app(settled({}, {}), current))


def post(client, query, headers=None, **variables):
    return client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


def groups_of(answer):
    return [group for group, _ in read_parts(answer.headers[PIN])]


@pytest.mark.parametrize("query", OPERATIONS)
def test_divided_data_answer_as_one_universe_does(divided, whole, query):
    for asked in (post, lambda client, text: client.get("/graphql", params={"query": text})):
        ours, theirs = asked(TestClient(divided), query), asked(whole, query)
        assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content)
        assert ours.headers["content-type"] == theirs.headers["content-type"]


def test_a_request_goes_to_the_groups_that_it_names(divided):
    client = TestClient(divided)
    assert groups_of(post(client, "{ specs { totalCount } }")) == ["releases"]
    assert groups_of(post(client, '{ specs(snapshot: "develop") { totalCount } }')) == ["nightly"]
    assert groups_of(post(client, "query ($t: String) { specs(snapshot: $t) { totalCount } }", t="develop")) == [
        "nightly"
    ]
    assert len(divided.asked) == 3 + 1  # the release was told once


def test_a_request_that_needs_another_group_after_all_is_sent_again(divided):
    client = TestClient(divided)
    answer = post(client, "query ($id: ID!) { node(id: $id) { id } }", id=NODE_OF_NIGHTLY)
    assert answer.json() == {"data": {"node": {"id": NODE_OF_NIGHTLY}}}
    assert groups_of(answer) == ["nightly", "releases"]


def test_groups_beyond_the_limit_are_refused(deployment):
    client = TestClient(Divided(deployment(groups_per_request=1)))
    answer = post(
        client, '{ a: specs(snapshot: "develop") { totalCount } b: specs(snapshot: "v2025.07.0") { totalCount } }'
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0] == {
        "message": "the request names snapshots of 2 groups (nightly, releases): ask for those of 1 at a time",
        "extensions": {"code": "BAD_USER_INPUT"},
    }


STACKS = "{ snapshot { digest stackCount } stacks { nodes { name } } }"


@pytest.fixture
def two_contents(deployment, contents):
    """A front that served one content of the releases and serves another now, and what each answers with."""
    path = deployment()
    divided = Divided(path)
    before = post(TestClient(divided), STACKS)
    stated = json.loads(path.read_text())
    stated["groups"]["releases"] = str(contents / "releases-2.specgraph")
    path.write_text(json.dumps(stated))
    divided.release = release_of(read_deployment(path))
    divided.fronting.learn(divided.release)
    return divided, before


def names(answer):
    return [stack["name"] for stack in answer.json()["data"]["stacks"]["nodes"]]


def test_a_pinned_digest_is_answered_from_while_it_is_kept(two_contents):
    divided, before = two_contents
    client = TestClient(divided)
    after = post(client, STACKS)
    assert set(names(before)) - set(names(after)) == {LOST}
    assert before.headers[PIN] != after.headers[PIN]
    pinned = post(client, STACKS, {PIN: before.headers[PIN]})
    assert (pinned.content, pinned.headers[PIN]) == (before.content, before.headers[PIN])
    # another replica of the node, which never served it
    divided.models.clear()
    divided.holding = Holding(read_deployment_of(divided), "node")
    assert post(client, STACKS, {PIN: before.headers[PIN]}).content == before.content


def read_deployment_of(divided):
    """Return the deployment with which a further holder of the same node is made."""
    folder = divided.holding.files._folder.parent.parent
    return read_deployment(folder / "deploy.json")


def test_a_pinned_group_and_the_present_of_another_are_asked_together(two_contents):
    divided, before = two_contents
    query = f'{STACKS[:-1]} nightly: snapshot(name: "develop") {{ specCount }} }}'
    answer = post(TestClient(divided), query, {PIN: before.headers[PIN]})
    assert names(answer) == names(before)
    assert answer.json()["data"]["nightly"] == {"specCount": 24}
    assert dict(read_parts(answer.headers[PIN]))["releases"] == dict(read_parts(before.headers[PIN]))["releases"]


def test_a_digest_that_is_kept_nowhere_is_gone(divided):
    answer = post(TestClient(divided), STACKS, {PIN: "releases:0f"})
    assert answer.status_code == 410
    assert answer.json()["errors"][0]["extensions"] == {"code": "DIGEST_GONE"}


@pytest.mark.parametrize("text", ["", "releases", "releases:", "a:1,a:2", "../x:zz/..", "a:1,,b:2"])
def test_a_pin_that_no_answer_had_is_refused(divided, text):
    answer = post(TestClient(divided), STACKS, {PIN: text})
    if not text:
        assert answer.status_code == 200
        return
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize("group", ["..", "../../elsewhere", "weekly"])
def test_the_group_of_a_pin_must_be_one_of_the_release(divided, group):
    answer = post(TestClient(divided), STACKS, {PIN: f"{group}:0f"})
    assert answer.status_code == 410
    assert answer.json()["errors"][0]["message"] == f"there is no group {group!r} any more"
    assert divided.asked == []


def test_other_addresses_are_the_applications(divided, whole):
    for path in ("/healthz", "/schema.graphql", "/nowhere"):
        ours, theirs = TestClient(divided).get(path), whole.get(path)
        assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content)
    ready = TestClient(divided).get("/readyz").json()
    assert [snapshot["name"] for snapshot in ready["snapshots"]] == sorted(sum(GROUPS.values(), ()))


def test_a_body_over_the_limit_is_refused(deployment):
    client = TestClient(Divided(deployment(settings={"max-body-size": 1024})))
    answer = post(client, "{ __typename }" + " " * 1024)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"] == {"code": "CONTENT_TOO_LARGE"}


def test_a_release_is_named_by_its_contents_and_default(undivided, deployment):
    release = release_of(read_deployment(deployment()))
    again = release_of(read_deployment(deployment()))
    other = release_of(read_deployment(deployment(default_snapshot="develop")))
    assert release.id == again.id != other.id
    assert written_parts(release.parts) == ",".join(f"{g}:{release.groups[g].digest}" for g in sorted(GROUPS))


def test_a_snapshot_in_two_groups_has_no_one_meaning(undivided):
    with pytest.raises(ValueError, match="the snapshot 'develop' is in the groups a and b"):
        released({"b": ("", undivided.catalogue), "a": ("", undivided.catalogue)}, default=None)


def test_settings_of_the_deployment_shape_answers(deployment):
    assert settings_of(read_deployment(deployment(settings={"max-page-size": 60}))).max_page_size == 60
    answer = post(
        TestClient(Divided(deployment(settings={"max-page-size": 60}))), "{ specs(first: 61) { totalCount } }"
    )
    assert answer.json()["errors"][0]["extensions"] == {"code": "PAGE_TOO_LARGE"}
