"""From a template and a typed view model to a page or a mail.

An environment of our own, not Flask's: mails and the command line render without a request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from idp.pages.address import web_address
from idp.pages.assets import Assets
from idp.pages.browser import browser_name
from idp.pages.catalogue import Catalogues
from idp.pages.moment import Calendar
from idp.pages.page import Page
from idp.pages.qr import in_fours, picture
from idp.pages.speaker import Speaker
from mfa_engine.delivery.email import masked


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Who runs this Doorward, as every page shows it. An address that is not set makes no link."""

    name: str
    zone: ZoneInfo
    help_url: str = ""
    privacy_url: str = ""
    accessibility_url: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to be sent, as text. The subject is one line."""

    subject: str
    body: str


class Pages:
    """Renders pages and mails. Made once at start; holds compiled templates and read catalogues."""

    def __init__(
        self, *, templates: Path, house: House, assets: Assets, theme_dir: Path | None = None
    ) -> None:
        folders = [templates] if theme_dir is None else [theme_dir / "templates", templates]
        self.house = house
        self.assets = assets
        self.catalogues = Catalogues.below(templates / "translations")
        self.environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(("html",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.environment.filters.update(
            qr=picture, in_fours=in_fours, masked=masked, browser=browser_name, web=web_address
        )
        self.environment.globals.update(
            house=house,
            languages=self.catalogues.names(),
            asset=assets.url,
            theme=assets.theme("theme.css"),
            logo=assets.theme("logo.svg", "logo.png"),
            icon_url=assets.theme("icon.svg") or assets.url("img/icon.svg"),
        )

    def render(
        self, template: str, page: Page, *, lang: str, now: datetime, self_url: str = "", csrf: str = ""
    ) -> str:
        """The page as HTML.

        ``self_url`` is the path by which the page is got again, for the language list (without it the
        list is left out); ``csrf`` the token of its forms (a form without one raises ValueError).
        """
        language = self.catalogues.language(lang)
        return self.environment.get_template(template).render(
            page=page,
            lang=language.tag,
            dir=language.direction,
            self_url=self_url,
            csrf_field=field_with(csrf),
            **words(self.speaker(lang, now)),
        )

    def mail(self, template: str, page: Page, *, lang: str, now: datetime) -> Mail:
        """The mail as text: the template's first line is the subject."""
        speaker = self.speaker(lang, now, plain=True)
        text = self.environment.get_template(template).render(page=page, **words(speaker))
        subject, _, body = text.partition("\n")
        return Mail(" ".join(subject.split()), body.strip() + "\n")

    def speaker(self, lang: str, now: datetime, plain: bool = False) -> Speaker:
        language = self.catalogues.language(lang)
        return Speaker(language, Calendar(language.locale, self.house.zone, now), plain)


def words(speaker: Speaker) -> dict[str, Any]:
    """The names by which templates speak; ``_``, ``ngettext`` and ``pgettext`` are what is extracted."""
    return {
        "_": speaker.gettext,
        "ngettext": speaker.ngettext,
        "pgettext": speaker.pgettext,
        "say": speaker.say,
        "moment": speaker.moment,
        "clock": speaker.clock,
        "date": speaker.date,
        "exact": speaker.exact,
        "number": speaker.number,
    }


def field_with(csrf: str) -> Callable[[], Markup]:
    """The hidden field that goes into each form that changes something."""

    def csrf_field() -> Markup:
        if not csrf:
            raise ValueError("a page with a form was rendered without the token of its forms")
        return Markup('<input type="hidden" name="csrf" value="%s">') % csrf

    return csrf_field
