"""GraphiQL at /graphql, in a real browser."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tests.web.visiting import PHONE, visiting

ROOT = Path(__file__).parents[2]
EXAMPLES = (ROOT / "web" / "src" / "graphiql" / "examples.ts").read_text()

SHOWN = {
    "Which stacks cover neoverse_v1?": '"name": "e4s-neoverse_v1"',
    "What can I install on zen3 with Ubuntu 22.04?": '"installableCount": 16',
    "What rebuilds if zlib-ng changes?": '"affectedCount": 2615',
    "What changed between two snapshots?": '"unchangedCount": 5',
    "Which stack covers which target? (heat map)": '"ml-linux-aarch64-cpu"',
    "What does hdf5 depend on? (graph)": '"text": "hdf5@1.14.6',
    "Which builds does a Spack constraint match?": '"value": "x86_64_v3"',
    "What is called something like “hdf”?": '"label": "hdf',
    "What does this server hold?": '"name": "develop-2025-10-05"',
}
"""What is seen of each example's answer over the embedded sample."""

FIRST = next(iter(SHOWN))


def result(page):
    return page.locator(".graphiql-response .monaco-editor .view-lines")


def open_example(page, question):
    """Click an example, and return its answer as the server gave it."""
    examples = page.get_by_role("region", name="Examples")
    with page.expect_response(lambda response: '"operationName"' in (response.request.post_data or "")) as answered:
        examples.get_by_role("button", name=question, exact=True).click()
    return answered.value.json()


def opened(visit, path="/graphql"):
    """Open GraphiQL, and wait for the answer of what it starts with."""
    page = visit.open(path)
    expect(result(page)).to_contain_text('"data"')
    return page


def test_every_example_is_tested_here():
    assert re.findall(r'question: "([^"]+)"', EXAMPLES) == list(SHOWN)


def test_it_opens_with_an_example_that_has_run(visit):
    page = opened(visit)
    expect(page.get_by_role("tab", name="StacksThatCover")).to_be_visible()
    expect(result(page)).to_contain_text(SHOWN[FIRST])
    visit.screenshot("graphiql-first-visit")


@pytest.mark.parametrize("question", list(SHOWN)[1:])
def test_an_example_opens_in_a_tab_and_shows_its_data(visit, question):
    page = opened(visit)
    answer = open_example(page, question)
    assert "errors" not in answer
    assert all(answer["data"].values())
    expect(page.get_by_role("tab")).to_have_count(2)
    expect(result(page)).to_contain_text(SHOWN[question])


def test_an_example_opens_once(visit):
    page = opened(visit)
    open_example(page, "What does this server hold?")
    open_example(page, FIRST)
    expect(page.get_by_role("tab")).to_have_count(2)
    expect(page.get_by_role("tab", name="StacksThatCover")).to_have_attribute("aria-selected", "true")


def test_a_returning_visitor_finds_the_tabs_again(visit):
    page = opened(visit)
    open_example(page, "What does this server hold?")
    expect(result(page)).to_contain_text('"digest"')
    for key in ("tabState", "query"):
        page.wait_for_function(f"() => localStorage.getItem('graphiql:{key}').includes('query Snapshots')")
    visit.open("/graphql")
    expect(page.get_by_role("tab")).to_have_count(2)


def test_a_link_opens_the_operation_with_its_variables_and_runs_it(visit, browser):
    page = opened(visit)
    open_example(page, "Which builds does a Spack constraint match?")
    page.get_by_role("button", name="Share this operation as a link").click()
    page.wait_for_function("() => location.hash.length > 1")
    shared = urlsplit(page.url)
    parts = parse_qs(shared.fragment)
    assert parts["operationName"] == ["SpackConstraint"]
    assert "hdf5@1.14: +mpi %gcc@11 ^openmpi" in parts["variables"][0]
    with visiting(browser, visit.address) as other:
        seen = opened(other, f"{shared.path}#{shared.fragment}")
        expect(seen.get_by_role("tab", name="SpackConstraint")).to_be_visible()
        expect(seen.locator(".graphiql-editor-tool .view-lines").first).to_contain_text("hdf5@1.14:")
        expect(result(seen)).to_contain_text('"value": "x86_64_v3"')


def test_the_address_of_a_get_request_opens_in_graphiql(visit):
    query = "query Named($name: String!) { package(name: $name) { latestVersion } }"
    parameters = urlencode({"query": query, "variables": '{"name": "zlib-ng"}'})
    page = opened(visit, f"/graphql?{parameters}")
    expect(result(page)).to_contain_text('"latestVersion": "2.2.4"')


def test_history_keeps_what_was_asked(visit):
    page = opened(visit)
    open_example(page, "What does this server hold?")
    page.get_by_role("button", name="Show History").click()
    history = page.get_by_role("region", name="History")
    for name in ("Snapshots", "StacksThatCover"):  # GraphiQL notes one that takes long to answer twice
        expect(history.get_by_text(name, exact=True).first).to_be_visible()


def test_the_documentation_describes_the_schema(visit):
    page = opened(visit)
    page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.locator(".graphiql-doc-explorer")
    docs.get_by_role("link", name="Query", exact=True).click()
    expect(docs).to_contain_text("What must be rebuilt when these packages (names) or specs (hashes) change")


def test_an_operation_is_clicked_together_in_the_explorer(visit):
    page = opened(visit)
    page.get_by_role("button", name="New tab").click()
    page.get_by_role("button", name="Show GraphiQL Explorer").click()
    explorer = page.locator(".graphiql-explorer-root")
    explorer.get_by_text("snapshots", exact=True).click()
    explorer.get_by_text("specCount", exact=True).first.click()
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("specCount")


def test_the_theme_follows_the_system_and_can_be_switched(browser, address):
    with visiting(browser, address, color_scheme="dark") as visit:
        page = opened(visit)
        ground = "getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor"
        dark = page.evaluate(ground)
        visit.screenshot("graphiql-dark")
        page.get_by_role("button", name="Open settings dialog").click()
        page.get_by_role("button", name="Light", exact=True).click()
        page.keyboard.press("Escape")
        expect(page.locator("body")).to_have_class(re.compile("graphiql-light"))
        assert page.evaluate(ground) != dark


def test_a_phone_shows_the_answer_of_an_example(browser, address):
    with visiting(browser, address, viewport=PHONE, has_touch=True) as visit:
        page = opened(visit)
        visit.screenshot("graphiql-phone-first-visit")
        open_example(page, "Which stack covers which target? (heat map)")
        expect(page.locator(".picture svg").first).to_be_attached()
        page.locator(".picture").scroll_into_view_if_needed()
        visit.screenshot("graphiql-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_it_works_under_a_path_of_a_proxy(visit):
    """The proxy: what is asked under /spack is asked of the server without it."""
    stripped = []

    def forward(route):
        stripped.append(urlsplit(route.request.url).path)
        route.continue_(url=route.request.url.replace("/spack/", "/"))

    visit.page.route(re.compile("/spack/"), forward)
    page = opened(visit, "/spack/graphql")
    expect(result(page)).to_contain_text(SHOWN[FIRST])
    assert any(path.startswith("/spack/assets/") for path in stripped)
    home = page.get_by_role("link", name="specgraph")
    assert home.evaluate("link => link.href") == f"{visit.address}/spack/"
