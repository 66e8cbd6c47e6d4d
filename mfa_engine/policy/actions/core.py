"""The engine's own actions. Each default is what is safe when nobody has written a policy yet.

Where the compatible wire format has a name for an action (``otppin``, ``passOnNoToken``, ...) it is
used, values included.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from mfa_engine.policy.actions.action import Action, Scope
from mfa_engine.policy.actions.values import Duration, OneOf, TokenTypes, Whole, YesNo


class SecondFactor(StrEnum):
    """Is a second factor needed to enter an application?"""

    REQUIRED = "required"
    NOT_REQUIRED = "not_required"


class Pin(StrEnum):
    """What is typed in front of a code, and what it is compared with."""

    TOKEN = "tokenpin"
    TOKEN_REQUIRED = "tokenpin_required"
    DIRECTORY = "userstore"
    NONE = "none"


SECOND_FACTOR = Action(
    name="second_factor",
    scope=Scope.AUTHENTICATION,
    kind=OneOf({SecondFactor.REQUIRED: "yes", SecondFactor.NOT_REQUIRED: "no"}),
    default=SecondFactor.REQUIRED,
    question="Is a second factor needed?",
    help=(
        "Whether a sign-in needs a second factor, for an application or for all. Without a policy it "
        "does, everywhere. An application that itself asks for more gets it all the same."
    ),
)

ACCEPTED_TYPES = Action(
    name="tokentype",
    scope=Scope.AUTHORIZATION,
    kind=TokenTypes(unset="every type that proves something you have"),
    default=None,
    question="Which tokens are accepted?",
    help=(
        "The token types that are good for the second factor. Without a policy: each that proves "
        "something you have; a code by e-mail proves nothing of the kind, so it counts only where a "
        "policy names it, and even then the sign-in is not called multi-factor. The validation API "
        "accepts every type without a policy: there the application says what it needs."
    ),
)

ENROLMENT_AT_LOGIN = Action(
    name="enroll_via_multichallenge",
    scope=Scope.AUTHENTICATION,
    kind=TokenTypes(unset="every accepted type"),
    default=None,
    question="Which tokens can be enrolled at sign-in?",
    help=(
        "The token types that a person without an accepted one is offered at sign-in, as far as they "
        "are accepted there. Without a policy: every accepted type. That a password alone opens this "
        "way is another action, first_enrolment_by_password."
    ),
)

FIRST_ENROLMENT_BY_PASSWORD = Action(
    name="first_enrolment_by_password",
    scope=Scope.ENROLMENT,
    kind=YesNo(),
    default=False,
    question="May a password alone enrol the first token?",
    help=(
        "Whether a person who has no token yet may enrol the first one with nothing but the password. "
        "Without a policy: no, since whoever has stolen the password would be the first to enrol. "
        "Allow it for a network, a realm or a time of change only."
    ),
)

PIN = Action(
    name="otppin",
    scope=Scope.AUTHENTICATION,
    kind=OneOf(
        {
            Pin.TOKEN: "the token's own, where it has one",
            Pin.TOKEN_REQUIRED: "the token's own; a token without one is refused",
            Pin.DIRECTORY: "the password of the directory",
            Pin.NONE: "no PIN",
        }
    ),
    default=Pin.TOKEN,
    question="Which PIN stands in front of the code?",
    help=(
        "What a validating application sends in front of a code. Without a policy: the token's own PIN, "
        "where one was set. userstore takes the person's password instead, none takes the code alone; "
        "tokenpin_required refuses tokens that have no PIN."
    ),
)

MAX_FAILURES = Action(
    name="max_failures",
    scope=Scope.AUTHENTICATION,
    kind=Whole(1, 100),
    default=10,
    question="After how many wrong answers is a token locked?",
    help=(
        "How many wrong answers in a row a token endures before it is locked. Without a policy: 10. "
        "More than 100 is never allowed (NIST SP 800-63B-4, section 3.2.2)."
    ),
)

TOKENS_PER_PERSON = Action(
    name="max_token_per_user",
    scope=Scope.ENROLMENT,
    kind=Whole(0, 1000),
    default=20,
    question="How many tokens may a person have?",
    help=(
        "How many tokens a person may have, whoever enrols them. Without a policy: 20, since every one "
        "is another chance for a guess. 0 forbids enrolment."
    ),
)

SESSION_LIFETIME = Action(
    name="session_lifetime",
    scope=Scope.AUTHENTICATION,
    kind=Duration(timedelta(minutes=5), timedelta(days=30)),
    default=timedelta(hours=12),
    question="When does single sign-on end at the latest?",
    help=(
        "How long after the sign-in a session ends in any case. Without a policy: 12h. Where a second "
        "factor is needed, never more than 24h (NIST SP 800-63B-4, section 2.2.3)."
    ),
)

SESSION_IDLE = Action(
    name="session_idle",
    scope=Scope.AUTHENTICATION,
    kind=Duration(timedelta(minutes=1), timedelta(days=30)),
    default=timedelta(hours=1),
    question="When does single sign-on end without use?",
    help=(
        "How long a session lives without being used. Without a policy: 1h. Where a second factor is "
        "needed, never more than 1h (NIST SP 800-63B-4, section 2.2.3)."
    ),
)

USER_IN_RESPONSE = Action(
    name="add_user_in_response",
    scope=Scope.AUTHORIZATION,
    kind=YesNo(),
    default=False,
    question="Is a validating application told about the person?",
    help=(
        "Whether an accepting answer of the validation API carries the person's names and addresses, "
        "never anything secret. Without a policy: no."
    ),
)

RESOLVER_IN_RESPONSE = Action(
    name="add_resolver_in_response",
    scope=Scope.AUTHORIZATION,
    kind=YesNo(),
    default=False,
    question="Is a validating application told realm and resolver?",
    help=(
        "Whether an accepting answer of the validation API names realm and resolver of the person. "
        "Without a policy: no."
    ),
)

PASS_ON_NO_TOKEN = Action(
    name="passOnNoToken",
    scope=Scope.AUTHENTICATION,
    kind=YesNo(),
    default=False,
    question="Does the validation API accept people without a token?",
    help=(
        "Whether the validation API says yes for a person who has no token at all, for the time in which "
        "tokens are being handed out and the application checks the password itself. Without a policy: "
        "no. A sign-in in the browser never asks this: there second_factor rules."
    ),
)

CORE_ACTIONS: tuple[Action[Any], ...] = (
    SECOND_FACTOR,
    ACCEPTED_TYPES,
    ENROLMENT_AT_LOGIN,
    FIRST_ENROLMENT_BY_PASSWORD,
    TOKENS_PER_PERSON,
    PIN,
    MAX_FAILURES,
    PASS_ON_NO_TOKEN,
    USER_IN_RESPONSE,
    RESOLVER_IN_RESPONSE,
    SESSION_LIFETIME,
    SESSION_IDLE,
)
