"""Pictures of answers, in GraphiQL: drawn, looked at, saved."""

import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from playwright.sync_api import expect

from tests.web.test_graphiql import open_example, opened
from tests.web.visiting import visiting

GRAPH = "What does hdf5 depend on? (graph)"
HEAT_MAP = "Which stack covers which target? (heat map)"
SVG = "{http://www.w3.org/2000/svg}"


def saved(page):
    """Save the picture; return the file's name and its root element."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save SVG").click()
    return download.value.suggested_filename, ElementTree.parse(Path(download.value.path())).getroot()


def titles(root, kind):
    """Return the titles of the elements of a class."""
    return sorted(
        title.text
        for element in root.iter()
        if kind in element.get("class", "").split()
        and (title := element.find(f"{SVG}title")) is not None
        and title.text
    )


def graph_of(answer):
    return answer["data"]["specs"]["nodes"][0]["dependencyGraph"]


def name_of(node):
    return f"{node['package']['name']}@{node['version']}"


def described(graph, edge):
    ends = [name_of(graph["nodes"][edge[end]]) for end in ("from", "to")]
    virtuals = f" ({', '.join(edge['virtuals'])})" if edge["virtuals"] else ""
    return f"{' → '.join(ends)}: {', '.join(edge['deptypes']).lower()}{virtuals}"


def test_a_dependency_graph_is_drawn_beside_the_answer(visit):
    page = opened(visit)
    graph = graph_of(open_example(page, GRAPH))
    expect(page.locator(".picture-node")).to_have_count(len(graph["nodes"]))
    names = page.locator(".picture-node title").all_text_contents()
    assert sorted(names) == sorted(f"{name_of(node)} /{node['hash'][:7]}" for node in graph["nodes"])
    expect(page.locator(".picture-root title")).to_have_text(names[0])
    visit.screenshot("picture-graph")


def test_edges_are_those_of_the_answer_and_tell_their_types(visit):
    page = opened(visit)
    graph = graph_of(open_example(page, GRAPH))
    page.get_by_role("checkbox", name="implied edges").check()
    edges = page.locator(".picture-view .picture-edge")
    expect(edges).to_have_count(len(graph["edges"]))
    drawn = edges.locator("title").all_text_contents()
    assert sorted(drawn) == sorted(described(graph, edge) for edge in graph["edges"])


def test_a_type_of_edges_can_be_left_out(visit):
    page = opened(visit)
    graph = graph_of(open_example(page, GRAPH))
    page.get_by_role("checkbox", name="implied edges").check()
    page.get_by_role("checkbox", name="link").uncheck()
    other = [edge for edge in graph["edges"] if edge["from"] == 0 and set(edge["deptypes"]) != {"LINK"}]
    expect(page.get_by_role("status").filter(has_text="specs")).to_have_text(re.compile(r" of 12 specs, 31 edges$"))
    starts = page.locator('.picture-view .picture-edge[data-from="0"]')
    expect(starts).to_have_count(len(other))


def test_the_pointer_on_a_spec_shows_its_neighbours(visit):
    page = opened(visit)
    open_example(page, GRAPH)
    page.locator(".picture-root").hover()
    expect(page.locator(".picture-view svg")).to_have_class(re.compile("picture-dimmed"))
    near = page.locator(".picture-edge.picture-near")
    assert set(near.evaluate_all("edges => edges.map(edge => edge.dataset.from)")) == {"0"}


def test_zoom_and_pan_by_keyboard(visit):
    page = opened(visit)
    open_example(page, GRAPH)
    window = page.locator(".picture-view")
    svg = window.locator("svg")
    expect(svg).to_be_visible()

    def box():
        return [float(number) for number in svg.get_attribute("viewBox").split()]

    window.focus()
    before = box()
    page.keyboard.press("+")
    assert box()[2] < before[2]
    zoomed = box()
    page.keyboard.press("ArrowRight")
    assert box()[0] > zoomed[0]
    assert box()[1:] == zoomed[1:]
    page.keyboard.press("0")
    x, y, width, height = box()
    drawn = svg.locator("g").first.evaluate("g => { const b = g.getBBox(); return [b.x, b.y, b.width, b.height]; }")
    assert x <= drawn[0]
    assert y <= drawn[1]
    assert x + width >= drawn[0] + drawn[2]
    assert y + height >= drawn[1] + drawn[3]


def test_a_spec_of_the_picture_opens_beside_in_the_browse_page(visit):
    page = opened(visit)
    graph = graph_of(open_example(page, GRAPH))
    with page.expect_popup() as popup:
        page.locator(".picture-root").click()
    popup.value.wait_for_url(f"{visit.address}/?view=spec&hash={graph['nodes'][0]['hash']}")
    expect(page.locator(".picture-root")).to_be_visible()


def test_a_graph_is_saved_as_a_file_of_its_own_with_a_legend(visit):
    page = opened(visit)
    graph = graph_of(open_example(page, GRAPH))
    expect(page.locator(".picture-node")).to_have_count(len(graph["nodes"]))
    name, root = saved(page)
    assert name == "dependencies-of-hdf5@1.14.6.svg"
    assert len(titles(root, "picture-node")) == len(graph["nodes"])
    assert [text.text for text in root.iter(f"{SVG}text")][-3:] == ["link", "run", "build"]
    assert not [element for element in root.iter() if "href" in element.attrib]


def test_a_matrix_is_drawn_with_its_holes(visit):
    page = opened(visit)
    coverage = open_example(page, HEAT_MAP)["data"]["coverage"]
    cells = [
        (f"{row}, {column}: {count}", count)
        for row, counts in zip(coverage["rows"], coverage["counts"], strict=True)
        for column, count in zip(coverage["columns"], counts, strict=True)
    ]
    holes = [says for says, count in cells if count == 0]
    expect(page.locator(".picture-hole")).to_have_count(len(holes))
    name, root = saved(page)
    assert name == "coverage.svg"
    assert titles(root, "picture-hole") == sorted(holes)
    assert titles(root, "picture-cell") == sorted(says for says, count in cells if count)
    visit.screenshot("picture-heat-map")


def test_the_picture_takes_the_whole_page_and_goes_back(visit):
    page = opened(visit)
    open_example(page, GRAPH)
    panel = page.get_by_role("region", name="Pictures")
    expect(panel.locator("svg .picture-root")).to_be_visible()
    small = panel.bounding_box()
    page.get_by_role("button", name="Larger").click()
    large = panel.bounding_box()
    assert large["width"] > 1300
    visit.screenshot("picture-graph-large")
    page.keyboard.press("Escape")
    assert panel.bounding_box() == small
    page.get_by_role("button", name="Hide picture").click()
    expect(panel.locator(".picture")).to_have_count(0)


def test_pictures_are_found_under_any_alias(visit):
    query = """{
        one: coverage(rows: OPERATING_SYSTEM, columns: TARGET) { r: total rows columns counts }
        deep: specs(matching: "zlib-ng", first: 2) { nodes { g: dependencyGraph {
            n: nodes { hash version package { name } } e: edges { from to deptypes }
        } } }
    }"""
    page = visit.open(f"/graphql#query={quote(query)}")
    choice = page.get_by_role("combobox", name="Picture")
    expect(choice.locator("option")).to_have_text(
        [
            re.compile(r"^Coverage, .* \(one\)$"),
            re.compile(r"^Dependency graph of zlib-ng@\S+ \(deep\.nodes\.0\.g\)$"),
            re.compile(r"^Dependency graph of zlib-ng@\S+ \(deep\.nodes\.1\.g\)$"),
        ]
    )
    choice.select_option(index=1)
    expect(page.locator(".picture-root")).to_be_visible()


def test_a_dark_page_has_dark_pictures(browser, address):
    with visiting(browser, address, color_scheme="dark") as visit:
        page = opened(visit)
        open_example(page, GRAPH)
        expect(page.locator(".picture-root")).to_be_visible()
        ground = page.locator(".picture").evaluate("picture => getComputedStyle(picture).backgroundColor")
        assert ground == "rgb(22, 25, 29)"
        visit.screenshot("picture-graph-dark")
