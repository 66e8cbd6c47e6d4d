"""The service accounts in memory, as of one revision: to tell who calls costs a validation no SQL.

What an account may *change* is decided on its row as it is at that moment (``access``); here an account
is at most as old as every other rule (``snapshot_max_age``).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from idp.rights.catalogue import Right
from idp.storage.principal import ServiceAccountRow, list_service_accounts
from mfa_engine.unit import Runner

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Known:
    """All accounts of one revision. ``networks`` are those that an account is recognised by, the
    narrowest first."""

    revision: int
    by_name: Mapping[str, ServiceAccountRow]
    networks: Sequence[tuple[Network, ServiceAccountRow]] = field(repr=False)

    def at(self, address: str) -> ServiceAccountRow | None:
        """The account that is recognised by this address alone, or None."""
        if not self.networks:
            return None
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return None
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return next((account for network, account in self.networks if parsed in network), None)


class Accounts:
    """Keeps the accounts until the revision moves. Safe for threads: a race reads them twice."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._known = Known(-1, {}, ())

    def known(self, revision: int) -> Known:
        """Those of ``revision``, or newer. One statement after a change, none else."""
        if self._known.revision != revision:
            self._known = _known(
                revision, self._runner.look(lambda view: list_service_accounts(view.connection))
            )
        return self._known


def _known(revision: int, rows: Sequence[ServiceAccountRow]) -> Known:
    enabled = [row for row in rows if row.enabled]
    networks = [
        (ipaddress.ip_network(network), row)
        for row in enabled
        if Right.RECOGNISED_BY_ADDRESS in row.rights
        for network in row.networks
    ]
    networks.sort(key=lambda pair: (-pair[0].prefixlen, pair[1].name))
    return Known(revision, {row.name: row for row in enabled}, networks)
