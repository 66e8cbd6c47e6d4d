"""How a sign-in ended, in plain words, from what the audit says of it."""

from __future__ import annotations

from datetime import datetime

from idp.pages.page import Event, Outcome
from idp.pages.sentence import Sentence, say


def sign_in(at: datetime, where: str, *, success: bool, reason: str, token: str = "") -> Event:
    """One line of a person's last sign-ins.

    ``where`` is the application or service, ``reason`` the audit row's, ``token`` the name or serial
    of the token that was tried.
    """
    if success:
        more = say("with %(token)s", token=token) if token else None
        return Event(at, named(where), more, Outcome.GOOD)
    return Event(at, named(where), plain(reason, token), Outcome.BAD)


def named(where: str) -> Sentence:
    return say("Sign-in to %(app)s", app=where) if where else say("Sign-in")


def plain(reason: str, token: str) -> Sentence:
    """Why it failed; a reason that has no sentence is shown by its name."""
    sentence = sentences(token or say("the token")).get(reason)
    return sentence or say("refused: %(reason)s", reason=reason)


def sentences(token: Sentence | str) -> dict[str, Sentence]:
    """The engine's and the login's reasons."""
    return {
        "unknown_user": say("the user name is not known"),
        "unknown_realm": say("the realm is not known"),
        "ambiguous_user": say("the user name is in more than one realm"),
        "user_disabled": say("the account is disabled"),
        "user_locked": say("too many wrong tries before; it waited"),
        "throttled": say("too many wrong tries before; it waited"),
        "person_throttled": say("too many wrong tries before; it waited"),
        "address_throttled": say("too many wrong tries from this network address; it waited"),
        "wrong_password": say("the password was wrong"),
        "wrong_pin": say("the PIN was wrong"),
        "no_token": say("no token is enrolled"),
        "unknown_token": say("the token is not known"),
        "wrong_code": say("the code of %(token)s was wrong", token=token),
        "otp_replayed": say("the code of %(token)s was used before", token=token),
        "locked": say("%(token)s is locked", token=token),
        "challenge": say("the answer came too late or did not fit the question"),
        "cloned": say("%(token)s may be a copy: its counter went back", token=token),
        "user_not_verified": say("%(token)s did not ask for PIN or fingerprint", token=token),
        "malformed": say("the answer could not be read"),
        "integrity": say("a stored value does not open; see the log"),
        "unavailable": say("the directory did not answer"),
        "not_allowed": say("policy does not allow it"),
        "login_required": say("nobody was signed in, and the application wanted no page"),
        "interaction_required": say("one more step was due, and the application wanted no page"),
        "unreachable": say("no token reaches the level that the application asks for"),
        "denied": say("it was declined on the page"),
        "disabled": say("the application or the account is disabled"),
    }
