"""Sources of evidence: files, HTTP against a real server of this machine, and the made-up world with its misbehaviours."""

import time
from datetime import UTC, date, datetime
from random import Random

import pytest

from plimsoll.app.sources.file_source import read_file
from plimsoll.app.sources.http_source import HttpSource, Patience
from plimsoll.app.sources.persona import PERSONAS, persona_of
from plimsoll.app.sources.port import Fetched, Link, Person, Request, Unavailable
from plimsoll.app.sources.sandbox import NAMES, Mood, SandboxSource, sandbox
from plimsoll.app.sources.truth import Truth
from plimsoll.risk.answer import answer_text, read_answer
from plimsoll.risk.evidence import ABSURD, CONTRADICTORY, FUTURE, MALFORMED, MISSING, NEGATIVE, STALE, features_at, tolerance
from plimsoll.rulebook.feature import load as load_catalogue
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import LANGUAGES, Malformed, sentence
from tests.provider import SCORE, provider

DAY = date(2026, 8, 1)
NOW = datetime(2026, 8, 1, 9, tzinfo=UTC)
WANG = Person("王伟", "360426199101010071", "13800000000", "4111111111111111")
CATALOGUE = load_catalogue()
APART = tolerance(load(), DAY)


# ---- HTTP


@pytest.fixture(scope="module")
def served():
    with provider() as found:
        yield found


ONCE = Patience(5.0, 1, 0.0)


def asked(served, path, patience=ONCE, person=WANG, **more):
    with HttpSource("score", served[0] + path, patience=patience, chance=Random(1), sleep=lambda _: None, **more) as source:
        return source.fetch(Request(7, DAY, person), NOW)


def test_a_provider_is_asked_with_what_it_needs_and_its_answer_taken(served):
    told = asked(served, "/well", token="s3cret")
    assert isinstance(told, Fetched)
    assert told.items == (SCORE,)
    assert len(told.digest) == 64
    path, said, headers = served[1][-1]
    assert path == "/well", "nothing personal is in the address"
    assert said["customer_id"] == 7
    assert said["person"]["document"] == WANG.document
    assert headers["authorization"] == "Bearer s3cret"
    assert asked(served, "/linked").links == (Link("device", "d-1"),)
    assert asked(served, "/nobody").items == ()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/moved", "source_redirected"),
        ("/forbidden", "source_refused"),
        ("/broken", "source_failed"),
        ("/huge", "source_answer_too_large"),
        ("/html", "evidence_answer_malformed"),
        ("/list", "evidence_answer_malformed"),
        ("/words", "evidence_answer_malformed"),
        ("/bad_links", "evidence_answer_malformed"),
        ("/zipped", "evidence_answer_malformed"),
        ("/hang_up", "source_unreachable"),
        ("/cut", "source_unreachable"),
    ],
)
def test_what_a_provider_does_wrong_has_a_code(served, path, code):
    found = asked(served, path)
    assert isinstance(found, Unavailable)
    assert found.code == code
    assert "3604" not in found.detail
    assert all(sentence(found.code, language) for language in LANGUAGES)


def test_a_redirect_is_not_followed(served):
    asked(served, "/moved")
    assert served[1][-1][0] == "/moved"


@pytest.mark.parametrize("path", ["/slow", "/drip"])
def test_nobody_waits_longer_than_the_limit(served, path):
    begun = time.monotonic()
    found = asked(served, path, Patience(0.3, 3, 0.0))
    assert found == Unavailable("source_timed_out", found.detail)
    assert time.monotonic() - begun < 8


def test_a_busy_provider_is_tried_again(served):
    assert isinstance(asked(served, "/busy_once", Patience(5.0, 2, 0.001)), Fetched)


def test_tries_end(served):
    before = len(served[1])
    slept = []
    with HttpSource("score", served[0] + "/broken", patience=Patience(5.0, 3, 0.5), chance=Random(1), sleep=slept.append) as source:
        assert source.fetch(Request(7, DAY), NOW) == Unavailable("source_failed", "500")
    assert len(served[1]) - before == 3
    assert len(slept) == 2
    assert all(0 <= pause <= 0.5 * 2**n for n, pause in enumerate(slept))
    assert "person" not in served[1][-1][1]


