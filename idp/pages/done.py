"""Notices after an act. The act is answered by 303 to a page whose address ends in ``?done=...``, so no
node keeps anything; a name that is not in the table says nothing.
"""

from __future__ import annotations

from enum import StrEnum

from idp.pages.page import Notice
from idp.pages.sentence import Sentence, say


class Done(StrEnum):
    """What was done, as it stands in the address."""

    WAY_ADDED = "way-added"
    WAY_RENAMED = "way-renamed"
    WAY_REMOVED = "way-removed"
    SESSION_ENDED = "session-ended"
    OTHER_SESSIONS_ENDED = "other-sessions-ended"
    SESSIONS_ENDED = "sessions-ended"
    TOKEN_ENROLLED = "token-enrolled"
    TOKEN_HANDED_OVER = "token-handed-over"
    TOKEN_ENABLED = "token-enabled"
    TOKEN_DISABLED = "token-disabled"
    TOKEN_RESET = "token-reset"
    TOKEN_DELETED = "token-deleted"
    PARTNER_ADDED = "partner-added"
    CLIENT_ADDED = "client-added"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


def sentences() -> dict[Done, Sentence]:
    """What is said of each."""
    return {
        Done.WAY_ADDED: say("The new way to sign in works from now on."),
        Done.WAY_RENAMED: say("It has its new name."),
        Done.WAY_REMOVED: say("It is removed and does not work any more."),
        Done.SESSION_ENDED: say("That browser is signed out."),
        Done.OTHER_SESSIONS_ENDED: say("You are signed out everywhere else."),
        Done.SESSIONS_ENDED: say("All sessions are ended."),
        Done.TOKEN_ENROLLED: say("The token is enrolled and proven."),
        Done.TOKEN_HANDED_OVER: say("The token is enrolled. Its first right code confirms it."),
        Done.TOKEN_ENABLED: say("The token is enabled."),
        Done.TOKEN_DISABLED: say("The token is disabled."),
        Done.TOKEN_RESET: say("The counter is reset. The token works again."),
        Done.TOKEN_DELETED: say("The token is deleted."),
        Done.PARTNER_ADDED: say("The partner is registered. People can sign in to it now."),
        Done.CLIENT_ADDED: say("The client is registered. People can sign in to it now."),
        Done.ENABLED: say("It is enabled."),
        Done.DISABLED: say("It is disabled. Nobody gets in by it any more."),
        Done.DELETED: say("It is deleted."),
    }


def notice(done: str | None) -> Notice | None:
    """The notice for what an address says was done."""
    try:
        return None if done is None else Notice(sentences()[Done(done)])
    except ValueError:
        return None
