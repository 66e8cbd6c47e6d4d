"""The pages that end something: what happened, whose fault it is, what to do now.

One function a case. Each takes the incident number that the log line and the audit row carry, and no
page says anything about an account that the person in front of it has not proven to be theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idp.pages.page import App, Page
from idp.pages.sentence import Link, Place, Sentence, Strong, say, say_n


@dataclass(frozen=True, slots=True)
class Operator:
    """For the people who run the application: folded away, and free of anything secret."""

    app: str
    detail: Sentence | str
    at: datetime
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A strong way on, where there is one better than starting again."""

    said: Sentence
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """``errors/page.html``. Shown with ``status``; ``retry_after_seconds`` is the header (0: none).

    ``remedies`` are numbered; the last of them, "tell the help desk", is added by the template
    wherever there is an incident number.
    """

    heading: Sentence
    texts: tuple[Sentence, ...] = ()
    remedies: tuple[Sentence, ...] = ()
    incident: str = ""
    button: Button | None = None
    operator: Operator | None = None
    status: int = 400
    retry_after_seconds: int = 0


def place_of(app: App) -> Place:
    """The application in a sentence: a link where it said how a sign-in begins."""
    return Link(app.url, app.name) if app.url else Strong(app.name)


def start_again(app: App | None) -> Sentence:
    if app is None:
        return say("Go back to the app that you want to use and start again there.")
    return say("Start again at %(app)s.", app=place_of(app))


def took_too_long(app: App | None, incident: str) -> ErrorPage:
    return ErrorPage(
        heading=say("This sign-in took too long"),
        texts=(say("It was open for more than 10 minutes, so we ended it."),),
        remedies=(start_again(app),),
        incident=incident,
    )


def no_cookie(app: App | None, incident: str) -> ErrorPage:
    return ErrorPage(
        heading=say("Your browser did not send our cookie"),
        remedies=(
            say("Allow cookies for this site, or open the link in the browser in which you began."),
            start_again(app),
        ),
        incident=incident,
    )


def already_done(app: App | None) -> ErrorPage:
    """The back button, a reload, or a replay of a request."""
    text = say("Go on to the app that you want to use.")
    if app is not None:
        text = say("Go on to %(app)s.", app=place_of(app))
    return ErrorPage(heading=say("This sign-in is already done"), texts=(text,))


def untrusted_request(
    app: App, incident: str, operator: Operator | None = None, status: int = 403
) -> ErrorPage:
    """Bad signature, wrong address, stale or malformed request: a fault of the application's set-up."""
    return ErrorPage(
        heading=say("We cannot sign you in to %(app)s", app=app.name),
        texts=(
            say(
                "%(app)s asked for the sign-in in a way that we cannot check. This is a fault in how it "
                "is set up. You did nothing wrong, and your account is safe.",
                app=app.name,
            ),
        ),
        remedies=(
            say(
                "Go back to %(app)s and start again. Old links and bookmarks of a sign-in page do not work.",
                app=place_of(app),
            ),
        ),
        incident=incident,
        operator=operator,
        status=status,
    )


def unreadable_request(incident: str, operator: Operator | None = None, status: int = 400) -> ErrorPage:
    """So broken that we cannot say who sent it."""
    return ErrorPage(
        heading=say("We cannot read this request"),
        texts=(say("This is a fault of the app or link that sent you here. You did nothing wrong."),),
        remedies=(start_again(None),),
        incident=incident,
        operator=operator,
        status=status,
    )


def unknown_application(name: str, incident: str, operator: Operator | None = None) -> ErrorPage:
    """``name`` as the application gave it: a client id or an entity id."""
    return ErrorPage(
        heading=say("This application is not registered here"),
        texts=(
            say("It calls itself %(name)s.", name=Strong(name)),
            say("You did nothing wrong, and your account is safe."),
        ),
        incident=incident,
        operator=operator,
        status=400,
    )


def not_allowed(
    app: App, incident: str, *, group: str = "", contact: str = "", back_url: str = ""
) -> ErrorPage:
    """Policy says no. ``back_url`` hands the application the protocol's own error."""
    texts = []
    if group:
        texts.append(say("It is for members of %(group)s.", group=Strong(group)))
    if contact:
        texts.append(say("Ask %(contact)s if you need it.", contact=Strong(contact)))
    return ErrorPage(
        heading=say("You have no access to %(app)s", app=app.name),
        texts=tuple(texts),
        incident=incident,
        button=Button(say("Back to %(app)s", app=app.name), back_url) if back_url else None,
        status=403,
    )


