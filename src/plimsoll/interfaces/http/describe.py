"""Describe an operation in words: what it does, who may, what a repeat does, whether others may have to agree, and what it refuses by name.

Nothing is written here for one operation alone. The words are those of its line, of its handler or of its verb (command and decision), of
the list of permissions; the refusals are found in the source by `tools.refusals_found`.
"""

import inspect
import re
from functools import partial
from typing import Any, Final

from plimsoll.app.access.permission import SAID
from plimsoll.app.wiring import ALL_COMMANDS, DOSSIER_WIRING, WIRING
from plimsoll.interfaces.http.operation import Operation
from plimsoll.interfaces.http.statuses import status_of
from plimsoll.interfaces.http.told.read import refusals

DESCRIPTION_MAX: Final = 4_000
SMALL: Final = frozenset({
    "the", "and", "for", "with", "what", "that", "one", "give", "where", "some", "its", "his", "her", "their", "are", "was",
})  # fmt: skip
"""Words that say nothing by themselves."""
NEW_SHARE: Final = 0.34
_REFUSES: Final = re.compile(r"\s*[,;]?\s*(?:Refuses|refuses|Raises|raises)\b.*", re.DOTALL)
_SPACE: Final = re.compile(r"\s+")
_END: Final = re.compile(r"(?<=[.;])\s+(?=[A-Z`\"])")
_WORD: Final = re.compile(r"[a-z_]+")


def handler_of(one: Operation) -> Any:
    """Give the function that answers an operation, without what was put around it."""
    handle: Any = one.handle
    while isinstance(handle, partial):
        inner = next((each for each in handle.args if isinstance(each, Operation)), None)
        handle = handle.func if inner is None else inner.handle
    return handle


def by_status(one: Operation) -> dict[int, list[str]]:
    """Give what an operation refuses by itself, by the status that it answers with."""
    found: dict[int, list[str]] = {}
    for code in refusals().get(one.name, ()):
        found.setdefault(status_of(code), []).append(code)
    return found


def describe(one: Operation, four_eyes: tuple[str, ...]) -> str:
    """Give the description, in Markdown; `four_eyes` are the policies that may ask for others."""
    parts = [_what(one), _who(one), _again(one)]
    rules = four_eyes or ((one.four_eyes,) if one.four_eyes else ())
    if rules:
        named = ", ".join(f"`{rule}`" for rule in rules)
        parts.append(f"**Four eyes**: by {named} it may answer 202 with an approval instead; it is done when others have agreed.")
    if one.needs_match:
        parts.append("**If-Match** names the version that was read: 412 `version_passed` where somebody changed it meanwhile.")
    if one.shows_personal:
        parts.append("**Personal data**: each look goes on record before it is given.")
    told = [f"`{code}` ({status})" for status, codes in sorted(by_status(one).items()) for code in codes]
    if told:
        parts.append(f"**Refuses**, beside what any operation may: {', '.join(told)}.")
    return "\n\n".join(parts)[:DESCRIPTION_MAX]


def _what(one: Operation) -> str:
    """Give what it does: its line, then what its verb, or its handler and its shapes, say beyond it."""
    command: Any = ALL_COMMANDS.get(one.name)
    if command is None:
        handle = handler_of(one)
        told = [inspect.getdoc(handle) if inspect.isfunction(handle) else "", *_asked(one)]
    else:
        verb = WIRING.get(command) or DOSSIER_WIRING[command]
        told = [inspect.getdoc(command), inspect.getdoc(verb.decide)]
    parts = [one.said[0]]
    for each in told:
        parts += [sentence for sentence in _sentences(each or "") if _says_more(sentence, parts)]
    return " ".join(parts)


def _says_more(sentence: str, parts: list[str]) -> bool:
    """Tell whether a sentence has words that were not said yet: one that has few is the same said again."""
    words = _said_words(sentence)
    return len(words - _said_words(" ".join(parts))) > len(words) * NEW_SHARE


def _said_words(text: str) -> set[str]:
    return {word.rstrip("s") for word in _WORD.findall(text.lower()) if len(word) > 2 and word not in SMALL}


def _asked(one: Operation) -> list[str]:
    """Give what the shapes of its query and its body say of themselves."""
    return [inspect.getdoc(shape) or "" for shape in (one.query, one.body) if shape is not None and shape.__name__ != "Empty"]


def _sentences(doc: str) -> list[str]:
    """Give the sentences of a docstring, without what it refuses, which is told apart."""
    said = _SPACE.sub(" ", _REFUSES.sub("", doc)).strip()
    return [one if one.endswith((".", ":", ";")) else f"{one}." for one in _END.split(said) if one]


def _who(one: Operation) -> str:
    if one.is_open:
        return "**Permission**: none; nobody has to be signed in."
    if not one.permission:
        return "**Permission**: none beyond being signed in; it reaches as far as one may see."
    return f"**Permission**: `{one.permission}`, to {SAID[one.permission][0]}."


def _again(one: Operation) -> str:
    if one.method == "GET":
        return "**Reads only.**"
    if one.is_idempotent:
        return "**Idempotent** by its `Idempotency-Key`."
    return "**Idempotent** by itself." if one.method in ("PUT", "DELETE") else "**Takes no key**: each request is looked at anew."
