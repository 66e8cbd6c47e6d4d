"""Settings: what is wrong stops the start with one line that names file, key and remedy."""

import pytest

from idp.errors import ConfigError
from idp.paths import shipped
from idp.settings import load

WRONG = {
    "[server]\nbase_uri = 'https://x'": "server",
    "[sever]": "file",
    "[server]\nbase_url = 'http://idp.example.org'": "server.base_url",
    "[server]\nbase_url = 'https://idp.example.org/'": "server.base_url",
    "[server]\nbase_url = 'idp.example.org'": "server.base_url",
    "[server]\nbase_url = 5": "server.base_url",
    "[server]\nlisten = '8080'": "server.listen",
    "[server]\nlisten = '127.0.0.1:99999'": "server.listen",
    "[server]\nprocesses = 'many'": "server.processes",
    "[server]\nprocesses = -1": "server.processes",
    "[server]\nthreads = 0": "server.threads",
    "[server]\nworker_class = 'gevent'": "server.worker_class",
    "[server]\ntrusted_proxies = ['10.0.0.300']": "server.trusted_proxies",
    "[server]\ntrusted_proxies = ['0.0.0.0/0']": "server.trusted_proxies",
    "[server]\ncertificate = '/nowhere'": "server.certificate",
    "[server]\ndebug = true": "server",
    "[database]\nurl = 'mongodb://localhost/doorward'": "database.url",
    "[database]\nurl = ''": "database.url",
    "[house]\ntheme_dir = '/nowhere'": "house.theme_dir",
    "[hashing]\niterations = 0": "hashing",
    "[hashing]\nsimultaneous = -1": "hashing.simultaneous",
    "[mail]\nhost = 'mail.example.org'\nsecurity = 'none'": "mail.security",
    "[mail]\nhost = 'mail.example.org'\ntrust = '/nowhere'": "mail.trust",
    "[engine]\nsnapshot_max_age_seconds = -1": "engine.snapshot_max_age_seconds",
    "[server]\nbase_url = 'https://a.example'\n[engine]\nrelying_party_id = 'b.example'": (
        "engine.relying_party_id"
    ),
    "[saml]\nentity_id = 'not a URI'": "saml.entity_id",
    "[saml]\nkey_bits = 1024": "saml.key_bits",
    "[oidc]\nallow_http_localhost = true": "oidc.allow_http_localhost",
    "[log]\nlevel = 'CHATTY'": "log.level",
    "policy = 'none'": "policy",
    "[server": "file",
}


@pytest.mark.parametrize(("text", "key"), WRONG.items(), ids=WRONG)
def test_OPS_13_what_is_wrong_is_one_line_with_file_key_and_remedy(tmp_path, text, key):
    path = tmp_path / "doorward.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load(path, {})
    said = str(raised.value)
    assert "\n" not in said
    assert said.startswith(f"{path}: {key}: ")
    assert len(said.removeprefix(f"{path}: {key}: ")) > 3


def test_OPS_13_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError) as raised:
        load(tmp_path / "none.toml", {})
    assert str(raised.value) == f"{tmp_path / 'none.toml'}: file: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    "text",
    ["[database]\nurl = 'postgresql+psycopg://doorward:secret@db/doorward'", "[mail]\npassword = 'secret'"],
)
def test_KEY_05_a_password_in_a_file_that_everybody_may_read_stops_the_start(tmp_path, text):
    path = tmp_path / "doorward.toml"
    path.write_text(text)
    path.chmod(0o644)
    with pytest.raises(ConfigError) as raised:
        load(path, {})
    assert "chmod 640" in str(raised.value)
    assert "secret" not in str(raised.value)
    path.chmod(0o640)
    assert load(path, {})


def test_the_environment_says_more_than_the_file(tmp_path):
    path = tmp_path / "doorward.toml"
    path.write_text("[server]\nthreads = 2\nprocesses = 3")
    settings = load(
        path,
        {
            "DOORWARD_SERVER_THREADS": "5",
            "DOORWARD_SERVER_TRUSTED_PROXIES": "10.0.0.0/24, 10.1.0.0/24",
            "DOORWARD_SERVER_RUN_WORKER": "false",
        },
    )
    assert (settings.server.threads, settings.server.processes) == (5, 3)
    assert settings.server.trusted_proxies == ("10.0.0.0/24", "10.1.0.0/24")
    assert settings.server.run_worker is False


def test_OPS_13_a_wrong_value_of_the_environment_is_named_by_its_key():
    with pytest.raises(ConfigError) as raised:
        load(None, {"DOORWARD_SERVER_THREADS": "lots"})
    assert str(raised.value) == "defaults: server.threads: Expected `int`, got `str`"


@pytest.mark.parametrize("name", ["doorward.toml", "demo.toml"])
def test_the_shipped_files_are_right(name):
    assert load(shipped("config") / name, {})


def test_no_setting_shows_a_secret():
    settings = load(
        None,
        {
            "DOORWARD_DATABASE_URL": "postgresql+psycopg://doorward:canary@db/doorward",
            "DOORWARD_MAIL_PASSWORD": "canary",
        },
    )
    assert "canary" not in repr(settings)
