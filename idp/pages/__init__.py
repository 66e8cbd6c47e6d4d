"""What a browser or mail reader is sent: typed view models, and the templates that show them.

A view fills a frozen dataclass (``login``, ``enrolment``, ``account``, ``admin``, ``errors``) and hands
it to ``Pages.render``; it writes no sentence of its own. Every sentence stands once, in a template or
in a call of ``say``, and is the key of the catalogues in ``templates/translations``. Decides nothing
about who may see what, knows no session and no database. Start reading at render.py.
"""

from idp.pages.assets import Assets
from idp.pages.page import App, Confirm, Notice, Page, Problem
from idp.pages.render import House, Mail, Pages

__all__ = ["App", "Assets", "Confirm", "House", "Mail", "Notice", "Page", "Pages", "Problem"]
