"""Error answers: their form, and the characters that they may hold."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from idp.oidc import errors
from idp.oidc.errors import ErrorCode, OAuthError, invalid_client, invalid_grant, json_error
from tests.support.oidc import CAPABILITIES, relying_party

_LEGAL = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")  # RFC 6749, section 5.2


def test_an_error_is_json_that_no_cache_keeps() -> None:
    answer = json_error(invalid_grant("the code is unknown"))
    assert answer.status == 400
    assert json.loads(answer.body) == {"error": "invalid_grant", "error_description": "the code is unknown"}
    assert answer.headers == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
    }


def test_a_401_carries_its_challenge() -> None:
    answer = json_error(invalid_client())
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="doorward"')


RAISING = {"OAuthError", "ErrorPage", "invalid_request", "invalid_grant", "Refused", "_refused"}


def _sentences() -> list[str]:
    """Every piece of text that a module of idp.oidc puts into an error."""
    found: list[str] = []
    for path in Path(errors.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in RAISING:
                pieces = [piece for argument in call.args for piece in ast.walk(argument)]
                found += [p.value for p in pieces if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    return found


def test_every_description_keeps_to_the_characters_that_the_rfc_allows() -> None:
    sentences = _sentences()
    assert len(sentences) > 30
    for sentence in (*sentences, *CAPABILITIES.scopes_supported, *relying_party().scope):
        assert _LEGAL.fullmatch(sentence), sentence


@pytest.mark.parametrize("code", list(ErrorCode))
def test_an_error_says_its_code_and_what_to_change(code: ErrorCode) -> None:
    assert str(OAuthError(code, "do this instead")) == f"{code.value}: do this instead"
