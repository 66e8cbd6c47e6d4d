"""What the walks through the command line do: each noun and verb at least once, in an order that works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One command. ``has``: what its JSON holds, for those that answer; others say nothing in JSON."""

    command: str
    has: Any = None
    typed: str = ""
    code: int = 0
    says: str = ""  # where it is refused: its one line


PASSWORD = "four plain words suffice\n"
KEY = "3132333435363738393031323334353637383930"  # RFC 4226, appendix D
APP = "https://app.example.org/callback"
SP = "https://portal.example.org/metadata"
ALL = {
    "people": [
        Step("user add alice --given-name Alice --email alice@example.org --password-stdin",
             {"login": "alice", "realm": "staff"}, PASSWORD),
        Step("user add alice --password-stdin", typed=PASSWORD, code=1, says="alice"),
        Step("user add bob --password-stdin", typed="short\n", code=1, says="password"),
        Step("user add bob --password-stdin", {"login": "bob"}, PASSWORD),
        Step("user list ali", [{"login": "alice", "email": "alice@example.org", "enabled": "yes"}]),
        Step("user disable alice"),
        Step("user show alice", {"enabled": False, "tokens": ""}),
        Step("user enable alice"),
        Step("user set-password alice --password-stdin", typed="five plain words suffice too\n"),
        Step("user show nobody", code=1, says="person 'nobody' does not exist"),
        Step("admin first", {"link": "/admin/first/"}),
        Step("admin add alice --role helpdesk --realm staff"),
        Step("admin list", [{"login": "alice", "role": "helpdesk", "realms": "staff"}]),
        Step("admin add alice --role emperor", code=1, says="role"),
        Step("admin remove alice"),
        Step("admin list", []),
    ],
    "directories": [
        Step("resolver set others internal"),
        Step("resolver list", [{"resolver": "others"}, {"resolver": "people"}]),
        Step("resolver test others"),
        Step("resolver set far ldap", code=1, says="servers"),
        Step("realm set guests others people"),
        Step("realm list", [{"realm": "guests", "resolvers": "others, people"}, {"realm": "staff"}]),
        Step("resolver delete others", code=1, says="guests"),
        Step("realm delete guests"),
        Step("resolver delete others"),
        Step("realm delete guests", code=1, says="realm 'guests' does not exist"),
    ],
    "tokens": [
        Step("user add tina --email tina@example.org --password-stdin", {"login": "tina"}, PASSWORD),
        Step("token enrol hotp --serial FOB1 --description Fob --key-stdin",
             {"serial": "FOB1", "type": "hotp", "state": "enrolled"}, KEY + "\n"),
        Step("token enrol hotp --serial FOB1", code=1, says="FOB1"),
        Step("token enrol abacus", code=1, says="choose one of email, hotp, totp, webauthn"),
        Step("token enrol totp --user tina --set otplen=8", {"type": "totp", "digits": "8"}),
        Step("token assign FOB1 tina"),
        Step("token list --serial FOB*", [{"serial": "FOB1", "type": "hotp", "failures": 0}]),
        Step("token set-pin FOB1 --pin-stdin", typed="2580\n"),
        Step("token resync FOB1 --codes-stdin", typed="969429\n338314\n"),
        Step("token resync FOB1 --codes-stdin", typed="969429\n338314\n", code=1, says="follow"),
        Step("token disable FOB1"),
        Step("token list --serial FOB1", [{"state": "enrolled, disabled"}]),
        Step("token enable FOB1"),
        Step("token reset FOB1"),
        Step("token unassign FOB1"),
        Step("token list --unassigned", [{"serial": "FOB1", "owner": ""}]),
        Step("token revoke FOB1"),
        Step("token delete FOB1 --yes"),
        Step("token delete FOB1 --yes", code=1, says="token 'FOB1' does not exist"),
    ],
    "applications": [
        Step(f"client add App --client-id app --redirect-uri {APP}", {"client_id": "app"}),
        Step("client add App --redirect-uri http://app.example.org/callback", code=1, says="redirect_uris"),
        Step("client list", [{"client": "app", "redirect addresses": APP}]),
        Step("client show app", {"client_id": "app", "redirect_uris": [APP], "enabled": True}),
        Step("client disable app"),
        Step("client enable app"),
        Step("client new-secret app", {"client_id": "app"}),
        Step("client delete app --yes"),
        Step("client show app", code=1, says="client 'app' does not exist"),
        Step("sp add {metadata} --release email"),
        Step("sp add {settings}", code=1, says="metadata"),
        Step("sp list", [{"service provider": SP, "is told": "email"}]),
        Step(f"sp release {SP} display_name"),
        Step(f"sp show {SP}", {"entity_id": SP, "enabled": True}),
        Step(f"sp disable {SP}"),
        Step(f"sp enable {SP}"),
        Step(f"sp delete {SP} --yes"),
        Step(f"sp show {SP}", code=1, says="does not exist"),
        Step("service-account rights", [{"right": "user:list"}]),
        Step("service-account create robot --right token:list --network 192.0.2.0/24", {"account": "robot"}),
        Step("service-account create robot --right token:list", code=1, says="robot"),
        Step("service-account create other --right everything", code=1, says="right"),
        Step(
            "service-account list",
            [{"account": "robot", "rights": "token:list", "networks": "192.0.2.0/24"}],
        ),
        Step("service-account disable robot"),
        Step("service-account enable robot"),
        Step("service-account delete robot"),
    ],
    "the house": [
        Step("config check"),
        Step("config show", {"oidc": {"key_bits": 2048}}),
        Step("db upgrade"),
        Step("keys create-file {folder}/another.key"),
        Step("keys create-file {folder}/another.key", code=1, says="exists already"),
        Step("keys list", [{"protocol": "oidc", "state": "active"}]),
        Step("keys publish oidc"),
        Step("keys promote oidc", code=1, says="less than 7 days ago"),
        Step("keys promote oidc --at-once"),
        Step("user add paula --password-stdin", {"login": "paula"}, PASSWORD),
        Step("policy apply {policies}"),
        Step("policy list", {"policy": [{"name": "easy"}]}),
        Step("policy explain paula --address 192.0.2.1",
             {"blocks": [{"action": "second_factor", "answer": "no"}]}),
        Step("policy delete easy"),
        Step("policy delete easy", code=1, says="policy 'easy' does not exist"),
        Step("policy apply {settings}", code=1, says="policy"),
        Step("audit list --event admin.policy.*", [{"event": "admin.policy.delete", "success": True}]),
        Step("audit verify"),
    ],
}  # fmt: skip
SEPARATELY = {"serve", "worker", "demo"}  # they do not end: tests/threats and tests/world start them
