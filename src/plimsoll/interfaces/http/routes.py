"""Find the operation of a method and path in a few steps, however many there are."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from plimsoll.interfaces.http.operation import Operation

PART_MAX: Final = 200
"""Characters of an id in a path."""


class Found(NamedTuple):
    """What a path leads to: its operations by method, and what stood in the braces."""

    methods: Mapping[str, Operation]
    path: Mapping[str, str]


class _Step:
    """One place in the tree of paths: literal words first, then whatever stands in braces."""

    __slots__ = ("any", "methods", "names", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Step] = {}
        self.any: _Step | None = None
        self.methods: dict[str, Operation] = {}
        self.names: dict[str, tuple[str, ...]] = {}


class Routes:
    """The paths of operations as a tree."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.root = _Step()
        for one in operations:
            self._add(one)

    def _add(self, operation: Operation) -> None:
        step, names = self.root, []
        for part in operation.path.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part[1:-1])
                step.any = step.any or _Step()
                step = step.any
            else:
                step = step.words.setdefault(part, _Step())
        assert operation.method not in step.methods, f"two operations at {operation.method} {operation.path}"
        step.methods[operation.method] = operation
        step.names[operation.method] = tuple(names)

    def find(self, path: str, method: str) -> Found | None:
        """Give the operations at a path, and the ids for `method`; None where nothing is. A word goes before an id."""
        parts = path.strip("/").split("/")
        if "" in parts or (len(path) > PART_MAX and max(map(len, parts)) > PART_MAX):
            return None
        found = _down(self.root, parts, 0, ())
        if found is None:
            return None
        step, values = found
        return Found(step.methods, dict(zip(step.names.get(method, ()), values, strict=False)))


def _down(step: _Step, parts: list[str], at: int, values: tuple[str, ...]) -> tuple[_Step, tuple[str, ...]] | None:
    if at == len(parts):
        return (step, values) if step.methods else None
    part = parts[at]
    following = step.words.get(part)
    if following is not None and (found := _down(following, parts, at + 1, values)) is not None:
        return found
    return _down(step.any, parts, at + 1, (*values, part)) if step.any is not None else None
