"""Resolvers made of definitions, and kept as long as these stay the same."""

import logging
from dataclasses import replace

import pytest

from mfa_engine.errors import InvalidField
from mfa_engine.identity.resolvers.registry import ResolverDefinition, ResolverRegistry

CORP = ResolverDefinition("corp", "memory", {"size": 1}, "bind secret")
LOCAL = ResolverDefinition("local", "memory")


@pytest.fixture
def registry(memory_resolver) -> ResolverRegistry:
    def build(definition):
        if "refuse" in definition.settings:
            raise InvalidField("refuse", "is not usable: leave it out")
        return memory_resolver(definition.name)

    return ResolverRegistry({"memory": build})


def test_each_definition_becomes_a_resolver_of_its_name(registry):
    made = registry.snapshot([CORP, LOCAL])
    assert {name: resolver.name for name, resolver in made.items()} == {"corp": "corp", "local": "local"}


def test_a_resolver_whose_definition_stays_the_same_is_kept(registry):
    before = registry.snapshot([CORP, LOCAL])
    after = registry.snapshot([replace(CORP), LOCAL])
    assert after["corp"] is before["corp"]
    assert not before["corp"].closed


@pytest.mark.parametrize("change", [{"settings": {"size": 2}}, {"secret": "another"}])
def test_a_resolver_whose_definition_changed_is_made_anew_and_the_old_one_closed(registry, change):
    before = registry.snapshot([CORP, LOCAL])
    after = registry.snapshot([replace(CORP, **change), LOCAL])
    assert after["corp"] is not before["corp"]
    assert before["corp"].closed
    assert after["local"] is before["local"]


def test_a_resolver_that_is_gone_is_closed(registry):
    before = registry.snapshot([CORP, LOCAL])
    assert list(registry.snapshot([LOCAL])) == ["local"]
    assert before["corp"].closed


def test_an_unusable_definition_takes_nobody_elses_directory_away(registry, caplog):
    with caplog.at_level(logging.ERROR):
        made = registry.snapshot([replace(CORP, settings={"refuse": 1}), LOCAL])
    assert list(made) == ["local"]
    assert "resolver corp is not usable: refuse: is not usable: leave it out" in caplog.text
    assert "bind secret" not in caplog.text


def test_an_unknown_kind_is_refused_by_name(registry):
    with pytest.raises(InvalidField, match="'oracle' is unknown: choose one of memory"):
        registry.build(replace(CORP, kind="oracle"))


def test_a_secret_is_in_no_repr():
    assert "bind secret" not in repr(CORP)
