"""The contact gate as a compliance officer would check it: `tests/cases/gate/*.yaml`, each case a stream through the public port.

A step is a fact (`fact`) or an attempt by its channel with its outcome (`call: connected`, `sms: ""`), at a time of the debtor's clock
(`at`) or an instant as written (`instant`); `times` repeats it. It is allowed unless it says by which rule it is `denied` and `until`
when, or which `error` it is. `given` holds for all steps; `drop` and `put` change what is sent; `raw` is sent as it is.
"""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from plimsoll.collections.contact_rules import CHANNELS, ENDINGS, read_countries
from plimsoll.collections.debtor import FACTS
from plimsoll.interfaces.gate.serve import Stream, answer_lines
from plimsoll.rulebook.rules import load
from tests.golden import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "gate"
GIVEN = {"debtor": "d1", "to": "debtor", "number": "n1", "by": "lender", "zone": "Asia/Shanghai", "country": "cn", "purpose": "collect"}
OF_A_FACT = ("debtor", "person", "number", "subject")
CHECKS = ("at", "instant", "denied", "until", "error", "times", "drop", "put", "raw")
COUNTRIES = {policy: read_countries(load(), with_policy=policy) for policy in (False, True)}


def cases() -> list:
    """Return every case, in the order of the files."""
    found = [case for path in sorted(FOLDER.glob("*.yaml")) for case in read_yaml(path.read_text("utf-8"))]
    assert len({case["id"] for case in found}) == len(found), "an id is used twice"
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.parametrize("case", cases())
def test_case(case: dict):
    stream, answers, said = Stream(COUNTRIES[case.get("policy", False)]), [], []
    for number, step in enumerate(case["steps"], 1):
        for _ in range(step.get("times", 1)):
            answers.clear()
            answer_lines([line_of(case, step)], stream, answers.append, said.append)
            wanted, found = wanted_of(case, step), [told(answer) for answer in answers]
            assert found == wanted, f"{case['why']} Step {number}: {step}"


def line_of(case: dict, step: dict) -> bytes:
    """Return the line that a step sends."""
    if "raw" in step:
        return step["raw"].encode()
    given = {"to": "debtor"} | case.get("given", {})
    fields = GIVEN | given | {key: value for key, value in step.items() if key not in CHECKS}
    kind = next(key for key in (*CHANNELS, "fax", "fact") if key in step)
    if kind == "fact":
        fields = {"fact": step["fact"]} | {key: fields[key] for key in OF_A_FACT if key in given | step or key == "debtor"}
        if step["fact"] != "wrong_number":
            fields.pop("number", None)
    else:
        fields |= {"attempt": kind, "outcome": fields.pop(kind) or None}
    fields["at"] = step["instant"] if "instant" in step else clock(step["at"], zone_of(case, step)).isoformat()
    for key in step.get("drop", ()):
        del fields[key]
    return json.dumps(fields | step.get("put", {})).encode()


def zone_of(case: dict, step: dict) -> ZoneInfo:
    return ZoneInfo(step.get("zone", case.get("given", {}).get("zone", GIVEN["zone"])))


def clock(text: str, zone: ZoneInfo) -> datetime:
    """Return the instant at which a clock shows a time; one that says its own offset is taken as it is."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def wanted_of(case: dict, step: dict) -> list:
    if "error" in step:
        return [step["error"]]
    if "fact" in step:
        return []
    if "denied" not in step:
        return [True]
    until = None if step["until"] is None else clock(step["until"], zone_of(case, step)).isoformat()
    return [(step["denied"], until)]


def told(answer: str) -> object:
    """Return what an answer says: true, a rule with its instant, or the code of an error."""
    said = json.loads(answer)
    if "error" in said:
        assert said.get("allowed") is not True
        return said["error"]["code"]
    return said["allowed"] or (said["rule"], said["until"])


def test_there_are_enough_cases():
    assert len(cases()) >= 60


def test_every_fact_every_channel_and_every_rule_has_a_case():
    text = "".join(path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yaml")))
    steps = [step for case in cases() for step in case.values[0]["steps"]]
    assert set(FACTS) - {"plan_kept"} <= {step.get("fact") for step in steps}
    assert set(CHANNELS) <= {key for step in steps for key in step}
    rules = [key for key in load().rules if any(key.endswith(f".{ending}") for ending in ENDINGS) and ".COLLECT." in key]
    missing = [key for key in rules if key not in text and not key.endswith((".AGREED", ".RECORDS"))]
    assert not missing
