"""A file of keys: JSON that only its owner may read. The keys of the vault and the key of the audit chain each lie in one of their own."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from stat import S_IRWXG, S_IRWXO
from typing import Any, NamedTuple

from plimsoll.app.database.trouble import StoreTrouble


class Codes(NamedTuple):
    """What is said of a file that is not there, that others may read, that holds something else, or that is there already."""

    missing: str
    exposed: str
    malformed: str
    exists: str


def read_key_file(path: Path, codes: Codes, make: str) -> Any:
    """Give what a file of keys says. Raises StoreTrouble by `codes`; `make` is the command that makes one."""
    try:
        mode = path.stat().st_mode
        said = json.loads(path.read_text("utf-8"))
    except OSError as failed:
        raise StoreTrouble(codes.missing, f"{path}: {failed.strerror}", make) from None
    except ValueError:
        raise StoreTrouble(codes.malformed, f"{path}") from None
    if mode & (S_IRWXG | S_IRWXO):
        raise StoreTrouble(codes.exposed, f"{path}", f"Run: chmod 600 {path}")
    return said


def write_key_file(path: Path, said: Mapping[str, Any], codes: Codes, *, is_new: bool) -> None:
    """Write keys for their owner alone; a file that is there is replaced whole, or, where `is_new`, never. Its folder is made.

    Raises StoreTrouble by `codes`.
    """
    target = path if is_new else path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | (os.O_EXCL if is_new else os.O_TRUNC), 0o600)
    except FileExistsError:
        raise StoreTrouble(codes.exists, f"{path}") from None
    except OSError as failed:
        raise StoreTrouble(codes.missing, f"{path}: {failed.strerror}") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        # What an interrupted attempt left there may have other rights.
        os.fchmod(handle, 0o600)
        file.write(json.dumps(said, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    if not is_new:
        target.replace(path)
