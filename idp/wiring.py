"""The composition root: from settings to Services. Nothing else knows how the parts are put together."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from idp.applications.registry import Registry
from idp.errors import ConfigError
from idp.keys.snapshot import KeySource, make_missing_key
from idp.login.answerers import PageAnswerer
from idp.migrations import run as migrations
from idp.oidc.answerer import OidcAnswerer
from idp.oidc.capabilities import offered
from idp.oidc.names import Names
from idp.oidc.participant import OidcParticipant
from idp.pages import Assets, House, Pages
from idp.pages.mails import CodeMail
from idp.pages.respond import Respond
from idp.paths import shipped
from idp.saml.answerer import SamlAnswerer
from idp.saml.own import OwnIdentity
from idp.saml.participant import SamlParticipant
from idp.saml.partners import Partners
from idp.saml.session_handle import SessionHandles
from idp.services import Answerer, Services
from idp.sessions.cookies import Cookies
from idp.sessions.ending import Participant
from idp.settings import Settings
from mfa_engine.algorithms.password_hash import Cost, Hasher
from mfa_engine.configuration.source import DatabaseRules
from mfa_engine.delivery.email import SmtpCarrier, SmtpSecurity, SmtpSettings
from mfa_engine.delivery.outbox import Carrier, Outbox
from mfa_engine.engine import Engine
from mfa_engine.errors import Unavailable
from mfa_engine.identity.cache import EntryCache
from mfa_engine.identity.resolvers.internal import InternalResolver
from mfa_engine.identity.resolvers.ldap.resolver import ldap_builder
from mfa_engine.identity.resolvers.registry import ResolverDefinition, ResolverRegistry
from mfa_engine.policy.model import Policy
from mfa_engine.policy.read import read_policies
from mfa_engine.secrets.keyring import KEY_BYTES, Keyring, read_key_file, unwrap, wrap
from mfa_engine.settings import EngineSettings, HashSettings
from mfa_engine.storage.data_key import insert_data_key, wrapped_keys
from mfa_engine.storage.database import Database, DatabaseError, open_database
from mfa_engine.tokentypes.registry import TokenTypes, token_types

_PINNED = 1  # the data key version of what must never change with a rotation: pepper, subjects


def system_clock() -> datetime:
    """The time of this machine: the one place where it is read."""
    return datetime.now(UTC)


def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = system_clock,
    carriers: Mapping[str, Carrier] | None = None,
    patience_seconds: float = 2.5,
) -> Services:
    """Everything that serves, put together. Raises ConfigError, KeyFileError, and Unavailable when the
    database does not answer: one plain line each.

    ``clock`` and ``carriers`` are given by tests; else they are this machine's and the mail settings'.
    ``patience_seconds`` is what a person waits for a slow database (OPS-05); the worker has more of it.
    """
    database = open_database(
        settings.database.url, connections=settings.server.threads, patience_seconds=patience_seconds
    )
    _meet(database)
    if settings.database.upgrade_at_start:
        migrations.upgrade(database)
    migrations.check(database)
    keyring = _keyring(database, read_key_file(Path(settings.secrets.key_file)), clock())
    pages = _pages(settings)
    engine_settings = _engine_settings(settings)
    types = token_types(engine_settings, keyring, _code_words(pages, settings, clock, engine_settings))
    hasher = _hasher(keyring, engine_settings.hashing)
    policies = read_policies({"policy": list(settings.policy)}, types.catalogue())
    outbox = _outbox(settings, carriers)
    engine, resolvers = _engine(database, keyring, clock, engine_settings, types, hasher, outbox, policies)
    max_age = engine_settings.snapshot_max_age
    respond = Respond(
        pages,
        origin=settings.base_url,
        default_language=settings.house.default_language,
        csrf_key=keyring.key("csrf", _PINNED),
        clock=clock,
    )
    _make_keys(settings, engine, keyring)
    keys, registry = KeySource(engine, max_age), Registry(engine, max_age)
    partners = Partners(registry, loopback_http=settings.plain_http)
    handles = SessionHandles.of_keyring(keyring)
    capabilities = offered(settings, (kind.worth for kind in types.values()), pages.catalogues.tags)
    answerers: dict[str, Answerer] = {
        "page": PageAnswerer(respond),
        "oidc": OidcAnswerer(capabilities.issuer, Names.of(keyring), registry, respond),
        "saml": SamlAnswerer(OwnIdentity(settings, keys), partners, respond, handles),
    }
    participants: list[Participant] = [OidcParticipant(registry), SamlParticipant(partners)]
    return Services(
        settings=settings,
        engine=engine,
        keyring=keyring,
        resolvers=resolvers,
        keys=keys,
        registry=registry,
        pages=pages,
        respond=respond,
        cookies=Cookies(secure=not settings.plain_http),
        entries=EntryCache(clock),
        answerers=answerers,
        participants=tuple(participants),
        capabilities=capabilities,
        clock=clock,
    )


def _meet(database: Database) -> None:
    """Connect once: a database that is away is told from a program that is broken (OPS-05)."""
    folder = Path(database.url.database or "").parent
    if database.kind == "sqlite" and not folder.is_dir():
        raise ConfigError("settings", "database.url", f"there is no folder {folder}: make it")
    try:
        database.reader.connect().close()
    except DatabaseError as error:
        why = " ".join(str(error.orig).split())
        raise Unavailable(f"The database ({why})") from None


def _keyring(database: Database, key_encryption_key: bytes, now: datetime) -> Keyring:
    """The data keys; the first one is made at the first start. Raises KeyFileError for a wrong key file."""
    with database.reader.connect() as connection:
        wrapped = wrapped_keys(connection)
    if not wrapped:
        wrapped = _first_data_key(database, key_encryption_key, now)
    return Keyring({version: unwrap(key_encryption_key, version, key) for version, key in wrapped.items()})


def _first_data_key(database: Database, key_encryption_key: bytes, now: datetime) -> dict[int, bytes]:
    made = wrap(key_encryption_key, _PINNED, secrets.token_bytes(KEY_BYTES))
    try:
        with database.writer.begin() as connection:
            insert_data_key(connection, _PINNED, made, now)
    except IntegrityError:  # another node was first
        pass
    with database.reader.connect() as connection:
        return wrapped_keys(connection)


def _engine_settings(settings: Settings) -> EngineSettings:
    hashing = settings.hashing
    return EngineSettings(
        issuer_name=settings.house.name,
        relying_party_id=settings.engine.relying_party_id or settings.host,
        origins=(settings.base_url,),
        hashing=HashSettings(
            hashing.memory_kib,
            hashing.iterations,
            hashing.parallelism,
            hashing.simultaneous or (os.cpu_count() or 1) + 1,
        ),
        sends_mail=bool(settings.mail.host),
        snapshot_max_age=timedelta(seconds=settings.engine.snapshot_max_age_seconds),
    )


def _hasher(keyring: Keyring, hashing: HashSettings) -> Hasher:
    cost = Cost(hashing.memory_kib, hashing.iterations, hashing.parallelism)
    return Hasher(
        keyring.key("password", _PINNED),
        cost,
        at_once=hashing.simultaneous,
        patience=hashing.wait.total_seconds(),
    )


def _engine(
    database: Database,
    keyring: Keyring,
    clock: Callable[[], datetime],
    settings: EngineSettings,
    types: TokenTypes,
    hasher: Hasher,
    outbox: Outbox,
    policies: tuple[Policy, ...],
) -> tuple[Engine, ResolverRegistry]:
    """The engine and its resolvers; the internal directory reads through the engine itself."""

    def internal(definition: ResolverDefinition) -> InternalResolver:
        return InternalResolver(definition.name, engine, hasher)

    resolvers = ResolverRegistry({"internal": internal, "ldap": ldap_builder(clock)})
    engine = Engine(
        database=database,
        keyring=keyring,
        clock=clock,
        source=DatabaseRules(settings, types, hasher, resolvers, policies),
        outbox=outbox,
        snapshot_max_age=settings.snapshot_max_age,
    )
    return engine, resolvers


def _pages(settings: Settings) -> Pages:
    templates = shipped("templates")
    house = settings.house
    theme_dir = Path(house.theme_dir) if house.theme_dir else None
    return Pages(
        templates=templates,
        house=House(
            name=house.name,
            zone=_zone(house.time_zone),
            help_url=house.help_url,
            privacy_url=house.privacy_url,
            accessibility_url=house.accessibility_url,
        ),
        assets=Assets.read(templates / "assets", theme_dir),
        theme_dir=theme_dir,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConfigError("settings", "house.time_zone", "give a name like Europe/Berlin, or UTC") from None


def _code_words(
    pages: Pages, settings: Settings, clock: Callable[[], datetime], engine: EngineSettings
) -> Callable[[str, int], tuple[str, str]]:
    """Subject and text of the mail that carries a code."""

    def words(code: str, minutes: int) -> tuple[str, str]:
        now = clock()
        page = CodeMail(code=code, good_until=now + timedelta(minutes=minutes), app=engine.issuer_name)
        mail = pages.mail("email/code.txt", page, lang=settings.house.default_language, now=now)
        return mail.subject, mail.body

    return words


def _outbox(settings: Settings, carriers: Mapping[str, Carrier] | None) -> Outbox:
    if carriers is not None:
        return Outbox(carriers)
    mail = settings.mail
    if not mail.host:
        return Outbox({})
    return Outbox(
        {
            "email": SmtpCarrier(
                SmtpSettings(
                    host=mail.host,
                    port=mail.port,
                    sender=mail.sender,
                    sender_name=mail.sender_name or settings.house.name,
                    security=SmtpSecurity(mail.security),
                    username=mail.username,
                    password=mail.password,
                    trust=Path(mail.trust) if mail.trust else None,
                )
            )
        }
    )


def _make_keys(settings: Settings, engine: Engine, keyring: Keyring) -> None:
    make_missing_key(engine, keyring, "oidc", settings.host, settings.oidc.key_bits)
    make_missing_key(engine, keyring, "saml", settings.host, settings.saml.key_bits)
