"""Papers are looked at before they are kept: kinds by content, nothing that runs, nothing behind the end, nothing a camera wrote."""

import binascii
import struct

import pytest

from plimsoll.app.papers import JPEG, PDF, PNG, SIZE_MAX, Paper, keep, looked_at, open_paper, references
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.units.refusal import Refused
from tests.people_of_house import ROOT, Clock, house_of

PLAIN_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", binascii.crc32(kind + body))


def png(width: int = 3, height: int = 2, *more: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def jpeg(*more: bytes) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 20, 30, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"\xff\xe0" + struct.pack(">H", 4) + b"JF" + b"".join(more) + frame + scan + b"\xff\xd9"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("pay slip 2026.pdf", PLAIN_PDF, ("pay-slip-2026.pdf", PDF)),
        ("../../etc/passwd", png(), ("passwd.png", PNG)),
        ('a"b\r\nX: y.exe', jpeg(), ("a-b-X-y.jpg", JPEG)),
        ("工资单.jpeg", jpeg(), ("工资单.jpg", JPEG)),
        ("x.pdf", b"PK\x03\x04" + bytes(100), "paper_kind_not_taken"),
        ("x.png", b"<svg onload=alert(1)>", "paper_kind_not_taken"),
        ("x.pdf", b"", "paper_too_large"),
        ("x.pdf", PLAIN_PDF + bytes(SIZE_MAX), "paper_too_large"),
        ("x.pdf", PLAIN_PDF[:-6], "paper_broken"),
        ("x.pdf", PLAIN_PDF.replace(b"/Root", b"/OpenAction 2 0 R/Root"), "paper_runs_something"),
        ("x.pdf", PLAIN_PDF.replace(b"/Root", b"/J#61vaScript (x)/Root"), "paper_runs_something"),
        ("x.png", png(60_000, 60_000), "paper_too_large"),
        ("x.png", png()[:-20], "paper_broken"),
        ("x.png", png().replace(b"IDAT", b"IDAX"), "paper_broken"),
        ("x.jpg", jpeg()[:-2], "paper_broken"),
        ("x.jpg", b"\xff\xd8\xff", "paper_broken"),
    ],
)
def test_a_paper_is_what_it_is_and_not_what_it_is_called(name, content, expected):
    found = looked_at(name, content)
    assert (found.code if isinstance(found, Refused) else (found.name, found.kind)) == expected


def test_what_a_camera_wrote_and_what_hangs_behind_the_end_is_left_out():
    exif, words = b"\xff\xe1" + struct.pack(">H", 12) + b"Exif GPS 1", chunk(b"tEXt", b"where\0at home")
    for content, clean in ((jpeg(exif), jpeg()), (png(3, 2, words), png())):
        found = looked_at("x", content + b"PK\x03\x04 another file")
        assert isinstance(found, Paper)
        assert found.content == clean


@pytest.fixture
def kind():
    """The vault seals alike over either database."""
    return "sqlite"


def test_a_paper_is_sealed_and_given_back_whole_for_a_reason_on_record(store):
    with house_of(store, Clock()) as house:
        house.execute(OpenCustomer("c", 7, house.now().date()), actor="ana")
        paper = looked_at("slip.png", png())
        reference = keep(house, ROOT, 7, "other", paper)
        assert references(house, 7) == [reference]
        assert open_paper(house, ROOT, 7, reference, "").code == "vault_reason_missing"
        assert open_paper(house, ROOT, 7, reference, "checks the income") == paper
        assert open_paper(house, ROOT, 7, "paper:other:none", "checks the income").code == "vault_value_unknown"
        assert [(one.action, one.reason) for one in house.vault.log(7)] == [("put", "paper about other"), ("reveal", "checks the income")]
