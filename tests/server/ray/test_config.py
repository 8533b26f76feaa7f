"""Deployment files: what they may say, and what is said of one that cannot be used."""

import json

import pytest

from server.errors import BadSetting
from server.ray.config import Deployment, Replicas, read_deployment, settings_of
from server.ray.deployment import app, release_of
from server.ray.errors import BadDeployment
from tests.server.ray.conftest import ROOT


def test_what_is_left_out_has_a_default(tmp_path):
    path = tmp_path / "deploy.yaml"
    path.write_text("groups: {all: /data/all.specgraph}\ncache: /var/cache/specgraph\nholders: {least: 2, most: 8}\n")
    expected = Deployment({"all": "/data/all.specgraph"}, "/var/cache/specgraph", holders=Replicas(2, 8))
    assert read_deployment(path) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("groups: [", "is not YAML: "),
        ("", "Expected `object`, got `null`; docs/operations.md lists the keys"),
        ("cache: /c", "Object missing required field `groups`; docs/operations.md lists the keys"),
        ("{groups: {}, cache: /c}", "`groups` is empty: name at least one snapshot file"),
        ("{groups: {a/b: f}, cache: /c}", "the group 'a/b' has another name than letters, digits, `.`, `_` and `-`"),
        ("{groups: {a: f}, cache: /c, kep: 1}", "Object contains unknown field `kep`"),
        ("{groups: {a: f}, cache: /c, keep: 0}", "`keep` is 0: give 1 or more"),
        (
            "{groups: {a: f}, cache: /c, holders: {least: 3, most: 2}}",
            "`holders` has least 3 and most 2: give 1 <= least <= most",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_that_names_it(tmp_path, text, message):
    path = tmp_path / "deploy.yaml"
    path.write_text(text)
    with pytest.raises(BadDeployment) as error:
        read_deployment(path)
    assert str(error.value).startswith(str(path))
    assert message in str(error.value)


def test_a_setting_that_serve_does_not_have_is_an_error(deployment):
    with pytest.raises(BadSetting, match="`settings` of the deployment has 'max-pages', which is no setting"):
        read_deployment(deployment(settings={"max-pages": 1}))
    with pytest.raises(BadSetting, match="--max-page-size is 'many': allowed is a whole number"):
        read_deployment(deployment(settings={"max-page-size": "many"}))
    assert settings_of(read_deployment(deployment(settings={"graphiql": False}))).graphiql is False


def test_a_default_that_no_group_has_is_an_error(deployment):
    with pytest.raises(BadSetting, match=r"no snapshot 'v9'; loaded: .*; choose one as `default-snapshot`"):
        release_of(read_deployment(deployment(default_snapshot="v9")))


def test_a_snapshot_in_two_groups_is_an_error(deployment, contents):
    both = {"a": str(contents / "releases.specgraph"), "b": str(contents / "releases-2.specgraph")}
    with pytest.raises(BadDeployment, match=r"the snapshot 'v2025\.07\.0' is in the groups a and b"):
        release_of(read_deployment(deployment(groups=both)))


def test_serve_run_needs_the_deployment_file():
    with pytest.raises(BadDeployment, match=r"name the deployment file: config=deploy\.yaml"):
        app({})


def test_every_key_is_documented():
    documented = (ROOT / "docs" / "operations.md").read_text()
    keys = [*Deployment.__struct_encode_fields__, *Replicas.__struct_encode_fields__]
    assert [key for key in keys if f"`{key}`" not in documented] == []


def test_the_example_of_the_documentation_can_be_read(tmp_path):
    text = (ROOT / "docs" / "operations.md").read_text()
    example = text.split("```yaml\n", 1)[1].split("```", 1)[0]
    path = tmp_path / "deploy.yaml"
    path.write_text(example)
    assert set(read_deployment(path).groups) == {"releases", "develop"}
    assert json.loads(json.dumps(read_deployment(path).settings)) == {"max-page-size": 1000}
