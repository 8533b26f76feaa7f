"""The grammar of Accept and Content-Type; what it decides over HTTP is in test_graphql_http."""

import pytest

from server.media import GRAPHQL_RESPONSE, HTML, JSON, MediaType, accepted, negotiated, parse_media_type

OFFERS = (GRAPHQL_RESPONSE, JSON, HTML)


@pytest.mark.parametrize("text", ["", "json", "/json", "application/", "application/json;q=high", "text/html;q=2"])
def test_what_is_no_media_type_is_none(text):
    assert parse_media_type(text) is None


def test_parameters_are_read_in_any_case_with_blanks_and_quotes():
    assert parse_media_type(' Text/HTML ; Level=1 ; CHARSET = "UTF-8" ; q=0.25 ') == MediaType(
        "text", "html", "utf-8", 0.25
    )


def test_a_comma_in_quotes_ends_no_range():
    assert [media.name for media in accepted('text/plain; title="a, b", text/html')] == ["text/plain", "text/html"]


def test_a_range_that_is_none_does_not_cost_its_neighbours():
    assert negotiated("nonsense, application/json", OFFERS) == JSON


def test_the_most_specific_range_counts_for_an_offer():
    assert negotiated("text/*;q=1, text/html;q=0, application/*;q=0.1", OFFERS) == JSON


def test_a_lone_star_takes_anything():
    assert negotiated("text/plain, *; q=.2", OFFERS) == JSON


def test_browsers_get_html():
    assert negotiated("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", OFFERS) == HTML


def test_nothing_offered_is_nothing_chosen():
    assert negotiated("*/*", ()) is None
