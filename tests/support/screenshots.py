"""Pictures of pages, for people to look at."""

from pathlib import Path

from playwright.sync_api import Page

from tests.support.browser import WIDTHS

FOLDER = Path(__file__).parents[2] / "build" / "screenshots"


def screenshots(page: Page, name: str) -> list[Path]:
    """Pictures of the whole page at each of the two widths: `build/screenshots/<name>-<width>.png`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or {"width": WIDTHS["wide"], "height": 900}
    pictures = []
    for width, pixels in WIDTHS.items():
        page.set_viewport_size({"width": pixels, "height": size["height"]})
        pictures.append(FOLDER / f"{name}-{width}.png")
        page.screenshot(path=pictures[-1], full_page=True)
    page.set_viewport_size(size)
    return pictures
