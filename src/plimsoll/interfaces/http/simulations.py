"""What is made up in a sandbox: people with a fate, what sources answer about them, and a bank that lies."""

from hashlib import sha256
from random import Random
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access.principal import Target
from plimsoll.app.sandbox.bank import DUPLICATES_MAX, PAYOUT, Paper
from plimsoll.app.sandbox.pay import bank_of
from plimsoll.app.sandbox.people import ask_sources, keep_person, refuse_persona
from plimsoll.app.sources.persona import PERSONAS
from plimsoll.interfaces.http.ids import read_customer, read_loan
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Change, Count, CustomerId, Day, LoanId, Name, Text
from plimsoll.interfaces.http.shown import house_in, listed
from plimsoll.simulator.documents import make_person
from plimsoll.units.refusal import Refused

TAG: Final = "Simulations"
PERMISSION: Final = "sandbox.play"
_Persona = Annotated[str, Field(strict=True), StringConstraints(pattern=r"^000[1-9]$", max_length=4)]
_Outcome = Literal["success", "fail", "success_after_timeout", "duplicate_notice", "returned", "partial", "never_answers"]


class PersonMade(Shape):
    """Which persona a customer is to be: 0001 is approved, 0009 is somebody about whom the bureau never answers."""

    customer: CustomerId
    persona: _Persona


class PersonShown(Shape):
    """Who a customer says to be from now on: made up, valid in form, and nobody's."""

    customer: CustomerId
    persona: _Persona
    fate: Text
    name: Text
    document: Text
    phone: Text
    card: Text


class EvidenceAsked(Shape):
    """About whom the sources of the sandbox are asked, and for which application."""

    customer: CustomerId
    application: Name


class SourceShown(Shape):
    """What came of one source: `code` is "" where its answer is on record."""

    source: Text
    code: Text
    detail: Text
    is_recorded: bool


class SourceList(Shape):
    """What came of every source."""

    data: Annotated[list[SourceShown], Field(max_length=50)]
    next_cursor: Annotated[str, Field(max_length=600)]


class PaymentWish(Shape):
    """What becomes of the next payment of a loan: money taken from the borrower, or paid out to them."""

    loan: LoanId
    way: Literal["debit", "payout"] = "debit"
    outcome: _Outcome
    notices: Annotated[int, Field(ge=1, le=DUPLICATES_MAX)] = 1


class PaymentWished(Shape):
    """What the bank will do."""

    loan: LoanId
    way: Literal["debit", "payout"]
    outcome: _Outcome


class PaperShown(Shape):
    """What the bank remembers of one instruction: what it was asked for, how often, and what it moved and kept."""

    instruction: Text
    way: Literal["debit", "payout"]
    outcome: _Outcome
    asked: Count
    amount: Change
    moved: Change
    on: Day


class PaperList(Shape):
    """What the bank remembers, by instruction."""

    data: Annotated[list[PaperShown], Field(max_length=100_000)]
    next_cursor: Annotated[str, Field(max_length=600)]


def make_persona(asked: Asked) -> Any:
    """Make up who a customer says to be, and put it into the vault; the same customer is the same person every time."""
    customer_id = _played(asked, asked.body.customer)
    if isinstance(customer_id, Refused):
        return customer_id
    suffix = asked.body.persona
    refused = refuse_persona(suffix)
    if refused is not None:
        return refused
    chance = Random(sha256(f"{customer_id}:{suffix}".encode()).digest())  # noqa: S311 -- a person who is made up
    person = make_person(PERSONAS[suffix].truth.age_years, asked.house.now().date(), chance, suffix)
    refused = keep_person(asked.house, customer_id, person, asked.who.actor)
    said = {"name": person.name, "document": person.document, "phone": person.phone, "card": person.card}
    return refused or {"customer": asked.body.customer, "persona": suffix, "fate": PERSONAS[suffix].name} | said


def ask_evidence(asked: Asked) -> Any:
    """Ask the sources of the sandbox about a customer."""
    customer_id = _played(asked, asked.body.customer)
    if isinstance(customer_id, Refused):
        return customer_id
    found = ask_sources(asked.house, customer_id, asked.body.application)
    return found if isinstance(found, Refused) else listed(found, of=lambda one: one._asdict())


def wish_payment(asked: Asked) -> Any:
    """Say what becomes of the next payment of a loan."""
    body = asked.body
    customer_id, loan_id = read_loan(body.loan)
    refused = house_in(asked, PERMISSION)
    bank = bank_of(asked.house)
    if refused is not None or isinstance(bank, Refused):
        return refused or bank
    about = f"out-{customer_id}-{loan_id}-" if body.way == PAYOUT else f"{customer_id}-{loan_id}-"
    return bank.wish(about, body.outcome, body.notices) or {"loan": body.loan, "way": body.way, "outcome": body.outcome}


def list_payments(asked: Asked) -> Any:
    """Give what the bank remembers."""
    refused = house_in(asked, PERMISSION)
    bank = bank_of(asked.house)
    return refused or (bank if isinstance(bank, Refused) else listed(bank.papers(), of=_paper))


def _played(asked: Asked, customer: str) -> int | Refused:
    """Give the customer that is played with, who has to be there."""
    customer_id = read_customer(customer)
    relation = asked.door.may(asked.who, PERMISSION, Target(customer_id))
    return relation if isinstance(relation, Refused) else customer_id


def _paper(paper: Paper) -> dict[str, Any]:
    amounts = {name: {"amount": minor, "currency": paper.currency} for name, minor in (("amount", paper.minor), ("moved", paper.moved))}
    return {"instruction": paper.name, "way": paper.way, "outcome": paper.outcome, "asked": paper.asked, "on": paper.on_day} | amounts


_EVIDENCE: Final = {"customer": "cus_17", "application": "app-1"}
_PAYMENT: Final = {"loan": "loan_17_3", "outcome": "success_after_timeout"}

OPERATIONS: Final[tuple[Operation, ...]] = (
    once(
        Operation(
            name="make_sandbox_person",
            method="POST",
            path="/simulations/people",
            permission=PERMISSION,
            tag=TAG,
            said=(
                "Make a customer a persona of the sandbox, whose applications have a known fate.",
                "将客户设为沙箱人物，其申请结果已知。",
            ),
            answer=PersonShown,
            handle=make_persona,
            body=PersonMade,
            example={"customer": "cus_17", "persona": "0001"},
        ),
        is_one_change=False,
    ),
    once(
        Operation(
            name="ask_sandbox_sources",
            method="POST",
            path="/simulations/evidence",
            permission=PERMISSION,
            tag=TAG,
            said=("Ask the made-up sources about an applicant, as consent allows.", "在授权范围内查询沙箱数据源。"),
            answer=SourceList,
            handle=ask_evidence,
            body=EvidenceAsked,
            example=_EVIDENCE,
        ),
        is_one_change=False,
    ),
    once(
        Operation(
            name="simulate_payment",
            method="POST",
            path="/simulations/payments",
            permission=PERMISSION,
            tag=TAG,
            said=("Say how the sandbox bank lies about the next payment of a loan.", "设定沙箱银行对下一笔付款的行为。"),
            answer=PaymentWished,
            handle=wish_payment,
            body=PaymentWish,
            example=_PAYMENT,
        ),
        is_one_change=False,
    ),
    Operation(
        name="list_simulated_payments",
        method="GET",
        path="/simulations/payments",
        permission=PERMISSION,
        tag=TAG,
        said=("What the sandbox bank remembers of every instruction.", "沙箱银行对各指令的记录。"),
        answer=PaperList,
        handle=list_payments,
    ),
)
