"""ADM-01: every route of the API, called by everybody. A route that is not in the table fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Blueprint, Response

from idp.api.access import Access
from idp.api.errors import answer_errors
from idp.rights.catalogue import Right
from tests.http.api.wire import Answer, Wire
from tests.support.idp import Idp, Person

RESOURCES = {"validate", "auth", "token", "application"}
NOBODY, PERSON, HELPDESK, READER = "nobody", "person", "helpdesk", "read-only administrator"
ELSEWHERE, SERVICE = "administrator of another realm", "service account without rights"
DENIED_TO = (NOBODY, PERSON, HELPDESK, READER, ELSEWHERE, SERVICE)
EVERYBODY = frozenset(DENIED_TO)
ACTS_ON_BOB = frozenset({HELPDESK})

# Who gets through, of the six. Asked for bob, of realm staff, who is none of them.
ALLOWED: Mapping[str, frozenset[str]] = {
    "validate.check": EVERYBODY,
    "validate.polltransaction": EVERYBODY,
    "validate.triggerchallenge": frozenset(),
    "auth.log_in": EVERYBODY,
    "auth.rights": EVERYBODY - {NOBODY},
    "token.init": ACTS_ON_BOB,
    "token.list_tokens": frozenset({HELPDESK, READER}),
    "token.delete": ACTS_ON_BOB,
    "token.enable": ACTS_ON_BOB,
    "token.disable": ACTS_ON_BOB,
    "token.reset": ACTS_ON_BOB,
    "token.assign": ACTS_ON_BOB,
    "token.unassign": ACTS_ON_BOB,
    "token.setpin": ACTS_ON_BOB,
    "application.list_partners": frozenset({READER}),
    "application.register_partner": frozenset(),
    "application.enable_partner": frozenset(),
    "application.disable_partner": frozenset(),
    "application.delete_partner": frozenset(),
    "application.list_clients": frozenset({READER}),
    "application.register_client": frozenset(),
    "application.enable_client": frozenset(),
    "application.disable_client": frozenset(),
    "application.delete_client": frozenset(),
}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "validate.check": {"user": "bob", "pass": "000000"},
    "validate.triggerchallenge": {"user": "bob"},
    "validate.polltransaction": {"transaction_id": "1"},
    "auth.log_in": {"username": "bob", "password": "wrong"},
    "token.init": {"user": "bob"},
    "token.list_tokens": {"user": "bob"},
    "token.assign": {"user": "bob", "serial": "{free}"},
    "token.setpin": {"serial": "{serial}", "otppin": "1"},
    "application.register_client": {"client_name": "x", "redirect_uris": "https://x.example/"},
    "application.register_partner": {"metadata": "<x/>"},
}
OF_A_TOKEN = {"serial": "{serial}"}


@dataclass(frozen=True)
class Route:
    """One method of one rule of the URL map."""

    endpoint: str
    method: str
    rule: str


def routes(idp: Idp) -> Iterator[Route]:
    for rule in idp.app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in RESOURCES:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(rule.endpoint, method, rule.rule)


@pytest.fixture
def everybody(wire: Wire) -> dict[str, Wire]:
    """The six, and an administrator who may do everything: what proves that the requests are good."""
    wire.other_realm()
    return {
        NOBODY: wire,
        PERSON: wire.log_in(wire.idp.person("pat")),
        HELPDESK: wire.administrator("helga", "helpdesk"),
        READER: wire.administrator("rita", "readonly"),
        ELSEWHERE: wire.administrator("elsa", "administrator", "students"),
        SERVICE: wire.service(),
        "administrator": wire.administrator("boss", "administrator"),
    }


@pytest.fixture
def bob(wire: Wire) -> Person:
    return wire.idp.person("bob")


def state(idp: Idp) -> list[Any]:
    """Everything that a route could have changed. Failures of a login are meant to count."""
    tables = ("token", "challenge", "client", "service_provider", "service_account", "administrator")
    return [idp.sql(f"SELECT * FROM {table}") for table in tables]


def call(caller: Wire, route: Route, serial: str, free: str) -> Answer:
    fields = FIELDS.get(route.endpoint, {} if route.endpoint == "auth.rights" else OF_A_TOKEN)
    filled = {name: value.format(serial=serial, free=free) for name, value in fields.items()}
    if route.endpoint.startswith("application.") and route.endpoint not in FIELDS:
        filled = {} if route.method == "GET" else {"client_id": "x", "entity_id": "x"}
        filled.pop("entity_id" if "client" in route.endpoint else "client_id", None)
    path = route.rule.replace("<serial>", filled.get("serial", "")).replace(
        "<transaction_id>", filled.get("transaction_id", "")
    )
    return caller.call(route.method, path, filled)


def is_denied(answer: Answer) -> bool:
    """What is out of reach is answered as if it were not there (ADM-02)."""
    if answer.status == 400:
        return answer.error[0] == 904
    return answer.status in (401, 403, 404)


def test_ADM_01_every_route_has_its_row_in_the_table(idp):
    assert {route.endpoint for route in routes(idp)} == set(ALLOWED)


@pytest.mark.parametrize("who", DENIED_TO)
def test_ADM_01_who_may_not_is_refused_changes_nothing_and_is_in_the_audit(wire, everybody, bob, who):
    caller = everybody[who]
    serial = wire.stored_of(bob).serial
    free = wire.token(None).serial
    for route in routes(wire.idp):
        if who in ALLOWED[route.endpoint]:
            continue
        before = state(wire.idp)
        with wire.idp.auditing() as rows:
            answer = call(caller, route, serial, free)
        if (who, route.endpoint) == (ELSEWHERE, "token.list_tokens"):
            assert answer.value["count"] == 0, route
            continue
        if (who, route.endpoint) == (ELSEWHERE, "validate.triggerchallenge"):
            assert (answer.value, answer.word) == (0, "REJECT")
        else:
            assert is_denied(answer), (route, answer)
        assert answer.status == 401 if who == NOBODY else answer.status != 401, (route, answer)
        assert state(wire.idp) == before, route
        assert [(row.event, row.success) for row in rows] == [("admin.denied", False)], route
        assert rows[0].reason in {
            "unauthenticated",
            "right_missing",
            "not_own",
            "out_of_reach",
        }, route
        assert rows[0].actor == ("" if who == NOBODY else rows[0].actor), route
        assert (rows[0].actor == "") == (who == NOBODY), route


@pytest.mark.parametrize("who", [*DENIED_TO, "administrator"])
def test_who_may_gets_through(wire, everybody, bob, who):
    caller = everybody[who]
    wire.idp.policies({"name": "many", "then": {"max_token_per_user": 100}})
    for route in routes(wire.idp):
        if who != "administrator" and who not in ALLOWED[route.endpoint]:
            continue
        fresh = wire.token(bob.user)
        answer = call(caller, route, fresh.serial, wire.token(None).serial)
        if route.endpoint == "auth.log_in":
            assert (answer.status, answer.error[0]) == (401, 4031)
        elif route.endpoint.startswith("application.") and route.method != "GET":
            assert answer.status in (200, 400, 404), (route, answer)  # there is no such application
            assert "right" not in str(answer.body)
        else:
            assert answer.status == 200, (route, answer)


def test_ADM_01_a_view_without_a_rule_is_closed_to_everybody(wire):
    """What happens to a route that somebody adds and forgets to write a rule for."""
    services = wire.idp.services
    blueprint = Blueprint("forgotten", "forgotten", url_prefix="/forgotten")
    Access(services).guard(blueprint, {})
    answer_errors(blueprint, services)
    blueprint.add_url_rule("/", "view", lambda: Response("open"))
    wire.idp.app.register_blueprint(blueprint)
    assert wire.get("/forgotten/").status == 401
    boss = wire.administrator("boss", "administrator")
    with wire.idp.auditing() as rows:
        assert boss.get("/forgotten/").status == 403
    assert [(row.event, row.reason) for row in rows] == [("admin.denied", "no_rule")]


# Whose it is -----------------------------------------------------------------------------------------


def test_ADM_02_absent_and_not_yours_are_one_answer(wire, everybody, bob):
    serial = wire.stored_of(bob).serial
    elsewhere = everybody[ELSEWHERE]
    for verb in ("enable", "disable", "reset", "unassign", "setpin"):
        theirs = elsewhere.post(f"/token/{verb}", serial=serial)
        absent = elsewhere.post(f"/token/{verb}", serial="NONE0001")
        assert (theirs.status, absent.status) == (404, 404)
        assert theirs.error[1].replace(serial, "NONE0001") == absent.error[1]
    theirs, absent = elsewhere.delete(f"/token/{serial}"), elsewhere.delete("/token/NONE0001")
    assert theirs.error[1].replace(serial, "NONE0001") == absent.error[1]
    theirs = elsewhere.post("/token/init", user="bob")
    absent = elsewhere.post("/token/init", user="ghost")
    assert theirs.error[1].replace("bob", "ghost") == absent.error[1]
    pat = everybody[PERSON]
    assert pat.delete(f"/token/{serial}").error == pat.delete("/token/NONE0001").error
    assert wire.stored(serial) is not None


def test_an_administrator_of_a_realm_works_there(wire, everybody):
    sam = wire.student("sam")
    token = wire.token(sam)
    elsewhere = everybody[ELSEWHERE]
    assert elsewhere.post("/token/disable", serial=token.serial).value == 1
    assert elsewhere.post("/token/init", user="sam", realm="students").status == 200
    assert elsewhere.post("/token/init", user="sam@students").status == 200
    assert elsewhere.get("/token/", user="sam", realm="students").value["count"] == 3
    free = elsewhere.post("/token/init")
    assert (free.status, free.error[0]) == (403, 303)


def test_ADM_06_the_help_desk_leaves_those_alone_who_may_more(wire, everybody):
    boss_serial = wire.sql_one("SELECT serial FROM token WHERE uid = 'id-of-boss'")
    own_serial = wire.sql_one("SELECT serial FROM token WHERE uid = 'id-of-helga'")
    peer = wire.idp.person("hank")
    wire.make_administrator(peer.user, "helpdesk")
    helpdesk = everybody[HELPDESK]
    free = wire.token(None)
    before = state(wire.idp)
    for request in (
        ("POST", "/token/init", {"user": "boss"}),
        ("POST", "/token/setpin", {"serial": boss_serial, "otppin": "1"}),
        ("POST", "/token/enable", {"serial": boss_serial}),
        ("POST", "/token/disable", {"user": "boss"}),
        ("POST", "/token/reset", {"serial": boss_serial}),
        ("POST", "/token/unassign", {"serial": boss_serial}),
        ("POST", "/token/assign", {"serial": free.serial, "user": "boss"}),
        ("DELETE", f"/token/{boss_serial}", {}),
        ("POST", "/token/init", {"user": "rita"}),
    ):
        with wire.idp.auditing() as rows:
            answer = helpdesk.call(*request)
        assert (answer.status, answer.error[0]) == (403, 303), request
        assert [(row.event, row.reason) for row in rows] == [("admin.denied", "higher_role")], request
    assert state(wire.idp) == before
    assert helpdesk.post("/token/reset", user="hank").status == 200
    assert everybody["administrator"].post("/token/reset", user="helga").status == 200
    assert helpdesk.delete(f"/token/{own_serial}").value == 1


def test_a_right_is_asked_of_the_account_as_it_is_now(wire):
    narrow = wire.service(Right.TOKEN_LIST)
    assert narrow.get("/token/").status == 200
    denied = narrow.delete("/token/X123")
    assert denied.error == (303, "This needs the right token:delete.")
