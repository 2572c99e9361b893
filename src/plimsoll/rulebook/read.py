"""Read a rule file so that whatever is wrong names its file, line and key.

YAML is taken apart as nodes, never as Python numbers: a value stays the text that stands in the file until the unit says what it is,
so no rate passes through a binary float and no time of day becomes a base-60 number.
"""

import difflib
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import yaml

from plimsoll.units.dates import parse_date
from plimsoll.units.money import parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

Plain: TypeAlias = str | list["Plain"] | dict[str, "Plain"] | None
"""What a file says, without lines and comments: what the digest is taken of."""

BYTES_MAX: Final = 1_000_000
DEPTH_MAX: Final = 12
WHOLE_MAX: Final = 10**9
T = TypeVar("T")
_NULL: Final = "tag:yaml.org,2002:null"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a rule file and where it stands: the file as people know it, the line counted from 1, the path of keys."""

    node: yaml.Node
    file: str
    key: str = ""

    @property
    def line(self) -> int:
        """The line that the value starts on, counted from 1."""
        mark = self.node.start_mark
        return mark.line + 1 if mark else 0

    def wrong(self, code: str, detail: str = "", remedy: str = "") -> Malformed:
        """Give the complaint about this value, to be raised."""
        return Malformed(code, detail, file=self.file, line=self.line, key=self.key, remedy=remedy)

    def inside(self, node: yaml.Node, name: str) -> "Field":
        """Give a value that stands inside this one."""
        return Field(node, self.file, f"{self.key}.{name}" if self.key else name)

    def is_null(self) -> bool:
        """Tell whether the file says `null` (unquoted), which ends a rule."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == _NULL

    def is_mapping(self) -> bool:
        """Tell whether the value has keys of its own."""
        return isinstance(self.node, yaml.MappingNode)

    def is_sequence(self) -> bool:
        """Tell whether the value is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def entries(self) -> dict[str, "Field"]:
        """Give the keys of a mapping with their values; raises field_malformed, rule_duplicate."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("field_malformed", "keys with values are expected here")
        found: dict[str, Field] = {}
        for key_node, value_node in self.node.value:
            name = Field(key_node, self.file, self.key).text()
            if name in found:
                raise Malformed("rule_duplicate", f"{name!r}", file=self.file, line=key_node.start_mark.line + 1, key=self.key)
            found[name] = self.inside(value_node, name)
        return found

    def fields(self, needed: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Field"]:
        """Give a mapping that has every needed key and none that is not listed; raises field_missing, field_unknown."""
        found = self.entries()
        known = (*needed, *optional)
        for name, value in found.items():
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                raise value.wrong("field_unknown", f"{name!r}", f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known)}.")
        for name in needed:
            if name not in found:
                raise self.wrong("rule_source_missing" if name == "source" else "field_missing", f"{name!r}")
        return found

    def each(self) -> list["Field"]:
        """Give the values of a list, in order; raises field_malformed where it is not a list or is empty."""
        if not isinstance(self.node, yaml.SequenceNode) or not self.node.value:
            raise self.wrong("field_malformed", "a list with at least one value is expected here")
        return [self.inside(node, str(number)) for number, node in enumerate(self.node.value, 1)]

    def text(self) -> str:
        """Give a scalar as the text in the file, not empty; raises field_malformed."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_null() or not self.node.value.strip():
            raise self.wrong("field_malformed", "one value in text is expected here")
        value: str = self.node.value
        return value

    def one_of(self, allowed: Iterable[str]) -> str:
        """Give a word of a closed list; raises field_malformed with the list."""
        value = self.text()
        known = tuple(allowed)
        if value not in known:
            raise self.wrong("field_malformed", f"{value!r}", f"One of: {', '.join(known)}.")
        return value

    def words(self, allowed: Iterable[str]) -> tuple[str, ...]:
        """Give a list of different words of a closed list; raises field_malformed."""
        known = tuple(allowed)
        found = tuple(value.one_of(known) for value in self.each())
        if len(set(found)) < len(found):
            raise self.wrong("field_malformed", "a word stands twice")
        return found

    def date(self) -> date:
        """Give an ISO date; raises date_malformed, date_out_of_range."""
        try:
            return parse_date(self.text())
        except Malformed as wrong:
            raise wrong.at(file=self.file, line=self.line, key=self.key) from None

    def whole(self, least: int = 0, most: int = WHOLE_MAX) -> int:
        """Give a whole number within bounds; raises field_malformed."""
        value = self.text()
        if not (value.isascii() and value.isdigit() and len(value) <= 10 and least <= int(value) <= most):
            raise self.wrong("field_malformed", f"{value!r}", f"A whole number from {least} to {most}.")
        return int(value)

    def flag(self) -> bool:
        """Give true or false, written so; raises field_malformed."""
        return self.one_of(("true", "false")) == "true"

    def rate(self) -> Rate:
        """Give an exact rate; raises rate_malformed, rate_too_precise, rate_too_large."""
        try:
            return Rate.parse(self.text())
        except Malformed as wrong:
            raise wrong.at(file=self.file, line=self.line, key=self.key) from None

    def minor(self, currency: str) -> int:
        """Give an amount of at least zero in minor units; raises what `parse_minor` does, and amount_out_of_range below zero."""
        try:
            minor = parse_minor(self.text(), currency)
        except Malformed as wrong:
            raise wrong.at(file=self.file, line=self.line, key=self.key) from None
        if minor < 0:
            raise self.wrong("amount_out_of_range", self.text())
        return minor

    def plain(self) -> Plain:
        """Give what the file says, without places; raises rule_duplicate wherever a key stands twice."""
        if self.is_mapping():
            return {name: value.plain() for name, value in self.entries().items()}
        if isinstance(self.node, yaml.SequenceNode):
            return [self.inside(node, str(number)).plain() for number, node in enumerate(self.node.value, 1)]
        return None if self.is_null() else str(self.node.value)


def read(path: Path, name: str) -> Field:
    """Read one YAML file, called `name` in messages; raises file_missing, file_not_text, file_too_large, file_empty, yaml_malformed."""
    return compose(read_text(path, name), name)


def read_text(path: Path, name: str) -> str:
    """Read a text file, called `name` in messages; raises file_missing, file_not_text, file_too_large."""
    try:
        raw = path.read_bytes()
    except OSError as missing:
        raise Malformed("file_missing", missing.strerror or "", file=name) from None
    if len(raw) > BYTES_MAX:
        raise Malformed("file_too_large", f"{len(raw)} bytes, at most {BYTES_MAX}", file=name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as foreign:
        raise Malformed("file_not_text", f"byte {foreign.start}", file=name, line=raw.count(b"\n", 0, foreign.start) + 1) from None


def compose(text: str, name: str) -> Field:
    """Take YAML text apart into nodes; raises file_empty, yaml_malformed."""
    try:
        _check_shape(text, name)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        raise Malformed("yaml_malformed", wrong.problem or "", file=name, line=mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as wrong:
        raise Malformed("yaml_malformed", f"{wrong}".replace("\n", " "), file=name) from None
    if node is None:
        raise Malformed("file_empty", file=name)
    return Field(node, name)


def _check_shape(text: str, name: str) -> None:
    """Refuse what nests without end, which would take the composer down, and aliases: a rule says itself what it says."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_MAX or isinstance(event, yaml.AliasEvent):
            detail = "an alias; write the value out" if depth <= DEPTH_MAX else f"nested more than {DEPTH_MAX} deep"
            raise Malformed("yaml_malformed", detail, file=name, line=event.start_mark.line + 1 if event.start_mark else 0)


def read_catalogue(folder: Path, name: str, read_one: Callable[[str, Field], T]) -> tuple[dict[str, T], str]:
    """Read every file of a catalogue, each holding entries under its name; give them by key, and the SHA-256 of what the files say.

    Raises Malformed with file, line and key: rule_duplicate for a key of two files, and what `read_one` raises.
    """
    found: dict[str, T] = {}
    content = []
    for path in sorted(folder.glob("*.yaml")):
        field = read(path, f"policy/{name}/{path.name}")
        content.append(field.plain())
        for key, entry in field.fields((name,))[name].entries().items():
            if key in found:
                raise entry.wrong("rule_duplicate", f"{key!r}")
            found[key] = read_one(key, entry)
    return found, sha_of(content)


def sha_of(said: object) -> str:
    """Give the SHA-256, in hex, of what is said in plain values: the same whatever the order of keys."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
