"""``/token``: list, enable, disable, reset, assign, unassign, set a PIN, delete."""

from __future__ import annotations

from unittest.mock import ANY

import pytest

from mfa_engine.storage.token import TokenState
from tests.http.api import keys
from tests.http.api.wire import Wire, failure, success

EVERYTHING = (
    "token:list",
    "token:enrol",
    "token:enable",
    "token:disable",
    "token:reset",
    "token:assign",
    "token:unassign",
    "token:set_pin",
    "token:delete",
)


@pytest.fixture
def program(wire: Wire) -> Wire:
    """A service account that may do everything with tokens."""
    return wire.service(*EVERYTHING)


@pytest.fixture
def bob(wire):
    return wire.idp.person("bob", app=False)


# Listing ---------------------------------------------------------------------------------------------


def test_a_token_is_listed_with_its_state_and_without_its_secrets(wire, program, bob):
    device = wire.token(bob.user, "totp", pin="1234", hashlib="sha256", otplen="8", timeStep="60")
    answer = program.get("/token/", serial=device.serial)
    row = {
        "active": True,
        "container_serial": "",
        "count": 0,
        "count_window": 10,
        "description": "",
        "failcount": 0,
        "id": ANY,
        "info": {"hashlib": "sha256", "timeStep": "60"},
        "locked": False,
        "maxfail": 10,
        "otplen": 8,
        "realms": ["staff"],
        "resolver": "people",
        "revoked": False,
        "rollout_state": "enrolled",
        "serial": device.serial,
        "sync_window": 1000,
        "tokengroup": [],
        "tokentype": "totp",
        "user_editable": False,
        "user_id": "id-of-bob",
        "user_realm": "staff",
        "username": "bob",
    }
    assert answer.body == success({"count": 1, "prev": None, "next": None, "tokens": [row]})
    assert answer.headers["Cache-Control"] == "no-cache"


def test_ADM_06_no_secret_and_no_pin_can_be_read_by_anybody(wire, program, bob):
    made = program.post("/token/init", type="totp", user="bob", pin="swordfish")
    hexadecimal = made.detail["otpkey"]["value"].removeprefix("seed://")
    base32 = made.detail["otpkey"]["value_b32"]
    key = keys.enrolled(program, user="bob")
    boss = wire.administrator("boss", "administrator")
    for caller in (program, boss):
        for path in ("/token/", f"/token/?serial={made.detail['serial']}", "/auth/rights"):
            text = str(caller.call("GET", path).body)
            assert made.status == 200
            for secret in (hexadecimal, base32, "swordfish", "argon2", "public_key", "user_handle"):
                assert secret not in text
    assert key.serial in str(program.get("/token/").body)


def test_filters_narrow_the_list(wire, program, alice, bob):
    hotp = wire.token(bob.user, "hotp")
    free = wire.token(None, "totp")
    program.post("/token/disable", serial=free.serial)
    wire.other_realm()
    student = wire.token(wire.student("sam"), "hotp")

    def found(**filters: str) -> set[str]:
        return {row["serial"] for row in program.get("/token/", **filters).value["tokens"]}

    (own,) = found(user="alice")
    everything = {own, hotp.serial, free.serial, student.serial}
    assert found() == everything
    assert found(serial=hotp.serial) == {hotp.serial}
    assert found(serial="OATH*") == {hotp.serial, student.serial}
    assert found(type="HOTP", realm="staff") == {hotp.serial}
    assert found(tokenrealm="students") == {student.serial}
    assert found(user="sam", realm="students") == {student.serial}
    assert found(user="bob", resolver="people") == {hotp.serial}
    assert found(user="ghost") == set()
    assert found(userid="id-of-bob", resolver="people") == {hotp.serial}
    assert found(assigned="0") == {free.serial}
    assert found(assigned="1") == everything - {free.serial}
    assert found(user="*") == everything - {free.serial}
    assert found(active="false") == {free.serial}


def test_pages_follow_each_other(wire, program):
    serials = sorted(wire.token(None, "hotp").serial for _ in range(5))
    first = program.get("/token/", pagesize="2").value
    assert (first["count"], first["prev"], first["next"]) == (5, None, 2)
    last = program.get("/token/", pagesize="2", page="3").value
    assert (last["prev"], last["next"]) == (2, None)
    listed = [
        row["serial"]
        for page in ("1", "2", "3")
        for row in program.get("/token/", pagesize="2", page=page, sortdir="desc").value["tokens"]
    ]
    assert listed == serials[::-1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sortby", "secret"),
        ("sortby", "serial; DROP TABLE token"),
        ("sortby", "pin_hash"),
        ("sortdir", "sideways"),
        ("pagesize", "1000000000"),
        ("pagesize", "0"),
        ("pagesize", "-1"),
        ("page", "0"),
        ("page", "10000000"),
        ("infokey", "x"),
        ("pin_hash", "*"),
        ("secret", "*"),
        ("outform", "csv"),
    ],
)
def test_ADM_13_only_listed_columns_sort_and_filter_and_pages_are_bounded(wire, program, field, value):
    answer = program.get("/token/", **{field: value})
    assert (answer.status, answer.error[0]) == (400, 905)
    assert answer.error[1].startswith(f"ERR905: {field}: ")
    assert wire.idp.sql("SELECT count(*) FROM token")[0][0] == 0


