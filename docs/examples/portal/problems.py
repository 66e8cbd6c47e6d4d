"""Why somebody is not signed in or out, in words for the person who is."""

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Words:
    status: HTTPStatus
    heading: str
    explanation: str


class Problem(Enum):
    UNREACHABLE = Words(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The sign-in service is not answering",
        "Doorward could not be reached. Wait a moment, then try again.",
    )
    REFUSED = Words(
        HTTPStatus.FORBIDDEN,
        "You are not signed in",
        "Doorward ended the sign-in without letting you in. You can start again.",
    )
    NOT_STRONG_ENOUGH = Words(
        HTTPStatus.FORBIDDEN,
        "A second step is needed here",
        "Doorward could not ask you for one. Set up a second way to sign in there, then try again.",
    )
    NOT_FRESH = Words(
        HTTPStatus.FORBIDDEN,
        "You were not asked again",
        "The portal wanted a fresh sign-in, and Doorward sent an older one. Try again.",
    )
    INVALID = Words(
        HTTPStatus.BAD_REQUEST,
        "This sign-in cannot be accepted",
        "The answer from Doorward did not pass the portal's checks. Start again.",
    )
    USED_BEFORE = Words(
        HTTPStatus.BAD_REQUEST,
        "This sign-in is already done",
        "Its answer was used before, and each is good for one sign-in. Start again.",
    )
    NOT_ASKED_FOR = Words(
        HTTPStatus.FORBIDDEN,
        "This sign-in took too long or was started elsewhere",
        "It belongs to no sign-in that this browser has open here. Start again.",
    )
    LOGOUT_NOT_CONFIRMED = Words(
        HTTPStatus.BAD_GATEWAY,
        "Signing out is not complete",
        "Doorward did not confirm that you are signed out there. Close the browser to be safe.",
    )


class Refusal(Exception):
    """Ends a request with a page. ``detail`` is for whoever runs the portal."""

    def __init__(self, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
