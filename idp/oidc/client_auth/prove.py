"""Client authentication as the endpoint does it: throttled, the same for every cause, audited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from idp.applications import clients
from idp.oidc.client_auth.authenticate import authenticate
from idp.oidc.client_auth.presented import Presented
from idp.oidc.errors import ErrorCode, OAuthError
from idp.services import Services
from metadata.oidc.relying_party import RelyingParty
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.identity.throttles import address_name, address_wait
from mfa_engine.storage.throttle import Count, count_up, read_tallies
from mfa_engine.unit import Unit

EVENT = "oauth.client"


@dataclass
class TooManyFailures(OAuthError):
    """So many have failed that no secret is looked at for a while."""

    wait: timedelta = timedelta(0)


def prove(services: Services, origin: Origin, presented: Presented) -> RelyingParty:
    """The client, proven to be who it says. One statement when it is.

    Failures are counted by client id and address together: an id is public, so whoever knows it must
    not be able to lock the application itself out (OIDC-10). Raises TooManyFailures; OAuthError (401
    ``invalid_client``) with one text, one timing and one row for every cause.
    """
    engine = services.engine
    settings = engine.rules().settings.throttle
    name = f"client:{presented.client_id}@{address_name(origin.address) or ''}"[:400]
    tally = engine.look(lambda view: read_tallies(view.connection, [name]).get(name))
    wait = address_wait(tally, settings, engine.now())
    found = clients.find(services.registry, presented.client_id)
    try:
        if wait:
            raise _too_many(wait)
        client, digest = (found.client, found.secret_digest) if found else (None, None)
        return authenticate(presented, client, digest)
    except OAuthError as error:
        at = replace(origin, application=f"oidc:{presented.client_id}")
        details = {"method": presented.method.value}
        entry = Entry(EVENT, False, _reason(error, presented, found), details=details)

        def fail(unit: Unit) -> None:
            count_up(unit.connection, unit.now, Count(name, begin=unit.now - settings.window))
            audit.record(unit, at, entry)

        engine.record(fail)
        raise


def _reason(error: OAuthError, presented: Presented, found: clients.Registered | None) -> str:
    """For the audit alone: the caller is told one thing."""
    if isinstance(error, TooManyFailures):
        return "throttled"
    if found is None:
        return "unknown_client"
    if not found.client.enabled:
        return "client_disabled"
    other = presented.method is not found.client.token_endpoint_auth_method
    return "other_method" if other else "wrong_secret"


def _too_many(wait: timedelta) -> TooManyFailures:
    description = "too many failed tries: wait, then use the right secret"
    return TooManyFailures(ErrorCode.TEMPORARILY_UNAVAILABLE, description, 429, wait=wait)