def test_nobody_listens():
    with HttpSource("score", "http://127.0.0.1:9/", patience=Patience(2.0, 2, 0.0), chance=Random(1), sleep=lambda _: None) as source:
        assert source.fetch(Request(7, DAY), NOW).code == "source_unreachable"


@pytest.mark.parametrize(
    "url", ["http://example.org/score", "ftp://127.0.0.1/", "example.org", "", "https://", "http://127.0.0.1.example.org/"]
)
def test_personal_data_is_not_sent_in_the_clear(url):
    with pytest.raises(Malformed) as wrong:
        HttpSource("score", url, chance=Random(1))
    assert wrong.value.code == "source_not_encrypted"


def test_a_person_does_not_print():
    assert not any(part in repr(Request(7, DAY, WANG)) for part in (WANG.name, WANG.document, WANG.phone, WANG.card))


# ---- Files

CSV = """customer_id,name,kind,value,event_at
7,platform_score,,712,2026-07-30
7,is_student,,false,2026-07-30
7,returns_share,,0.05,2026-07-30
7,income_monthly_minor,payroll,,2026-07-30
8,bureau_debt_minor,,-5,2026-07-30
8,bureau_lenders,,many,2026-07-30
"""


def test_a_csv_file_answers_for_its_people(tmp_path):
    path = tmp_path / "score.csv"
    path.write_text(CSV, "utf-8-sig")
    source = read_file(path, "score")
    assert source.people_count == 2
    told = source.fetch(Request(7, DAY), NOW)
    assert [item["value"] for item in told.items] == [712, False, "0.05", None]
    assert told.items[3]["kind"] == "payroll"
    assert [item["value"] for item in source.fetch(Request(8, DAY), NOW).items] == [-5, "many"]
    assert source.fetch(Request(9, DAY), NOW).items == ()


def test_json_lines_answer_for_their_people(tmp_path):
    path = tmp_path / "score.jsonl"
    path.write_text('{"customer_id": 7, "name": "platform_score", "value": 712, "event_at": "2026-07-30"}\n\n', "utf-8")
    assert read_file(path, "score").fetch(Request(7, DAY), NOW).items == (SCORE,)


@pytest.mark.parametrize(
    ("name", "content", "code", "line"),
    [
        ("a.csv", "", "column_missing", 1),
        ("a.csv", "customer_id,name,value\n", "column_missing", 1),
        ("a.csv", "customer_id,name,value,event_at\n", "file_empty", 0),
        ("a.csv", "customer_id,name,value,event_at\n7,x,1\n", "row_malformed", 2),
        ("a.csv", 'customer_id,name,value,event_at\n7,"x,1,2026-01-01\n', "row_malformed", 2),
        ("a.csv", "customer_id,name,value,event_at\n-7,x,1,2026-01-01\n", "field_malformed", 2),
        ("a.csv", "customer_id,name,value,event_at\n7," + "x" * 20_000 + ",1,2026-01-01\n", "file_too_large", 2),
        ("a.jsonl", "", "file_empty", 0),
        ("a.jsonl", "[1]\n", "row_malformed", 1),
        ("a.jsonl", "{\n", "row_malformed", 1),
        ("a.jsonl", '{"customer_id": true}\n', "field_malformed", 1),
        ("a.jsonl", b"\xff\xfe", "file_not_text", 0),
        ("a.jsonl", None, "file_missing", 0),
    ],
    ids=range(13),
)
def test_a_file_that_cannot_be_read(tmp_path, name, content, code, line):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Malformed) as wrong:
        read_file(path, "score")
    assert (wrong.value.code, wrong.value.line) == (code, line)


def test_a_file_of_no_known_source(tmp_path):
    with pytest.raises(Malformed) as wrong:
        read_file(tmp_path / "a.csv", "gossip")
    assert wrong.value.code == "evidence_source_unknown"


# ---- The sandbox


def shown(source: SandboxSource, number: int = 1, person: Person | None = None):
    return source.fetch(Request(number, DAY, person), NOW)


