"""Secrets are typed, or read from standard input: arguments can be read by others (KEY-07)."""

from __future__ import annotations

import sys

import click


def asked(what: str, *, from_stdin: bool, shown: bool = False, twice: bool = False) -> str:
    """A line of standard input, or what is typed at a prompt: ``shown`` meanwhile or not, ``twice`` where a
    slip would be seen too late."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt(what, hide_input=not shown, confirmation_prompt=twice)
    return typed
