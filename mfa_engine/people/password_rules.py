"""Whether a new password may be set (NIST SP 800-63B-4, section 3.1.1.2; ASVS 5.0, 6.2).

Length and a blocklist, judged on the whole password after NFKC: no rules of composition, no
forced change. An answer says which rule, with the numbers that the page's text needs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final

ALONE_MIN_LENGTH: Final = 15
WITH_SECOND_FACTOR_MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 1024
_PRODUCT: Final = "doorward"
_MOST_COMMON: Final = 3000
_SHORTEST_WORD: Final = 3
_SPARE_CHARACTERS: Final = 4
_SHORTEST_REPEATED: Final = 8
_SEPARATORS: Final = str.maketrans("", "", " .,-_@+!'")


class Rule(StrEnum):
    """The rule that a password breaks."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    OWN_WORDS = "own_words"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a password may not be set. ``limit`` is in characters, 0 where the rule counts none."""

    rule: Rule
    length: int
    limit: int = 0


@dataclass(frozen=True, slots=True)
class PersonalNames:
    """What an attacker tries first for this person: empty where there is none."""

    user_name: str
    display_name: str = ""
    mail: str = ""
    realm: str = ""
    organisation: str = ""

    def words(self) -> frozenset[str]:
        """The words in all of them and the product's name, folded, from three letters on."""
        names = (self.user_name, self.display_name, self.mail, self.realm, self.organisation, _PRODUCT)
        words = (word for name in names for word in re.split(r"[\W_]+", _folded(name)))
        return frozenset(word for word in words if len(word) >= _SHORTEST_WORD)


def refusal(
    password: str, names: PersonalNames, *, second_factor_mandatory: bool, unchanged: bool
) -> Refusal | None:
    """The first rule that ``password`` breaks, or None.

    ``second_factor_mandatory``: policy lets this person in by password and a second factor only.
    ``unchanged``: it verifies against the stored hash, as the caller found out.
    """
    length = len(password)
    minimum = WITH_SECOND_FACTOR_MIN_LENGTH if second_factor_mandatory else ALONE_MIN_LENGTH
    if length > MAX_LENGTH:
        return Refusal(Rule.TOO_LONG, length, MAX_LENGTH)
    folded = _folded(password)
    # Counted as typed and as hashed: neither a ligature nor a loose accent makes it longer.
    if min(length, len(unicodedata.normalize("NFKC", password))) < minimum:
        return Refusal(Rule.TOO_SHORT, length, minimum)
    if _is_common(folded):
        return Refusal(Rule.COMMON, length)
    if _is_made_of(names.words(), folded):
        return Refusal(Rule.OWN_WORDS, length)
    if unchanged:
        return Refusal(Rule.UNCHANGED, length)
    return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_common(folded: str) -> bool:
    """A listed password or word, one repeated, a run of characters, or two of the most common joined.

    The joined ones stand in for a list of long common passwords: two million of them have 15
    characters or more.
    """
    unit = _repeated_unit(folded)
    ranks = _ranks()
    if unit in ranks or _is_run(folded):
        return True
    if len(unit) < min(len(folded), _SHORTEST_REPEATED):
        return True
    return any(
        ranks.get(folded[:cut], _MOST_COMMON) < _MOST_COMMON
        and ranks.get(folded[cut:], _MOST_COMMON) < _MOST_COMMON
        for cut in range(1, len(folded))
    )


def _repeated_unit(text: str) -> str:
    """The shortest text that ``text`` is a repetition of: itself, if it is none."""
    return text[: (text + text).find(text, 1)]


def _is_run(text: str) -> bool:
    """One character again and again, or the next or the previous each time; 0 comes after 9."""
    modulus = 10 if text.isdecimal() else 0x110000
    steps = {(ord(after) - ord(before)) % modulus for before, after in pairwise(text)}
    return len(steps) == 1 and steps <= {0, 1, modulus - 1}


def _is_made_of(words: Iterable[str], folded: str) -> bool:
    """Whether those words leave at most four characters of the password over.

    A year or a mark behind a name changes nothing; a name inside a longer password is no harm.
    """
    text = folded.translate(_SEPARATORS)
    least = [0]  # characters that no word covers, up to each place
    for end in range(1, len(text) + 1):
        ways = [least[end - len(word)] for word in words if text.endswith(word, 0, end)]
        least.append(min([least[-1] + 1, *ways]))
    return least[-1] <= _SPARE_CHARACTERS and least[-1] < len(text)


@cache
def _ranks() -> Mapping[str, int]:
    """Passwords by how common they are (0 first), and words behind them, from zxcvbn's lists.

    zxcvbn's own estimate is not asked: 72 characters of "leet" keep it busy for minutes.
    """
    # Loaded when a password is first set: 16 MB that most processes never need.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    passwords = FREQUENCY_LISTS["passwords"]
    words = {word: len(passwords) for listed in FREQUENCY_LISTS.values() for word in listed}
    return words | {password: rank for rank, password in enumerate(passwords)}
