"""A million tokens: what a check asks of the database does not grow with them (invariant 6)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from mfa_engine.authentication.outcome import Matched
from mfa_engine.storage.standing import standing_of_owner
from tests.support.campaign import scaled
from tests.support.devices import enrolled
from tests.support.engine import World

TOKENS = 1_000_000

FILL = """
INSERT INTO token (serial, kind, resolver, uid, realm, description, state, enabled, counter, details,
                   failures, created_at)
SELECT 'FILL' || n, 'totp', 'people', 'uid-' || n, 'staff', '', 'enrolled', true, 1, '{}', 0, now()
FROM generate_series(1, :count) n
"""
FILL_TALLIES = """
INSERT INTO throttle (name, count, since, last_at)
SELECT 'second:people:uid-' || n, 1, now(), now() FROM generate_series(1, :count) n
"""
FILL_CHALLENGES = """
INSERT INTO challenge (transaction_id, token_id, prompt, tries, max_tries, spent, created_at, expires_at)
SELECT lpad(n::text, 20, '0'), n, '{}', 0, 5, false, now(), now() FROM generate_series(1, :count) n
"""


def test_a_check_reads_by_indexes_alone_among_a_million_tokens(postgresql_world: World) -> None:
    world = postgresql_world
    with world.database.writer.begin() as connection:
        for fill in (FILL, FILL_TALLIES, FILL_CHALLENGES):
            connection.execute(text(fill), {"count": scaled(TOKENS)})
    with world.database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("LOAD 'auto_explain'")
        connection.exec_driver_sql("SET auto_explain.log_min_duration = 0")
        connection.exec_driver_sql("SET client_min_messages = 'log'")
        plans: list[str] = []
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        standing_of_owner(
            connection,
            "people",
            "uid-77",
            transaction_id="00000000000000000077",
            person="second:people:uid-77",
            address="address:192.0.2.7",
        )
        connection.exec_driver_sql("UPDATE token SET counter = 2 WHERE id = 77 AND counter < 2")
    read, write = (plan for plan in plans if "Query Text" in plan)
    for plan in (read, write):
        assert "Index Scan" in plan
        assert "Seq Scan" not in plan, plan
    alice = world.person("alice")
    app = enrolled(world, "totp", alice)
    assert isinstance(world.check("alice", answer=app.give().answer), Matched)
    world.clock.advance(timedelta(days=1))
