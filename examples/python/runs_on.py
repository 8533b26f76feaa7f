"""Builds of a package that run on a target, page by page: python runs_on.py [ADDRESS [PACKAGE [TARGET]]]."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import httpx2

PAGE = 10

RUNS_ON = """
query RunsOn($package: String!, $target: String!, $first: Int!, $after: String) {
  specs(where: {package: {eq: $package}, target: {runsOn: $target}}, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { hash version compiler { name } target { name } }
  }
}
"""


def ask(client: httpx2.Client, query: str, **variables: Any) -> dict[str, Any]:
    """Return the data; what the server says against the question is raised as it says it."""
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    if answer.get("errors"):
        raise SystemExit("\n".join(error["message"] for error in answer["errors"]))
    return answer["data"]


def pages(client: httpx2.Client, package: str, target: str) -> Iterator[dict[str, Any]]:
    """Yield page after page: each begins after the cursor that the page before ended with."""
    after = None
    while True:
        page = ask(client, RUNS_ON, package=package, target=target, first=PAGE, after=after)["specs"]
        yield page
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def main(address: str = "http://127.0.0.1:8000", package: str = "hdf5", target: str = "zen3") -> None:
    """Print how many builds there are, and one line for each."""
    with httpx2.Client(base_url=address) as client:
        for number, page in enumerate(pages(client, package, target)):
            if number == 0:
                print(f"{page['totalCount']} builds of {package} run on {target}")
            for spec in page["nodes"]:
                compiler = (spec["compiler"] or {"name": "none"})["name"]
                print(f"{spec['hash']} {package}@{spec['version']} %{compiler} {spec['target']['name']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
