"""Look at an installation and a book, and say what is in order, what is left out, and what is wrong with its remedy. Changes nothing."""

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import func, select, text

from plimsoll.app.closing.close import RUNNING
from plimsoll.app.config import URL_VARIABLE, now, tape_folder
from plimsoll.app.database import schema
from plimsoll.app.database.address import Address, read_address
from plimsoll.app.database.opening import SAFETY, open_store
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.finding import BAD, GOOD, NOTE, Finding, judged
from plimsoll.app.fit_to_serve import configured, of_book
from plimsoll.app.keyring import keyring_path, read_keyring
from plimsoll.app.settings import FILE_VARIABLE, PREFIX, SETTINGS
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Malformed

PYTHON_FROM, PYTHON_BELOW = (3, 11), (3, 14)
FREE_MIN_BYTES: Final = 2**30
WARM: Final = "Run: plimsoll doctor --warm (20 to 60 seconds, once)."
ENTRIES: Final = "_range"
"""How the functions end by which the compiled kernel is called: each works on a range of loans."""


class Extra(NamedTuple):
    """An extra of the distribution: the packages it brings, and what there is only with it."""

    name: str
    packages: tuple[str, ...]
    said: str


EXTRAS: Final = (
    Extra("fast", ("numba", "numpy", "pyarrow"), "the compiled kernel and the tape: close, verify, demo, replay"),
    Extra("postgres", ("psycopg",), "books on PostgreSQL"),
    Extra("documents", ("typst",), "contracts as PDF"),
)


def examine(url: str, *, is_named: bool, today: date) -> Iterator[Finding]:
    """Give what is found, one after the other. `is_named`: somebody said where the book is, so it has to be there."""
    yield python()
    yield from extras()
    yield from kernel()
    yield rulebook(today)
    yield screen()
    yield from fonts()
    yield from variables()
    yield from configured()
    yield from book(url, is_named=is_named)


def python() -> Finding:
    """Look at the version of Python."""
    version, place = platform.python_version(), sys.executable
    is_good = PYTHON_FROM <= sys.version_info[:2] < PYTHON_BELOW
    return judged("Python", f"{version} at {place}", is_good=is_good, remedy="Use Python 3.11, 3.12 or 3.13.")


def extras() -> Iterator[Finding]:
    """Look for the packages of each extra."""
    for extra in EXTRAS:
        versions = {name: version_of(name) for name in extra.packages}
        missing = [name for name, version in versions.items() if not version]
        if missing:
            said = f"not there: {', '.join(missing)}; needed for {extra.said}"
            yield Finding(f"extra {extra.name}", NOTE, said, f"To have it: pip install 'plimsoll-credit[{extra.name}]'")
        else:
            said = ", ".join(f"{name} {version}" for name, version in versions.items())
            yield Finding(f"extra {extra.name}", GOOD, f"{said}: {extra.said}")


def version_of(package: str) -> str:
    """Give the version of an installed package, "" where it is not there."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def kernel() -> Iterator[Finding]:
    """Look for the compiled kernel, and whether its cache can be written."""
    if not version_of("numba"):
        yield Finding("compiled kernel", NOTE, "not there: the kernel is interpreted", "Install the extra fast.")
        return
    try:
        from plimsoll.loan.columns import KERNEL
    except (ImportError, RuntimeError) as failed:
        remedy = "Set NUMBA_CACHE_DIR to a folder that can be written, or install the extra fast again."
        yield Finding("compiled kernel", BAD, f"cannot be loaded: {failed}", remedy)
        return
    entries = [name for name in KERNEL if name.endswith(ENTRIES)]
    folder = Path(KERNEL[entries[0]].cache_folder())
    cold = [name for name in entries if not is_cached(folder, KERNEL[name].cached_as())]
    if cold:
        yield Finding("compiled kernel", NOTE, f"cold: the first command that needs it compiles it ({', '.join(cold)})", WARM)
    else:
        yield Finding("compiled kernel", GOOD, f"warm, in {folder}")
    is_open = os.access(folder if folder.exists() else folder.parent, os.W_OK)
    remedy = "Make it writable, or set NUMBA_CACHE_DIR to a folder that is; else every process compiles again."
    yield judged("kernel cache", f"{folder} {'can' if is_open else 'cannot'} be written", is_good=is_open, remedy=remedy)


def is_cached(folder: Path, name: str) -> bool:
    """Tell whether a compiled function stands in the cache."""
    return any(folder.glob(f"*.{name}-*.nbi"))


def rulebook(today: date) -> Finding:
    """Read the rulebook, hold every product against the law, and name the products in force."""
    try:
        rules = lawful_rules()
    except Malformed as wrong:
        return Finding("rulebook", BAD, wrong.text(), "Mend the file at the place named; plimsoll rules check looks again.")
    in_force = [
        name
        for name, versions in rules.products.items()
        if any(version.since <= today and (version.until is None or today < version.until) for version in versions)
    ]
    said = f"{len(rules.rules)} rules, digest {rules.digest[:12]}; lawful and in force on {today}: {', '.join(in_force) or 'nothing'}"
    return Finding("rulebook", GOOD if in_force else NOTE, said, "" if in_force else "See plimsoll rules list.")


def screen() -> Finding:
    """Look whether Chinese can be printed."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "逾期".encode(encoding)
    except UnicodeEncodeError:
        return Finding("locale", BAD, f"output is {encoding}, which has no Chinese", "Set PYTHONUTF8=1, or LANG=C.UTF-8.")
    return Finding("locale", GOOD, f"output is {encoding}")


