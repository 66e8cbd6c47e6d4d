"""How fast this machine is at the moment: two operations whose cost no code of ours can change.

CPU time grows when others use the same cores and caches, so figures are read beside these.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from argon2.low_level import Type, hash_secret
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.scenario import DEFAULT_COST, LOGIN_COST, Cost


def yardstick() -> str:
    """One line: milliseconds of CPU time of a signature and of the two hashes that are measured."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    signature = _milliseconds(lambda: key.sign(b"octets", PKCS1v15(), SHA256()), 200)
    hashes = ", ".join(
        f"{cost.memory_kib // 1024} MiB, t {cost.iterations}: {_hash(cost):.1f} ms"
        for cost in (DEFAULT_COST, LOGIN_COST)
    )
    return f"This machine meanwhile: a signature by RSA-2048 {signature:.2f} ms; Argon2id {hashes}."


def _hash(cost: Cost) -> float:
    def hash_once() -> bytes:
        return hash_secret(
            b"secret",
            b"salt" * 4,
            time_cost=cost.iterations,
            memory_cost=cost.memory_kib,
            parallelism=1,
            hash_len=32,
            type=Type.ID,
        )

    return _milliseconds(hash_once, 20)


def _milliseconds(work: Callable[[], object], times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        work()
    return 1000 * (time.process_time() - begun) / times
