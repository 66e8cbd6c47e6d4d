"""The admin pages: find a person, see what is wrong, and put it right."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.pages.enrolment import AppSetup, Choice, KeySetup, MailSetup
from idp.pages.login import WayKind
from idp.pages.page import Confirm, Event, Notice, Page, Problem
from idp.pages.token_state import TokenState


class AdminArea(StrEnum):
    """What the menu leads to."""

    DASHBOARD = "dashboard"
    PEOPLE = "people"
    PARTNERS = "partners"
    CLIENTS = "clients"
    SERVICE_ACCOUNTS = "service accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage(Page):
    """What the shell shows: ``areas`` are those that this administrator may enter.

    ``query`` is what the one search box holds. ``idle_seconds`` as on the account pages.
    """

    admin: str
    areas: frozenset[AdminArea]
    here: AdminArea = AdminArea.DASHBOARD
    notice: Notice | None = None
    query: str = ""
    idle_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardPage(AdminPage):
    """``admin/dashboard.html``: the search box, and what the administrator may do."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One hit of a search."""

    name: str
    login: str
    realm: str
    mail: str
    enabled: bool
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPage(AdminPage):
    """``admin/find.html``: GET with ``q``. ``more`` when there are hits beyond ``people``;
    ``silent`` names resolvers that did not answer, so that nobody takes their people for unknown.
    """

    here: AdminArea = AdminArea.PEOPLE
    people: tuple[PersonRow, ...] = ()
    more: bool = False
    silent: tuple[str, ...] = ()


class TokenAct(StrEnum):
    """What can be done to a token, as posted in ``act``; DELETE is a link to its confirm page."""

    ENABLE = "enable"
    DISABLE = "disable"
    RESET = "reset"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token of a person. ``acts`` are those that this administrator may do and that would change
    something; ``type`` is the type's name as on the wire.
    """

    serial: str
    type: str
    name: str
    state: TokenState
    failures: int
    limit: int
    added_at: datetime
    used_at: datetime | None
    acts: frozenset[TokenAct] = frozenset()
    delete_url: str = ""


class PersonState(StrEnum):
    """Whether the account lets its owner in at all."""

    ACTIVE = "active"
    DISABLED = "disabled"
    WAITING = "waiting"  # throttled after too many wrong passwords or codes


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage(AdminPage):
    """``admin/person.html``: posts ``act`` and ``serial``, or ``act=end-sessions``.

    ``events`` are the last sign-ins, newest first (``reasons.sign_in`` words them). ``waits_until``
    goes with the state WAITING. Without ``enrol_url`` this administrator may not enrol.
    """

    here: AdminArea = AdminArea.PEOPLE
    name: str
    login: str
    realm: str
    resolver: str
    mail: str
    state: PersonState
    waits_until: datetime | None = None
    tokens: tuple[TokenLine, ...] = ()
    events: tuple[Event, ...] = ()
    sessions: int = 0
    may_end_sessions: bool = False
    enrol_url: str = ""

    @property
    def usable(self) -> int:
        """How many tokens would work now."""
        return sum(token.state is TokenState.ACTIVE for token in self.tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolForPage(AdminPage):
    """A step of enrolling a token for somebody. ``person_url`` leads back to that person."""

    here: AdminArea = AdminArea.PEOPLE
    person: str
    person_url: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolForChoosePage(EnrolForPage):
    """``admin/enrol_choose.html``: links only."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class TokenDetails:
    """What the form holds; ``algorithm`` as on the wire: ``sha1``, ``sha256``, ``sha512``."""

    name: str = ""
    algorithm: str = "sha1"
    digits: int = 6
    period_seconds: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolForDetailsPage(EnrolForPage):
    """``admin/enrol_details.html``: posts ``name``, ``pin``; for codes also ``algorithm``, ``digits``
    and ``key``, for time-based ones ``period``. ``address`` is where a mail code will go.
    """

    kind: WayKind
    other_url: str
    details: TokenDetails = TokenDetails()
    timed: bool = False
    address: str = field(default="", repr=False)
    pin_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverPage(EnrolForPage):
    """``serial`` exists already; it works once it is proven. With ``may_skip`` ``act=skip`` is offered:
    hand it over unproven.
    """

    serial: str
    may_skip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverAppPage(HandOverPage):
    """``admin/enrol_app.html``: posts ``code``."""

    setup: AppSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverKeyPage(HandOverPage):
    """``admin/enrol_security_key.html``: posts ``credential``."""

    setup: KeySetup


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverMailPage(HandOverPage):
    """``admin/enrol_mail.html``: posts ``send=1``, then ``code`` (or ``send=1`` again)."""

    setup: MailSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminConfirmPage(AdminPage):
    """``admin/confirm.html``: posts the values of ``confirm`` and ``confirmed=yes``."""

    confirm: Confirm


