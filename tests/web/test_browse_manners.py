"""How the browse page behaves: addresses, keyboard, screen readers, small screens, failures, weight."""

import gzip
import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.web.browsing import HDF5, VIEWS, hashes, settled, spec_table
from tests.web.visiting import PHONE, visiting

FIRST_VIEW_SCRIPT_BYTES = 100_000


def opened(visit, query):
    return settled(visit.open(f"/?{query}"))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_no_serious_accessibility_fault(visit, name):
    opened(visit, VIEWS[name])
    visit.screenshot(f"browse-{name}")
    assert visit.accessibility_faults() == []


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_fits_a_phone_in_the_dark(browser, address, name):
    with visiting(browser, address, viewport=PHONE, color_scheme="dark", has_touch=True) as visit:
        page = opened(visit, VIEWS[name])
        visit.screenshot(f"browse-{name}-phone-dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert visit.accessibility_faults() == []


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_one_heading_of_the_first_level_and_its_landmarks(visit, name):
    page = opened(visit, VIEWS[name])
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    for landmark in ("banner", "main", "contentinfo", "search"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    expect(page.get_by_role("navigation", name="Views")).to_have_count(1)


def test_a_reload_shows_the_same_and_back_leads_back(visit):
    page = opened(visit, "view=package&name=hdf5")
    page.get_by_role("group", name="Target", exact=True).get_by_label("x86_64_v3").first.check()
    settled(page)
    spec_table(page).get_by_role("columnheader", name="Hash").get_by_role("link").click()
    settled(page)
    seen, address = hashes(page), page.url
    settled(page.reload() and page)
    assert hashes(page) == seen
    page.go_back()
    page.go_back()
    expect(page.get_by_text("of 29 specs")).to_be_visible()
    assert page.url.endswith("?view=package&name=hdf5")
    page.go_forward()
    page.go_forward()
    expect(page).to_have_url(address)
    settled(page)
    assert hashes(page) == seen


def test_the_keyboard_alone_finds_a_package_opens_its_tree_and_a_spec(visit):
    page = opened(visit, "")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    search = page.get_by_role("combobox", name="Search")
    expect(search).to_be_focused()
    page.keyboard.type("hdf5")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[role=option][aria-selected="true"]')
    expect(search).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("hdf5")
    expect(page.get_by_role("main")).to_be_focused()
    settled(page)
    spec_table(page).locator(".spec-link").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    settled(page)
    items = page.get_by_role("treeitem")
    items.first.focus()
    page.keyboard.press("ArrowDown")
    second = items.nth(1)
    expect(second).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    expect(items.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(items.first).to_have_attribute("aria-expanded", "true")
    expect(items.nth(1)).to_have_attribute("aria-level", "2")
    page.keyboard.press("ArrowRight")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(items.first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(items.first).to_have_attribute("aria-expanded", "false")
    name = items.first.locator("a").inner_text().split("@")[0]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{name}@")


def test_a_screen_reader_is_told_of_new_counts(visit):
    page = opened(visit, "view=package&name=hdf5")
    page.get_by_role("group", name="Target", exact=True).get_by_label("aarch64").first.check()
    expect(page.get_by_role("status").filter(has_text="2 specs")).to_have_count(1)


def test_a_filter_keeps_the_focus_where_it_is(visit):
    page = opened(visit, "view=package&name=hdf5")
    box = page.get_by_role("group", name="Target", exact=True).get_by_label("aarch64").first
    box.focus()
    page.keyboard.press("Space")
    settled(page)
    expect(box).to_be_focused()


def test_a_link_opens_in_a_new_tab_as_the_browser_does_it(visit):
    page = opened(visit, "view=stacks")
    with page.context.expect_page() as opening:
        page.get_by_role("region", name="Table of stacks").get_by_role("link", name="e4s", exact=True).click(
            modifiers=["Control"]
        )
    expect(opening.value.get_by_role("heading", level=1)).to_have_text("e4s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stacks")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("view=nonsense", "There is no view “nonsense”."),
        ("view=package&name=nonsense", "v2025.11.0 has no package nonsense."),
        ("view=stack&name=nonsense", "v2025.11.0 has no stack nonsense."),
        ("view=target&name=nonsense", "Neither archspec nor the snapshot knows a target nonsense."),
        (f"view=spec&hash={'a' * 32}", "v2025.11.0 has no spec of that hash."),
        (f"view=spec&hash={HDF5}&snapshot=v2025.07.0", "v2025.07.0 has no spec of that hash."),
        ("view=specs&snapshot=nonsense", "no snapshot 'nonsense'"),
        ("view=specs&matching=hdf5@99", "No spec is selected."),
        ("view=packages&contains=nonsense", "No package’s name holds “nonsense”."),
        ("view=package&name=py-build&snapshot=develop&tab=relations", "None that is recorded."),
    ],
)
def test_what_is_not_there_is_said_plainly(visit, query, said):
    page = opened(visit, query)
    expect(page.get_by_text(said).first).to_be_visible()


def test_a_spec_of_another_snapshot_says_where_it_is(visit):
    page = opened(visit, f"view=spec&hash={HDF5}&snapshot=v2025.07.0")
    page.get_by_role("main").get_by_role("link", name="v2025.11.0").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("hdf5@1.14.6")


def test_a_failure_can_be_tried_again(visit):
    page = visit.page
    failure = {"errors": [{"message": "something went wrong (id 7)", "extensions": {"code": "INTERNAL"}}], "data": None}

    def fail_stacks(route):
        if "query Stacks" in (route.request.post_data or ""):
            route.fulfill(status=200, content_type="application/json", body=json.dumps(failure))
        else:
            route.continue_()

    page.route("**/graphql", fail_stacks)
    settled(visit.open("/?view=stacks"))
    expect(page.get_by_role("alert")).to_contain_text("something went wrong (id 7)")
    page.unroute("**/graphql")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="Table of stacks")).to_be_visible()


def test_it_works_under_any_path_of_a_proxy(visit, address):
    page = visit.page

    def without_prefix(route):
        response = route.fetch(url=route.request.url.replace("/under/a/path/", "/"))
        route.fulfill(response=response)

    page.route(re.compile("/under/a/path/"), without_prefix)
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    opened_page = settled(visit.open("/under/a/path/?view=package&name=hdf5"))
    assert len(hashes(opened_page)) == 25
    opened_page.get_by_role("link", name="Stacks", exact=True).first.click()
    expect(opened_page.get_by_role("region", name="Table of stacks")).to_be_visible()
    assert opened_page.url == f"{address}/under/a/path/?view=stacks"
    assert all(path.startswith("/under/a/path/") for path in asked)


def test_the_first_view_is_light(visit):
    scripts = []
    visit.page.on(
        "response", lambda response: scripts.append(response) if response.request.resource_type == "script" else None
    )
    opened(visit, "")
    sizes = {response.url: len(gzip.compress(response.body())) for response in scripts}
    assert 0 < sum(sizes.values()) <= FIRST_VIEW_SCRIPT_BYTES, sizes
    assert not any("picture" in url or "graphiql" in url for url in sizes)
