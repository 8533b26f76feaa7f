"""The browse page's other views: stacks, targets, machines, coverage, changes, impact, snapshots side by side."""

import pytest
from playwright.sync_api import expect

from tests.web.browsing import ask, cells, hashes, settled, specs


def opened(visit, query):
    return settled(visit.open(f"/?{query}"))


def bars(scope):
    """Return the counts that are drawn as bars, by name."""
    rows = scope.locator(".bars li").all()
    return [(row.locator(":scope > :first-child").inner_text(), _number(row.locator(".count"))) for row in rows]


def _number(locator):
    return int(locator.inner_text().replace(",", ""))


def test_the_start_shows_the_snapshots_figures(visit, address):
    page = opened(visit, "")
    asked = """{ snapshot { packageCount specCount stackCount binaryCount dependencyCount }
      stacks { nodes { name specCount } } }"""
    answered = ask(address, asked)
    figures = [int(figure.replace(",", "")) for figure in page.locator(".figures dd").all_inner_texts()]
    assert figures == list(answered["snapshot"].values())
    stacks = sorted(answered["stacks"]["nodes"], key=lambda stack: -stack["specCount"])
    assert sorted(bars(page)) == sorted((stack["name"], stack["specCount"]) for stack in stacks)
    assert [count for _, count in bars(page)] == [stack["specCount"] for stack in stacks]


def test_another_snapshot_is_chosen_and_stays(visit, address):
    page = opened(visit, "")
    page.get_by_role("combobox", name="Snapshot", exact=True).select_option("v2025.07.0")
    settled(page)
    page.get_by_role("link", name="Specs", exact=True).first.click()
    settled(page)
    expect(page.get_by_text("1–25 of 610 specs")).to_be_visible()
    assert "snapshot=v2025.07.0" in page.url
    asked = '{ specs(snapshot: "v2025.07.0", first: 25) { nodes { hash } } }'
    assert hashes(page) == [spec["hash"] for spec in ask(address, asked)["specs"]["nodes"]]


def test_packages_are_listed_searched_and_ordered(visit, address):
    page = opened(visit, "view=packages")
    page.get_by_role("columnheader", name="Specs").get_by_role("link").click()
    settled(page)
    asked = "{ packages(orderBy: {field: SPEC_COUNT, direction: DESC}, first: 25) { nodes { name specCount } } }"
    nodes = ask(address, asked)["packages"]["nodes"]
    shown = cells(page.get_by_role("region", name="Table of packages"))
    assert [(row[0], row[2]) for row in shown] == [(node["name"], str(node["specCount"])) for node in nodes]
    page.get_by_label("Name holds").fill("hdf5-vol")
    asked = '{ packages(where: {name: {contains: "hdf5-vol"}}) { totalCount } }'
    total = ask(address, asked)["packages"]["totalCount"]
    expect(page.locator(".pager p")).to_have_text(f"1–{total} of {total} packages")


def test_a_stack_shows_its_counts_and_specs(visit, address):
    page = opened(visit, "view=stack&name=e4s")
    stack = ask(
        address, '{ stack(name: "e4s") { specCount binaryCount packageCount specs(first: 25) { nodes { hash } } } }'
    )
    stack = stack["stack"]
    facts = page.locator(".summary .facts dd").all_inner_texts()
    assert facts[0] == f"{stack['specCount']:,}, {stack['binaryCount']:,} in the build cache"
    assert facts[1] == f"{stack['packageCount']}"
    assert hashes(page) == [spec["hash"] for spec in stack["specs"]["nodes"]]


def test_stacks_lead_to_a_stack(visit):
    page = opened(visit, "view=stacks")
    page.get_by_role("region", name="Table of stacks").get_by_role("link", name="radiuss").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("radiuss")


@pytest.mark.parametrize("exactly", [False, True])
def test_a_target_shows_the_stacks_that_cover_it(visit, address, exactly):
    page = opened(visit, "view=target&name=neoverse_v1")
    if exactly:
        page.get_by_label("for neoverse_v1 exactly").check()
        settled(page)
    asked = """query Q($compatible: Boolean) { target(name: "neoverse_v1") {
      stacks(compatible: $compatible) { edges { specCount node { name } } }
      specs(compatible: $compatible, first: 25) { totalCount nodes { hash } } runs { name } runnableOn { name } } }"""
    target = ask(address, asked, compatible=not exactly)["target"]
    covers = page.get_by_role("region", name="Stacks that cover it")
    assert bars(covers) == [(edge["node"]["name"], edge["specCount"]) for edge in target["stacks"]["edges"]]
    assert hashes(page) == [spec["hash"] for spec in target["specs"]["nodes"]]
    expect(page.locator(".pager p")).to_contain_text(f"of {target['specs']['totalCount']:,} specs")
    runs = page.locator(".facts .wide").first.locator("a").all_inner_texts()
    assert [name.split()[0] for name in runs] == [each["name"] for each in target["runs"]]


