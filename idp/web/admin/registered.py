"""What partners, clients and service accounts have in common: a list with acts, a form that may come back."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from idp.pages import Problem, problems
from idp.pages.admin import RowAct
from idp.pages.done import Done
from idp.rights.catalogue import Right
from idp.web.visitor import Visitor
from mfa_engine.errors import InvalidField, NotFound

MOST = 1000  # lines of a list


def acts_on(visitor: Visitor, right: Right, *, enabled: bool) -> frozenset[RowAct]:
    """What this visitor may do to one of them and would change something."""
    if not visitor.principal.may(right):
        return frozenset()
    return frozenset({RowAct.DISABLE if enabled else RowAct.ENABLE, RowAct.DELETE})


def switch() -> tuple[str, bool, Done]:
    """Which one the form is about, whether it is enabled from now on, and what to say of it. Raises
    NotFound for any other act: deleting is asked about first."""
    act = request.form.get("act", "")
    if act not in (RowAct.ENABLE, RowAct.DISABLE):
        raise NotFound("act", act)
    enabled = act == RowAct.ENABLE
    return request.form.get("id", ""), enabled, Done.ENABLED if enabled else Done.DISABLED


def problem_at(error: InvalidField, places: Mapping[str, str]) -> Problem:
    """A refusal by the code behind a form, at the field that it is about; ``places`` are the fields that
    have room for it, by the names that the code knows them by."""
    return problems.unusable(places.get(error.field, ""), str(error))


def lines(name: str) -> list[str]:
    """The lines of a field that takes one value a line."""
    return [line.strip() for line in request.form.get(name, "").splitlines() if line.strip()]
