"""The server does all of its work itself: nothing that somebody sends can end in a program (strace)."""

import base64

import requests

from tests.http.saml.portal import Portal
from tests.support.relying_party import VERIFIER, basic, register_app
from tests.support.served import new_installation
from tests.support.signing_in import code_of
from tests.support.strace import executed


def test_no_program_is_started_by_a_login_to_a_portal_or_to_an_app(run):
    served = new_installation(run.new_folder("traced"))
    record = served.folder / "executed"
    with served.inside() as idp:
        alice, bob = idp.person("alice"), idp.person("bob")
        app, portal = register_app(idp), Portal(idp).register("email")
        doors = ((alice, app.request()), (bob, portal.sign_on()))
    served.start(traced_to=record)
    try:
        assert served.visitor().open("/health/ready").status_code == 200
        begun = len(record.read_text().splitlines())
        assert executed(record)
        for person, door in doors:
            visitor = served.visitor()
            visitor.open(door)
            visitor.give_password(person.login, person.password)
            visitor.give_code(code_of(key_of(person)))
            if person is alice:
                code = visitor.destination.partition("code=")[2].partition("&")[0]
                assert redeemed(served, app, code).status_code == 200
            else:
                assert visitor.find(r'name="SAMLResponse" value="([^"]+)"')
    finally:
        served.stop()
    assert executed(record, after=begun) == []


def key_of(person):
    return base64.b32decode(person.secret + "=" * (-len(person.secret) % 8))


def redeemed(served, app, code):
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": app.redirect_uri,
        "code_verifier": VERIFIER,
    }
    headers = basic(app.client_id, app.secret)
    return requests.post(f"{served.base}/oidc/token", data=form, headers=headers, timeout=30)