class RowAct(StrEnum):
    """What can be done to a partner, client or service account, as posted in ``act``."""

    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Registered:
    """One partner, client or service account. ``id`` goes back with ``act``; ``facts`` are short
    details as they stand in the record: addresses, rights, networks.
    """

    id: str
    name: str
    enabled: bool
    facts: tuple[str, ...] = ()
    acts: frozenset[RowAct] = frozenset()
    delete_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredPage(AdminPage):
    """The list of one kind. Posts ``act`` and ``id``; ``add_url`` is empty without the right to add."""

    rows: tuple[Registered, ...]
    add_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersPage(RegisteredPage):
    """``admin/partners.html``: SAML partners."""

    here: AdminArea = AdminArea.PARTNERS


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientsPage(RegisteredPage):
    """``admin/clients.html``: OIDC clients."""

    here: AdminArea = AdminArea.CLIENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccountsPage(RegisteredPage):
    """``admin/service_accounts.html``."""

    here: AdminArea = AdminArea.SERVICE_ACCOUNTS


@dataclass(frozen=True, slots=True)
class Option:
    """One box to tick: an attribute, a scope, a right. ``value`` is its name in the record."""

    value: str
    hint: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPartnerPage(AdminPage):
    """``admin/partner_add.html``: multipart; posts ``name``, ``metadata`` or ``file``, ``release`` once an
    attribute. Our own metadata is at ``own_metadata_url``.
    """

    here: AdminArea = AdminArea.PARTNERS
    name: str = ""
    metadata: str = field(default="", repr=False)
    attributes: tuple[Option, ...] = ()
    own_metadata_url: str
    list_url: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddClientPage(AdminPage):
    """``admin/client_add.html``: posts ``name``, ``redirect_uris`` and ``post_logout_redirect_uris`` (one
    address a line), ``kind`` (``confidential`` or ``public``), ``scope`` once a scope.
    """

    here: AdminArea = AdminArea.CLIENTS
    name: str = ""
    redirect_uris: str = ""
    post_logout_redirect_uris: str = ""
    public: bool = False
    scopes: tuple[Option, ...] = ()
    list_url: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAddedPage(AdminPage):
    """``admin/client_added.html``: the answer to the form itself, since ``secret`` is shown only now
    (empty for public clients).
    """

    here: AdminArea = AdminArea.CLIENTS
    name: str
    client_id: str
    secret: str = field(default="", repr=False)
    issuer: str
    list_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddServiceAccountPage(AdminPage):
    """``admin/service_account_add.html``: posts ``name``, ``right`` once a right, ``networks`` (one a
    line).
    """

    here: AdminArea = AdminArea.SERVICE_ACCOUNTS
    name: str = ""
    rights: tuple[Option, ...] = ()
    networks: str = ""
    list_url: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccountAddedPage(AdminPage):
    """``admin/service_account_added.html``: the answer to the form itself; ``key`` is shown only now."""

    here: AdminArea = AdminArea.SERVICE_ACCOUNTS
    name: str
    key: str = field(repr=False)
    list_url: str
