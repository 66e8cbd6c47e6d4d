"""Names that try to become something else on their way to the directory."""

import statistics
import time

import pytest

from mfa_engine.identity.find_user import check_password, decoy_check, find_user
from mfa_engine.identity.realms import Realm, Realms
from tests.support.slapd import PEOPLE, SERVICE

STAFF = Realms((Realm("staff", ("corp",)),), default="staff")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("*", r"\2A"),
        ("al*", r"al\2A"),
        (")(uid=*", r"\29\28uid=\2A"),
        ("alice)(objectclass=*", r"alice\29\28objectclass=\2A"),
        ("*)(|(uid=*", r"\2A\29\28|\28uid=\2A"),
        ("alice\\", r"alice\5C"),
        ("\\61lice", r"\5C61lice"),
        ("alice@*", r"alice@\2A"),
        ("*)(uid=*\\alice", r"\2A\29\28uid=\2A\5Calice"),
        ("(", r"\28"),
        ("!(uid=bob)", r"!\28uid=bob\29"),
    ],
)
def test_RES_01_syntax_in_a_name_reaches_the_directory_as_text_and_finds_nobody(
    slapd, resolver_for, typed, sent
):
    since = slapd.position()
    assert find_user(STAFF, {"corp": resolver_for(slapd)}, typed) is None
    assert slapd.searches(since) == [f"(&(objectClass=inetOrgPerson)(|(uid={sent})(mail={sent})))"]


@pytest.mark.parametrize("typed", ["alice\0", "alice\0)(uid=*", "\0"])
def test_RES_01_a_name_with_a_nul_does_not_reach_the_directory(slapd, resolver_for, typed):
    since = slapd.position()
    resolvers = {"corp": resolver_for(slapd)}
    assert find_user(STAFF, resolvers, typed) is None
    assert find_user(STAFF, resolvers, "alice") is not None
    assert slapd.searches(since) == ["(&(objectClass=inetOrgPerson)(|(uid=alice)(mail=alice)))"]


def test_RES_01_a_unique_id_is_sent_as_text(slapd, resolver_for):
    since = slapd.position()
    assert resolver_for(slapd, uid_attribute="uid").by_uid("*)(uid=alice") is None
    assert slapd.searches(since) == [r"(&(objectClass=inetOrgPerson)(uid=\2A\29\28uid=alice))"]


def test_RES_01_a_text_to_search_for_is_sent_as_text(slapd, resolver_for):
    since = slapd.position()
    assert resolver_for(slapd).search("a*)(uid=*", 10) == ()
    assert r"(uid=*a\2A\29\28uid=\2A*)" in slapd.searches(since)[0]


def test_RES_01_a_distinguished_name_full_of_syntax_binds_as_itself(own_slapd, resolver_for):
    server = own_slapd()
    server.change(
        f"dn: cn=O\\22Neil\\, \\+x\\=\\<y\\>\\; \\#\\\\,{PEOPLE}\nchangetype: add\n"
        'objectClass: inetOrgPerson\ncn: O"Neil, +x=<y>; #\\\nsn: O\n'
        "uid: oneil\nuserPassword: oneil password\n"
    )
    resolver = resolver_for(server)
    oneil = resolver.find("oneil")
    assert resolver.check_password(oneil, "oneil password")
    assert not resolver.check_password(oneil, "alice password")


def test_RES_01_an_unknown_name_takes_as_long_as_a_wrong_password(slapd, resolver_for):
    resolvers = {"corp": resolver_for(slapd)}

    def seconds(typed: str) -> float:
        started = time.perf_counter()
        user = find_user(STAFF, resolvers, typed)
        if user is None:
            decoy_check(STAFF, resolvers, "wrong", typed)
        else:
            assert not check_password(resolvers, user, "wrong")
        return time.perf_counter() - started

    def alike() -> bool:
        known, unknown = zip(*[(seconds("alice"), seconds("mallory")) for _ in range(40)], strict=True)
        usual = statistics.median(known)
        return abs(statistics.median(unknown) - usual) < max(0.002, usual / 20)  # as AUTH-03 allows

    since = slapd.position()
    assert any(alike() for _ in range(5))  # a machine that is busy with something else differs now and then
    binds = slapd.logged(r'BIND dn="(.*)" method=128', since, count=81)
    assert binds.count(f"uid=alice,{PEOPLE}") == binds.count(f"cn=nobody,{PEOPLE}") >= 40


@pytest.mark.parametrize(
    "password", ["", "\0", "\0alice password", "alice password\0", "\ud800", "x" * 1025, "x" * 1_000_000]
)
def test_RES_02_AUTH_06_an_empty_or_impossible_password_is_refused_before_any_bind(
    own_slapd, resolver_for, password
):
    server = own_slapd(options="allow bind_anon_cred")  # it says yes to an empty password
    resolver = resolver_for(server)
    alice = resolver.find("alice")
    since = server.position()
    assert not resolver.check_password(alice, password)
    assert resolver.check_password(alice, "alice password")
    binds = server.logged(r'BIND dn="(.*)" method=128', since)
    assert binds == [f"uid=alice,{PEOPLE}"]


def test_RES_02_a_person_without_distinguished_name_is_not_bound_as_anybody(slapd, resolver_for):
    resolver = resolver_for(slapd)
    alice = resolver.find("alice")
    without = type(alice)(alice.uid, alice.login, alice.attributes, enabled=True)
    since = slapd.position()
    assert not resolver.check_password(without, "alice password")
    assert resolver.find("alice") == alice
    slapd.searches(since)
    assert "BIND dn=" not in slapd.log.read_text()[since:]


def test_nobody_has_a_password(slapd, resolver_for):
    assert not resolver_for(slapd).check_password(None, "alice password")


def test_AUTH_06_a_password_is_sent_exactly_as_typed(own_slapd, resolver_for):
    server = own_slapd()
    resolver = resolver_for(server)
    typed = " \ufb01\u00ad no\u00a0normal form\u3000"  # SASLprep would make another one of it
    before = resolver.find("bob")
    server.change(
        f"dn: uid=bob,{PEOPLE}\nchangetype: modify\nreplace: userPassword\nuserPassword:: {base64(typed)}\n"
    )
    assert resolver.check_password(before, typed)
    assert not resolver.check_password(before, typed.strip())


def base64(text: str) -> str:
    from base64 import b64encode

    return b64encode(text.encode()).decode()


def test_the_service_account_alone_searches(slapd, resolver_for):
    since = slapd.position()
    resolver = resolver_for(slapd)
    resolver.check_password(resolver.find("alice"), "alice password")
    resolver.find("bob")
    binds = slapd.logged(r'conn=(\d+) op=\d+ BIND dn="(.*)" method=128', since, count=2)
    searches = slapd.logged(r"conn=(\d+) op=\d+ SRCH base", since, count=2)
    assert {connection for connection, dn in binds if dn == SERVICE} == set(searches)