def fonts() -> Iterator[Finding]:
    """Look for a font with Chinese, where contracts can be printed at all."""
    if not version_of("typst"):
        return
    from plimsoll.app.fonts import INSTALL, chinese_fonts

    found = chinese_fonts()
    if found:
        yield Finding("fonts", GOOD, f"Chinese in contracts is set in {found[0]}")
    else:
        yield Finding("fonts", NOTE, "none with Chinese: contracts cannot be printed", f"To have it: {INSTALL}.")


def variables() -> Iterator[Finding]:
    """Name the settings, from the environment or the file of settings."""
    for name in (FILE_VARIABLE, *(PREFIX + setting.upper() for setting in SETTINGS)):
        if os.environ.get(name):
            shown = shown_url(os.environ[name]) if name == URL_VARIABLE else os.environ[name]
            yield Finding(name, GOOD, shown)


def shown_url(url: str) -> str:
    """Give a URL without its password; as it stands where it is none."""
    try:
        return read_address(url).shown()
    except StoreTrouble:
        return url


def book(url: str, *, is_named: bool) -> Iterator[Finding]:
    """Look at the book: whether it opens, whether it keeps what it commits, how far it is closed, and whether the disk has room."""
    try:
        address = read_address(url)
        with open_store(url, allow_unsafe=True) as store:
            yield Finding("book", GOOD, f"{address.shown()}, tables at {schema.REVISION}")
            yield durability(store)
            yield vault(store)
            yield from closes(store)
            yield from of_book(store, now())
        yield from disk(address, tape_folder(url))
    except StoreTrouble as trouble:
        is_absent = trouble.code == "store_missing" and not is_named
        said = f"none at {shown_url(url)} yet" if is_absent else StoreTrouble(trouble.code, trouble.detail).text()
        remedy = trouble.remedy or "Check the address and that the database is running."
        yield Finding("book", NOTE if is_absent else BAD, said, remedy)


def durability(store: Store) -> Finding:
    """Look at the settings that keep what was committed when power fails."""
    with store.engine.connect() as connection:
        if store.address.kind == "sqlite":
            mode = str(connection.execute(text("PRAGMA journal_mode")).scalar())
            level = connection.execute(text("PRAGMA synchronous")).scalar()
            is_safe = mode in ("wal", "memory") and level == 2
            said = f"journal_mode {mode}, synchronous {level}"
            return Finding(
                "durability", GOOD if is_safe else BAD, said, "" if is_safe else "Put the file on a local disk that can map memory."
            )
        found = {name: str(connection.execute(text(f"SHOW {name}")).scalar()) for name in (*SAFETY, "server_version")}
    off = [name for name in SAFETY if found[name] == "off"]
    said = ", ".join(f"{name} {value}" for name, value in found.items())
    return judged("durability", said, is_good=not off, remedy=f"Turn on: {', '.join(off)}.")


def vault(store: Store) -> Finding:
    """Look for the keys of the vault, and whether they are those that wrap the keys of the people in it."""
    columns = schema.vault_key.c
    chosen = select(columns.master, func.count()).where(columns.destroyed_at.is_(None)).group_by(columns.master)
    with store.engine.connect() as connection:
        held = {str(master): int(count) for master, count in connection.execute(chosen)}
    people = sum(held.values())
    try:
        keyring = read_keyring(keyring_path())
    except StoreTrouble as trouble:
        if trouble.code == "vault_keys_missing" and not people:
            return Finding("vault", NOTE, "no keys are named, and nobody's data are in it", trouble.remedy)
        return Finding("vault", BAD, StoreTrouble(trouble.code, trouble.detail).text(), trouble.remedy)
    lost = sum(count for master, count in held.items() if master not in keyring.masters)
    if lost:
        return Finding("vault", BAD, f"{lost:,} of {people:,} people are under a master key that is not in the file", "Restore that key.")
    older = people - held.get(keyring.current, 0)
    said = f"{people:,} people, {older:,} of them under an older master key"
    return Finding("vault", NOTE if older else GOOD, said, "Finish with: plimsoll vault rotate" if older else "")


def closes(store: Store) -> Iterator[Finding]:
    """Tell how far the book is closed, whether a close was stopped, and how many loans are parked."""
    run = schema.close_run.c
    with store.engine.connect() as connection:
        last = connection.scalar(select(func.max(run.closed_on)))
        stopped = connection.scalar(select(func.min(run.closed_on)).where(run.state == RUNNING))
        parked = connection.scalar(select(func.count()).select_from(schema.parked))
    yield Finding("close", GOOD, "no day is closed yet" if last is None else f"last day begun or closed: {last}")
    if stopped is not None:
        yield Finding("close", NOTE, f"the close of {stopped} was stopped", f"Go on with: plimsoll close --through {last}")
    if parked:
        yield Finding("parked loans", NOTE, f"{parked} loans failed an assertion", "Run plimsoll verify, and look at the table parked.")


def disk(address: Address, tape: Path) -> Iterator[Finding]:
    """Look whether the disk of a SQLite book, and that of the tape where it is another one, has room to grow."""
    places = {} if address.path is None else {"disk": address.path.resolve().parent}
    if tape.resolve().is_dir() and tape.resolve().stat().st_dev not in {place.stat().st_dev for place in places.values()}:
        places["disk of the tape"] = tape.resolve()
    for what, place in places.items():
        free = shutil.disk_usage(place).free
        said = f"{free // 2**20:,} MiB free in {place}"
        yield judged(what, said, is_good=free >= FREE_MIN_BYTES, remedy="Make room before the next close.")


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing is wrong."""
    return all(finding.state != BAD for finding in findings)
