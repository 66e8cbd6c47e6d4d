"""The headers that every page carries. The policy has no exceptions: templates keep to it instead."""

from __future__ import annotations

from idp.pages.address import destination_source

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
)
SHARED = {
    # Not no-referrer: under that Chromium sends "Origin: null" with our own forms (AUTH-09).
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "Cookie",
}


def csp(form_action: str = "'self'") -> str:
    """The Content-Security-Policy of a page whose forms post to ``form_action``."""
    return CSP.format(form_action=form_action)


def login_headers() -> dict[str, str]:
    """For the login and for error pages. No COOP: applications may sign in through a pop-up."""
    return {"Content-Security-Policy": csp(), **SHARED}


def console_headers() -> dict[str, str]:
    """For account and admin pages."""
    return {**login_headers(), "Cross-Origin-Opener-Policy": "same-origin"}


def leave_headers(destination: str) -> dict[str, str]:
    """For the page that posts itself to an application, and for no other.

    Chromium asks ``form-action`` of every redirect that follows a form, and an application may send
    the browser on to its login partner: so https as a whole is named. Raises InvalidField for a
    destination that is no address to post to.
    """
    sources = " ".join(filter(None, ("https:", destination_source(destination))))
    return {**login_headers(), "Content-Security-Policy": csp(sources)}