def test_a_machine_gets_verdicts_and_what_stands_in_the_way(visit, address):
    page = opened(visit, "view=machine")
    page.get_by_role("combobox", name="Target", exact=True).fill("zen3")
    page.get_by_role("combobox", name="Operating system", exact=True).fill("ubuntu22.04")
    page.get_by_label("Only what matches").fill("hdf5")
    page.get_by_role("button", name="Ask").click()
    settled(page)
    asked = """{ installable(host: {target: "zen3", operatingSystem: "ubuntu22.04"}, matching: "hdf5", first: 25) {
      totalCount installableCount edges { verdict blockedBy { hash } node { hash } } } }"""
    answered = ask(address, asked)["installable"]
    expect(page.locator(".result")).to_contain_text(
        f"{answered['installableCount']} of {answered['totalCount']} specs can be installed"
    )
    table = page.get_by_role("region", name="Table of verdicts")
    verdicts = [verdict.get_attribute("title") for verdict in table.locator(".verdict").all()]
    assert verdicts == [edge["verdict"] for edge in answered["edges"]]
    assert {"INSTALLABLE", "OPERATING_SYSTEM_MISMATCH"} <= set(verdicts)
    links = [link.get_attribute("title") for link in table.locator("tbody th .spec-link").all()]
    assert links == [edge["node"]["hash"] for edge in answered["edges"]]


def test_what_blocks_a_spec_is_named(visit, address):
    asked = """{ installable(host: {target: "zen3", operatingSystem: "ubuntu22.04"}, first: 5000) {
      edges { verdict blockedBy { hash } node { package { name } hash } } } }"""
    edges = ask(address, asked)["installable"]["edges"]
    mismatched = next(edge for edge in edges if edge["verdict"] != "INSTALLABLE" and edge["blockedBy"])
    query = f"matching=/{mismatched['node']['hash']}"
    page = opened(visit, f"view=machine&target=zen3&os=ubuntu22.04&{query}")
    blockers = page.get_by_role("region", name="Table of verdicts").locator("td .spec-link")
    shown = [link.get_attribute("title") for link in blockers.all()]
    assert shown == [spec["hash"] for spec in mismatched["blockedBy"]][:5]


def test_an_unknown_machine_is_an_error_with_its_remedy(visit):
    page = opened(visit, "view=machine&target=nonsense&os=ubuntu22.04")
    expect(page.get_by_role("alert")).to_contain_text("no target 'nonsense'")


COVERAGE = """query Q($rows: Facet!, $columns: Facet!) {
  coverage(rows: $rows, columns: $columns) { rows columns counts total } }"""


@pytest.mark.parametrize(
    ("rows", "columns"), [("STACK", "TARGET"), ("COMPILER", "OPERATING_SYSTEM"), ("TARGET_FAMILY", "STACK")]
)
def test_the_matrix_shows_every_count_and_hole(visit, address, rows, columns):
    page = opened(visit, "view=coverage")
    page.get_by_role("combobox", name="Rows", exact=True).select_option(rows)
    page.get_by_role("combobox", name="Columns", exact=True).select_option(columns)
    settled(page)
    coverage = ask(address, COVERAGE, rows=rows, columns=columns)["coverage"]
    matrix = page.get_by_role("region", name="Coverage matrix")
    assert matrix.locator("thead th").all_inner_texts()[1:] == coverage["columns"]
    assert cells(matrix) == [
        [name, *(f"{count:,}" for count in counts)]
        for name, counts in zip(coverage["rows"], coverage["counts"], strict=True)
    ]


def test_a_cell_leads_to_its_specs(visit):
    page = opened(visit, "view=coverage")
    page.get_by_role("region", name="Coverage matrix").get_by_role("link", name="375", exact=True).click()
    settled(page)
    expect(page.get_by_text("1–25 of 375 specs")).to_be_visible()
    expect(page.get_by_role("list", name="Filters").get_by_role("listitem")).to_have_count(3)


def test_the_matrix_is_a_picture_too(visit, address):
    page = opened(visit, "view=coverage")
    page.get_by_label("As a picture").check()
    coverage = ask(address, COVERAGE, rows="STACK", columns="TARGET")["coverage"]
    counts = [count for row in coverage["counts"] for count in row]
    expect(page.locator(".picture-hole")).to_have_count(counts.count(0))
    expect(page.locator(".picture-cell")).to_have_count(len(counts) - counts.count(0))
    page.get_by_label("Hide empty rows and columns").check()
    expect(page.locator(".picture-cell")).to_have_count(len(counts) - counts.count(0))


DIFF = """query Q($where: SpecFilter) { snapshotDiff(from: "v2025.07.0", to: "v2025.11.0", where: $where) {
  unchangedCount added { totalCount } removed { totalCount nodes { hash } }
  packages { package change } rootCauses { package change fromVersions toVersions addedCount removedCount } } }"""


