"""The values of this package: a policy, whom it covers, who is asked about, and an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Generic, TypeVar

T = TypeVar("T")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

APPLICATION_KINDS = ("oidc", "saml", "service", "page")
"""What stands in front of an application's own name, so that names of different kinds cannot meet:
``oidc:`` client id, ``saml:`` entityID, ``service:`` service account at the validation API, ``page:``
our own pages (``page:admin``, ``page:account``)."""

DEFAULT_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is asked about. None where the request does not say: no condition on it is met then.

    ``login`` is the person's name in the directory, not what was typed; ``uid`` the directory's own
    unique id. ``application`` carries its kind, see ``APPLICATION_KINDS``. ``client`` is the address
    of the end user.
    """

    realm: str | None
    resolver: str | None
    uid: str | None
    login: str | None
    client: Address | None
    application: str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """Whom a policy covers: all of its parts must hold, one entry of each is enough. Empty: anybody.

    ``users`` are login names, or ``uid:`` and a directory's unique id. Realms, resolvers and login
    names are compared without regard to case, as directories do.
    """

    realms: frozenset[str] = frozenset()
    resolvers: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    applications: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A named rule: for whom, and what holds for them. ``then`` maps action names to parsed values.

    Of two policies that speak of one action the smaller ``priority`` wins.
    """

    name: str
    then: Mapping[str, object]
    when: Condition = field(default_factory=Condition)
    priority: int = DEFAULT_PRIORITY
    enabled: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """An answer and the names of the policies it rests on; none: the default of the action."""

    value: T
    because: tuple[str, ...] = ()


def resting_on(*decisions: Decision[Any]) -> tuple[str, ...]:
    """The policies that several decisions rest on together, each once."""
    return tuple(dict.fromkeys(name for decision in decisions for name in decision.because))
