"""What a validation costs, counted in PostgreSQL's own log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.http.api.wire import Wire
from tests.support.databases import Prepare
from tests.support.idp import open_idp, prepare_idp
from tests.support.statements import Counted

Counting = Callable[[str], AbstractContextManager[Counted]]


@pytest.fixture
def url(postgresql_url: str, fresh_database: Callable[[str, Prepare], str]) -> str:
    return fresh_database(postgresql_url, prepare_idp)


@pytest.fixture
def wire(url: str) -> Iterator[Wire]:
    """On PostgreSQL, with the age that snapshots have in life."""
    idp = open_idp(url, ENGINE_SNAPSHOT_MAX_AGE_SECONDS="60")
    yield Wire(idp)
    idp.close()


@pytest.mark.parametrize("by", ["nobody", "network", "token"])
@pytest.mark.parametrize("code", ["right", "wrong"])
def test_a_code_costs_five_statements_and_one_commit_whoever_calls(
    wire, url, counted_statements: Counting, by, code
):
    alice = wire.idp.person("alice")
    caller = wire
    if by == "network":
        wire.account("radius", "trusted_caller", "recognised_by_address", networks=("192.0.2.0/24",))
    if by == "token":
        caller = wire.service("detailed_errors", "trusted_caller")
    assert caller.check(user="alice", typed=alice.code()).word == "ACCEPT"
    typed = alice.code() if code == "right" else "000000"
    with counted_statements(url) as counted:
        answer = caller.check(user="alice", typed=typed)
    assert answer.word == ("ACCEPT" if code == "right" else "REJECT")
    assert len(counted.statements) <= 5, counted.statements
    assert counted.commits == 1


def test_ten_tokens_cost_one_statement_more_at_most(wire, url, counted_statements: Counting):
    bob = wire.idp.person("bob", app=False)
    devices = [wire.token(bob.user, "hotp") for _ in range(10)]
    wire.check(user="bob", typed=devices[0].code())
    with counted_statements(url) as counted:
        answer = wire.check(user="bob", typed=devices[9].code())
    assert answer.word == "ACCEPT"
    assert len(counted.statements) <= 6, counted.statements
    assert counted.commits == 1


def test_a_poll_costs_nothing(wire, url, counted_statements: Counting):
    wire.get("/validate/polltransaction/1")
    with counted_statements(url) as counted:
        assert wire.get("/validate/polltransaction/1").status == 200
    assert counted.statements == []
