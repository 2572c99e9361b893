"""The text in which a command waits gives back exactly that command, for every command of the house; and policy names what there is."""

import json
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.app.access.role import names
from plimsoll.app.approve import need
from plimsoll.app.approve.need import Act
from plimsoll.app.approve.words import FIELDS, UNSAID, VERBS, change, headline
from plimsoll.app.approve.written import read, text_of, write
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.loan.filing import Body, body_of
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate

ON = date(2026, 3, 2)
TEXTS = st.text(max_size=20)
RATES = st.integers(0, 10**9 - 1).map(lambda n: Rate.parse(f"{n // 10**6}.{n % 10**6:06}"))
OF_TYPE = {
    str: TEXTS,
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    date: st.dates(),
    date | None: st.none() | st.dates(),
    tuple[date, ...]: st.lists(st.dates(), max_size=3).map(tuple),
    tuple[str, ...]: st.lists(TEXTS, max_size=3).map(tuple),
    Body: st.dictionaries(TEXTS, st.integers() | TEXTS, max_size=3).map(body_of),
    Rate: RATES,
    Rate | None: st.none() | RATES,
}
ACTS = ("role_grant", "webhook_url", "import_apply", "export_rows")


def command_of(name):
    """Give any command of a name."""
    kind = ALL_COMMANDS[name]
    return st.builds(kind, **{one.name: OF_TYPE[one.type] for one in fields(kind)})


@pytest.mark.parametrize("name", ALL_COMMANDS)
@given(st.data())
@settings(max_examples=6)
def test_a_command_is_read_back_exactly(name, data):
    command = data.draw(command_of(name))
    text = text_of(write(command))
    again = read(json.loads(text), command.key)
    assert again == command
    assert type(again) is type(command)
    assert text_of(write(again)) == text


@settings(max_examples=30)
@given(TEXTS, TEXTS, st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), max_size=3), st.integers(0, 9))
def test_an_act_is_read_back_exactly(subject, said, lines, version):
    act = Act("role_grant", "k", subject, body_of({"said": said}), tuple(lines), version)
    assert read(json.loads(text_of(write(act))), "k") == act


def test_policy_names_verbs_and_roles_that_there_are_and_all_have_words():
    rules, roles = load(), set(names())
    listed = [rules.value(key, ON) for key in (need.ALWAYS, need.LIVE_ONLY, need.RAISES, need.BACK_DATED, need.TWO)]
    verbs = {verb for value in listed for verb in ((value,) if isinstance(value, str) else value)}
    verbs |= set(rules.value(need.ABOVE, ON)) | set(rules.value(need.ALONE, ON))
    assert verbs <= {*ALL_COMMANDS, *ACTS}
    assert set(rules.value(need.AUTHORITY, ON)) <= roles
    assert {role for value in rules.value(need.ALONE, ON).values() for role in ((value,) if isinstance(value, str) else value)} <= roles
    assert verbs <= set(VERBS), "each verb of policy has words"
    said = {one.name for verb in verbs & set(ALL_COMMANDS) for one in fields(ALL_COMMANDS[verb])}
    assert said - set(UNSAID) <= set(FIELDS), "and each of its fields"


@pytest.mark.parametrize("name", ALL_COMMANDS)
@given(st.data())
@settings(max_examples=2)
def test_every_command_can_be_shown(name, data):
    command = data.draw(command_of(name))
    assert headline(command)["en"]
    assert all(line["en"] and line["zh-CN"] for line in change(command, {}))
