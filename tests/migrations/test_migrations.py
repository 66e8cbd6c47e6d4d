"""The history of migrations against the mappings, on the three databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from idp.errors import ConfigError
from idp.migrations import HEAD, run
from idp.migrations.tables import metadata
from mfa_engine.storage.database import open_database


def test_the_head_of_the_migrations_is_what_the_mappings_say(database_url):
    database = open_database(database_url, connections=2)
    run.upgrade(database)
    with database.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    database.dispose()
    assert differences == []


def test_upgrading_twice_changes_nothing_and_a_half_done_upgrade_goes_on(database_url):
    database = open_database(database_url, connections=2)
    run.upgrade(database)
    run.upgrade(database)
    with database.writer.begin() as connection:  # as after a crash in mid-migration on MariaDB
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("DROP TABLE throttle"))
    run.upgrade(database)
    run.check(database)
    with database.writer.connect() as connection:
        assert inspect(connection).has_table("throttle")
    database.dispose()


@pytest.mark.parametrize(
    ("present", "remedy"), [("0000", "run `doorward db upgrade`"), ("9999", "install the newer Doorward")]
)
def test_a_server_refuses_a_database_that_it_does_not_fit(sqlite_url, present, remedy):
    database = open_database(sqlite_url, connections=2)
    run.upgrade(database)
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :present"), {"present": present})
    with pytest.raises(ConfigError, match=remedy):
        run.check(database)
    database.dispose()


def test_an_empty_database_is_told_to_be_upgraded(sqlite_url):
    database = open_database(sqlite_url, connections=2)
    with pytest.raises(ConfigError, match="db upgrade"):
        run.check(database)
    database.dispose()


def test_the_head_is_the_newest_revision_in_the_folder():
    from pathlib import Path

    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(run.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
