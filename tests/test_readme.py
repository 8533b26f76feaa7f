"""The examples of the README are asked for real and answer as printed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from graph.build import build
from graph.snapshot import Catalogue
from graph.sources.detect import read_sources
from schema.context import Context
from schema.execution.engine import Engine, answered
from schema.root import schema

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```graphql\n(.*?)```\s*```json\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The embedded sample."""
    return build(read_sources([ROOT / "server" / "sample" / "sample.tar.xz"]), default="v2025.11.0").catalogue


def test_there_are_three_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize(("query", "answer"), EXAMPLES)
def test_an_example_answers_as_printed(query: str, answer: str, catalogue: Catalogue) -> None:
    assert json.loads(answered(Engine(schema), query, None, Context(catalogue)).body) == json.loads(answer)


def test_what_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
