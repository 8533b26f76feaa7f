"""What axe-core finds in GraphiQL is what docs/pages.md admits, and no more."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.test_graphiql import open_example, opened
from tests.web.visiting import PHONE, WIDE, visiting

PAGES = (Path(__file__).parents[2] / "docs" / "pages.md").read_text()
ADMITTED = set(
    re.findall(r"^\| `([a-z-]+)` \|", PAGES.partition("| rule | where |")[2].partition("\n\n")[0], flags=re.MULTILINE)
)
"""Rules that GraphiQL's own parts break, by the table of the documentation."""

VIEWS = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
}


def a_graph(page):
    open_example(page, "What does hdf5 depend on? (graph)")
    expect(page.locator(".picture-root")).to_be_visible()


def a_heat_map(page):
    open_example(page, "Which stack covers which target? (heat map)")
    expect(page.locator(".picture-hole").first).to_be_visible()


def the_documentation(page):
    page.get_by_role("button", name="Show Documentation Explorer").click()
    expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Query")


def the_explorer(page):
    page.get_by_role("button", name="Show GraphiQL Explorer").click()
    expect(page.locator(".graphiql-explorer-root")).to_contain_text("coverage")


def the_history(page):
    page.get_by_role("button", name="Show History").click()
    expect(page.get_by_role("region", name="History")).to_contain_text("StacksThatCover")


def the_settings(page):
    page.get_by_role("button", name="Open settings dialog").click()
    expect(page.get_by_role("dialog")).to_be_visible()


STATES = [a_graph, a_heat_map, the_documentation, the_explorer, the_history, the_settings]


def broken_rules(browser, address, view, states):
    """Return what is broken in each state, but for the rules that the documentation admits."""
    with visiting(browser, address, **VIEWS[view]) as visit:
        page = opened(visit)
        found = {}
        for state in states:
            state(page)
            faults = visit.accessibility_faults()
            found[state.__name__] = [fault for fault in faults if fault.split(":")[0] not in ADMITTED]
        return found


@pytest.mark.parametrize("view", ["light", "dark"])
def test_nothing_serious_but_what_is_admitted(browser, address, view):
    assert broken_rules(browser, address, view, STATES) == {state.__name__: [] for state in STATES}


def test_nothing_serious_at_the_width_of_a_phone(browser, address):
    states = [a_graph, a_heat_map]
    assert broken_rules(browser, address, "phone", states) == {state.__name__: [] for state in states}


def test_what_is_admitted_is_still_so(visit):
    """A rule that GraphiQL no longer breaks leaves the table."""
    page = opened(visit)
    broken = set()
    for state in STATES:
        state(page)
        broken |= {fault.split(":")[0] for fault in visit.accessibility_faults()}
    assert broken == ADMITTED
