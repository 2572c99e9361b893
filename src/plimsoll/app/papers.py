"""Papers of a customer, such as a pay slip or a letter: looked at before they are kept, sealed in the vault, given back as files only.

A picture is kept without what a camera wrote into it and without anything behind its end; a PDF that says it runs something, holds files
or is locked is not taken. Nothing is unpacked or drawn here, so a file that would grow when opened grows nowhere. What lies in packed
parts of a PDF is not looked into: that is one more reason why a paper is only ever handed out to be kept, never shown in a page.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from plimsoll.app.access.door import Door
from plimsoll.app.access.principal import Principal, Target
from plimsoll.app.access.verbs import VERBS
from plimsoll.app.approve.execute import is_executed
from plimsoll.app.approve.preview import preview
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.vault import Act
from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.protection.bring_paper import BROUGHT, BringPaper
from plimsoll.protection.mask import DOCUMENT
from plimsoll.units.refusal import Refused

SIZE_MAX: Final = 6_000_000
"""Bytes of a paper, such as a photo of a telephone: sealed as text it stays within what the vault takes of a document."""
PIXELS_MAX: Final = 50_000_000
NAME_MAX: Final = 80
PREFIX: Final = "paper"
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
SUFFIX: Final = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
RUNS: Final = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|OpenAction|AA|Encrypt|SubmitForm|ImportData)\b")
"""Names by which a PDF runs something, holds other files, sends something, or is locked."""
PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
PNG_KEPT: Final = (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"IDAT", b"IEND")
TAIL: Final = 1_024


class Paper(NamedTuple):
    """A paper as it is kept and given back."""

    name: str
    kind: str
    content: bytes


def looked_at(name: str, content: bytes) -> Paper | Refused:
    """Give a paper as it may be kept. Refuses paper_too_large, paper_kind_not_taken, paper_broken, paper_runs_something."""
    if not content or len(content) > SIZE_MAX:
        return Refused("paper_too_large", "", f"{len(content):,} bytes, at most {SIZE_MAX:,}")
    if content.startswith(b"%PDF-"):
        kept = _pdf(content)
    elif content.startswith(b"\xff\xd8\xff"):
        kept = _jpeg(content)
    elif content.startswith(PNG_HEAD):
        kept = _png(content)
    else:
        return Refused("paper_kind_not_taken")
    return kept if isinstance(kept, Refused) else Paper(_named(name, kept.kind), kept.kind, kept.content)


def keep(house: House, who: Principal, customer_id: int, about: str, paper: Paper) -> str | Refused:
    """Seal a paper for a customer and give the reference under which it lies. Refuses vault_keys_missing and what the vault does."""
    if house.vault is None:
        return Refused("vault_keys_missing")
    reference = reference_of(about, paper)
    said = {"name": paper.name, "kind": paper.kind, "content": base64.b64encode(paper.content).decode()}
    act = Act(who.actor, house.now(), f"paper about {about}")
    return house.vault.put(customer_id, DOCUMENT, json.dumps(said, ensure_ascii=False), act, reference) or reference


class Bring(NamedTuple):
    """A paper as it is brought: under which key, for whom, what it is, about what and of which one."""

    key: str
    customer_id: int
    what: str
    about: str
    of: str = ""

    @property
    def place(self) -> str:
        """Give what it is about as the vault names it."""
        return f"{self.about}-{self.of}" if self.of else self.about


class Brought(NamedTuple):
    """A paper that is on file: since when, by whom, what it is, about what, its size in bytes, and where in the vault it lies."""

    on: int
    at: datetime
    actor: str
    what: str
    about: str
    of: str
    size: int
    reference: str


def bring(house: House, door: Door, who: Principal, paper: Paper, asked: Bring) -> Answer | Refused:
    """Seal a paper and put on file that it came: in this order, so that the file never tells of what is not there.

    What the file would refuse is not sealed; a repeat is given the first answer. Refuses as `keep`, the door and bring_paper do.
    """
    reference = reference_of(asked.place, paper)
    size = len(paper.content)
    command = BringPaper(asked.key, asked.customer_id, house.today(), asked.what, asked.about, reference, asked.of, size)
    with house.store.engine.connect() as connection:
        is_known = is_executed(connection, command, {})
    if not is_known:
        allowed = door.may(who, VERBS["bring_paper"].permission, Target(asked.customer_id))
        found = allowed if isinstance(allowed, Refused) else preview(house, command, who.actor)
        kept = found if isinstance(found, Refused) else keep(house, who, asked.customer_id, asked.place, paper)
        if isinstance(kept, Refused):
            return kept
    outcome = door.ask(who, command)
    assert isinstance(outcome, Answer | Refused), outcome
    return outcome


def brought(filings: Sequence[Filing]) -> list[Brought]:
    """Give the papers on file, the latest first."""
    found = []
    for one in reversed(of_kind(filings, BROUGHT)):
        said = read_body(one)
        found.append(Brought(one.on, one.at, one.actor, said["what"], said["about"], said["of"], said["size"], one.subject))
    return found


def reference_of(about: str, paper: Paper) -> str:
    """Give the reference under which a paper lies, or would lie: the same for the same content about the same thing."""
    return f"{PREFIX}:{about}:{sha256(paper.content).hexdigest()[:12]}"


def references(house: House, customer_id: int) -> list[str]:
    """Give the references of a customer's papers; nothing is opened."""
    if house.vault is None:
        return []
    return [one.ref for one in house.vault.show(customer_id) if one.field == DOCUMENT and one.ref.startswith(f"{PREFIX}:")]


