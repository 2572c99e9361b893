"""What a source answered: read once at the door, judged item by item, kept in the customer's file as a filing of kind "evidence".

An answer is a JSON object: {"items": [{"name": "platform_score", "value": 712, "event_at": "2026-08-01"}, …]}, or {"unavailable": CODE}
where the source did not answer. Money is whole minor units, a share is decimal text, a word is lower-case text: no personal data has
room in it. An item that cannot be used is kept with what is wrong with it, an answer that cannot be read is refused whole.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Body, Filing, body_of, read_body
from plimsoll.risk.evidence import AHEAD_MAX, FUTURE, KINDS, MALFORMED, MISSING, NEGATIVE, STALE, UNAVAILABLE, Item, judge_value
from plimsoll.rulebook.feature import NAME, SOURCES, Catalogue, Feature, Value
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed
from plimsoll.units.sentences import SENTENCES

EVIDENCE: Final = "evidence"
"""The kind of filing; its subject is the source."""

ITEMS_MAX: Final = 200
WORD_LENGTH_MAX: Final = 40
LENGTH_MAX: Final = 100_000
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SHARE: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,9})?")


class Told(NamedTuple):
    """One item of an answer: the value in JSON's own words (None where there is none or it cannot be read), and what is wrong with it."""

    name: str
    kind: str
    value: int | str | bool | None
    event_at: str  # as the source wrote it, "" where it cannot be read
    flags: tuple[str, ...]


class Answer(NamedTuple):
    """What a source answered. `unavailable` is the code of why it did not, "" where it did."""

    items: tuple[Told, ...]
    unavailable: str
    unknown: tuple[str, ...]  # names that the catalogue does not have, or not from this source
    doubled: int  # items told twice in the same words
    digest: str  # SHA-256 of what came over the wire, "" where nothing did


def answer_text(items: Iterable[Mapping[str, object]] = (), *, digest: str = "", unavailable: str = "") -> Body:
    """Give an answer as text for the command that records it."""
    said: dict[str, object] = {"unavailable": unavailable} if unavailable else {"items": [dict(item) for item in items]}
    return body_of(said | ({"digest": digest} if digest else {}))


def read_answer(text: str, source: str, catalogue: Catalogue, known_at: datetime) -> Answer:
    """Read and judge an answer; raises Malformed evidence_source_unknown, evidence_answer_malformed."""
    if source not in SOURCES:
        raise Malformed("evidence_source_unknown", repr(source)[:60], remedy=f"One of: {', '.join(SOURCES)}.")
    said = read_object(text)
    extra = said.keys() - {"items", "unavailable", "digest"}
    if extra or ("items" in said) == ("unavailable" in said):
        raise _wrong(f"keys {', '.join(sorted(said))[:60]!r}", "Either items or unavailable, and a digest.")
    digest = said.get("digest", "")
    if digest != "" and not (isinstance(digest, str) and _DIGEST.fullmatch(digest)):
        raise _wrong("digest", "64 digits of SHA-256 in hex.")
    if "unavailable" in said:
        code = said["unavailable"]
        if not isinstance(code, str) or code not in SENTENCES:
            raise _wrong("unavailable", "A code of the closed list.")
        return Answer((), code, (), 0, digest)
    return _judged(said["items"], source, catalogue, known_at, digest)


def read_object(text: str) -> dict[str, Any]:
    """Read JSON that may come from anywhere: bounded, no number that is not finite, no key twice; raises evidence_answer_malformed."""
    if len(text) > LENGTH_MAX:
        raise _wrong(f"{len(text)} characters", f"At most {LENGTH_MAX}.")
    try:
        said = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as wrong:
        raise _wrong(f"{wrong}"[:80]) from None
    if not isinstance(said, dict):
        raise _wrong(f"a {type(said).__name__}", "A JSON object.")
    return said


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _wrong(detail: str, remedy: str = "") -> Malformed:
    return Malformed("evidence_answer_malformed", detail, remedy=remedy)


def _judged(items: object, source: str, catalogue: Catalogue, known_at: datetime, digest: str) -> Answer:
    if not isinstance(items, list) or len(items) > ITEMS_MAX or not all(isinstance(item, dict) for item in items):
        raise _wrong("items", f"A list of at most {ITEMS_MAX} objects.")
    told: dict[Told, None] = {}
    unknown: dict[str, None] = {}
    for item in items:
        name = item.get("name")
        feature = catalogue.features.get(name) if isinstance(name, str) else None
        if feature is None or source not in feature.sources:
            unknown[name if isinstance(name, str) and NAME.fullmatch(name) and len(name) <= WORD_LENGTH_MAX else "?"] = None
        else:
            told[_judge(item, feature, known_at)] = None
    doubled = len(items) - len(told) - sum(1 for item in items if not _is_known(item, source, catalogue))
    return Answer(tuple(told), "", tuple(unknown), doubled, digest)


