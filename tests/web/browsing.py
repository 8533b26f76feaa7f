"""The browse page in a test's hands: its views, what they show, and what the API answers to the same question."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from playwright.sync_api import Locator, Page, expect

HDF5 = "jpc76ptcz7t5h6rsnud6cdogsnppvp54"
WITH_FORTRAN = "336fe57rclihafunaf2ucmxxlmiwm557"
WITHOUT_FORTRAN = "6q4zu7ciwwhe6t7m7kxrxdiec5r5h7ar"

VIEWS = {
    "home": "",
    "packages": "view=packages",
    "package": "view=package&name=hdf5",
    "package-relations": "view=package&name=hdf5&tab=relations",
    "package-across-snapshots": "view=package&name=zlib-ng&tab=across",
    "specs": "view=specs&target=aarch64&runsOn=neoverse_v1",
    "constraint-error": "view=specs&matching=hdf5%20%25gcc@@11",
    "spec": f"view=spec&hash={HDF5}",
    "spec-flat": f"view=spec&hash={HDF5}&flat=1",
    "spec-picture": f"view=spec&hash={HDF5}&tab=picture",
    "spec-paths": f"view=spec&hash={HDF5}&tab=paths&to=zlib-ng",
    "compare": f"view=compare&left={WITH_FORTRAN}&right={WITHOUT_FORTRAN}",
    "stacks": "view=stacks",
    "stack": "view=stack&name=e4s",
    "targets": "view=targets",
    "target": "view=target&name=zen3",
    "machine": "view=machine&target=zen3&os=ubuntu22.04&platform=linux&matching=hdf5",
    "coverage": "view=coverage",
    "coverage-picture": "view=coverage&picture=1",
    "changes": "view=changes&from=v2025.07.0&to=v2025.11.0",
    "changes-added": "view=changes&from=v2025.07.0&to=v2025.11.0&tab=added",
    "impact": "view=impact&package=zlib-ng",
}
"""Every view over the embedded sample, by its query string."""


def ask(address: str, query: str, **variables: Any) -> Any:
    """Return what the API answers; the answer is to have no errors."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
    assert "errors" not in answer, answer
    return answer["data"]


def settled(page: Page) -> Page:
    """Wait until the page awaits nothing any more."""
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".loading")).to_have_count(0)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    return page


def spec_table(page: Page) -> Locator:
    """Return the table of specs."""
    return page.get_by_role("region", name="Table of specs of")


def hashes(page: Page) -> list[str]:
    """Return the hashes of the table's rows, in full."""
    links = spec_table(page).locator("tbody .spec-link")
    return [link.get_attribute("title") or "" for link in links.all()]


def cells(table: Locator) -> list[list[str]]:
    """Return the text of each body row's cells, row headers included."""
    rows = table.locator("tbody tr").all()
    return [[cell.inner_text().strip() for cell in row.locator("th, td").all()] for row in rows]


def facet(page: Page, label: str) -> dict[str, str]:
    """Return a facet's values with their counts, as they are shown."""
    group = page.get_by_role("group", name=label, exact=True)
    expect(group.locator(".count").first).to_be_visible()
    values = group.locator(".facet-value").all()
    return {value.locator(".value").inner_text(): value.locator(".count").inner_text() for value in values}


SPECS = """
query Specs($matching: String, $where: SpecFilter, $orderBy: SpecOrder, $first: Int, $after: String) {
  specs(matching: $matching, where: $where, orderBy: $orderBy, first: $first, after: $after) {
    totalCount
    pageInfo { endCursor }
    nodes {
      hash version platform compiler { name } operatingSystem { name } target { name }
      variants { text } stacks { nodes { name } }
    }
  }
}
"""


def specs(address: str, **variables: Any) -> Any:
    """Return the API's list of specs."""
    return ask(address, SPECS, **variables)["specs"]
