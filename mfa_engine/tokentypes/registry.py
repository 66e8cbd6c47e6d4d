"""The token types there are: the one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mfa_engine.errors import InvalidField
from mfa_engine.policy.actions.catalogue import Catalogue
from mfa_engine.policy.actions.vocabulary import Vocabulary
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.settings import EngineSettings
from mfa_engine.tokentypes.base import AnswersChallenge, TokenType
from mfa_engine.tokentypes.email import CodeWords, EmailCode
from mfa_engine.tokentypes.hotp import Hotp
from mfa_engine.tokentypes.totp import Totp
from mfa_engine.tokentypes.webauthn import SecurityKey
from mfa_engine.tokentypes.worth import Factor


class TokenTypes(Mapping[str, TokenType]):
    """The types by their wire names. ``working`` are those whose tokens can be used and enrolled here:
    what some send may have no way out."""

    def __init__(self, *types: TokenType) -> None:
        self._types = {kind.name: kind for kind in types}
        self.working = frozenset(
            kind.name for kind in types if not isinstance(kind, AnswersChallenge) or kind.can_ask
        )

    def __getitem__(self, name: str) -> TokenType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def named(self, name: str) -> TokenType:
        """The type of that name. Raises InvalidField naming those there are."""
        kind = self._types.get(name.lower())
        if kind is None:
            raise InvalidField("type", f"is unknown: choose one of {', '.join(sorted(self._types))}")
        return kind

    def catalogue(self) -> Catalogue:
        """The policy actions, with the words that these types bring."""
        proving = (kind.name for kind in self._types.values() if Factor.POSSESSION in kind.worth.factors)
        return Catalogue.of(Vocabulary(frozenset(self._types), frozenset(proving)))


def token_types(settings: EngineSettings, keyring: Keyring, code_words: CodeWords) -> TokenTypes:
    """Every token type, made once at start."""
    return TokenTypes(
        Hotp(settings), Totp(settings), SecurityKey(settings), EmailCode(settings, keyring, code_words)
    )
