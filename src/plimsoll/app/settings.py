"""The settings of an installation: a file `plimsoll.toml`, and the environment, which goes before it.

Each setting is a variable of the environment with the same name in capitals after `PLIMSOLL_`; the file only says what is not said there,
so that everything below reads the environment alone.
"""

import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from stat import S_IWGRP, S_IWOTH
from typing import Final

from plimsoll.units.refusal import Malformed

FILE: Final = "plimsoll.toml"
FILE_VARIABLE: Final = "PLIMSOLL_CONFIG"
PREFIX: Final = "PLIMSOLL_"

SETTINGS: Final[Mapping[str, str]] = {
    "db": "the book: sqlite:///PATH or postgresql://…",
    "tape": "the folder of the loan tape",
    "vault_keys": "the file of the vault's keys",
    "audit_key": "the file of the key that signs the audit chain",
    "audit_anchor": "the file or folder outside the book that keeps signed checkpoints",
    "clocks": "the folder of test clocks",
    "site": "the address at which browsers reach the server, for passkeys",
    "proxies": "the proxies whose word on the caller's address is taken",
    "webhooks_loopback": "1 lets webhooks of a sandbox go to this very machine",
    "mode": "sandbox, live or read-only",
    "host": "the address the server listens on",
    "port": "the port the server listens on",
    "codes": "how codes for signing in leave: file:PATH, an https address, apprise, or sandbox",
    "fonts": "a folder of fonts for contracts",
}
"""Every setting that a file may say, with what it is. Secrets are not among them: they stand in files of their own."""


def take_settings(environ: MutableMapping[str, str], folder: Path) -> Path | None:
    """Read the file of settings, where there is one, into what the environment does not say; give the file.

    It is the one that `PLIMSOLL_CONFIG` names, else `plimsoll.toml` in the folder. Raises Malformed file_missing (it was named),
    settings_exposed (others may change it), settings_malformed with the key.
    """
    named = environ.get(FILE_VARIABLE, "")
    path = Path(named) if named else folder / FILE
    if not path.is_file():
        if named:
            raise Malformed("file_missing", named, file=named)
        return None
    if path.stat().st_mode & (S_IWGRP | S_IWOTH):
        raise Malformed("settings_exposed", str(path), file=str(path), remedy=f"Run: chmod go-w {path}")
    for key, value in _read(path).items():
        environ.setdefault(PREFIX + key.upper(), value)
    return path


def _read(path: Path) -> dict[str, str]:
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Malformed("settings_malformed", str(wrong), file=str(path)) from None
    found = {}
    for key, value in said.items():
        if key not in SETTINGS:
            raise Malformed("settings_malformed", repr(key), file=str(path), key=key, remedy=f"Known: {', '.join(SETTINGS)}.")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Malformed("settings_malformed", repr(value), file=str(path), key=key, remedy="Text in quotes, or a whole number.")
        # A path is meant from where the file lies, so that it does not matter where a program is started.
        is_path = key in ("tape", "vault_keys", "audit_key", "audit_anchor", "clocks", "fonts")
        found[key] = str(path.parent / str(value)) if is_path else str(value)
    return found
