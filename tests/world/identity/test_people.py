"""People of a real directory: found, known again, listed."""

import pytest

from mfa_engine.identity.find_user import find_user
from mfa_engine.identity.realms import Realm, Realms
from mfa_engine.identity.resolvers.base import AmbiguousLogin
from tests.support.slapd import ALICE, ENTRIES, PEOPLE, WINDOWS, crowd, unique_id

STAFF = Realms((Realm("staff", ("corp",)),), default="staff")
WINDOWS_SETTINGS = {
    "product": "active_directory",
    "base_dn": WINDOWS,
    "login_attributes": ["sAMAccountName", "userPrincipalName"],
    "disabled": {"attribute": "userAccountControl", "bit": 2},
}


@pytest.fixture
def people(slapd, resolver_for):
    """Finds by what is typed, in the realm `staff`."""
    resolvers = {"corp": resolver_for(slapd)}
    return lambda typed: find_user(STAFF, resolvers, typed)


def test_a_person_comes_with_their_attributes_and_the_directorys_unique_id(people):
    alice = people("alice")
    assert alice.key.uid == unique_id(ALICE.dn)
    assert (alice.display_name, alice.given_name, alice.family_name) == ("Alice Archer", "Alice", "Archer")
    assert (alice.email, alice.phone) == ("alice@example.org", "+49 30 1234567")
    assert alice.enabled


@pytest.mark.parametrize("protection", ["ldaps", "starttls", "plain"])
def test_a_person_is_found_and_known_by_password_over_each_protection(slapd, resolver_for, protection):
    servers = [slapd.tls_url if protection == "ldaps" else slapd.url]
    resolver = resolver_for(slapd, servers=servers, allow_plain=protection == "plain")
    alice = resolver.find("alice")
    assert resolver.by_uid(alice.uid) == alice
    assert resolver.check_password(alice, "alice password")
    assert not resolver.check_password(alice, "bob password")


@pytest.mark.parametrize(
    "typed",
    [
        *("ALICE", " alice ", "alice@staff", "staff\\Alice", "\uff41\uff4c\uff49\uff43\uff45"),
        *("alice@example.org", "Alice@Example.ORG", "alice@example.org@staff"),
    ],
)
def test_RES_03_every_spelling_and_alias_of_a_name_ends_in_one_key_and_one_login(people, typed):
    alice, typed_alice = people("alice"), people(typed)
    assert (typed_alice.key, typed_alice.login, typed_alice.realm) == (alice.key, "alice", "staff")


@pytest.mark.parametrize("typed", ["zo\u00eb", "zoe\u0308", "ZO\u00cb", "zoe@example.org"])
def test_RES_03_a_name_with_an_umlaut_is_found_in_every_unicode_form(people, typed):
    assert people(typed).login == "zo\u00eb"


@pytest.mark.parametrize(
    "typed", ["zoe", "al\u00adice", "alice\u200b", "mallory", "example.org", "alice password"]
)
def test_RES_03_what_is_nobodys_name_is_nobody(people, typed):
    assert people(typed) is None


def test_RES_03_a_name_that_only_the_directory_takes_for_the_same_is_nobodys(slapd, resolver_for):
    resolver = resolver_for(slapd, login_attributes=["uid", "telephoneNumber"])
    since = slapd.position()
    assert resolver.find("+49 30 1234567").login == "alice"
    assert resolver.find("+49-30-12345-67") is None
    assert slapd.logged(r"SEARCH RESULT .* nentries=(\d+)", since, count=2) == ["1", "1"]


def test_RES_04_an_alias_of_two_people_means_neither(people):
    with pytest.raises(AmbiguousLogin):
        people("team@example.org")
    assert {people("erin").login, people("frank").login} == {"erin", "frank"}


