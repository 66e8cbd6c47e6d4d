"""Which language a page is in. Pure: headers, cookies and settings come in as values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MAX_WISHES = 20  # a header that lists more is not a person's


def choose(
    available: Sequence[str], *, cookie: str = "", hints: str = "", accept: str = "", default: str = "en"
) -> str:
    """The best of ``available``, by who was most explicit.

    ``cookie`` is the choice in the language list, ``hints`` OpenID Connect's ``ui_locales`` or what
    stands for it (tags by blanks, most wanted first), ``accept`` the header ``Accept-Language`` as
    it came (RFC 9110, section 12.5.4).
    """
    for wishes in ([cookie], hints.split()[:MAX_WISHES], wanted(accept), [default]):
        chosen = first_met(wishes, available)
        if chosen:
            return chosen
    return available[0]


def wanted(accept: str) -> list[str]:
    """The tags of an ``Accept-Language`` header, most wanted first; what cannot be read is left out."""
    ranked = []
    for place, item in enumerate(accept.split(",")[:MAX_WISHES]):
        tag, _, weight = item.strip().partition(";")
        quality = quality_of(weight)
        if tag and quality > 0:
            ranked.append((-quality, place, tag.strip()))
    return [tag for _, _, tag in sorted(ranked)]


def quality_of(weight: str) -> float:
    """The number in ``q=0.8``: 1 without one, 0 where it is no number."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if name.strip() == "q" and 0 <= quality <= 1 else 0.0


def first_met(wishes: Iterable[str], available: Sequence[str]) -> str:
    """The first wish that can be met: ``de-AT`` is met by ``de``. Empty when none is."""
    names = {tag.lower(): tag for tag in available}
    for wish in wishes:
        parts = wish.lower().replace("_", "-").split("-")
        for length in range(len(parts), 0, -1):
            found = names.get("-".join(parts[:length]))
            if found:
                return found
    return ""
