"""The pages as the server makes them, and each sample rendered once."""

from __future__ import annotations

import pytest

from idp.pages.render import Pages
from tests.unit.idp.pages.samples import PAGES, html, make_pages


@pytest.fixture(scope="session")
def pages() -> Pages:
    return make_pages()


@pytest.fixture(scope="session")
def rendered(pages: Pages) -> dict[str, str]:
    """Every sample in English, by its name."""
    return {sample.name: html(pages, sample) for sample in PAGES}
