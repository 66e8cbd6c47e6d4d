"""Policies, realms, resolvers, and the revision by which every node sees that they changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Bytes, Json, Key, upsert
from mfa_engine.storage.prepared import Prepared


class RevisionTable(Base):
    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(Key(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class PolicyTable(Base):
    __tablename__ = "policy"

    name: Mapped[str] = mapped_column(Key(120), primary_key=True)
    document: Mapped[Any] = mapped_column(Json)  # as ``policy.read`` understands it


class RealmTable(Base):
    __tablename__ = "realm"

    name: Mapped[str] = mapped_column(Key(120), primary_key=True)
    resolvers: Mapped[Any] = mapped_column(Json)  # names, in order
    is_default: Mapped[bool]


class ResolverTable(Base):
    __tablename__ = "resolver"

    name: Mapped[str] = mapped_column(Key(120), primary_key=True)
    kind: Mapped[str] = mapped_column(Key(40))
    settings: Mapped[Any] = mapped_column(Json)
    secret: Mapped[bytes | None] = mapped_column(Bytes)  # sealed: the bind password
    version: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True, slots=True)
class ResolverRow:
    """One resolver as stored. ``version`` grows with each change, so that its connections are remade."""

    name: str
    kind: str
    settings: Any
    secret: bytes | None = field(repr=False)
    version: int


@dataclass(frozen=True, slots=True)
class ConfigurationRows:
    """All that a snapshot is compiled from, with the revision that was read before it."""

    revision: int
    policies: tuple[Any, ...]
    realms: tuple[tuple[str, tuple[str, ...], bool], ...]
    resolvers: tuple[ResolverRow, ...]


CONFIGURATION = "configuration"

_revision = RevisionTable.__table__.c
_policy = PolicyTable.__table__.c
_realm = RealmTable.__table__.c
_resolver = ResolverTable.__table__.c
_NUMBER = Prepared(select(_revision.number).where(_revision.name == bindparam("b_name")))
_MOVE = upsert(
    RevisionTable,
    ["name"],
    [{"name": bindparam("b_name"), "number": 1}],
    {"number": _revision.number + 1},
)
_POLICIES = select(_policy.document).order_by(_policy.name)
_REALMS = select(_realm.name, _realm.resolvers, _realm.is_default).order_by(_realm.name)
_RESOLVERS = select(*[_resolver[name] for name in ResolverRow.__slots__]).order_by(_resolver.name)


def revision_number(connection: Connection, name: str = CONFIGURATION) -> int:
    """The present revision; 0 before the first change. One statement."""
    row = _NUMBER.one(connection, {"b_name": name})
    return int(row[0]) if row else 0


def move_revision(connection: Connection, name: str = CONFIGURATION) -> None:
    """Tell every node that its copy is old, in the transaction of the change and before it: until that
    ends nobody else changes anything of ``name``. One statement."""
    connection.execute(_MOVE[connection.dialect.name], {"b_name": name})


def read_configuration(connection: Connection) -> ConfigurationRows:
    """Everything, the revision first: a change in between is seen at the next look. Four statements."""
    return ConfigurationRows(
        revision=revision_number(connection),
        policies=tuple(connection.execute(_POLICIES).scalars()),
        realms=tuple(
            (name, tuple(resolvers), default) for name, resolvers, default in connection.execute(_REALMS)
        ),
        resolvers=tuple(ResolverRow(*row) for row in connection.execute(_RESOLVERS)),
    )


def save_policy(connection: Connection, name: str, document: Any) -> None:
    """Store a policy under its name, replacing one of that name."""
    connection.execute(delete(PolicyTable).where(_policy.name == name))
    connection.execute(insert(PolicyTable), {"name": name, "document": document})


def delete_policy(connection: Connection, name: str) -> bool:
    """False when there was none."""
    return connection.execute(delete(PolicyTable).where(_policy.name == name)).rowcount == 1


def save_realm(connection: Connection, name: str, resolvers: tuple[str, ...], is_default: bool) -> None:
    """Store a realm, replacing one of that name; at most one is the default."""
    if is_default:
        connection.execute(update(RealmTable).values(is_default=False))
    connection.execute(delete(RealmTable).where(_realm.name == name))
    connection.execute(
        insert(RealmTable), {"name": name, "resolvers": list(resolvers), "is_default": is_default}
    )


def delete_realm(connection: Connection, name: str) -> bool:
    """False when there was none."""
    return connection.execute(delete(RealmTable).where(_realm.name == name)).rowcount == 1


def save_resolver(connection: Connection, name: str, kind: str, settings: Any, secret: bytes | None) -> None:
    """Store a resolver; a change of one raises its version."""
    old = connection.execute(select(_resolver.version).where(_resolver.name == name)).scalar()
    connection.execute(delete(ResolverTable).where(_resolver.name == name))
    values = {"name": name, "kind": kind, "settings": settings, "secret": secret, "version": (old or 0) + 1}
    connection.execute(insert(ResolverTable), values)


def delete_resolver(connection: Connection, name: str) -> bool:
    """False when there was none."""
    return connection.execute(delete(ResolverTable).where(_resolver.name == name)).rowcount == 1
