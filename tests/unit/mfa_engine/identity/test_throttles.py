"""The limits on guessing, each just inside and just outside of its number (assurance.md 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.identity.throttles import (
    address_name,
    address_wait,
    first_factor_memory,
    first_factor_name,
    first_factor_wait,
    message_name,
    message_wait,
    second_factor_name,
    second_factor_wait,
)
from mfa_engine.identity.user import UserKey
from mfa_engine.settings import ThrottleSettings
from mfa_engine.storage.throttle import Tally

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
NONE = timedelta(0)
SETTINGS = ThrottleSettings()
ALICE = UserKey("people", "7")


def tally(count: int, *, since: timedelta = NONE, last: timedelta = NONE) -> Tally:
    """So many, the first ``since`` ago and the last ``last`` ago."""
    return Tally("x", count, NOW - since, NOW - last)


class TestFirstFactor:
    @pytest.mark.parametrize(
        ("count", "seconds"),
        [(0, 0), (9, 0), (10, 30), (11, 60), (12, 120), (16, 1920), (17, 3600), (100, 3600), (10**9, 3600)],
    )
    def test_AUTH_04_ten_bring_30_seconds_and_each_further_one_twice_as_long_up_to_an_hour(
        self, count: int, seconds: int
    ) -> None:
        assert first_factor_wait(tally(count), SETTINGS, NOW) == timedelta(seconds=seconds)

    def test_the_wait_is_over_when_it_is_over(self) -> None:
        served = tally(10, last=timedelta(seconds=30) - MOMENT)
        assert first_factor_wait(served, SETTINGS, NOW) == MOMENT
        assert first_factor_wait(tally(10, last=timedelta(seconds=30)), SETTINGS, NOW) == NONE
        assert first_factor_wait(None, SETTINGS, NOW) == NONE

    @pytest.mark.parametrize(
        ("count", "memory"), [(0, 300), (9, 300), (10, 300), (14, 960), (17, 7200), (50, 7200)]
    )
    def test_failures_are_remembered_for_the_window_or_twice_the_delay(self, count: int, memory: int) -> None:
        assert first_factor_memory(tally(count), SETTINGS) == timedelta(seconds=memory)
        assert first_factor_memory(None, SETTINGS) == timedelta(seconds=300)


class TestSecondFactor:
    @pytest.mark.parametrize(
        ("count", "wait"),
        [
            (99, NONE),
            (100, timedelta(minutes=15)),
            (101, timedelta(minutes=30)),
            (106, timedelta(hours=16)),
            (107, timedelta(hours=24)),
            (10**9, timedelta(hours=24)),
        ],
    )
    def test_OTP_06_a_hundred_over_all_tokens_lock_for_15_minutes_growing_to_a_day(
        self, count: int, wait: timedelta
    ) -> None:
        assert second_factor_wait(tally(count), None, SETTINGS, NOW) == wait

    def test_OTP_06_the_lock_ends_on_time(self) -> None:
        length = timedelta(minutes=15)
        assert second_factor_wait(tally(100, last=length - MOMENT), None, SETTINGS, NOW) == MOMENT
        assert second_factor_wait(tally(100, last=length), None, SETTINGS, NOW) == NONE

    def test_a_success_since_the_count_began_ends_it_and_one_before_does_not(self) -> None:
        counted = tally(100, since=timedelta(hours=1))
        began = NOW - timedelta(hours=1)
        assert second_factor_wait(counted, began + MOMENT, SETTINGS, NOW) == NONE
        assert second_factor_wait(counted, began, SETTINGS, NOW) == timedelta(minutes=15)


class TestAddress:
    @pytest.mark.parametrize(("count", "waits"), [(19, False), (20, True), (21, True)])
    def test_AUTH_04_twenty_in_five_minutes(self, count: int, waits: bool) -> None:
        assert (address_wait(tally(count), SETTINGS, NOW) > NONE) is waits

    def test_AUTH_04_until_the_five_minutes_are_over(self) -> None:
        window = timedelta(minutes=5)
        assert address_wait(tally(20, since=window - MOMENT), SETTINGS, NOW) == MOMENT
        assert address_wait(tally(20, since=window), SETTINGS, NOW) == NONE
        assert address_wait(None, SETTINGS, NOW) == NONE

    @pytest.mark.parametrize(
        ("address", "name"),
        [
            ("192.0.2.7", "address:192.0.2.7"),
            ("2001:db8:0:1:2:3:4:5", "address:2001:db8:0:1::/64"),
            ("2001:DB8:0:1::", "address:2001:db8:0:1::/64"),
            ("::ffff:192.0.2.7", "address:192.0.2.7"),
            ("127.0.0.1", "address:127.0.0.1"),
            ("fe80::1%eth0", "address:fe80::/64"),
            ("", None),
            ("unix:", None),
            ("192.0.2.7, 198.51.100.1", None),
            ("192.0.2.007", None),
        ],
    )
    def test_AUTH_05_ipv6_counts_by_its_64_and_what_is_none_by_nothing(
        self, address: str, name: str | None
    ) -> None:
        assert address_name(address) == name


class TestMessages:
    def test_OOB_04_one_in_30_seconds(self) -> None:
        interval = timedelta(seconds=30)
        assert message_wait(None, SETTINGS, NOW) == NONE
        assert message_wait(tally(0), SETTINGS, NOW) == NONE
        assert message_wait(tally(1), SETTINGS, NOW) == interval
        assert message_wait(tally(1, last=interval - MOMENT), SETTINGS, NOW) == MOMENT
        assert message_wait(tally(1, last=interval), SETTINGS, NOW) == NONE

    def test_OOB_04_five_in_an_hour(self) -> None:
        hour, past = timedelta(hours=1), timedelta(minutes=1)
        assert message_wait(tally(4, since=past, last=past), SETTINGS, NOW) == NONE
        assert message_wait(tally(5, since=past, last=past), SETTINGS, NOW) == hour - past
        assert message_wait(tally(5, since=hour - MOMENT, last=past), SETTINGS, NOW) == MOMENT
        assert message_wait(tally(5, since=hour, last=past), SETTINGS, NOW) == NONE

    def test_OOB_04_an_address_is_one_however_it_is_written(self) -> None:
        assert message_name(ALICE, "Alice@Example.org") == message_name(ALICE, "alice@example.org")
        assert message_name(ALICE, "alice@example.org") != message_name(None, "alice@example.org")


def test_a_person_and_a_name_that_nobody_has_are_counted_apart() -> None:
    assert first_factor_name(ALICE, "staff", "alice") == first_factor_name(ALICE, "", "")
    assert first_factor_name(None, "staff", "alice") != first_factor_name(None, "guests", "alice")
    assert first_factor_name(ALICE, "", "") != second_factor_name(ALICE)


@given(st.text(max_size=2000), st.text(max_size=2000))
def test_every_name_fits_its_column(first: str, second: str) -> None:
    key = UserKey(first, second)
    for name in (
        first_factor_name(key, "", ""),
        first_factor_name(None, first, second),
        second_factor_name(key),
        message_name(key, second),
        address_name(first) or "",
    ):
        assert len(name) <= 400


@given(
    st.integers(0, 10**6),
    st.timedeltas(timedelta(days=-9000), timedelta(days=9000)),
    st.sampled_from([0, 1, 2, 3]),
)
def test_OPS_09_wherever_the_clock_is_no_wait_is_longer_than_it_can_be(
    count: int, ago: timedelta, which: int
) -> None:
    counted = tally(count, since=ago, last=ago)
    wait, longest = (
        (first_factor_wait(counted, SETTINGS, NOW), SETTINGS.first_delay_max),
        (second_factor_wait(counted, None, SETTINGS, NOW), SETTINGS.user_lock_max),
        (address_wait(counted, SETTINGS, NOW), SETTINGS.window),
        (message_wait(counted, SETTINGS, NOW), timedelta(hours=1)),
    )[which]
    assert NONE <= wait <= longest