def _is_known(item: Mapping[str, object], source: str, catalogue: Catalogue) -> bool:
    name = item.get("name")
    return isinstance(name, str) and name in catalogue.features and source in catalogue.features[name].sources


def _judge(item: Mapping[str, object], feature: Feature, known_at: datetime) -> Told:
    """Judge one item as it came; what it is worth later, `features_at` judges again."""
    kind, written, value = item.get("kind", ""), item.get("event_at"), item.get("value")
    at = read_instant(written)
    if item.keys() - {"name", "kind", "value", "event_at"} or kind not in KINDS or at is None:
        return Told(feature.name, kind if isinstance(kind, str) and kind in KINDS else "", None, _shown(written, at), (MALFORMED,))
    assert isinstance(kind, str)
    shown = _shown(written, at)
    if value is None:
        return Told(feature.name, kind, None, shown, (MISSING,))
    meant, plain = _meant(feature, value)
    flags = [judge_value(feature, meant) if meant is not None else plain[1]]
    flags += [FUTURE] if at > known_at + AHEAD_MAX else [STALE] if (known_at - at).days > feature.fresh_days else []
    return Told(feature.name, kind, plain[0], shown, tuple(flag for flag in flags if flag))


def _shown(written: object, at: datetime | None) -> str:
    return str(written) if at is not None else ""


def _meant(feature: Feature, value: object) -> tuple[Value | None, tuple[int | str | bool | None, str]]:
    """Give a value as the house means it, with how it is kept and what is wrong where it means nothing."""
    if type(value) is int and feature.type in ("money", "whole", "days") and abs(value) < 2**63:
        return value, (value, "")
    if feature.type == "share":
        if not isinstance(value, str) or not _SHARE.fullmatch(value):
            return None, (None, MALFORMED)
        return (None, (value, NEGATIVE)) if value.startswith("-") else (Rate.parse(value), (value, ""))
    if feature.type == "text":
        is_word = isinstance(value, str) and NAME.fullmatch(value) and len(value) <= WORD_LENGTH_MAX
        return (str(value), (str(value), "")) if is_word else (None, (None, MALFORMED))
    if isinstance(value, bool) and feature.type == "yes-no":
        return value, (value, "")
    return None, (None, MALFORMED)


def read_instant(written: object) -> datetime | None:
    """Read an instant as sources write it: 2026-08-01, or 2026-08-01T09:30:00 with Z or an offset (UTC without); None otherwise."""
    if not isinstance(written, str) or not 10 <= len(written) <= 40 or written[4] != "-":
        return None
    return _instant(written)


@lru_cache(maxsize=4096)
def _instant(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def filed_answer(answer: Answer, consent: int) -> Body:
    """Give an answer as the body of its filing."""
    return body_of(
        {
            "items": [[*one[:4], list(one.flags)] for one in answer.items],
            "unavailable": answer.unavailable,
            "unknown": list(answer.unknown),
            "doubled": answer.doubled,
            "digest": answer.digest,
            "consent": consent,
        }
    )


def answers_of(filings: Iterable[Filing]) -> list[tuple[Filing, Answer, int]]:
    """Give what the file holds of answers, with the number of the consent under which each was fetched."""
    found = []
    for filing in filings:
        if filing.kind == EVIDENCE:
            said = read_body(filing)
            items = tuple(Told(name, kind, value, at, tuple(flags)) for name, kind, value, at, flags in said["items"])
            answer = Answer(items, said["unavailable"], tuple(said["unknown"]), said["doubled"], said["digest"])
            found.append((filing, answer, said["consent"]))
    return found


def items_of(filings: Iterable[Filing], catalogue: Catalogue) -> list[Item]:
    """Give every item on file, oldest first; a source that did not answer leaves an item without a value for each of its features."""
    found: list[Item] = []
    for filing in filings:
        if filing.kind != EVIDENCE:
            continue
        said, source, at = read_body(filing), filing.subject, filing.at
        consent = said["consent"]
        if said["unavailable"]:
            silent = (feature.name for feature in catalogue.of_source(source))
            found += [Item(name, None, source, "", at, at, consent, (UNAVAILABLE,)) for name in silent]
        for name, kind, told, event_at, flags in said["items"]:
            feature = catalogue.features.get(name)
            if feature is not None:
                value = None if told is None else _meant(feature, told)[0]
                found.append(Item(name, value, source, kind, read_instant(event_at) or at, at, consent, tuple(flags) if flags else ()))
    return found