def test_RES_04_somebody_elses_login_as_my_alias_gives_me_nothing_and_takes_nothing(own_slapd, resolver_for):
    server = own_slapd()
    server.change(f"dn: uid=bob,{PEOPLE}\nchangetype: modify\nreplace: mail\nmail: alice\n")
    assert resolver_for(server).find("alice").handle == ALICE.dn


def test_RES_04_one_login_name_of_two_people_means_neither(own_slapd, resolver_for):
    server = own_slapd()
    server.change(f"dn: uid=bob,{PEOPLE}\nchangetype: modify\nadd: uid\nuid: Alice\n")
    resolver = resolver_for(server)
    with pytest.raises(AmbiguousLogin):
        resolver.find("alice")
    assert resolver.find("bob").handle == f"uid=bob,{PEOPLE}"


def test_RES_04_a_person_who_is_renamed_and_moved_keeps_their_key(own_slapd, resolver_for):
    server = own_slapd()
    resolver = resolver_for(server)
    before = resolver.find("alice")
    server.change(
        f"dn: ou=left,{PEOPLE}\nchangetype: add\nobjectClass: organizationalUnit\nou: left\n\n"
        f"dn: uid=alice,{PEOPLE}\nchangetype: modrdn\nnewrdn: uid=ally\ndeleteoldrdn: 1\n"
        f"newsuperior: ou=left,{PEOPLE}\n"
    )
    after = resolver.find("ally")
    assert after.uid == before.uid
    assert resolver.find("alice") is None
    assert resolver.by_uid(before.uid).login == "ally"
    assert resolver.check_password(after, "alice password")


def test_RES_04_a_new_person_of_an_old_name_gets_another_key(own_slapd, resolver_for):
    server = own_slapd()
    resolver = resolver_for(server)
    before = resolver.find("bob")
    server.change(
        f"dn: uid=bob,{PEOPLE}\nchangetype: delete\n\n"
        f"dn: uid=bob,{PEOPLE}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: bob\ncn: Bob\nsn: Bush\n"
    )
    assert resolver.find("bob").uid != before.uid
    assert resolver.by_uid(before.uid) is None


def test_AUTH_10_a_disabled_person_is_found_and_said_to_be_disabled(people):
    assert not people("dave").enabled


def test_an_unknown_unique_id_is_nobody(slapd, resolver_for):
    assert resolver_for(slapd).by_uid(unique_id("cn=nobody")) is None


def test_people_are_found_by_parts_of_their_names(slapd, resolver_for):
    resolver = resolver_for(slapd)
    assert [entry.login for entry in resolver.search("arch", 10)] == ["alice"]
    assert {entry.login for entry in resolver.search("team@", 10)} == {"erin", "frank"}
    assert resolver.search("*", 10) == ()
    assert len(resolver.search("", 10)) == 6
    assert len(resolver.search("", 3)) == 3


def test_a_big_directory_is_listed_page_by_page(own_slapd, resolver_for):
    server = own_slapd(entries=ENTRIES + crowd(3000))
    resolver = resolver_for(server, page_size=1000)
    since = server.position()
    assert len(resolver.search("Number", 5000)) == 3000
    assert len(server.searches(since, count=3)) in {3, 4}
    assert len(resolver.search("Number", 700)) == 700


def test_active_directory_people_are_found_by_both_names_and_kept_by_guid(slapd, resolver_for):
    resolver = resolver_for(slapd, **WINDOWS_SETTINGS)
    walt = resolver.find("WALT")
    assert walt.uid == unique_id(walt.handle)
    assert resolver.find("walt@corp.example.org") == walt
    assert resolver.by_uid(walt.uid) == walt
    assert walt.attributes["groups"] == (f"cn=Staff,{WINDOWS}", f"cn=VPN,{WINDOWS}")
    assert walt.enabled
    assert resolver.check_password(walt, "walt password")


def test_AUTH_10_an_account_disabled_in_active_directory_is_disabled(slapd, resolver_for):
    assert not resolver_for(slapd, **WINDOWS_SETTINGS).find("wanda").enabled
