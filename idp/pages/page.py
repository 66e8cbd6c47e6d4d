"""What the view models of all pages share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.pages.sentence import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A view model: all that a template is told besides house, language and form token."""


@dataclass(frozen=True, slots=True)
class App:
    """The application that somebody is on the way to. ``url`` is where a sign-in can be begun anew."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a form came back. ``field`` is the id of the one field it is about, if it is about one.

    ``status`` is the HTTP status of the page, ``retry_after_seconds`` the header of that name (0: none).
    """

    said: Sentence | str
    more: Sentence | None = None
    field: str = ""
    status: int = 200
    retry_after_seconds: int = 0


class Kind(StrEnum):
    """How a message looks; always with icon and words."""

    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Notice:
    """The box atop the page after an act, or about the state of things."""

    said: Sentence
    more: Sentence | None = None
    kind: Kind = Kind.GOOD


@dataclass(frozen=True, slots=True)
class Confirm:
    """What a confirm page asks before something happens that cannot be undone.

    ``values`` go back with the form, beside ``confirmed=yes``; ``keep_url`` is the harmless way out.
    """

    heading: Sentence
    effects: tuple[Sentence, ...]
    act: Sentence
    keep: Sentence
    keep_url: str
    values: Mapping[str, str] = field(default_factory=dict)


class Outcome(StrEnum):
    """How an event on a timeline ended."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, in plain words."""

    at: datetime
    said: Sentence
    more: Sentence | None = None
    outcome: Outcome = Outcome.NEUTRAL
