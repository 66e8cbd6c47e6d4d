"""A catalogue as the registry would make it, and a person to ask about."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from mfa_engine.policy import Catalogue, PolicySet, Subject, Vocabulary
from mfa_engine.policy.read import read_policies


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of(
        Vocabulary(
            token_types=frozenset({"hotp", "totp", "webauthn", "email"}),
            second_factors=frozenset({"hotp", "totp", "webauthn"}),
        )
    )


@pytest.fixture
def policies(catalogue: Catalogue) -> Callable[..., PolicySet]:
    """Makes a snapshot from policy documents."""

    def made(*documents: dict[str, Any]) -> PolicySet:
        return PolicySet.compile(read_policies({"policy": list(documents)}, catalogue), catalogue, revision=7)

    return made


@pytest.fixture
def alice() -> Subject:
    return Subject(
        realm="staff",
        resolver="corp-ldap",
        uid="4f1c-77",
        login="alice",
        client=ip_address("192.0.2.10"),
        application="oidc:wiki",
    )
