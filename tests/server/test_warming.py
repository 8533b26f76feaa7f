"""What first questions need is made ahead, and never at the cost of what is served."""

from __future__ import annotations

import pytest

from graph.build import Built
from server import warming
from server.current import CurrentCatalogue, State
from server.loading import load
from server.settings import settled


@pytest.fixture(scope="module")
def built() -> Built:
    return load([], settled({}, {}))


def test_nothing_is_made_before_something_is_served(monkeypatch, built):
    monkeypatch.setattr(warming, "steps", pytest.fail)
    warming.warm(CurrentCatalogue(lambda: built))


def test_steps_end_when_another_catalogue_is_served(monkeypatch, built):
    current = CurrentCatalogue(lambda: built, built=built)
    made = []

    def replaced():
        made.append("first")
        current.state = State(None)

    monkeypatch.setattr(warming, "steps", lambda _: iter([replaced, lambda: made.append("second")]))
    warming.warm(current)
    assert made == ["first"]


def test_a_step_that_fails_is_logged_and_serving_goes_on(monkeypatch, caplog, built):
    current = CurrentCatalogue(lambda: built, built=built)
    monkeypatch.setattr(warming, "steps", lambda _: iter([lambda: 1 / 0]))
    warming.warm(current)
    assert "the first questions make them" in caplog.text
    assert current.catalogue() is built.catalogue


def test_a_refresh_makes_ready_what_it_loaded_before_it_is_served(monkeypatch, built):
    current = CurrentCatalogue(lambda: built)
    seen = []
    monkeypatch.setattr(
        warming, "steps", lambda catalogue: iter([lambda: seen.append((catalogue, current.state.built))])
    )
    assert warming.refresh_and_warm(current) is True
    assert seen == [(built.catalogue, None)]
    assert current.state.built is built


def test_a_refresh_that_fails_makes_nothing(monkeypatch, built):
    def fails() -> Built:
        raise OSError("no such folder")

    monkeypatch.setattr(warming, "steps", pytest.fail)
    assert warming.refresh_and_warm(CurrentCatalogue(fails, built=built)) is False
