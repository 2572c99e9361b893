"""A country is data: a new one, a change to come and a misspelt rule, in a copy of the rulebook."""

import json
from pathlib import Path

import pytest

from plimsoll.collections.contact_rules import CountryRules, read_countries
from plimsoll.interfaces.gate.serve import Stream
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Malformed
from tests.unit.rule_folder import copied

ROW = "from: {since}, source: x, confidence: weak, review_by: 2028-01-01, value: {value}"


def rule(key: str, unit: str, value: str, per: str = "") -> str:
    """Write a rule of an atoll that has not been discovered yet."""
    head = f"XA.COLLECT.{key}: {{title: {{zh-CN: x, en: x}}, unit: {unit}, used_in: collections, {per}"
    return f"{head} values: [{{{ROW.format(since='2026-01-01', value=value)}}}]}}\n"


ATOLL = (
    rule("QUIET", "time of day", '["12:00", "14:30"]')
    + rule("CALLS.MAX", "times", "2", "per: debtor-2-days,")
    + rule("CONTACT_PERSON", "word", "never")
    + rule("STOP.HARDSHIP", "word", "[remind]")
)


def added(folder: Path, country: str, text: str) -> dict[str, CountryRules]:
    """Add a country to a copy of the rulebook; give the rules of all."""
    copied(folder)
    place = folder / "law" / country
    place.mkdir(exist_ok=True)
    (place / "contact.yaml").write_text(text, "utf-8")
    return read_countries(load(folder))


def ask(stream: Stream, at: str, **said: object) -> list:
    """Attempt a call at a time of Shanghai (or what is said); give what the answer says, without its offset."""
    fields = {"attempt": "call", "debtor": "d", "to": "debtor", "number": "n", "by": "lender", "at": f"{at}+08:00"}
    fields |= {"zone": "Asia/Shanghai", "country": "xa", "purpose": "collect", "outcome": "unanswered"} | said
    answer = json.loads(stream.answer(json.dumps(fields).encode()))
    return [True] if answer["allowed"] else [answer["rule"], answer["until"] and answer["until"][:16]]


def test_a_new_country_is_a_file(tmp_path: Path):
    stream = Stream(added(tmp_path / "rules", "xa", ATOLL))
    assert ask(stream, "2026-12-01T11:59:59") == [True]
    assert ask(stream, "2026-12-01T12:00:00") == ["XA.COLLECT.QUIET", "2026-12-01T14:30"]
    assert ask(stream, "2026-12-01T14:29:59") == ["XA.COLLECT.QUIET", "2026-12-01T14:30"]
    assert ask(stream, "2026-12-01T23:00:00") == [True]
    assert ask(stream, "2026-12-02T11:00:00") == ["XA.COLLECT.CALLS.MAX", "2026-12-03T00:00"]
    assert ask(stream, "2026-12-02T11:00:00", to="contact_person", person="p", purpose="locate") == ["XA.COLLECT.CONTACT_PERSON", None]
    stream.answer(b'{"fact":"hardship_opened","debtor":"e","at":"2026-12-02T11:00:00+08:00"}')
    assert ask(stream, "2026-12-02T11:00:00", debtor="e", purpose="remind") == ["XA.COLLECT.STOP.HARDSHIP", None]
    assert ask(stream, "2026-12-02T11:00:00", debtor="e") == ["POLICY.CONTACT.STOP.HARDSHIP", None], "what the house adds to the law"


def test_a_change_to_come_is_known(tmp_path: Path):
    """One call a day from 2026-12-21, quiet until 07:00 only, and no rule about dials: until says what will hold then."""
    text = (Path(__file__).parents[2] / "src/plimsoll/rulebook/law/cn/collection.yaml").read_text("utf-8")
    for key, value in (("QUIET", '["22:00", "07:00"]'), ("CALLS.CONNECTED.MAX", "1"), ("DIALS.UNANSWERED.MAX", "null")):
        head, _, tail = text.partition(f"CN.COLLECT.{key}:\n")
        first, _, rest = tail.partition("  values:\n")
        text = f"{head}CN.COLLECT.{key}:\n{first}  values:\n    - {{{ROW.format(since='2026-12-21', value=value)}}}\n{rest}"
    folder = tmp_path / "rules"
    copied(folder)
    (folder / "law/cn/collection.yaml").write_text(text, "utf-8")
    stream = Stream(read_countries(load(folder)))
    for _ in range(3):
        assert ask(stream, "2026-12-20T10:00:00", country="cn", outcome="connected") == [True]
    assert ask(stream, "2026-12-20T10:00:00", country="cn") == ["CN.COLLECT.CALLS.CONNECTED.MAX", "2026-12-21T07:00"]
    for _ in range(6):
        assert ask(stream, "2026-12-20T11:00:00", country="cn", debtor="e") == [True]
    assert ask(stream, "2026-12-20T22:30:00", country="cn", debtor="e") == ["CN.COLLECT.QUIET", "2026-12-21T07:00"]
    assert ask(stream, "2026-12-21T07:00:00", country="cn", outcome="connected") == [True]
    assert ask(stream, "2026-12-21T07:00:01", country="cn") == ["CN.COLLECT.CALLS.CONNECTED.MAX", "2026-12-22T07:00"]
    for _ in range(9):
        assert ask(stream, "2026-12-21T08:00:00", country="cn", debtor="e") == [True]


def test_a_stop_that_ends_with_its_rule(tmp_path: Path):
    """A rule with a last day gives the first instant after it, although nobody knows when the stop itself ends."""
    text = ATOLL.replace("value: [remind]", "until: 2026-12-24, value: [remind]")
    stream = Stream(added(tmp_path / "rules", "xa", text))
    stream.answer(b'{"fact":"hardship_opened","debtor":"e","at":"2026-12-02T11:00:00+08:00"}')
    assert ask(stream, "2026-12-02T11:00:00", debtor="e", purpose="remind") == ["XA.COLLECT.STOP.HARDSHIP", "2026-12-24T00:00"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('["12:00", "14:30"]', '["12:00", "12:00"]', "XA.COLLECT.QUIET"),
        ('["12:00", "14:30"]', '["12:00"]', "XA.COLLECT.QUIET"),
        ("per: debtor-2-days", "per: fortnight", "XA.COLLECT.CALLS.MAX"),
        ("per: debtor-2-days", "per: debtor-999-days", "XA.COLLECT.CALLS.MAX"),
        ("value: never", "value: sometimes", "XA.COLLECT.CONTACT_PERSON"),
        ("value: [remind]", "value: [threaten]", "XA.COLLECT.STOP.HARDSHIP"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, key: str):
    with pytest.raises(Malformed) as refused:
        added(tmp_path / "rules", "xa", ATOLL.replace(old, new))
    assert (refused.value.code, refused.value.key, refused.value.file) == ("rule_malformed", key, "law/xa/contact.yaml")
