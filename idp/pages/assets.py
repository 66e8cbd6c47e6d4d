"""Style sheets, scripts and pictures: read once at start, answered from memory, kept for a year.

The address holds a hash over all of them, so that a page never meets the files of another version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import Response

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by their path below ``assets/``; ``version`` is a hash over names and contents."""

    version: str
    files: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def read(cls, folder: Path, theme_dir: Path | None = None) -> Assets:
        """The files of ``folder``, and what a theme brings: ``theme.css``, ``logo.svg|png``, ``icon.svg``."""
        files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.suffix in TYPES
        }
        if theme_dir is not None:
            files |= {f"theme/{file.name}": file.read_bytes() for file in theme_files(theme_dir)}
        digest = hashlib.sha256()
        for name, content in sorted(files.items()):
            digest.update(b"%d %s %d " % (len(name), name.encode(), len(content)) + content)
        return cls(digest.hexdigest()[:16], files)

    def url(self, path: str) -> str:
        """Where the file is served. Raises KeyError for one that is not there, so a typo cannot ship."""
        if path not in self.files:
            raise KeyError(path)
        return f"/assets/{self.version}/{path}"

    def theme(self, *names: str) -> str:
        """The address of the first of ``names`` that the theme brings, or the empty string."""
        found = next((name for name in names if f"theme/{name}" in self.files), "")
        return self.url(f"theme/{found}") if found else ""

    def answer(self, version: str, path: str) -> Response:
        """GET /assets/<version>/<path>.

        While nodes are upgraded one after the other a page of one may ask another for its files: it
        gets the present ones, and keeps them for this once.
        """
        content = self.files.get(path)
        if content is None:
            return Response(status=404)
        answer = Response(content, content_type=TYPES[Path(path).suffix])
        answer.headers["Cache-Control"] = KEPT_FOR_A_YEAR if version == self.version else "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        # A logo that is opened by itself must not run what it may hold (WEB-02).
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer


def theme_files(theme_dir: Path) -> list[Path]:
    names = ("theme.css", "logo.svg", "logo.png", "icon.svg")
    return [theme_dir / name for name in names if (theme_dir / name).is_file()]
