"""One history of migrations for the engine's tables and those of the faces.

``upgrade`` brings a database to the newest revision, ``check`` refuses one that is older or newer
than this program. Two nodes that upgrade at once take turns.
"""
