"""Journeys through the browse page: what it shows is what the API answers."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.browsing import (
    HDF5,
    WITH_FORTRAN,
    WITHOUT_FORTRAN,
    ask,
    cells,
    facet,
    hashes,
    settled,
    spec_table,
    specs,
)

HDF5_ONLY = {"package": {"eq": "hdf5"}}


def opened(visit, query):
    return settled(visit.open(f"/?{query}"))


def opened_hdf5(visit, query=""):
    return opened(visit, f"view=package&name=hdf5{query}")


def test_search_as_you_type_leads_to_a_package(visit, address):
    page = opened(visit, "")
    page.get_by_role("combobox", name="Search").press_sequentially("hdf")
    hits = page.get_by_role("listbox", name="Hits").get_by_role("option")
    expect(hits.first).to_be_visible()
    answered = ask(address, '{ search(text: "hdf", first: 12) { label } }')["search"]
    expect(hits.locator(".label")).to_have_text([hit["label"] for hit in answered])
    visit.screenshot("browse-search")
    hits.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("hdf5")
    assert page.url.endswith("?view=package&name=hdf5")
    expect(page).to_have_title("hdf5 – specgraph")


def test_a_search_without_a_hit_says_so(visit):
    page = opened(visit, "")
    page.get_by_role("combobox", name="Search").press_sequentially("qqqqqqqq")
    expect(page.get_by_text("Nothing is called like “qqqqqqqq”.")).to_be_visible()


def test_the_table_shows_what_the_api_answers(visit, address):
    page = opened_hdf5(visit, "&common=show&size=50")
    answered = specs(address, where=HDF5_ONLY, first=50)
    shown = cells(spec_table(page))
    assert hashes(page) == [spec["hash"] for spec in answered["nodes"]]
    for row, spec in zip(shown, answered["nodes"], strict=True):
        assert [cell.split() for cell in row[2:]] == [
            [spec["version"]],
            [(spec["compiler"] or {"name": "none"})["name"]],
            [variant["text"] for variant in spec["variants"]],
            [spec["platform"]],
            [spec["operatingSystem"]["name"]],
            [spec["target"]["name"]],
            [stack["name"] for stack in spec["stacks"]["nodes"]],
            ["–", "not", "recorded"],
            ["Install"],
        ]
    expect(page.get_by_text("1–29 of 29 specs")).to_be_visible()


def test_common_values_are_said_once(visit, address):
    page = opened_hdf5(visit)
    nodes = specs(address, where=HDF5_ONLY, first=25)["nodes"]
    common = set.intersection(*({variant["text"] for variant in spec["variants"]} for spec in nodes))
    facts = page.locator(".common .fact").all_inner_texts()
    assert {"Platform linux", "Size not recorded", *common} == set(facts)
    texts = set(spec_table(page).locator("tbody .variants code").all_inner_texts())
    assert texts == {variant["text"] for spec in nodes for variant in spec["variants"]} - common
    page.get_by_label("Hide common values").uncheck()
    expect(spec_table(page).get_by_role("columnheader", name="Platform")).to_be_visible()


def test_columns_are_chosen(visit):
    page = opened_hdf5(visit)
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("group", name="Columns").get_by_label("Compiler").uncheck()
    expect(spec_table(page).get_by_role("columnheader", name="Compiler")).to_have_count(0)
    page.get_by_role("group", name="Columns").get_by_label("Dependencies").check()
    first = spec_table(page).locator("tbody tr").first.locator(".of-dependencies")
    expect(first).to_have_text(re.compile(r"\d+ / \d+"))
    settled(page.reload() and page)
    expect(spec_table(page).get_by_role("columnheader", name="Compiler")).to_have_count(0)


def test_the_columns_of_dependencies_and_snapshots_are_the_apis(visit, address):
    page = opened_hdf5(visit, "&columns=hash,dependencies,snapshots&size=50")
    settled(page)
    asked = """query Q($hash: String!) { spec(hash: $hash) {
      direct: dependencies { totalCount } all: dependencies(transitive: true) { totalCount } } }"""
    for found, row in list(zip(hashes(page), cells(spec_table(page)), strict=True))[:5]:
        spec = ask(address, asked, hash=found)["spec"]
        assert row[2] == f"{spec['direct']['totalCount']} / {spec['all']['totalCount']}"
        assert row[3].startswith("v2025.11.0")


@pytest.mark.parametrize(
    ("label", "name", "parameter", "value", "where"),
    [
        ("Target", "TARGET", "target", "neoverse_v1", {"target": {"in": ["neoverse_v1"]}}),
        ("Version", "VERSION", "version", "1.8.23", {"version": {"in": ["1.8.23"]}}),
        ("Compiler", "COMPILER", "compiler", "llvm@18.1.3", {"compiler": {"in": ["llvm@18.1.3"]}}),
        ("Stack", "STACK", "stack", "radiuss", {"stack": {"anyOf": ["radiuss"]}}),
        ("Operating system", "OPERATING_SYSTEM", "os", "ubuntu24.04", {"operatingSystem": {"in": ["ubuntu24.04"]}}),
    ],
)
def test_a_facet_counts_and_filters(visit, address, label, name, parameter, value, where):
    page = opened_hdf5(visit)
    asked = (
        """query Q($by: [Facet!]!) { package(name: "hdf5") { specs { facets(by: $by) { values { value count } } } } }"""
    )
    counts = ask(address, asked, by=[name])["package"]["specs"]["facets"][0]["values"]
    assert facet(page, label) == {each["value"]: str(each["count"]) for each in counts}
    page.get_by_role("group", name=label, exact=True).get_by_label(value).first.check()
    expect(page).to_have_url(re.compile(rf"[?&]{parameter}={re.escape(value)}"))
    settled(page)
    answered = specs(address, where={"and": [HDF5_ONLY, where]}, first=25)
    assert hashes(page) == [spec["hash"] for spec in answered["nodes"]]
    # A facet's own counts are of what it could be.
    assert facet(page, label) == {each["value"]: str(each["count"]) for each in counts}


def test_filters_combine_and_are_taken_away_one_by_one(visit, address):
    page = opened_hdf5(visit, "&target=x86_64_v3&version=!1.14.6&variant=%2Bmpi")
    where = {
        "and": [
            HDF5_ONLY,
            {"target": {"eq": "x86_64_v3"}},
            {"not": {"version": {"eq": "1.14.6"}}},
            {"variant": [{"name": "mpi", "enabled": True}]},
        ]
    }
    assert hashes(page) == [spec["hash"] for spec in specs(address, where=where, first=25)["nodes"]]
    filters = page.get_by_role("list", name="Filters")
    expect(filters.get_by_role("listitem")).to_have_count(4)
    filters.get_by_role("link", name="Remove filter Version: not 1.14.6").click()
    settled(page)
    del where["and"][2]
    assert hashes(page) == [spec["hash"] for spec in specs(address, where=where, first=25)["nodes"]]
    filters.get_by_role("link", name="Clear all").click()
    expect(page.get_by_text("of 29 specs")).to_be_visible()


def test_a_value_is_excluded(visit, address):
    page = opened_hdf5(visit)
    page.get_by_role("button", name="Not target x86_64_v3").click()
    settled(page)
    where = {"and": [HDF5_ONLY, {"target": {"in": ["neoverse_v1", "aarch64"]}}]}
    assert hashes(page) == [spec["hash"] for spec in specs(address, where=where, first=25)["nodes"]]


def test_a_target_is_matched_exactly_or_as_one_that_runs_it(visit, address):
    """aarch64's own specs do not hold neoverse_v1's; what runs on neoverse_v1 holds both."""
    exact = opened_hdf5(visit, "&target=aarch64")
    assert len(hashes(exact)) == 2
    exact.get_by_label("Runs on this target").select_option("neoverse_v1")
    settled(exact)
    assert len(hashes(exact)) == 2
    page = opened_hdf5(visit, "&runsOn=neoverse_v1")
    where = {"and": [HDF5_ONLY, {"target": {"runsOn": "neoverse_v1"}}]}
    assert hashes(page) == [spec["hash"] for spec in specs(address, where=where, first=25)["nodes"]]
    assert len(hashes(page)) == 8


def test_variants_are_counted_and_filter(visit, address):
    page = opened_hdf5(visit)
    page.locator("summary", has_text="Variants").click()
    settled(page)
    nodes = specs(address, where=HDF5_ONLY, first=100)["nodes"]
    with_mpi = [spec for spec in nodes if "+mpi" in [variant["text"] for variant in spec["variants"]]]
    value = page.locator(".facet-value", has=page.get_by_label("+mpi", exact=False)).first
    expect(value.locator(".count")).to_have_text(str(len(with_mpi)))
    value.get_by_role("checkbox").check()
    expect(page.get_by_text(f"of {len(with_mpi)} specs")).to_be_visible()


def test_a_wrong_constraint_shows_the_place_and_a_corrected_one_filters(visit, address):
    page = opened_hdf5(visit)
    box = page.get_by_label("Spack constraint")
    box.fill("@1.14: +mpi %gcc@@11")
    alert = page.get_by_role("alert")
    expect(alert.locator("pre")).to_have_text("  @1.14: +mpi %gcc@@11\n                  ^", use_inner_text=True)
    expect(box).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("The constraint is to be corrected first.")).to_be_visible()
    visit.screenshot("browse-constraint-error")
    box.fill("@1.14: +mpi %gcc@11")
    expect(page.locator(".understood")).to_contain_text("compiler gcc@11")
    box.press("Enter")
    settled(page)
    expect(alert).to_have_count(0)
    answered = specs(address, matching="@1.14: +mpi %gcc@11", where=HDF5_ONLY, first=25)
    assert hashes(page) == [spec["hash"] for spec in answered["nodes"]]
    assert 0 < answered["totalCount"] < 29


@pytest.mark.parametrize(("header", "field"), [("Hash", "HASH"), ("Version", "VERSION")])
def test_a_header_sorts_both_ways_and_back(visit, address, header, field):
    page = opened_hdf5(visit)
    head = spec_table(page).get_by_role("columnheader", name=header)
    for direction, said in (("ASC", "ascending"), ("DESC", "descending")):
        head.get_by_role("link").click()
        expect(head).to_have_attribute("aria-sort", said)
        settled(page)
        order = {"field": field, "direction": direction}
        answered = specs(address, where=HDF5_ONLY, orderBy=order, first=25)
        assert hashes(page) == [spec["hash"] for spec in answered["nodes"]]
    head.get_by_role("link").click()
    expect(head).not_to_have_attribute("aria-sort", re.compile(".*"))


def test_pages_go_on_and_back(visit, address):
    page = opened(visit, "view=specs")
    first = specs(address, first=25)
    assert hashes(page) == [spec["hash"] for spec in first["nodes"]]
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("26–50 of 3,202 specs")).to_be_visible()
    settled(page)
    second = specs(address, first=25, after=first["pageInfo"]["endCursor"])
    assert hashes(page) == [spec["hash"] for spec in second["nodes"]]
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_text("1–25 of 3,202 specs")).to_be_visible()
    settled(page)
    assert hashes(page) == [spec["hash"] for spec in first["nodes"]]
    page.go_back()
    expect(page.get_by_text("26–50 of 3,202 specs")).to_be_visible()


def test_a_cursor_that_is_none_begins_the_list_anew(visit):
    page = opened(visit, "view=specs&after=nonsense&at=25")
    expect(page.get_by_text("1–25 of 3,202 specs")).to_be_visible()
    assert "after" not in page.url


def test_two_picked_specs_are_compared(visit, address):
    page = opened_hdf5(visit)
    page.get_by_label(f"Compare {WITH_FORTRAN}").check()
    page.get_by_label(f"Compare {WITHOUT_FORTRAN}").check()
    page.get_by_role("region", name="Picked to compare").get_by_role("link", name="Compare").click()
    settled(page)
    asked = """query Q($left: String!, $right: String!) { specDiff(left: $left, right: $right) {
      differences { attribute left right } dependencies { package left { hash } right { hash } } } }"""
    diff = ask(address, asked, left=WITH_FORTRAN, right=WITHOUT_FORTRAN)["specDiff"]
    shown = cells(page.get_by_role("region", name="Attributes that differ"))
    assert shown == [
        [each["attribute"], each["left"] or "none", each["right"] or "none"] for each in diff["differences"]
    ]
    direct = cells(page.get_by_role("region", name="Dependencies that differ"))
    assert [row[0] for row in direct] == [each["package"] for each in diff["dependencies"]]
    below = [row[0] for row in cells(page.get_by_role("region", name="What differs below"))]
    on_one_side = _closure(address, WITH_FORTRAN) ^ _closure(address, WITHOUT_FORTRAN)
    assert sorted(below) == sorted({name for name, _ in on_one_side})
    page.get_by_role("link", name="Compare the two specs of mpich").click()
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare two specs")


def _closure(address, spec):
    asked = """query Q($hash: String!) { spec(hash: $hash) {
      dependencies(transitive: true, first: 1000) { nodes { hash package { name } } } } }"""
    nodes = ask(address, asked, hash=spec)["spec"]["dependencies"]["nodes"]
    return {(node["package"]["name"], node["hash"]) for node in nodes}


def _edges(address, spec, **arguments):
    asked = """query Q($hash: String!, $deptypes: [DependencyType!], $transitive: Boolean) { spec(hash: $hash) {
      dependencies(deptypes: $deptypes, transitive: $transitive, first: 1000) {
        totalCount edges { depth node { hash version package { name } } } } } }"""
    return ask(address, asked, hash=spec, **arguments)["spec"]["dependencies"]


def test_the_tree_is_asked_for_branch_by_branch(visit, address):
    page = opened(visit, f"view=spec&hash={HDF5}")
    tree = page.get_by_role("tree", name="Dependency tree")
    direct = _edges(address, HDF5)
    items = tree.get_by_role("treeitem")
    expect(items).to_have_count(direct["totalCount"])
    expect(page.locator("[data-counts]")).to_have_text(
        f"{direct['totalCount']} direct, {_edges(address, HDF5, transitive=True)['totalCount']} in all"
    )
    openmpi = next(edge["node"] for edge in direct["edges"] if edge["node"]["package"]["name"] == "openmpi")
    tree.get_by_role("treeitem", name="openmpi").click(position={"x": 5, "y": 5})
    below = _edges(address, openmpi["hash"])["totalCount"]
    expect(items).to_have_count(direct["totalCount"] + below)
    visit.screenshot("browse-tree")


def test_build_dependencies_are_hidden_and_the_tree_is_flattened(visit, address):
    page = opened(visit, f"view=spec&hash={HDF5}")
    page.get_by_role("button", name="Hide build").click()
    types = ["LINK", "RUN", "TEST"]
    expect(page.get_by_role("treeitem")).to_have_count(_edges(address, HDF5, deptypes=types)["totalCount"])
    page.get_by_label("Flatten").check()
    settled(page)
    edges = _edges(address, HDF5, deptypes=types, transitive=True)["edges"]
    shown = cells(page.get_by_role("region", name="All dependencies"))
    wanted = [
        [f"{edge['node']['package']['name']}@{edge['node']['version']} /{edge['node']['hash'][:7]}", str(edge["depth"])]
        for edge in edges
    ]
    assert [row[:2] for row in shown] == wanted


def test_dependents_are_a_tree_too(visit, address):
    page = opened(visit, f"view=spec&hash={HDF5}&tab=dependents")
    asked = "query Q($hash: String!) { spec(hash: $hash) { dependents { nodes { package { name } } } } }"
    nodes = ask(address, asked, hash=HDF5)["spec"]["dependents"]["nodes"]
    items = page.get_by_role("tree", name="Tree of dependents").get_by_role("treeitem")
    expect(items).to_have_count(len(nodes))
    expect(items.first).to_contain_text(nodes[0]["package"]["name"])


def test_the_picture_draws_every_spec_and_leads_to_it(visit, address):
    page = opened(visit, f"view=spec&hash={HDF5}&tab=picture")
    asked = "query Q($hash: String!) { spec(hash: $hash) { dependencyGraph { nodes { hash } } } }"
    nodes = ask(address, asked, hash=HDF5)["spec"]["dependencyGraph"]["nodes"]
    drawn = page.locator(".picture-node")
    expect(drawn).to_have_count(len(nodes))
    visit.screenshot("browse-picture")
    page.locator("a.picture-node", has_text="openmpi@").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("openmpi@")


def test_the_ways_to_a_package_are_shown(visit, address):
    page = opened(visit, f"view=spec&hash={HDF5}&tab=paths")
    page.get_by_label("Package or hash").fill("zlib-ng")
    page.get_by_role("button", name="Find the ways").click()
    settled(page)
    asked = """query Q($hash: String!) { dependencyPaths(from: $hash, to: "zlib-ng", first: 5) {
      paths { nodes { version package { name } hash } } } }"""
    paths = ask(address, asked, hash=HDF5)["dependencyPaths"]["paths"]
    shown = page.locator(".paths li")
    expect(shown).to_have_count(len(paths))
    for item, path in zip(shown.all(), paths, strict=True):
        names = [f"{node['package']['name']}@{node['version']} /{node['hash'][:7]}" for node in path["nodes"]]
        assert item.inner_text().endswith(" → ".join(names))


def test_the_install_command_is_copied(visit):
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened_hdf5(visit)
    page.get_by_role("button", name=f"Install hdf5@1.14.6 {WITH_FORTRAN}").click()
    dialog = page.get_by_role("dialog", name="Install hdf5@1.14.6")
    dialog.get_by_role("button", name="Copy install command").click()
    expect(page.get_by_role("status").filter(has_text="Copied install command")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == f"spack install /{WITH_FORTRAN}"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name=f"Copy hash {WITH_FORTRAN}").click()
    expect(page.get_by_role("status").filter(has_text=f"Copied hash {WITH_FORTRAN}")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == WITH_FORTRAN
