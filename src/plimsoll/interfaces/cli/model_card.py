"""`plimsoll model card`: what a model file says of itself, feature by feature."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.app.modelling.file import read_model_file
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.risk.score.card import Card
from plimsoll.risk.score.forest import Leaf, Node
from plimsoll.risk.score.tree import Tree

File = Annotated[Path, typer.Argument(metavar="MODEL", help="The model: a file written by `plimsoll model train`.")]
WORDS_SHOWN = 60


def card(file: File, as_json: AsJson = False) -> None:
    """Print a model's card: training, scale, and for each feature its bins and points, or how often the trees ask for it."""
    model, _ = read_model_file(file)
    if as_json:
        print(json.dumps(model.document() | {"digest": model.digest}, ensure_ascii=False))
        return
    print("\n".join([*_head(model), ""]))
    print(features_text(model))


def features_text(model: Card | Tree) -> str:
    """Give the bins of a scorecard, or how often trees ask for each feature, as a table."""
    return aligned(_bins(model), left=2) if isinstance(model, Card) else aligned(_inputs(model), left=4)


def _head(model: Card | Tree) -> Iterator[str]:
    """Give what the model says of itself, a line each."""
    yield f"digest: {model.digest}"
    yield f"kind: {'scorecard' if isinstance(model, Card) else 'tree'}"
    for name, value in model.about.items():
        yield from _told(name, value)
    scale = model.scale
    yield f"scale: {scale.points} points at odds of {scale.odds} to 1, {scale.double} more where the odds double"
    yield f"base: {model.base_points} points"
    if model.special:
        yield "special: " + ", ".join(f"{value:.12g}" for value in model.special)
    for one in model.derived:
        yield f"derived: {one.name} = {one.op} of {', '.join(one.of)}"


def _told(name: str, value: Any) -> Iterator[str]:
    """Give an entry of the file as lines; what is inside another is named by its path."""
    if isinstance(value, Mapping):
        for inner, part in value.items():
            yield from _told(f"{name}.{inner}", part)
    elif isinstance(value, list) and any(isinstance(part, Mapping | list) for part in value):
        for part in value:
            yield f"{name}: " + (", ".join(f"{inner} {said}" for inner, said in part.items()) if isinstance(part, Mapping) else f"{part}")
    elif isinstance(value, list):
        yield f"{name}: " + ", ".join(map(str, value))
    else:
        yield f"{name}: {value}"


def _bins(model: Card) -> list[Sequence[str]]:
    """Give the bins of a scorecard."""
    rows: list[Sequence[str]] = [("feature", "bin", "rows", "bad", "bad rate", "woe", "points", "reason")]
    for entry in model.entries:
        rows.append(RULE)
        name = entry.bins.name
        for held, part in zip(entry.bins.bins, model.parts_of(entry), strict=True):
            label = part.bin if len(part.bin) <= WORDS_SHOWN else part.bin[: WORDS_SHOWN - 1] + "…"
            rate = f"{100 * held.bads / held.rows:.2f} %" if held.rows else "-"
            rows.append((name, label, f"{held.rows:,}", f"{held.bads:,}", rate, f"{held.woe:+.3f}", f"{part.points:+d}", entry.reason))
            name = ""
    return rows


def _inputs(model: Tree) -> list[Sequence[str]]:
    """Give the features of the trees, with how many tests ask for each."""
    asked = [0] * len(model.inputs)
    for tree in model.forest.trees:
        _count(tree, asked)
    rows: list[Sequence[str]] = [("feature", "kind", "reason", "words", "tests")]
    rows += [RULE]
    for one, count in sorted(zip(model.inputs, asked, strict=True), key=lambda pair: -pair[1]):
        words = ", ".join(one.words)
        rows.append((one.name, one.kind, one.reason, words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1] + "…", f"{count:,}"))
    leaves = sum(_leaves(tree) for tree in model.forest.trees)
    return [*rows, RULE, (f"{len(model.forest.trees):,} trees, {leaves:,} leaves", "", "", "", f"{sum(asked):,}")]


def _count(node: Node | Leaf, asked: list[int]) -> None:
    if isinstance(node, Node):
        asked[node.feature] += 1
        _count(node.left, asked)
        _count(node.right, asked)


def _leaves(node: Node | Leaf) -> int:
    return _leaves(node.left) + _leaves(node.right) if isinstance(node, Node) else 1
