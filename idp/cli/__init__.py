"""The command line: ``doorward <noun> <verb>``, one file a noun.

A noun's file is loaded when it is used, so that ``doorward --help`` needs neither Flask nor
SQLAlchemy. Tables for people, ``--json`` for programs. Exit codes: 0 done, 1 refused or not found,
2 wrong usage, 3 something does not answer.
"""

from idp.cli.main import main

__all__ = ["main"]
