"""A copy of the rulebook to be changed by a test."""

import shutil
from pathlib import Path

from plimsoll.rulebook.rules import FOLDER


def copied(folder: Path) -> Path:
    """Copy the whole rulebook to be changed."""
    for part in ("law", "policy", "product", "calendar"):
        shutil.copytree(FOLDER / part, folder / part)
    return folder


def edited(folder: Path, file: str, old: str, new: str) -> str:
    """Replace the first of a text in a file of a copied rulebook; give the whole new text."""
    path = copied(folder) / file
    text = path.read_text("utf-8")
    assert old in text, f"{file} no longer says {old!r}"
    path.write_text(text := text.replace(old, new, 1), "utf-8")
    return text
