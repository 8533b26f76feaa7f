"""Variables that are coerced once for many runs: each run answers as if they had been coerced for it alone."""

import gc
import json
import weakref
from itertools import product

from schema.context import Context
from schema.execution.engine import Engine
from schema.execution.given import Given
from schema.execution.prepared import MOST_PLANS
from schema.root import schema

NAMES = ("zlib", "hdf5", "nothing")
CONDITIONS = ("a", "b", "c", "d")
QUERY = """
query Q($name: String!, $a: Boolean!, $b: Boolean!, $c: Boolean = true, $d: Boolean = false) {
  one: package(name: $name) { name @include(if: $a) specCount @skip(if: $b) }
  two: package(name: $name) { specCount @include(if: $c) name @include(if: $d) id }
  specs(where: {package: {eq: $name}}, first: 2) { totalCount }
}
"""


def test_variables_serve_as_many_runs_as_one_likes_while_plans_come_and_go(catalogue):
    context = Context(catalogue)
    alone, many = (Engine(schema).prepare(QUERY) for _ in range(2))
    settings = list(product(NAMES, *([True, False],) * len(CONDITIONS)))
    assert len(settings) > len(NAMES) * MOST_PLANS
    variables = [dict(zip(("name", *CONDITIONS), setting, strict=True)) for setting in settings]
    given = [many.given(each) for each in variables]
    expected = [alone.run(each, context).body for each in variables]
    for _ in range(3):
        assert [many.run_given(each, context).body for each in given] == expected
    assert len(set(expected)) > len(NAMES) * MOST_PLANS


def test_errors_of_variables_and_arguments_are_the_same_each_time(catalogue):
    context = Context(catalogue)
    missing = Engine(schema).prepare(QUERY)
    given = missing.given({"name": "zlib"})
    assert [missing.run_given(given, context).body for _ in range(3)] == 3 * [
        missing.run({"name": "zlib"}, context).body
    ]
    page = Engine(schema).prepare("query Q($first: Int) { specs(first: $first) { totalCount } }")
    given = page.given({"first": -1})
    answers = [page.run_given(given, context).body for _ in range(3)]
    assert answers == 3 * [page.run({"first": -1}, context).body]
    assert json.loads(answers[0])["errors"]


def test_of_the_errors_of_variables_twenty_are_told_and_that_there_are_more(catalogue):
    asked = Engine(schema).prepare("query Q($where: SpecFilter) { specs(where: $where) { totalCount } }")

    def told(count):
        answer = asked.run({"where": {f"nothing{number}": 1 for number in range(count)}}, Context(catalogue))
        return [error["message"] for error in json.loads(answer.body)["errors"]]

    assert (len(told(20)), len(told(21)), len(told(9_000))) == (20, 21, 21)
    assert "'nothing19'" in told(20)[-1]
    assert told(9_000)[-1] == "Too many errors processing variables, error limit reached. Execution aborted."


def test_variables_are_for_the_very_operation_and_keep_it_no_longer_than_it_is_wanted(catalogue):
    first, second = (Engine(schema).prepare(QUERY) for _ in range(2))
    given = Given(first, {"name": "zlib", "a": True, "b": True})
    first.run_given(given, Context(catalogue))
    assert (given.is_for(first), given.is_for(second)) == (True, False)
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None


def test_arguments_belong_to_one_plan(catalogue):
    prepared = Engine(schema).prepare(QUERY)
    given, other = (prepared.given({"name": "zlib", "a": True, "b": value}) for value in (True, False))
    for each in (given, other):
        prepared.run_given(each, Context(catalogue))
    one, two = (prepared._plan(each.values) for each in (given, other))
    assert one is not None
    assert two is not None
    made = given.arguments(one)
    assert len(made) == 3
    assert given.arguments(one) is made
    assert given.arguments(two) == {}
    assert given.arguments(one) == {}
