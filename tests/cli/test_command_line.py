"""The command line as such: help, usage, exit codes, what it says and what it loads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from idp.cli.main import NOUNS
from tests.support.demo import as_make_does

LOADED = """
import json, sys
from idp.cli import main
main()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
HEAVY = {"flask", "sqlalchemy", "jinja2", "lxml", "authlib", "cryptography", "webauthn", "ldap3"}
WRONG = ("tokens", "token mend", "token enrol", "token list --size 0", "--colour")


def said_and_loaded(*arguments):
    command = [sys.executable, "-c", LOADED, *arguments]
    ran = subprocess.run(command, env=as_make_does(), capture_output=True, text=True, check=True)
    return ran.stdout, set(json.loads(ran.stdout.splitlines()[-1]))


@pytest.mark.parametrize("line", ["--help", "token --help", "token enrol --help"])
def test_help_loads_neither_flask_nor_sqlalchemy(line):
    _, loaded = said_and_loaded(*line.split())
    assert not loaded & HEAVY


def test_help_names_every_noun_with_a_line():
    said, _ = said_and_loaded("--help")
    for noun, line in NOUNS.items():
        assert f"  {noun} " in said
        assert line.split(":")[0].split(",")[0] in said


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_explains_itself(doorward, noun):
    ran = doorward(noun, "--help")
    assert (ran.code, ran.errors) == (0, "")
    assert f"{noun} [OPTIONS]" in ran.output.splitlines()[0]


@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage_ends_with_2_and_says_what_is_right(doorward, line):
    ran = doorward(*line.split())
    assert (ran.code, ran.output) == (2, "")
    assert "Usage: " in ran.errors
    assert "Traceback" not in ran.errors


def test_a_database_that_does_not_answer_ends_with_3(house, doorward, tmp_path):
    settings = tmp_path / "far.toml"
    text = house.settings.read_text()
    settings.write_text(text.replace(f"sqlite:///{house.database}", "postgresql+psycopg://127.0.0.1:1/x"))
    ran = doorward("--config", str(settings), "realm", "list")
    assert (ran.code, ran.output) == (3, "")
    assert len(ran.errors.splitlines()) == 1
    assert ran.errors.startswith("doorward: The database (connection ")


@pytest.mark.parametrize("noun", ["serve", "worker", "config check"])
def test_the_settings_file_may_be_named_behind_what_starts_or_checks(doorward, tmp_path, noun):
    settings = tmp_path / "wrong.toml"
    settings.write_text("[server]\nthreads = 0\n")
    ran = doorward(*noun.split(), "--config", str(settings))
    assert (ran.code, ran.errors) == (1, f"doorward: {settings}: server.threads: give 1 to 256\n")


def test_what_is_not_confirmed_does_not_happen(doorward):
    assert doorward("token", "enrol", "hotp", "--serial", "KEPT").code == 0
    assert doorward("token", "delete", "KEPT", typed="n\n").code == 1
    assert "KEPT" in doorward("token", "list", "--serial", "KEPT").output


def test_people_are_shown_lines_and_tables(doorward):
    assert doorward("realm", "set", "guests", "people").output == "Realm guests asks people.\n"
    rows = [line.split() for line in doorward("realm", "list").output.splitlines() if "people" in line]
    assert rows == [["guests", "people"], ["staff", "people", "yes"]]


def test_the_actor_of_an_act_is_the_account_of_the_shell(doorward):
    assert doorward("resolver", "set", "others", "internal").code == 0
    (row,) = doorward("--json", "audit", "list", "--limit", "1").data
    assert row["event"] == "admin.resolver.set"
    assert row["actor"].startswith("cli:")
    assert row["actor"] != "cli:"


def test_the_script_that_is_installed_is_this_command_line():
    script = Path(sys.executable).with_name("doorward")
    ran = subprocess.run([script, "--version"], env=as_make_does(), capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.startswith("doorward, version ")) == (0, True)
