"""Each noun and verb on the command line, once as it is meant and often as it is not."""

import shlex

import click
import pytest

from idp.cli.main import NOUNS, root
from tests.cli.walks import ALL, SEPARATELY
from tests.http.saml.portal import Portal


@pytest.fixture(scope="module")
def places(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    policies, metadata = folder / "easy.toml", folder / "portal.xml"
    policies.write_text('[[policy]]\nname = "easy"\nthen.second_factor = "not_required"\n')
    with house.inside() as idp:
        metadata.write_text(Portal(idp).metadata)
    return {"metadata": metadata, "settings": house.settings, "policies": policies, "folder": folder}


@pytest.mark.parametrize("walk", ALL)
def test_a_walk_through(doorward, places, walk):
    for step in ALL[walk]:
        ran = doorward("--json", *shlex.split(step.command.format(**places)), typed=step.typed)
        assert ran.code == step.code, f"{step.command}: {ran}"
        if step.code:
            (line,) = ran.errors.splitlines()
            assert line.startswith("doorward: "), step.command
            assert step.says in line, step.command
            assert ran.output == ""
        elif step.has is None:
            assert ran.output == "" or ran.data is not None, step.command
        else:
            assert holds(ran.data, step.has), f"{step.command}: {ran.output}"


def holds(found, expected):
    """Whether what was found has all that was expected, and lists in the same order from the start."""
    if isinstance(expected, dict):
        return all(name in found and holds(found[name], value) for name, value in expected.items())
    if isinstance(expected, list):
        return (bool(found) or not expected) and all(map(holds, found, expected))
    return found == expected or (isinstance(expected, str) and expected.startswith("/") and expected in found)


def test_the_walks_meet_every_noun_and_verb():
    met = {tuple(step.command.split()[:2]) for steps in ALL.values() for step in steps if not step.code}
    context = click.Context(root)
    nouns = {noun: root.get_command(context, noun) for noun in NOUNS}
    verbs = {
        (noun, verb)
        for noun, command in nouns.items()
        if isinstance(command, click.Group)
        for verb in command.list_commands(context)
    }
    assert met == verbs
    assert {noun for noun, command in nouns.items() if not isinstance(command, click.Group)} == SEPARATELY
