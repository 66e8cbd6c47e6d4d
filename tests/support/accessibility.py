"""What axe finds on a page."""

from functools import cache

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page


@cache
def axe() -> Axe:
    return Axe()


def findings(page: Page) -> list[str]:
    """One line for each thing that axe finds fault with on the page as it is now."""
    violations = axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {violation['help']}: {node['html']}"
        for violation in violations
        for node in violation["nodes"]
    ]
