"""Papers of a borrower: brought without a script, looked at, sealed, on file once, and handed to staff for a reason only."""

from collections.abc import Iterator
from random import Random

import pytest
from starlette.testclient import TestClient

from plimsoll.app import papers
from plimsoll.app.access.principal import Principal
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.file import filings_of
from plimsoll.app.house import House
from plimsoll.app.keyring import new_keyring
from plimsoll.app.papers import SIZE_MAX
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.pages.papers import LONGEST
from plimsoll.origination.application import fold_applications
from plimsoll.origination.claim_review import ClaimReview
from plimsoll.origination.request_documents import RequestDocuments
from plimsoll.protection.mask import DOCUMENT
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.simulator.documents import make_person
from tests.telephone import ON, RULES, Clock, Phone
from tests.unit.test_papers import PLAIN_PDF, chunk, png

EXIF = chunk(b"tEXt", b"GPS\0at home")


@pytest.fixture
def kind() -> str:
    """Pages are the same over either database."""
    return "sqlite"


@pytest.fixture
def house(store: Store) -> Iterator[House]:
    clock = Clock()
    with House(store, RULES, Vault(store, new_keyring(clock.now)), now=clock) as opened:
        for n in (1, 2):
            assert isinstance(opened.execute(OpenCustomer(f"c{n}", n, ON), actor="test"), Answer)
        store.move_open_day(ON)
        yield opened


def bring(phone: Phone, content: bytes, *, name: str = "IMG_2041.png", status: int = 303, **said: str):
    """Send a file as a browser does, by the form as it stands there."""
    fields = {**phone.form("/papers", "bring"), "what": "medical_bill", "about": "other:", **said}
    sent = phone.client.post("/papers", data=fields, files={"file": (name, content)}, headers={"Origin": "http://testserver"})
    assert sent.status_code == status, (sent.status_code, sent.text[-400:])
    return sent


def test_a_photo_is_cleaned_sealed_listed_and_on_file_once(house: House) -> None:
    phone, photo = Phone(house, 1), png(30, 20, EXIF)
    form = phone.form("/papers", "bring")
    for _ in range(2):
        again = bring(phone, photo, key=form["key"])
    assert "done.b.paper-before" in again.headers["location"], "a second press is the first"
    assert "done.b.paper-before" in bring(phone, photo).headers["location"], "so is the same photo from another window"
    (on_file,) = papers.brought(filings_of(house.store, 1))
    assert (on_file.what, on_file.about, on_file.of) == ("medical_bill", "other", "")
    assert "hospital bill" in phone.get("/papers")
    assert house.vault is not None
    found = papers.open_paper(house, Principal("li", ("servicing",)), 1, on_file.reference, "reads the bill")
    assert isinstance(found, papers.Paper)
    assert found.content == png(30, 20), "what the camera wrote is not kept"
    assert len([one for one in house.vault.log(1) if one.field == DOCUMENT and one.action == "put"]) == 1
    assert not papers.brought(filings_of(house.store, 2))
    assert "hospital bill</" not in Phone(house, 2).get("/papers").partition("What you brought")[2]


@pytest.mark.parametrize(
    ("content", "said", "why"),
    [
        (b"PK\x03\x04" + bytes(5_000), {}, "Only PDF, JPEG and PNG"),
        (b"<svg onload=alert(1)></svg>", {}, "Only PDF, JPEG and PNG"),
        (PLAIN_PDF.replace(b"/Root", b"/OpenAction 2 0 R/Root"), {}, "runs something"),
        (png(60_000, 60_000), {}, "larger than one may be"),
        (png()[:-9], {}, "cut off or broken"),
        (png() + bytes(SIZE_MAX), {}, "larger than one may be"),
        (bytes(LONGEST + 10), {}, "longer than a form may be"),
        (b"", {}, "No file was chosen"),
        (png(), {"what": ""}, "Choose what kind of paper"),
        (png(), {"about": "complaint:c9"}, "Choose what the paper is about"),
    ],
)
def test_what_is_no_paper_is_refused_in_words_and_leaves_nothing(house: House, content: bytes, said: dict[str, str], why: str) -> None:
    phone = Phone(house, 1)
    assert why in bring(phone, content, status=409, **said).text
    phone.client.cookies.set("plimsoll-language", "zh-CN")
    chinese = bring(phone, content, status=409, **said).text
    assert why not in chinese
    assert 'role="alert"' in chinese
    assert not papers.brought(filings_of(house.store, 1))
    assert not papers.references(house, 1)


def test_a_paper_that_a_reviewer_asked_for_opens_the_case_again(house: House) -> None:
    assert house.vault is not None
    person = make_person(34, ON, Random("0004"), "0004")
    said = {"name": person.name, "id_number": person.document, "phone": person.phone, "card": person.card}
    assert house.vault.put_all(1, said, Act("test", house.now(), "application")) is None
    phone = Phone(house, 1)
    phone.post("/apply", {**phone.form("/apply", "apply"), "amount": "20000", "purpose": "medical"})
    application = next(iter(fold_applications(filings_of(house.store, 1), ON.toordinal())))
    for command in (ClaimReview("r1", 1, ON, application), RequestDocuments("r2", 1, ON, application, "pay_slip id_front")):
        assert isinstance(house.execute(command, actor="li"), Answer), command
    assert "We still need: pay slip, identity card, front." in phone.get("/applications")
    about = f"application:{application}"
    for what, state in (("pay_slip", "documents_asked"), ("letter", "documents_asked"), ("id_front", "in_review")):
        bring(phone, png(len(what), 2), about=about, what=what)
        assert fold_applications(filings_of(house.store, 1), ON.toordinal())[application].state == state, what


def test_the_page_of_a_complaint_leads_to_its_paper(house: House) -> None:
    phone = Phone(house, 1)
    phone.send("/complaints", "complain", about="wrong_amount", words="I paid on Friday")
    about = f"complaint:{filings_of(house.store, 1)[-2].subject}"
    assert f"/papers?about={about}" in phone.get("/complaints")
    assert f'value="{about}" selected' in phone.get(f"/papers?about={about}")
    bring(phone, PLAIN_PDF, name="receipt.pdf", about=about, what="payment_receipt")
    assert "complaint" in phone.get("/papers").partition("What you brought")[2]


def test_nobody_reaches_papers_but_by_signing_in(house: House) -> None:
    phone = Phone(house, 1)
    fields = phone.form("/papers", "bring")
    guest = TestClient(phone.client.app, follow_redirects=False)
    sent = guest.post("/papers", data=fields, files={"file": ("a.png", png())}, headers={"Origin": "http://testserver"})
    assert sent.headers["location"].startswith("/sign-in")
    elsewhere = phone.client.post("/papers", data=fields, files={"file": ("a.png", png())}, headers={"Origin": "https://elsewhere.example"})
    assert elsewhere.status_code == 403
    assert not papers.references(house, 1)
