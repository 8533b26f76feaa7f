"""The coverage matrix: counts over two attributes, with every hole."""

from __future__ import annotations

import pytest

from schema.limits import Limits

COVERAGE = """query ($rows: Facet!, $columns: Facet!, $where: SpecFilter, $tag: String) {
  coverage(rows: $rows, columns: $columns, where: $where, snapshot: $tag) { rows columns counts total }
}"""


def values_of(snapshot, spec, facet):
    return {
        "PACKAGE": [spec.name],
        "VERSION": [spec.version],
        "STACK": snapshot.stacks_of(spec.hash),
        "TARGET": [spec.target],
        "OPERATING_SYSTEM": [spec.os],
        "COMPILER": [spec.compiler] if spec.compiler else [],
    }[facet]


def expected_matrix(snapshot, specs, down, across):
    def shown(facet):
        # every value of the snapshot; packages and versions only of the specs
        counted = specs if facet in ("PACKAGE", "VERSION") else snapshot.specs.values()
        stacks = set(snapshot.stacks) if facet == "STACK" else set()
        return sorted(stacks.union(*(values_of(snapshot, spec, facet) for spec in counted)))

    cells: dict[tuple[str, str], int] = {}
    for spec in specs:
        for row in values_of(snapshot, spec, down):
            for column in values_of(snapshot, spec, across):
                cells[row, column] = cells.get((row, column), 0) + 1
    rows, columns = shown(down), shown(across)
    counts = [[cells.get((row, column), 0) for column in columns] for row in rows]
    return {"rows": rows, "columns": columns, "counts": counts, "total": len(specs)}


PAIRS = [
    *(("STACK", "TARGET"), ("TARGET", "STACK"), ("STACK", "STACK"), ("COMPILER", "OPERATING_SYSTEM")),
    *(("PACKAGE", "STACK"), ("VERSION", "TARGET"), ("TARGET", "COMPILER"), ("TARGET", "TARGET")),
]


@pytest.mark.parametrize(("down", "across"), PAIRS)
@pytest.mark.parametrize("package", [None, "cmake", "no-such"])
def test_every_cell_is_a_plain_count(ask, release, down, across, package):
    specs = [spec for spec in release.specs.values() if package in (None, spec.name)]
    where = {"package": {"eq": package}} if package else None
    answer = ask(COVERAGE, rows=down, columns=across, where=where)["coverage"]
    assert answer == expected_matrix(release, specs, down, across)


def test_a_stack_without_any_of_the_specs_shows(ask):
    query = """{ coverage(rows: STACK, columns: TARGET, where: {package: {eq: "hdf5"}}) {
      rows columns counts total
    } }"""
    assert ask(query)["coverage"] == {
        "rows": [
            *("build_systems", "e4s", "e4s-neoverse_v1", "ml-linux-aarch64-cpu", "ml-linux-x86_64-cpu"),
            *("ml-linux-x86_64-cuda", "radiuss", "root", "tutorial"),
        ],
        "columns": ["aarch64", "neoverse_v1", "x86_64_v3"],
        "counts": [
            [0, 0, 0],
            [0, 0, 12],
            [0, 6, 0],
            [2, 0, 0],
            [0, 0, 2],
            [0, 0, 2],
            [0, 0, 2],
            [2, 6, 21],
            [0, 0, 4],
        ],
        "total": 29,
    }


def test_too_many_cells_are_refused(ask):
    bounded = ask.within(Limits(max_coverage_cells=26))
    assert bounded(COVERAGE, rows="COMPILER", columns="TARGET")["coverage"]["total"] == 3202
    data, (error,) = bounded.errors(COVERAGE, rows="STACK", columns="TARGET")
    assert data == {"coverage": None}
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"].startswith("the matrix would have 9 x 3 cells; at most 26 are given")
