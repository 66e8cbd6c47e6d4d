"""The policy sets that operators copy do what their heads say."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from mfa_engine.policy import PolicySet
from mfa_engine.policy.decisions.enrolment import enrolment_at_login, first_enrolment_by_password
from mfa_engine.policy.decisions.pin import PinSource, pin_rule
from mfa_engine.policy.decisions.second_factor import accepted_types, second_factor_required
from mfa_engine.policy.explain import explain
from mfa_engine.policy.read import read_toml

FOLDER = Path(__file__).parents[4] / "config" / "policies"
SETS = sorted(FOLDER.glob("*.toml"))


@pytest.fixture
def starter(catalogue):
    def loaded(name):
        return PolicySet.compile(read_toml((FOLDER / name).read_text("utf-8"), catalogue), catalogue)

    return loaded


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_each_set_is_valid_described_and_free_of_conflicts(starter, alice, path):
    loaded = starter(path.name)
    assert all(policy.description for policy in loaded.policies)
    for application in ("oidc:wiki", "page:admin", "service:vpn", "service:portal"):
        for realm in ("staff", "students"):
            trail = explain(loaded, replace(alice, application=application, realm=realm))
            assert [block.action for block in trail.blocks if block.answer is None] == []


def test_the_sets_that_the_documentation_names_are_there():
    assert [path.stem for path in SETS] == [
        "gradual",
        "security-keys",
        "two-factors",
        "validating-applications",
    ]


def test_two_factors_enrols_by_password_in_its_own_networks_only(starter, alice):
    loaded = starter("two-factors.toml")
    assert second_factor_required(loaded, alice).value
    assert enrolment_at_login(loaded, alice).value == {"totp", "webauthn"}
    assert first_enrolment_by_password(loaded, alice).value
    abroad = replace(alice, client=ip_address("203.0.113.9"))
    assert not first_enrolment_by_password(loaded, abroad).value


def test_security_keys_accepts_nothing_that_can_be_typed(starter, alice):
    loaded = starter("security-keys.toml")
    assert accepted_types(loaded, alice).value == {"webauthn"}
    assert not first_enrolment_by_password(loaded, alice).value


def test_gradual_spares_students_but_neither_staff_nor_administration(starter, alice):
    loaded = starter("gradual.toml")
    student = replace(alice, realm="students")
    assert second_factor_required(loaded, alice).value
    assert not second_factor_required(loaded, student).value
    assert second_factor_required(loaded, replace(student, application="page:admin")).value
    assert "email" not in accepted_types(loaded, alice).value
    assert "email" in accepted_types(loaded, student).value


def test_validating_applications_differ_in_what_stands_before_the_code(starter, alice):
    loaded = starter("validating-applications.toml")
    assert pin_rule(loaded, replace(alice, application="service:vpn")).value.source is PinSource.DIRECTORY
    assert pin_rule(loaded, replace(alice, application="service:portal")).value.source is PinSource.NONE
    assert pin_rule(loaded, alice).value.source is PinSource.TOKEN
