"""The pages' own tests, in TypeScript (web/tests/), and their examples against the schema."""

import subprocess
import sys
from pathlib import Path

import pytest
from graphql import parse, validate

from schema.root import schema
from tests.web.visiting import missing

WEB = Path(__file__).parents[2] / "web"
EXAMPLES = sorted((WEB / "src" / "graphiql" / "examples").glob("*.graphql"))


def test_the_tests_in_typescript_pass():
    if not (WEB / "node_modules" / "vitest").exists():
        missing("the packages of web/ are not installed", "make test installs them where npm reaches a registry")
    done = subprocess.run(
        [sys.executable, WEB / "build.py", "--npm", "--silent", "test", "--", "--no-color"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_an_operation_of_the_schema(example):
    assert validate(schema._schema, parse(example.read_text())) == []


def test_every_example_is_offered():
    offered = (WEB / "src" / "graphiql" / "examples.ts").read_text()
    assert EXAMPLES
    assert [path.name for path in EXAMPLES if f"./examples/{path.name}?raw" not in offered] == []
