"""Problems that stay on the page: why a form came back. One function a case, so that no view words one.

Whatever a stranger must not tell apart has one function here (AUTH-03).
"""

from __future__ import annotations

from datetime import datetime

from idp.pages.page import Kind, Notice, Problem
from idp.pages.sentence import Clock, Sentence, say, say_n

TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503
RETRY_DIRECTORY_SECONDS, RETRY_BUSY_SECONDS = 60, 5


def wrong_password() -> Problem:
    """For an unknown name, a wrong password, a locked or disabled account, another realm."""
    return Problem(
        say("User name or password is not right."),
        say("Check both and try again. Mind the Caps Lock key."),
    )


def no_username() -> Problem:
    return Problem(say("Type your user name"), field="username")


def no_password() -> Problem:
    return Problem(say("Type your password"), field="password")


def no_code() -> Problem:
    return Problem(say("Type the code"), field="code")


def wrong_length(expected: int, typed: int) -> Problem:
    """The code has another form than the token's: says nothing about whether it was right."""
    return Problem(
        say("The code has %(expected)s digits. You typed %(typed)s.", expected=expected, typed=typed),
        field="code",
    )


def not_digits() -> Problem:
    return Problem(say("The code has only digits."), field="code")


def wrong_code() -> Problem:
    """For a wrong, used or foreign code, a locked token, and where no token is enrolled."""
    return Problem(say("This code is not right. Wait for the next one and type that."), field="code")


def wrong_sent_code() -> Problem:
    return Problem(say("This code is not right. Look at the newest message."), field="code")


def old_sent_code() -> Problem:
    """Only while the transaction knows that one was sent."""
    return Problem(say("This code is too old. Send a new one."), field="code")


def too_many_tries(wait_seconds: int) -> Problem:
    """For a person or an address; the same for names that do not exist."""
    return Problem(
        say("Too many tries."),
        say_n(
            "Wait %(n)s second and try again.",
            "Wait %(n)s seconds and try again.",
            wait_seconds,
        ),
        status=TOO_MANY_REQUESTS,
        retry_after_seconds=wait_seconds,
    )


def sent_too_often(next_at: datetime, wait_seconds: int) -> Problem:
    return Problem(
        say("You can send the next code at %(time)s.", time=Clock(next_at)),
        status=TOO_MANY_REQUESTS,
        retry_after_seconds=wait_seconds,
    )


def not_sent() -> Problem:
    return Problem(say("The message could not be sent."), say("Use another way, or try again in a minute."))


def key_not_used() -> Problem:
    """Closed, timed out, unknown to us, or of another person: the key is not named."""
    return Problem(
        say("Your security key was not used."),
        say("The window of your browser was closed or took too long."),
    )


def key_unknown() -> Problem:
    return Problem(say("This security key is not known here."), say("It may have been removed."))


def key_without_user_check() -> Problem:
    return Problem(
        say("Your key did not ask for a PIN or fingerprint, which is needed here."),
        say("Set one on the key, or use another way."),
    )


def new_code_does_not_fit() -> Problem:
    return Problem(
        say("This code does not fit the key."),
        say("Check that your phone sets its clock by itself, wait for the next code and type that."),
        field="code",
    )


def key_kind_not_allowed(allowed: tuple[Sentence | str, ...]) -> Problem:
    return Problem(
        say("This kind of key is not allowed here."), say("Allowed are: %(kinds)s.", kinds=allowed)
    )


def key_known() -> Problem:
    """The authenticator holds a credential of this person already."""
    return Problem(say("This key is set up already."), say("Use another one."))


def as_many_as_allowed() -> Problem:
    return Problem(say("You already have as many as are allowed."), say("Remove one first."))


def name_taken() -> Problem:
    return Problem(say("You already have one of this name."), field="name")


def no_name() -> Problem:
    return Problem(say("Give it a name"), field="name")


def password_too_short(least: int, typed: int) -> Problem:
    return Problem(
        say("Use at least %(least)s characters. You have %(typed)s.", least=least, typed=typed),
        field="password",
    )


def password_too_long(most: int) -> Problem:
    return Problem(say("Use at most %(most)s characters.", most=most), field="password")


def password_common() -> Problem:
    return Problem(say("Too many people use this password."), field="password")


def password_contains_names() -> Problem:
    return Problem(say("Do not use your name or the name of the house in it."), field="password")


def password_unchanged() -> Problem:
    return Problem(say("This is your present password."), field="password")


def password_refused_by_directory(words: str) -> Problem:
    return Problem(say("The directory refused it: %(words)s", words=words), field="password")


def directory_down() -> Problem:
    return Problem(
        say("We cannot check your password at the moment."),
        say("The directory does not answer. Nothing was counted against you. Try again in a minute."),
        status=UNAVAILABLE,
        retry_after_seconds=RETRY_DIRECTORY_SECONDS,
    )


def too_many_at_once() -> Problem:
    return Problem(
        say("Many people sign in just now. Try again in 5 seconds."),
        status=UNAVAILABLE,
        retry_after_seconds=RETRY_BUSY_SECONDS,
    )


def unusable(field: str, said: str) -> Problem:
    """A field of an admin form that the code behind it refused; ``said`` is its own explanation."""
    return Problem(said, field=field)


def out_of_date() -> Notice:
    """Not a problem: the form was too old, or another tab went on."""
    return Notice(say("This page was out of date."), say("Here is where you are now."), Kind.INFO)
