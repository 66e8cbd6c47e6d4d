"""What an administrator is asked before something goes for good."""

from __future__ import annotations

from idp.pages.page import Confirm
from idp.pages.sentence import Sentence, say, say_n


def delete_token(serial: str, person: str, keep_url: str, *, last: bool) -> Confirm:
    """``last`` when that person has no other token that works."""
    effects = [say("This cannot be undone.")]
    if last:
        effects.insert(
            0,
            say("%(person)s has no other token. Until a new one is enrolled, sign-in fails.", person=person),
        )
    return Confirm(
        heading=say("Delete %(name)s?", name=serial),
        effects=tuple(effects),
        act=say("Delete the token"),
        keep=say("Keep it"),
        keep_url=keep_url,
        values={"serial": serial},
    )


def delete_partner(entity_id: str, name: str, keep_url: str) -> Confirm:
    return delete_app(entity_id, name, keep_url, say("Delete the partner"))


def delete_client(client_id: str, name: str, keep_url: str) -> Confirm:
    return delete_app(client_id, name, keep_url, say("Delete the client"))


def delete_app(identifier: str, name: str, keep_url: str, act: Sentence) -> Confirm:
    return Confirm(
        heading=say("Delete %(name)s?", name=name),
        effects=(
            say("Nobody can sign in to it any more, also where a sign-in is under way."),
            say("This cannot be undone."),
        ),
        act=act,
        keep=say("Keep it"),
        keep_url=keep_url,
        values={"id": identifier},
    )


def delete_service_account(name: str, keep_url: str) -> Confirm:
    return Confirm(
        heading=say("Delete %(name)s?", name=name),
        effects=(say("Its key stops working at once."), say("This cannot be undone.")),
        act=say("Delete the service account"),
        keep=say("Keep it"),
        keep_url=keep_url,
        values={"id": name},
    )


def end_sessions(person: str, sessions: int, keep_url: str) -> Confirm:
    return Confirm(
        heading=say("End all sessions of %(person)s?", person=person),
        effects=(
            say_n("%(n)s browser is signed in.", "%(n)s browsers are signed in.", sessions),
            say("Apps that keep a session of their own may stay open until it ends."),
        ),
        act=say("End all sessions"),
        keep=say("Keep them"),
        keep_url=keep_url,
        values={"act": "end-sessions"},
    )