def test_ADM_13_what_is_out_of_scope_is_not_even_counted(wire, bob):
    wire.other_realm()
    sam = wire.student("sam")
    wire.token(bob.user)
    wire.token(None)
    own = wire.token(sam)
    students = wire.service(*EVERYTHING, realms=("students",))
    for filters in (
        {},
        {"realm": "students"},
        {"serial": "*"},
        {"userid": sam.key.uid, "resolver": "pupils"},
    ):
        page = students.get("/token/", **filters).value
        assert (page["count"], [row["serial"] for row in page["tokens"]]) == (1, [own.serial])
    for filters in (
        {"realm": "staff"},
        {"tokenrealm": "staff"},
        {"user": "bob"},
        {"assigned": "0"},
        {"userid": "id-of-bob", "resolver": "people"},
    ):
        assert students.get("/token/", **filters).value["count"] == 0


def test_a_directory_that_is_away_does_not_hide_the_tokens(wire, program, bob, monkeypatch):
    from mfa_engine.errors import Unavailable

    device = wire.token(bob.user)

    def away(*_args: object) -> object:
        raise Unavailable("directory people")

    monkeypatch.setattr("mfa_engine.identity.resolvers.internal.InternalResolver.by_uid", away)
    (row,) = program.get("/token/").value["tokens"]
    assert (row["serial"], row["username"]) == (device.serial, "")


# Changing --------------------------------------------------------------------------------------------


def test_a_token_is_disabled_and_enabled_by_path_or_by_parameter(wire, program, bob):
    device = wire.token(bob.user)
    for call in (
        lambda verb: program.post(f"/token/{verb}/{device.serial}"),
        lambda verb: program.post(f"/token/{verb}", serial=device.serial),
        lambda verb: program.call("POST", f"/token/{verb}", json={"serial": device.serial}),
    ):
        assert call("disable").body == success(1)
        assert wire.check(user="bob", typed=device.code()).word == "REJECT"
        assert call("enable").body == success(1)
        assert wire.check(user="bob", typed=device.code()).word == "ACCEPT"


def test_all_tokens_of_a_person_are_changed_at_once(wire, program, bob):
    wire.token(bob.user)
    wire.token(bob.user, "hotp")
    assert program.post("/token/disable", user="bob").body == success(2)
    assert program.get("/token/", active="0").value["count"] == 2
    wire.idp.run_sql("UPDATE token SET state = 'revoked' WHERE kind = 'hotp'")
    assert program.post("/token/enable", user="bob").body == success(1)
    (answer,) = [
        program.post("/token/enable", serial=row["serial"])
        for row in program.get("/token/", type="hotp").value["tokens"]
    ]
    assert (answer.status, answer.error[0]) == (409, 602)


def test_a_reset_unlocks(wire, program, bob):
    device = wire.token(bob.user)
    for _ in range(10):
        program.from_("192.0.2.200").check(user="bob", typed=device.wrong())
    assert program.get("/token/").value["tokens"][0]["locked"] is True
    assert wire.check(user="bob", typed=device.code()).word == "REJECT"
    with wire.idp.auditing() as rows:
        assert program.post("/token/reset", serial=device.serial).body == success(1)
    (row,) = rows
    assert (row.event, row.serial, row.success) == ("token.reset", device.serial, True)
    assert row.actor.startswith("service:service-")
    assert wire.check(user="bob", typed=device.code()).word == "ACCEPT"


def test_a_token_changes_hands(wire, program, alice, bob):
    device = wire.token(None, "hotp")
    assert program.post("/token/assign", user="bob", serial=device.serial, pin="4711").body == success(True)
    assert wire.check(user="bob", typed="4711" + device.code()).word == "ACCEPT"
    taken = program.post("/token/assign", user="alice", serial=device.serial)
    assert taken.status == 400
    assert taken.body == failure(1103, f"ERR1103: Token {device.serial} is already assigned.")
    assert program.post("/token/unassign", serial=device.serial).body == success(1)
    again = program.post("/token/unassign", serial=device.serial)
    assert (again.status, again.error[0]) == (409, 602)
    assert program.post("/token/assign", user="alice", serial=device.serial).value is True
    assert wire.check(user="alice", serial=device.serial, typed=device.code()).word == "ACCEPT"


def test_assigning_needs_both_of_them(wire, program, bob):
    device = wire.token(None)
    assert program.post("/token/assign", serial=device.serial).error == (
        905,
        "ERR905: Missing parameter: 'user'",
    )
    ghost = program.post("/token/assign", user="ghost", serial=device.serial)
    assert (ghost.status, ghost.error) == (400, (904, "ERR904: User <ghost@staff> does not exist."))
    assert program.post("/token/assign", user="bob", serial="NONE0001").status == 404


