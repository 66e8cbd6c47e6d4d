"""Directories that people live in: one protocol (``base``), one module or folder a kind.

``registry`` makes them from what an administrator configured. A new kind is its module and one line
in the registry's builders; nothing else names it.
"""
