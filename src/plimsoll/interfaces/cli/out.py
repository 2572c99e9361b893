"""Where a command writes: a place that cannot be written is told before anything is done."""

import os
from pathlib import Path

from plimsoll.interfaces.cli.exits import FAILURE, Stop


def refuse_folder(option: str, folder: Path) -> None:
    """Stop where a folder cannot be made, or written to where it is there."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise Stop(FAILURE, f"{option}: {folder} cannot be written: {there} is no folder that may be written to")


def refuse_file(option: str, file: Path) -> None:
    """Stop where a file cannot be written; its folder has to be there."""
    folder = file.absolute().parent
    if file.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Stop(FAILURE, f"{option}: {file} cannot be written: {folder} is no folder that may be written to, or {file.name} is one")