def stronger_sign_in_needed(
    app: App, kinds: tuple[Sentence | str, ...], incident: str, *, enrol_url: str = "", back_url: str = ""
) -> ErrorPage:
    """The level asked for is out of this person's reach. ``kinds`` may be empty where it is not known
    what would do; ``enrol_url`` only where SELF-02 allows it.
    """
    if enrol_url:
        button = Button(say("Set one up"), enrol_url)
    elif back_url:
        button = Button(say("Back to %(app)s", app=app.name), back_url)
    else:
        button = None
    return ErrorPage(
        heading=say("%(app)s needs a stronger sign-in", app=app.name),
        texts=(say("You need one of: %(kinds)s.", kinds=kinds),) if kinds else (),
        incident=incident,
        button=button,
        status=403,
    )


def detail_missing(app: App, detail: str, incident: str, contact: str = "") -> ErrorPage:
    """The application requires an attribute that the directory does not hold."""
    remedies = (say("Ask %(contact)s to add it.", contact=Strong(contact)),) if contact else ()
    return ErrorPage(
        heading=say("Some details about you are missing"),
        texts=(
            say(
                "%(app)s needs your %(detail)s, which your directory does not hold.",
                app=app.name,
                detail=Strong(detail),
            ),
        ),
        remedies=remedies,
        incident=incident,
        status=403,
    )


def nothing_shared(app: App) -> ErrorPage:
    """Consent was refused."""
    return ErrorPage(
        heading=say("You are not signed in to %(app)s", app=app.name),
        texts=(say("Nothing was shared."),),
        status=200,
    )


def nothing_here(incident: str = "") -> ErrorPage:
    """Not there, or not this person's to see: both look the same (ADM-02)."""
    return ErrorPage(
        heading=say("There is nothing at this address"),
        texts=(say("The link may be old, or the address mistyped."),),
        incident=incident,
        status=404,
    )


def right_missing(right: str, realm: str = "") -> ErrorPage:
    """An administrator without the right to an act on something that they may see."""
    text = say("It needs the right %(right)s.", right=Strong(right))
    if realm:
        text = say(
            "It needs the right %(right)s in realm %(realm)s.", right=Strong(right), realm=Strong(realm)
        )
    return ErrorPage(heading=say("You may not do this"), texts=(text,), status=403)


def higher_role() -> ErrorPage:
    """A help desk at the factors of somebody who may administer more (ADM-06)."""
    return ErrorPage(
        heading=say("You may not do this"),
        texts=(say("This person may administer more than you. Somebody with the same rights has to do it."),),
        status=403,
    )


def link_not_good() -> ErrorPage:
    """A one-time link: used, too old, or never made."""
    return ErrorPage(
        heading=say("This link does not work any more"),
        texts=(say("It was used before, or it is too old."),),
        remedies=(say("Ask whoever gave it to you for a new one."),),
        status=404,
    )


def not_our_form(incident: str) -> ErrorPage:
    """The form check failed (AUTH-09, WEB-01)."""
    return ErrorPage(
        heading=say("We could not tell that this came from our page"),
        texts=(say("Nothing was changed."),),
        remedies=(say("Go back, reload, try again."),),
        incident=incident,
        status=403,
    )


def conflict(reason: str) -> ErrorPage:
    """The state of things forbids it; ``reason`` as the code behind it says."""
    return ErrorPage(
        heading=say("This cannot be done now"),
        texts=(say("Nothing was changed."), say("The reason: %(reason)s", reason=reason)),
        remedies=(say("Go back, reload, try again."),),
        status=409,
    )


def too_many_requests(wait_seconds: int) -> ErrorPage:
    return ErrorPage(
        heading=say("Too many requests"),
        remedies=(
            say_n("Wait %(n)s second and try again.", "Wait %(n)s seconds and try again.", wait_seconds),
        ),
        status=429,
        retry_after_seconds=wait_seconds,
    )


def not_possible_now(incident: str, wait_seconds: int = 60) -> ErrorPage:
    """Database, directory or room for one more is missing."""
    return ErrorPage(
        heading=say("Sign-in is not possible at the moment"),
        texts=(say("The fault is on our side. Nothing was counted against you."),),
        remedies=(
            say_n("Wait %(n)s second and try again.", "Wait %(n)s seconds and try again.", wait_seconds),
        ),
        incident=incident,
        status=503,
        retry_after_seconds=wait_seconds,
    )


def broken(incident: str) -> ErrorPage:
    """A bug: logged with its trace under the incident number, of which nothing is shown."""
    return ErrorPage(
        heading=say("Something broke on our side"),
        texts=(say("You did nothing wrong. We have a record of it."),),
        remedies=(say("Try again in a minute."),),
        incident=incident,
        status=500,
    )