def readings(fetched: Fetched, source: str):
    """Give what the house makes of an answer."""
    from plimsoll.loan.filing import Filing
    from plimsoll.risk.answer import filed_answer, items_of

    answer = read_answer(answer_text(fetched.items, digest=fetched.digest), source, CATALOGUE, NOW)
    filing = Filing(1, "evidence", source, DAY.toordinal(), NOW, "test", filed_answer(answer, 1))
    return features_at(items_of([filing], CATALOGUE), NOW, CATALOGUE, APART)


def test_every_source_shows_its_part_and_the_house_can_use_all_of_it():
    told = set()
    for source in sandbox(1, lambda _: Truth()):
        fetched = shown(source, person=WANG)
        assert isinstance(fetched, Fetched)
        used = {name for name, reading in readings(fetched, source.name).items() if not reading.outcome}
        assert used == {str(item["name"]) for item in fetched.items}
        told |= used
    assert told == {name for name, feature in CATALOGUE.features.items() if feature.sources != ("application",)}


def test_the_same_seed_person_and_day_give_the_same_answer():
    for name in NAMES:
        one, other = (SandboxSource(name, 5, lambda _: Truth(), Mood(wrong=0.3, missing=0.3)) for _ in range(2))
        assert [shown(one, n) for n in range(20)] == [shown(other, n) for n in range(20)]
    score = SandboxSource("score", 5, lambda _: Truth())
    assert len({shown(score, n).digest for n in range(20)}) > 5


def outcomes(name: str, mood: Mood, people: int = 60):
    """Give every outcome that a misbehaving source leads to among some people."""
    found = set()
    source = SandboxSource(name, 3, lambda _: Truth(lenders=2, inquiries=1, debt_minor=10**6, debt_limit_minor=10**6), mood)
    for number in range(people):
        told = {str(item["name"]) for item in shown(source, number).items}
        found |= {reading.outcome for feature, reading in readings(shown(source, number), name).items() if feature in told}
    return found - {""}


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        (Mood(), set()),
        (Mood(missing=1.0), {MISSING}),
        (Mood(stale=1.0), {STALE}),
        (Mood(contradictory=1.0), {CONTRADICTORY}),
        (Mood(duplicated=1.0), set()),
        (Mood(wrong=1.0), {NEGATIVE, ABSURD, FUTURE, MALFORMED}),
    ],
    ids=["well", "missing", "stale", "contradictory", "duplicated", "wrong"],
)
@pytest.mark.parametrize("name", ["bureau", "score"])
def test_each_misbehaviour_leads_to_its_own_outcome(name, mood, expected):
    assert outcomes(name, mood) == expected


def test_a_source_can_be_down_or_slow():
    down = SandboxSource("bureau", 3, lambda _: Truth(), Mood(down=1.0))
    assert shown(down).code == "source_failed"
    slept = []
    slow = SandboxSource("bureau", 3, lambda _: Truth(), Mood(slow=1.0, slow_s=9.0), slept.append)
    assert isinstance(shown(slow), Fetched)
    assert slept == [9.0]


def test_somebody_unknown_has_no_evidence():
    assert shown(SandboxSource("bureau", 3, lambda _: None)).items == ()


def test_a_persona_is_known_by_the_end_of_the_document_number():
    assert persona_of("110101199001010001").name == "approve"
    assert persona_of("11010119900101996X") is None
    names = [persona.name for persona in PERSONAS.values()]
    assert len(names) == len(set(names)) == 9
    late = Person("王伟", "110101199001010009", "13800000000")
    assert shown(SandboxSource("bureau", 3, lambda _: None), person=late).code == "source_timed_out"
    assert isinstance(shown(SandboxSource("score", 3, lambda _: None), person=late), Fetched)


def test_identity_is_really_checked():
    liar = Person("王伟", "360426199101010072", "1380000000", "4111111111111112")
    told = {item["name"]: item["value"] for item in shown(SandboxSource("identity", 3, lambda _: Truth()), person=liar).items}
    assert [told[name] for name in ("id_valid", "id_matches", "phone_valid", "card_matches")] == [False] * 4
    told = {item["name"]: item["value"] for item in shown(SandboxSource("identity", 3, lambda _: Truth(age_years=1)), person=WANG).items}
    assert told["age_years"] == 35
