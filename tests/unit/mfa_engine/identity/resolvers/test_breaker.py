"""When a server is left alone, and when it is tried again."""

from concurrent.futures import ThreadPoolExecutor

from mfa_engine.identity.resolvers.breaker import Breaker


def opened(clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(5):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_RES_05_the_circuit_opens_at_the_fifth_failure_in_a_row(clock):
    breaker = Breaker(clock)
    for _ in range(4):
        breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()


def test_RES_05_an_open_circuit_admits_one_probe_after_ten_seconds(clock):
    breaker = opened(clock)
    clock.advance(9.999)
    assert not breaker.admits()
    clock.advance(0.001)
    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(lambda _: breaker.admits(), range(64))) == 1


def test_a_probe_that_fails_keeps_the_circuit_open_for_ten_more_seconds(clock):
    breaker = opened(clock)
    clock.advance(10)
    assert breaker.admits()
    clock.advance(3)
    breaker.failed()
    clock.advance(9.9)
    assert not breaker.admits()
    clock.advance(0.1)
    assert breaker.admits()


def test_a_probe_that_succeeds_closes_the_circuit(clock):
    breaker = opened(clock)
    clock.advance(10)
    assert breaker.admits()
    breaker.succeeded()
    for _ in range(4):
        assert breaker.admits()
        breaker.failed()
    assert breaker.admits()


def test_a_probe_that_never_reports_does_not_keep_the_circuit_open_for_ever(clock):
    breaker = opened(clock)
    clock.advance(10)
    assert breaker.admits()
    assert not breaker.admits()
    clock.advance(10)
    assert breaker.admits()


def test_a_success_in_between_starts_the_count_anew(clock):
    breaker = Breaker(clock)
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert breaker.admits()


def test_a_clock_set_back_does_not_keep_the_circuit_open(clock):
    breaker = opened(clock)
    clock.advance(-3600)
    assert breaker.admits()
