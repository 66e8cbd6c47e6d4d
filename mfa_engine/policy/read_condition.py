"""The ``when`` of a policy document: whom it covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv6Network, ip_network
from typing import TypeVar

from mfa_engine.policy.match import Part
from mfa_engine.policy.model import APPLICATION_KINDS, Condition, Network
from mfa_engine.policy.reading import Reading, is_printable

T = TypeVar("T")


def read_condition(reading: Reading, raw: object) -> Condition:
    """The condition that ``raw`` means; what it does not mean is noted in ``reading``."""
    if not isinstance(raw, Mapping):
        reading.refuse("when", f"write a table of {', '.join(Part)}")
        return Condition()
    reading.refuse_unknown(raw, tuple(Part), "when.")

    def part(name: Part, parse: Callable[[str], T]) -> tuple[T, ...]:
        if name not in raw:
            return ()
        return reading.value(
            f"when.{name}", lambda value: tuple(map(parse, _strings(value))), raw[name], instead=()
        )

    return Condition(
        realms=frozenset(part(Part.REALM, str)),
        resolvers=frozenset(part(Part.RESOLVER, str)),
        users=frozenset(part(Part.USER, str)),
        applications=frozenset(part(Part.APPLICATION, _application)),
        networks=part(Part.NETWORK, _network),
    )


def _strings(raw: object) -> list[str]:
    entries = [raw] if isinstance(raw, str) else raw
    if (
        not isinstance(entries, list)
        or not entries
        or not all(is_printable(entry) and entry == entry.strip() for entry in entries)
    ):
        raise ValueError("write a text or a list of texts; leave it out to mean any")
    return entries


def _application(entry: str) -> str:
    kind, _, name = entry.partition(":")
    if kind not in APPLICATION_KINDS or not name:
        kinds = ", ".join(f"{kind}:" for kind in APPLICATION_KINDS)
        raise ValueError(f"'{entry}' lacks its kind: begin with one of {kinds}")
    return entry


def _network(entry: str) -> Network:
    try:
        network = ip_network(entry, strict=False)
    except ValueError:
        raise ValueError(f"'{entry}' is no network: write it like 192.0.2.0/24 or 2001:db8::/32") from None
    address = entry.partition("/")[0]
    if ip_network(address).network_address != network.network_address:
        raise ValueError(f"'{entry}' is an address inside a network: did you mean {network}?")
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise ValueError(f"'{entry}' is IPv4 written as IPv6: write it as IPv4")
    return network