@pytest.mark.parametrize("stack", [None, "ml-linux-x86_64-cpu"])
def test_two_snapshots_are_compared(visit, address, stack):
    page = opened(visit, "view=changes&from=v2025.07.0&to=v2025.11.0")
    if stack:
        page.get_by_role("combobox", name="Stack", exact=True).select_option(stack)
        settled(page)
    where = {"stack": {"anyOf": [stack]}} if stack else None
    diff = ask(address, DIFF, where=where)["snapshotDiff"]
    expect(page.locator(".result")).to_contain_text(
        f"{diff['added']['totalCount']:,} specs added, {diff['removed']['totalCount']} removed, "
        f"{diff['unchangedCount']} unchanged"
    )
    page.get_by_role("combobox", name="Kind").select_option("VERSION_CHANGED")
    causes = [each for each in diff["rootCauses"] if each["change"] == "VERSION_CHANGED"]
    shown = cells(page.get_by_role("region", name="Table of changes"))
    assert shown == [
        [
            each["package"],
            "another version",
            ", ".join(each["fromVersions"]),
            ", ".join(each["toVersions"]),
            f"{each['addedCount']:,}",
            f"{each['removedCount']:,}",
        ]
        for each in causes
    ]
    page.get_by_role("link", name="Specs removed").click()
    settled(page)
    expect(page.locator(".pager p")).to_contain_text(f"of {diff['removed']['totalCount']:,} specs")


def test_what_rebuilds_if_a_package_changes(visit, address):
    page = opened(visit, "view=impact")
    page.get_by_label("Packages, or /hashes").fill("zlib-ng")
    page.get_by_role("button", name="Ask").click()
    settled(page)
    asked = """query Q($deptypes: [DependencyType!]) { impact(packages: ["zlib-ng"], deptypes: $deptypes) {
      affectedCount waves { index specCount } byStack { value count } byTarget { value count } } }"""
    impact = ask(address, asked)["impact"]
    expect(page.locator(".result")).to_contain_text(f"{impact['affectedCount']:,} specs must be rebuilt")
    waves = page.get_by_role("region", name="Rebuild waves")
    assert bars(waves) == [(f"Wave {wave['index']}", wave["specCount"]) for wave in impact["waves"]]
    by_stack = page.get_by_role("region", name="By stack")
    assert bars(by_stack) == [(each["value"], each["count"]) for each in impact["byStack"]]
    page.get_by_role("group", name="Dependency types").get_by_label("build").uncheck()
    without_build = ask(address, asked, deptypes=["LINK", "RUN", "TEST"])["impact"]["affectedCount"]
    expect(page.locator(".result")).to_contain_text(f"{without_build:,} specs must be rebuilt")
    assert without_build < impact["affectedCount"]


def test_what_rebuilds_if_one_spec_changes(visit, address):
    page = opened(visit, "view=impact")
    found = specs(address, matching="zlib-ng", first=1)["nodes"][0]["hash"]
    page.get_by_label("Packages, or /hashes").fill(f"/{found}")
    page.get_by_role("button", name="Ask").click()
    settled(page)
    asked = "query Q($hash: String!) { impact(hashes: [$hash]) { affectedCount } }"
    affected = ask(address, asked, hash=found)["impact"]["affectedCount"]
    expect(page.locator(".result")).to_contain_text(f"{affected:,} specs must be rebuilt when 1 spec change")


def test_a_package_is_seen_across_snapshots(visit, address):
    page = opened(visit, "view=package&name=zlib-ng&tab=across")
    table = page.get_by_role("region", name="Versions of zlib-ng by snapshot")
    names = table.locator("thead th").all_inner_texts()[1:]
    asked = """query Q($snapshot: String!) { specs(snapshot: $snapshot, matching: "zlib-ng") {
      facets(by: [VERSION]) { values { value count } } } }"""
    shown = cells(table)
    for column, snapshot in enumerate(names, start=1):
        values = ask(address, asked, snapshot=snapshot)["specs"]["facets"][0]["values"]
        counted = {row[0]: int(row[column].split()[0]) for row in shown if row[column] != "–"}
        assert counted == {each["value"]: each["count"] for each in values}
    held = page.get_by_role("region", name="Specs across snapshots").locator("tbody tr")
    every = {snapshot: ask(address, _HASHES, snapshot=snapshot)["specs"]["nodes"] for snapshot in names}
    assert held.count() == len({spec["hash"] for nodes in every.values() for spec in nodes})


_HASHES = (
    'query Q($snapshot: String!) { specs(snapshot: $snapshot, matching: "zlib-ng", first: 500) { nodes { hash } } }'
)


def test_what_a_package_depends_on_and_what_needs_it(visit, address):
    page = opened(visit, "view=package&name=hdf5&tab=relations")
    asked = """{ package(name: "hdf5") { dependencies(first: 500) { nodes { name } }
      dependents(first: 500) { nodes { name } } } }"""
    package = ask(address, asked)["package"]
    lists = page.locator(".package-list")
    assert lists.nth(0).locator("li").all_inner_texts() == [each["name"] for each in package["dependencies"]["nodes"]]
    assert lists.nth(1).locator("li").all_inner_texts() == [each["name"] for each in package["dependents"]["nodes"]]
