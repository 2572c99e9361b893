"""Look at what `plimsoll up` needs: mode, where it listens, the key of the audit chain, anchors, checkpoints, messages held back.

Changes nothing; each finding that is not in order has its remedy. `plimsoll.app.doctor` asks for it with everything else.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from plimsoll.app.access.code import CHANNEL_VARIABLE, named_channel
from plimsoll.app.chain.anchor import hold_to, path_of, read_anchors
from plimsoll.app.chain.checkpoint import latest_notes
from plimsoll.app.chain.key import MAKE, VARIABLE, AuditKeys, configured_keys, key_path
from plimsoll.app.chain.read import last_block, origin_of
from plimsoll.app.chain.unsealed import unsealed
from plimsoll.app.channels.named import HTTP, close, named
from plimsoll.app.channels.named import SANDBOX as SANDBOX_WAY
from plimsoll.app.database.outbox import holds
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.finding import BAD, GOOD, NOTE, Finding
from plimsoll.app.hooks.endpoint import LOOPBACK_VARIABLE, is_loopback_wanted
from plimsoll.app.keyring import MAKE as MAKE_VAULT_KEYS
from plimsoll.app.keyring import VARIABLE as VAULT_VARIABLE
from plimsoll.app.mode import LIVE, MODES, named_mode
from plimsoll.units.refusal import Malformed

ANCHOR_VARIABLE: Final = "PLIMSOLL_AUDIT_ANCHOR"
PORT_MAX: Final = 65_535
STALE: Final = timedelta(days=1)
SEAL: Final = "Run: plimsoll audit seal (a server does so by itself every few seconds; look into its log)."

PROVE: Final = "Prove the chain: plimsoll audit verify. If it fails, keep everything as it is and report it."


def configured() -> Iterator[Finding]:
    """Look at what stands in the settings, without a book."""
    yield mode()
    yield from listening()
    yield audit_key()
    yield codes()


def codes() -> Finding:
    """Look by what way codes for signing in leave, and whether it can be used."""
    by, is_live = named_channel(), named_mode() == LIVE
    if by == SANDBOX_WAY:
        if not is_live:
            return Finding("codes", GOOD, "made up, and shown to whoever tries the sandbox")
        said = "live, and no way to send codes is named: no borrower can sign in"
        return Finding("codes", NOTE, said, f"Name one: {CHANNEL_VARIABLE} is file:PATH, an https address, or apprise.")
    try:
        close(named(by))
    except (Malformed, ModuleNotFoundError) as wrong:
        said = wrong.text() if isinstance(wrong, Malformed) else f"{wrong.name} is not installed"
        return Finding("codes", BAD, f"cannot be sent: {said}", f"Mend {CHANNEL_VARIABLE}; for apprise install the extra notify.")
    # Of an address its host alone: the rest may hold what is secret.
    return Finding("codes", GOOD, f"leave by {urlsplit(by).hostname if by.startswith(HTTP) else by}")


def missing_in_live(store: Store) -> list[Finding]:
    """Give what keeps a live house from being served: who could change the book could rewrite what was done, and nobody would see it."""
    return [one for one in (audit_key(LIVE), anchors(store, LIVE)) if one.state == BAD]


def mode() -> Finding:
    """Look whether the mode is one, and whether a live house has what it has to have."""
    named = named_mode()
    if named not in MODES:
        return Finding("mode", BAD, f"{named!r} is none", f"PLIMSOLL_MODE is one of {', '.join(MODES)}.")
    if named == LIVE and not os.environ.get(VAULT_VARIABLE, ""):
        return Finding("mode", BAD, f"live, and {VAULT_VARIABLE} is not set: the server does not start", MAKE_VAULT_KEYS)
    if named == LIVE and is_loopback_wanted():
        said = f"live, and {LOOPBACK_VARIABLE} asks to let webhooks go to this very machine: it is not heeded"
        return Finding("mode", BAD, said, f"Unset {LOOPBACK_VARIABLE}.")
    return Finding("mode", GOOD, named)


def listening() -> Iterator[Finding]:
    """Look where the server would listen."""
    port, host = os.environ.get("PLIMSOLL_PORT", ""), os.environ.get("PLIMSOLL_HOST", "")
    if port and not (port.isdigit() and int(port) <= PORT_MAX):
        yield Finding("port", BAD, f"{port!r} is none", f"PLIMSOLL_PORT is a number from 0 to {PORT_MAX}.")
    if host and not _is_this_machine(host) and not os.environ.get("PLIMSOLL_PROXIES", ""):
        said = f"{host} can be reached from elsewhere, and no proxy is named: what is sent is not encrypted"
        yield Finding("host", NOTE, said, "Put a proxy with TLS before it and name it: PLIMSOLL_PROXIES.")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def audit_key(in_mode: str = "") -> Finding:
    """Look for the key that signs checkpoints: there, readable, not readable by others. A live house has to have one."""
    if key_path() is None:
        if (in_mode or named_mode()) == LIVE:
            return Finding("audit key", BAD, "live, and none is named: the server does not start", f"{MAKE}, and name it: {VARIABLE}.")
        return Finding("audit key", NOTE, "none is named: the chain is sealed but not signed", MAKE)
    try:
        keys = configured_keys()
    except StoreTrouble as trouble:
        return Finding("audit key", BAD, StoreTrouble(trouble.code, trouble.detail).text(), trouble.remedy or "Restore the file.")
    assert keys is not None
    return Finding("audit key", GOOD, f"{key_path()}, {len(keys.publics) - 1} before it")


def of_book(store: Store, now: datetime) -> Iterator[Finding]:
    """Look at what a served book needs: checkpoints, anchors, and what a restore holds back."""
    yield sealed(store, now)
    yield anchors(store)
    yield from held_back(store)


def sealed(store: Store, now: datetime) -> Finding:
    """Look how old the last block and checkpoint are where something waits to be sealed, and whether a key that is known signed it."""
    with store.driver() as driver:
        last = last_block(driver, store.kind)
        is_waiting = next(unsealed(driver, store.kind), None) is not None
    if last is None:
        return Finding("checkpoint", NOTE if is_waiting else GOOD, "nothing is sealed yet", SEAL if is_waiting else "")
    age = now - datetime.fromisoformat(last.sealed_at)
    said = f"block {last.block_n} sealed {_words(age)} ago"
    if is_waiting and age > STALE:
        return Finding("checkpoint", NOTE, f"{said}, and more waits", SEAL)
    try:
        newest = next(iter(latest_notes(store, 1)), None)
    except ValueError:
        return Finding("checkpoint", BAD, f"{said}, and the last checkpoint was changed", PROVE)
    if newest is None:
        return Finding("checkpoint", NOTE, f"{said}, and none was ever signed", f"Name a key in {VARIABLE}, then: plimsoll audit seal")
    keys = _keys()
    if keys is not None and not newest.is_signed_by(keys.publics):
        remedy = f"Restore the key {newest.key}. If the house never had it: {PROVE}"
        return Finding("checkpoint", BAD, f"{said}; the last checkpoint is signed by none of the keys in {key_path()}", remedy)
    return Finding("checkpoint", GOOD, f"{said}, signed {_words(now - datetime.fromisoformat(newest.at))} ago by {newest.key}")


def anchors(store: Store, in_mode: str = "") -> Finding:
    """Look whether signed checkpoints are kept outside the book, and whether what is kept there is of this book and can be added to.

    A live house has to keep them, and not beside its book.
    """
    named = os.environ.get(ANCHOR_VARIABLE, "")
    is_live = (in_mode or named_mode()) == LIVE
    if not named:
        said = "no place is named: who can change the book can change its checkpoints too"
        said = f"live, and {said}; the server does not start" if is_live else said
        return Finding("anchors", BAD if is_live else NOTE, said, f"Name a file or folder on another machine: {ANCHOR_VARIABLE}.")
    with store.driver() as driver:
        origin = origin_of(driver, store.kind)
    path = path_of(Path(named), origin)
    writable = path if path.exists() else path.parent
    if not os.access(writable, os.W_OK):
        return Finding("anchors", BAD, f"{writable} cannot be written", "Make the place, and let whoever runs the server write there.")
    try:
        kept = read_anchors(path) if path.exists() else []
        if kept:
            hold_to(store, kept[-1], origin)
    except StoreTrouble as trouble:
        return Finding("anchors", BAD, StoreTrouble(trouble.code, trouble.detail).text(), f"Keep {path} as it is. {PROVE}")
    said = f"{len(kept):,} in {path}"
    book = store.address.path
    if book is not None and book.resolve().parent == path.resolve().parent:
        said = f"{said}, beside the book" + ("; the server does not start" if is_live else "")
        return Finding("anchors", BAD if is_live else NOTE, said, f"Keep them elsewhere: {ANCHOR_VARIABLE}.")
    return Finding("anchors", GOOD, said)


def held_back(store: Store) -> Iterator[Finding]:
    """Name the messages that a restored book holds back until somebody says what became of them."""
    found = holds(store)
    if found:
        said = ", ".join(f"{one.messages:,} {one.kind}" for one in found)
        remedy = "Ask the bank and the gateways what left, then: plimsoll book settle"
        yield Finding("held back", NOTE, f"since the book was restored: {said}", remedy)


def _keys() -> AuditKeys | None:
    try:
        return configured_keys()
    except StoreTrouble:
        return None


def _words(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for name, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {name}"
    return f"{seconds} seconds"
