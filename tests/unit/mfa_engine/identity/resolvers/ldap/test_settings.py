"""What an administrator may say about an LDAP directory."""

from datetime import UTC, datetime

import pytest

from mfa_engine.errors import InvalidField
from mfa_engine.identity.resolvers.ldap.resolver import ldap_builder
from mfa_engine.identity.resolvers.ldap.settings import Protection, read_settings
from mfa_engine.identity.resolvers.registry import ResolverDefinition

MINIMAL = {"servers": ["ldaps://ldap.example.org"], "base_dn": "dc=example,dc=org"}


def test_two_settings_are_enough():
    settings = read_settings(MINIMAL)
    assert settings.login_attributes == ("uid",)
    assert settings.uid_attribute == "entryUUID"
    assert settings.attributes["email"] == "mail"
    assert (settings.connect_timeout_seconds, settings.receive_timeout_seconds) == (3, 3)
    assert settings.warnings() == ()


def test_active_directory_brings_its_names_each_of_which_can_be_overridden():
    settings = read_settings({**MINIMAL, "product": "active_directory", "login_attributes": ["mail"]})
    assert settings.uid_attribute == "objectGUID"
    assert (settings.disabled.attribute, settings.disabled.bit) == ("userAccountControl", 2)
    assert settings.login_attributes == ("mail",)


@pytest.mark.parametrize(
    ("url", "address", "protection"),
    [
        ("ldaps://ldap.example.org", "ldaps://ldap.example.org:636", Protection.TLS),
        ("ldaps://ldap.example.org:3269/", "ldaps://ldap.example.org:3269", Protection.TLS),
        ("ldap://ldap.example.org", "ldap://ldap.example.org:389", Protection.START_TLS),
        ("ldap://[2001:db8::1]:1389", "ldap://[2001:db8::1]:1389", Protection.START_TLS),
    ],
)
def test_NET_03_every_address_is_spoken_to_by_tls(url, address, protection):
    (read,) = read_settings({**MINIMAL, "servers": [url]}).addresses()
    assert (str(read), read.protection) == (address, protection)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_NET_03_plain_ldap_needs_a_setting_that_shows_as_a_warning(host):
    settings = read_settings({**MINIMAL, "servers": [f"ldap://{host}"], "allow_plain": True})
    assert settings.addresses()[0].protection is Protection.NONE
    assert settings.warnings() == ("allow_plain: passwords go to the directory unencrypted",)


@pytest.mark.parametrize("host", ["ldap.example.org", "192.0.2.1", "[2001:db8::1]", "localhost.example.org"])
def test_NET_03_plain_ldap_to_another_machine_is_refused(host):
    with pytest.raises(InvalidField, match=r"allow_plain: .* not on this machine"):
        read_settings({**MINIMAL, "servers": ["ldaps://a", f"ldap://{host}"], "allow_plain": True})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"servers": []}, "servers"),
        ({"servers": "ldaps://a"}, "servers"),
        ({"servers": ["http://a"]}, "servers"),
        ({"servers": ["ldap.example.org"]}, "servers"),
        ({"servers": ["ldaps://"]}, "servers"),
        ({"servers": ["ldaps://a:0"]}, "servers"),
        ({"servers": ["ldaps://a:99999"]}, "servers"),
        ({"servers": ["ldaps://cn=x:secret@a"]}, "servers"),
        ({"servers": ["ldaps://a/dc=example"]}, "servers"),
        ({"servers": ["ldaps://[::1"]}, "servers"),
        ({"base_dn": " "}, "base_dn"),
        ({"bindn": "cn=x"}, "settings"),
        ({"product": "novell"}, "settings"),
        ({"person_filter": "objectClass=person"}, "person_filter"),
        ({"person_filter": "(a=1)(b=2)"}, "person_filter"),
        ({"person_filter": "(&(a=1)"}, "person_filter"),
        ({"login_attributes": []}, "login_attributes"),
        ({"login_attributes": ["uid=*)(cn"]}, "login_attributes"),
        ({"uid_attribute": ""}, "uid_attribute"),
        ({"attributes": {"email": "mail)"}}, "attributes"),
        ({"attributes": {"E-Mail": "mail"}}, "attributes"),
        ({"disabled": {"attribute": "x"}}, "disabled"),
        ({"disabled": {"attribute": "x", "bit": 2, "values": ["y"]}}, "disabled"),
        ({"disabled": {"attribute": "x", "bit": 0}}, "disabled"),
        ({"disabled": {"attribute": "x y", "bit": 2}}, "disabled"),
        ({"connect_timeout_seconds": 0}, "connect_timeout_seconds"),
        ({"receive_timeout_seconds": 31}, "receive_timeout_seconds"),
        ({"page_size": 1.5}, "page_size"),
        ({"max_connections": 0}, "max_connections"),
    ],
)
def test_what_is_not_usable_is_refused_by_the_name_of_the_setting(change, field):
    with pytest.raises(InvalidField) as raised:
        read_settings({**MINIMAL, **change})
    assert raised.value.field.startswith(field)


def test_an_unknown_setting_is_named():
    with pytest.raises(InvalidField, match="bindn"):
        read_settings({**MINIMAL, "bindn": "cn=x"})


def test_a_bind_account_without_password_is_refused_since_it_would_prove_nothing():
    definition = ResolverDefinition("corp", "ldap", {**MINIMAL, "bind_dn": "cn=service"})
    with pytest.raises(InvalidField, match="bind_password: is missing"):
        ldap_builder(lambda: datetime.now(UTC))(definition)