def test_a_pin_is_set_and_taken_away(wire, program, bob):
    device = wire.token(bob.user, "hotp", pin="1234")
    assert program.post("/token/setpin", serial=device.serial, otppin="swordfish").body == success(1)
    assert wire.check(user="bob", typed="1234" + device.code()).word == "REJECT"
    assert wire.check(user="bob", typed="swordfish" + device.code()).word == "ACCEPT"
    assert program.post(f"/token/setpin/{device.serial}", otppin="").body == success(1)
    assert wire.check(user="bob", typed=device.code()).word == "ACCEPT"
    assert "swordfish" not in str(wire.idp.audited())


def test_a_token_is_deleted_by_path_or_parameter(wire, program, bob):
    for call in (
        lambda serial: program.delete(f"/token/{serial}"),
        lambda serial: program.delete("/token/", serial=serial),
        lambda serial: program.call("DELETE", f"/token/?serial={serial}"),
    ):
        device = wire.token(bob.user)
        assert call(device.serial).body == success(1)
        assert wire.stored(device.serial) is None
        gone = call(device.serial)
        assert gone.status == 404
        assert gone.body == failure(601, f"token '{device.serial}' does not exist")


def test_several_are_deleted_and_each_is_accounted_for(wire, bob):
    wire.other_realm()
    boss = wire.idp.person("boss", app=False)
    wire.make_administrator(boss.user, "administrator")
    first, second = wire.token(bob.user), wire.token(bob.user)
    higher = wire.token(boss.user)
    helper = wire.administrator("helga", "helpdesk")
    wanted = [first.serial, second.serial, higher.serial, "NONE0001"]
    answer = helper.call("DELETE", "/token/", json={"serials": wanted})
    assert answer.body == success(
        {"count_success": 2, "failed": ["NONE0001"], "unauthorized": [higher.serial]}
    )
    assert wire.stored(higher.serial) is not None
    free = wire.token(bob.user)
    listed = wire.service("token:unassign").post("/token/unassign", serials=f"{free.serial},NONE0001")
    assert listed.value == {"count_success": 1, "failed": ["NONE0001"], "unauthorized": []}


@pytest.mark.parametrize("verb", ["enable", "disable", "reset", "unassign"])
def test_whom_it_is_about_has_to_be_said(program, verb):
    answer = program.post(f"/token/{verb}")
    assert (answer.status, answer.error[0]) == (400, 905)
    assert program.post(f"/token/{verb}", user="ghost").error[0] == 904


def test_ADM_02_path_and_body_may_not_name_two_tokens(wire, program, bob):
    first, second = wire.token(bob.user), wire.token(bob.user)
    for answer in (
        program.call("DELETE", f"/token/{first.serial}", {"serial": second.serial}),
        program.call("DELETE", f"/token/{first.serial}?serial={second.serial}"),
        program.post(f"/token/disable/{first.serial}", serial=second.serial),
    ):
        assert answer.error == (905, "ERR905: serial: is given twice")
    assert [wire.stored(device.serial).enabled for device in (first, second)] == [True, True]


def test_a_revoked_token_stays_revoked(wire, program, bob):
    device = wire.token(bob.user)
    wire.idp.run_sql("UPDATE token SET state = 'revoked', enabled = 0")
    (row,) = program.get("/token/").value["tokens"]
    assert (row["revoked"], row["active"]) == (True, False)
    assert program.post("/token/enable", serial=device.serial).status == 409
    assert wire.stored(device.serial).state is TokenState.REVOKED


# Mass assignment -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "member",
    ["is_admin", "failcount", "failures", "owner", "uid", "state", "enabled", "counter", "rights", "realms"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/token/init"),
        ("POST", "/token/enable"),
        ("POST", "/token/disable"),
        ("POST", "/token/reset"),
        ("POST", "/token/assign"),
        ("POST", "/token/unassign"),
        ("POST", "/token/setpin"),
        ("DELETE", "/token/"),
        ("GET", "/token/"),
    ],
)
def test_ADM_03_members_that_are_not_asked_for_are_refused_by_name(wire, program, bob, method, path, member):
    device = wire.token(bob.user)
    fields = {"serial": device.serial, "user": "bob", "otppin": "1"}
    wanted = {"setpin": ("serial", "otppin"), "": ("serial",)}.get(path.rsplit("/", 1)[1], ("serial", "user"))
    sent = {name: fields[name] for name in wanted} | {member: "1"}
    before = wire.stored(device.serial)
    answer = program.call(method, path, json=sent) if method != "GET" else program.get(path, **sent)
    assert (answer.status, answer.error) == (400, (905, f"ERR905: {member}: cannot be given here"))
    assert wire.stored(device.serial) == before


def test_ADM_03_a_realm_or_a_key_cannot_be_smuggled_into_another_act(wire, program, bob):
    device = wire.token(bob.user)
    for path, member in (
        ("/token/setpin", "realm"),
        ("/token/enable", "otpkey"),
        ("/token/assign", "otpkey"),
    ):
        answer = program.post(path, serial=device.serial, **{member: "students"})
        assert (answer.status, answer.error[1]) == (400, f"ERR905: {member}: cannot be given here")