def open_paper(house: House, who: Principal, customer_id: int, reference: str, reason: str) -> Paper | Refused:
    """Give a paper, and put on the person's log who took it and why, before it is given.

    Refuses vault_keys_missing, vault_reason_missing, vault_value_unknown, vault_erased.
    """
    if house.vault is None:
        return Refused("vault_keys_missing")
    found = house.vault.reveal(customer_id, DOCUMENT, Act(who.actor, house.now(), reason), reference)
    if isinstance(found, Refused):
        return found
    try:
        said = json.loads(found)
        return Paper(str(said["name"]), str(said["kind"]), base64.b64decode(said["content"], validate=True))
    except (ValueError, KeyError, TypeError, binascii.Error):
        return Refused("vault_value_unknown", "", reference)


def _named(name: str, kind: str) -> str:
    """Give a name that is only a name: no folder, no sign that means something to a shell or a header, the ending of what it is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = re.sub(r"[^\w-]+", "-", last.rpartition(".")[0] or last).strip("-_")[:NAME_MAX]
    return f"{stem or PREFIX}{SUFFIX[kind]}"


def _pdf(content: bytes) -> Paper | Refused:
    end = content.rfind(b"%%EOF", -TAIL)
    if end < 0:
        return Refused("paper_broken")
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), content)
    found = RUNS.search(plain)
    if found is not None:
        return Refused("paper_runs_something", "", found[0].decode())
    return Paper("", PDF, content[: end + 5] + b"\n")


def _png(content: bytes) -> Paper | Refused:
    """Give the picture alone: chunks that hold text, times or a camera's words are left out, and what stands behind the end."""
    kept, at = [PNG_HEAD], len(PNG_HEAD)
    width, height = (int.from_bytes(content[n : n + 4], "big") for n in (16, 20))
    while at + 12 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        whole = content[at : at + 12 + length]
        if len(whole) < 12 + length or binascii.crc32(whole[4:-4]) != int.from_bytes(whole[-4:], "big"):
            return Refused("paper_broken")
        if kind in PNG_KEPT:
            kept.append(whole)
        at += 12 + length
        if kind == b"IEND":
            too_many = not 0 < width * height <= PIXELS_MAX
            return Refused("paper_too_large", "", f"{width} x {height}") if too_many else Paper("", PNG, b"".join(kept))
    return Refused("paper_broken")


def _jpeg(content: bytes) -> Paper | Refused:
    """Give the picture alone: what cameras and programs wrote beside it is left out, and what stands behind the end."""
    kept, at, pixels = [b"\xff\xd8"], 2, 0
    while at + 4 <= len(content) and content[at] == 0xFF:
        mark = content[at + 1]
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            pixels = int.from_bytes(content[at + 5 : at + 7], "big") * int.from_bytes(content[at + 7 : at + 9], "big")
        if mark == 0xDA:  # the picture itself follows, up to the next mark that is no part of it
            found = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL).search(content, end)
            if found is None:
                return Refused("paper_broken")
            end = found.start()
        if not (0xE1 <= mark <= 0xEF or mark == 0xFE):
            kept.append(content[at:end])
        at = end
        if content[at : at + 2] == b"\xff\xd9":
            too_many = not 0 < pixels <= PIXELS_MAX
            return Refused("paper_too_large", "", f"{pixels:,} pixels") if too_many else Paper("", JPEG, b"".join([*kept, b"\xff\xd9"]))
    return Refused("paper_broken")
