"""One history of migrations for the engine's tables and those of the faces.

``run.upgrade`` brings a database to ``HEAD``, ``run.check`` refuses one that is older or newer than
this program. Two nodes that upgrade at once take turns.
"""

HEAD = "0001"
"""The newest revision: known here so that a start on an up-to-date database need not load Alembic."""
