"""Why somebody is not signed in, in words for the person who is not."""

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
        "Doorward could not be reached, or does not know this app yet. Wait a moment, then try again.",
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
        "The app wanted a fresh sign-in, and Doorward sent an older one. Try again.",
    )
    INVALID = Words(
        HTTPStatus.BAD_REQUEST,
        "This sign-in cannot be accepted",
        "The answer from Doorward did not pass the app’s checks. Start again.",
    )
    NOT_ASKED_FOR = Words(
        HTTPStatus.FORBIDDEN,
        "This sign-in took too long or was started elsewhere",
        "It belongs to no sign-in that this browser has open here. Start again.",
    )


BY_OAUTH_ERROR = {
    "access_denied": Problem.REFUSED,
    "login_required": Problem.REFUSED,
    "interaction_required": Problem.REFUSED,
    "consent_required": Problem.REFUSED,
    "unmet_authentication_requirements": Problem.NOT_STRONG_ENOUGH,
    "temporarily_unavailable": Problem.UNREACHABLE,
    "server_error": Problem.UNREACHABLE,
    "invalid_client": Problem.UNREACHABLE,
    "mismatching_state": Problem.NOT_ASKED_FOR,
}


class Refusal(Exception):
    """Ends a request with a page. ``detail`` is for whoever runs the app."""

    def __init__(self, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
