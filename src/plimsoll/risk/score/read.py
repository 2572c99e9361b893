"""Read a model file of either kind, from its bytes: what is not ours, tampered or pickled is refused before anything of it is used."""

from typing import TypeAlias

from plimsoll.risk.score.card import Card, read_card
from plimsoll.risk.score.sealed import SCORECARD, TREE, unseal
from plimsoll.risk.score.tree import Tree, read_tree
from plimsoll.units.refusal import Malformed

Model: TypeAlias = Card | Tree

PICKLE_MARK = b"\x80"
"""The byte that a pickle of protocol 2 and later begins with."""


def read_model(content: bytes) -> Model:
    """Read a model file. Raises Malformed: file_empty, model_pickled, model_not_ours, model_kind_unknown, model_tampered."""
    if not content.strip():
        raise Malformed("file_empty")
    if content.startswith(PICKLE_MARK):
        raise Malformed("model_pickled")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("model_not_ours", "it is no text in UTF-8") from None
    return model_of(text)


def model_of(text: str) -> Model:
    """Read the text of a model file; raises Malformed as `read_model` does."""
    kind = unseal(text, (SCORECARD, TREE))["kind"]
    return read_card(text) if kind == SCORECARD else read_tree(text)
