"""The JSON that a decision leaves behind: answers, details of facts, messages."""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Final

from plimsoll.loan.book import Held

ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def tell(said: Mapping[str, object]) -> str:
    """Give JSON text on one line; what is "" is left out."""
    return "{" + ",".join([f'"{name}":{_told(value)}' for name, value in said.items() if value != ""]) + "}"


def _told(value: object) -> str:
    """Give a value as JSON; whole numbers and text, which nearly all are, without the detour through an encoder."""
    if value.__class__ is int:
        return str(value)
    return encode_basestring(value) if isinstance(value, str) else ENCODER.encode(value)


def detail(ref: str, reason: str = "") -> str:
    """Give the detail that a fact keeps for people: the reference of another system, and the reason; "" for neither."""
    return tell({"ref": ref, "reason": reason}) if ref or reason else ""


def recorded(held: Held, ahead: int = 0) -> dict[str, object]:
    """Give where the next fact of a loan will stand: its number is what a reversal, a refund or a conversion names."""
    return {"loan_id": held.loan_id, "fact": held.facts_count + 1 + ahead}
