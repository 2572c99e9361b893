"""Model files: one JSON object that holds the SHA-256 of all else in it. What is not ours, pickled, or changed since is never read on."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from plimsoll.units.refusal import Malformed

FORMAT: Final = 1
SCORECARD: Final = "scorecard"
TREE: Final = "tree"
TEXT_MAX: Final = 200_000_000
PICKLE_STARTS: Final = (
    "\x80",
    "(dp",
    "(lp",
    "ccopy_reg",
    "c__builtin__",
    "cnumpy",
    "csklearn",
    "cpandas",
    "cbuiltins",
    "cos\n",
    "cposix\n",
)
"""How pickles begin: with their protocol byte, or in protocol 0 with the name of what they would call."""


def digest_of(document: Mapping[str, Any]) -> str:
    """Give the SHA-256, in hex, of all that a document says but its digest."""
    said = {name: value for name, value in document.items() if name != "digest"}
    told = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def seal(document: Mapping[str, Any]) -> str:
    """Write a document as text with its digest at the end."""
    said = {name: value for name, value in document.items() if name != "digest"}
    return json.dumps(said | {"digest": digest_of(said)}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def unseal(text: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Read the document of a model file of one of some kinds.

    Raises Malformed: model_pickled, model_not_ours, model_kind_unknown, model_tampered.
    """
    if text.startswith(PICKLE_STARTS):
        raise Malformed("model_pickled")
    if len(text) > TEXT_MAX:
        raise Malformed("model_not_ours", f"{len(text):,} characters")
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as wrong:
        raise Malformed("model_not_ours", f"{wrong}"[:200]) from None
    if not isinstance(document, dict) or not isinstance(document.get("kind"), str) or not isinstance(document.get("digest"), str):
        raise Malformed("model_not_ours", "no object with kind and digest")
    if document["kind"] not in kinds:
        raise Malformed("model_kind_unknown", document["kind"][:40], remedy=f"Here: {', '.join(kinds)}.")
    if document.get("format") != FORMAT:
        raise Malformed("model_not_ours", f"format {document.get('format')!r}; this version reads {FORMAT}"[:100])
    if digest_of(document) != document["digest"]:
        raise Malformed("model_tampered")
    return document


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
