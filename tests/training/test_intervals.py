"""Intervals are those of the tables in textbooks."""

from math import log

import pytest

from tools.measures.intervals import independent_items, most_events, wilson


def test_shares_have_wilsons_interval() -> None:
    assert wilson(0.9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)


def test_a_share_of_none_or_all_is_not_certain() -> None:
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(1.0, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)


@pytest.mark.parametrize(
    ("count", "limit"), [(0, -log(0.05)), (1, 4.7439), (3, 7.7537), (10, 16.9622)]
)
def test_poisson_limit_is_exact(count: int, limit: float) -> None:
    assert most_events(count) == pytest.approx(limit, abs=1e-4)


def test_no_event_in_three_hours_may_be_one_an_hour() -> None:
    assert most_events(0) / 3 == pytest.approx(0.9986, abs=1e-4)


def test_items_of_one_group_are_worth_one() -> None:
    assert independent_items("abcdefghij") == 10
    assert independent_items("aaaaaaaaaa") == 1
    assert independent_items("aabbccddee") == 5
    assert independent_items("aaaaaaaaab") == pytest.approx(100 / 82)
