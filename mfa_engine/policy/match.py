"""Does a policy cover this subject? Pure, and the same code for deciding and for explaining."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from mfa_engine.policy.model import Address, Condition, Network, Subject

UID_PREFIX = "uid:"
_FAMILIES = (0, 4, 6)  # no address, IPv4, IPv6


class Uid(NamedTuple):
    """A directory's unique id, of a type of its own: no login name can be taken for one."""

    uid: str


class Part(StrEnum):
    """A part of a condition, by its name in a policy document; tested in this order."""

    REALM = "realm"
    RESOLVER = "resolver"
    USER = "user"
    APPLICATION = "application"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Facts:
    """A subject in the form that is compared: folded once a decision, not once a policy."""

    realm: str | None
    resolver: str | None
    login: str | None
    uid: Uid | None
    application: str | None
    family: int  # of the address: index into ``Matcher.networks``
    address: int

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, subject: Subject) -> Facts:
        """The subject, ready to be compared. A request asks several times about the same one."""
        address = None if subject.client is None else unmapped(subject.client)
        return cls(
            realm=folded(subject.realm),
            resolver=folded(subject.resolver),
            login=folded(subject.login),
            uid=None if subject.uid is None else Uid(subject.uid),
            application=subject.application,
            family=0 if address is None else _FAMILIES.index(address.version),
            address=0 if address is None else int(address),
        )


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition, compiled. An empty set or tuple asks nothing."""

    realms: frozenset[str]
    resolvers: frozenset[str]
    users: frozenset[str | Uid]
    applications: frozenset[str]
    asks_network: bool
    networks: tuple[tuple[tuple[int, int], ...], ...]  # by family: masks and network addresses

    @classmethod
    def of(cls, when: Condition) -> Matcher:
        """Compile a condition."""
        uids = {user for user in when.users if user.startswith(UID_PREFIX)}
        return cls(
            realms=_folded(when.realms),
            resolvers=_folded(when.resolvers),
            users=_folded(when.users - uids) | {Uid(uid.removeprefix(UID_PREFIX)) for uid in uids},
            applications=when.applications,
            asks_network=bool(when.networks),
            networks=tuple(_bits(when.networks, version) for version in _FAMILIES),
        )

    def unmet(self, facts: Facts) -> Part | None:
        """The first part of the condition that does not hold; None when the policy covers the subject."""
        if self.realms and facts.realm not in self.realms:
            return Part.REALM
        if self.resolvers and facts.resolver not in self.resolvers:
            return Part.RESOLVER
        if self.users and facts.login not in self.users and facts.uid not in self.users:
            return Part.USER
        if self.applications and facts.application not in self.applications:
            return Part.APPLICATION
        if self.asks_network:
            for mask, network in self.networks[facts.family]:
                if facts.address & mask == network:
                    return None
            return Part.NETWORK
        return None


def folded(name: str | None) -> str | None:
    """A name in the form in which two writings of it are equal."""
    if name is None or name.isascii():
        return name and name.lower()
    return unicodedata.normalize("NFC", name.casefold())


def unmapped(address: Address) -> Address:
    """An IPv4 address that came in IPv6 clothes (RFC 4291, section 2.5.5.2) as IPv4: a server that
    listens on both would otherwise slip past every IPv4 network."""
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in map(folded, names) if name is not None)


def _bits(networks: Iterable[Network], version: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        (int(network.netmask), int(network.network_address))
        for network in networks
        if network.version == version
    )
