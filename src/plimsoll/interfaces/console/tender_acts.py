"""What may be done about packages and tenders: by the seller, by whoever keeps the money and signs, and by a bidder for itself.

A sealed bid is made in the browser: its amount and nonce have no name in the form, so they never reach the house before they are opened;
what is sent is their hash.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from plimsoll.app.access.principal import Target
from plimsoll.app.disposal.make_package import ALL, STRATIFIED, Wish, make_package
from plimsoll.app.dossier import dossier_of
from plimsoll.app.show.sale import PackageRow, TenderSeen
from plimsoll.disposal.add_document import AddDocument
from plimsoll.disposal.answer_question import AnswerQuestion
from plimsoll.disposal.ask_question import AskQuestion
from plimsoll.disposal.call_bid import CallBid
from plimsoll.disposal.cancel_tender import CancelTender
from plimsoll.disposal.commit_bid import CommitBid
from plimsoll.disposal.confirm_sale import ConfirmSale
from plimsoll.disposal.decide_tender import DecideTender
from plimsoll.disposal.join_tender import CONDUCT, NDA, NO_RESALE, JoinTender
from plimsoll.disposal.open_document import OpenDocument
from plimsoll.disposal.open_tender import OpenTender
from plimsoll.disposal.pay_deposit import PayDeposit
from plimsoll.disposal.pay_price import PayPrice
from plimsoll.disposal.retract_bid import RetractBid
from plimsoll.disposal.reveal_bid import RevealBid
from plimsoll.disposal.sell_package import SellPackage
from plimsoll.disposal.tender import FORMATS, KIND, SEALED, tender_of
from plimsoll.disposal.withdraw_package import WithdrawPackage
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages.parts import Field, Form, Panel
from plimsoll.interfaces.pages.visit import Act, Done, Go, Visit
from plimsoll.units.dates import parse_date
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Refused

METHODS: Final = (ALL, STRATIFIED)
TERMS: Final = (NDA, CONDUCT, NO_RESALE)
OF_TENDER: Final = {
    "add_document": "tender.run",
    "answer_question": "tender.run",
    "cancel_tender": "tender.run",
    "pay_deposit": "tender.cash",
    "pay_price": "tender.cash",
    "decide_tender": "tender.decide",
    "confirm_sale": "tender.confirm",
    "join_tender": "tender.bid",
    "open_document": "tender.bid",
    "ask_question": "tender.bid",
    "commit_bid": "tender.bid",
    "retract_bid": "tender.bid",
    "reveal_bid": "tender.bid",
    "call_bid": "tender.bid",
}
OF_PACKAGE: Final = {"open_tender": "tender.run", "sell_package": "package.sell", "withdraw_package": "package.make"}


def make_form(visit: Visit) -> Form | None:
    """Give the form that opens, fills and freezes a package; None to who may not."""
    if not visit.may("package.make"):
        return None
    fields = (
        _field(visit, "package", longest=60),
        _field(visit, "title", is_needed=False, longest=100),
        _field(visit, "cut_off", "day"),
        Field("method", visit.t("act.method"), "choice", options=[(one, word(visit, "package.method", one)) for one in METHODS]),
        _field(visit, "borrowers", "number", is_needed=False),
    )
    is_asked = visit.form.get("act") == "make"
    return Form("make", visit.t("package.make"), visit.t("package.make.do"), fields, visit.t("package.make.said"), is_open=is_asked)


def make(visit: Visit) -> Done:
    """Choose the loans of a package and ask for its opening, its parts and its freezing, each through the door."""
    form, house = visit.form, visit.house
    said = form.get("borrowers", "")
    count = int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0
    allowed = visit.door.may(visit.who, "package.make")
    if isinstance(allowed, Refused):
        return allowed
    wish = Wish(
        form.get("package", "").strip(),
        parse_date(form.get("cut_off", "")),
        licence=house.rules.lender.licence,
        title=form.get("title", "").strip(),
        method=form["method"] if form.get("method") in METHODS else ALL,
        borrowers=count,
    )  # fmt: skip
    made = make_package(
        house.store, wish, actor=visit.who.actor, now=house.now(), on=visit.today(), rules=house.rules,
        ask=lambda command: visit.door.ask(visit.who, command),
    )  # fmt: skip
    return made if isinstance(made, Refused) else Go(f"/packages/{wish.name}", "done.package.made", {"n": str(len(made.loans))})


def package_panel(visit: Visit, one: PackageRow) -> Panel | None:
    """Give what may be done about a package now."""
    target, forms = Target(kind="package", subject=one.package), []
    if one.state == "frozen" and not one.tender and visit.may("tender.run"):
        forms.append(_form(visit, "open_tender", _tender_fields(visit)))
    if one.state == "frozen" and visit.may("package.sell", target):
        forms.append(_form(visit, "sell_package", (_field(visit, "tender", value=one.tender),)))
    if one.state in ("open", "frozen") and visit.may("package.make", target):
        forms.append(_form(visit, "withdraw_package", (_field(visit, "reason", is_wide=True),), "btn-danger"))
    return Panel(visit.t("loan.acts"), forms, "acts", width="half") if forms else None


def _tender_fields(visit: Visit) -> tuple[Field, ...]:
    formats = [(one, word(visit, "tender.format", one)) for one in FORMATS]
    instants = [
        _field(visit, name, is_needed=name != "opens_until", hint=visit.t("act.instant.hint"))
        for name in ("joins_until", "bids_from", "bids_until", "opens_until")
    ]
    return (
        _field(visit, "tender", longest=60),
        Field("format", visit.t("tender.format"), "choice", options=formats),
        _field(visit, "start", "money"),
        _field(visit, "deposit", "money"),
        _field(visit, "reserve", "money", is_needed=False),
        _field(visit, "increment", "money", is_needed=False),
        *instants,
    )


def tender_panel(visit: Visit, one: TenderSeen) -> Panel | None:
    """Give what may be done about a tender now, by whoever looks: for a bidder its own part alone."""
    bidder = visit.who.party
    target = Target(kind="bidder", subject=bidder) if bidder else Target(kind="tender", subject=one.tender)
    forms: list[Form] = []
    for act in _acts_now(one, is_bidder=bool(bidder)):
        permission = OF_TENDER[act]
        if visit.may(permission, target):
            tone = "btn-danger" if act in ("cancel_tender", "retract_bid") else ""
            said = visit.t(f"act.{act}.said") if act in ("commit_bid", "reveal_bid") else ""
            forms.append(_form(visit, act, _fields_of(visit, act, one), tone, said))
    return Panel(visit.t("loan.acts"), forms, "acts") if forms else None


def _acts_now(one: TenderSeen, *, is_bidder: bool) -> tuple[str, ...]:
    """Give what the state of a tender leaves to be done; whether it is time for it the verb itself says."""
    if is_bidder:
        if one.state != "open":
            return ()
        if one.own is None:
            return ("join_tender",)
        bid = ("commit_bid", "retract_bid", "reveal_bid") if one.format == SEALED else ("call_bid",)
        return ("open_document", "ask_question", *bid) if one.documents else ("ask_question", *bid)
    if one.state == "open":
        asked = ("answer_question",) if any(not each.answer for each in one.questions) else ()
        return ("add_document", *asked, "pay_deposit", "decide_tender", "cancel_tender")
    return {"sold": ("confirm_sale",), "negotiated": ("confirm_sale",), "confirmed": ("pay_price",)}.get(one.state, ())


def _fields_of(visit: Visit, act: str, one: TenderSeen) -> tuple[Field, ...]:
    """Give the fields of a form."""
    if act == "join_tender":
        return tuple(Field("accepts[]", visit.t(f"tender.term.{term}"), "check", term, is_needed=term != NO_RESALE) for term in TERMS)
    if act == "open_document":
        return (Field("document", visit.t("act.document"), "choice", options=[(told.name, told.name) for told in one.documents]),)
    if act == "answer_question":
        open_ones = [(asked.question, asked.text[:80]) for asked in one.questions if not asked.answer]
        question = Field("question", visit.t("tender.question"), "choice", options=open_ones)
        return question, _field(visit, "text", "text-long", is_wide=True, longest=2_000)
    if act == "commit_bid":
        seal = (("tender", one.tender), ("bidder", visit.who.party), ("currency", one.currency))
        return (
            Field("", visit.t("act.amount"), "money", is_needed=False),
            Field("", visit.t("act.nonce"), is_needed=False, hint=visit.t("act.nonce.keep"), is_wide=True),
            _field(visit, "hash", is_wide=True, longest=64),
            *(Field(f"seal-{name}", kind="hidden", value=value) for name, value in seal),
        )
    named = {
        "add_document": ("document", "digest"),
        "cancel_tender": ("reason",),
        "ask_question": ("text",),
        "pay_deposit": ("bidder", "amount", "ref"),
        "pay_price": ("amount", "ref"),
        "confirm_sale": ("contract",),
        "reveal_bid": ("amount", "nonce"),
        "call_bid": ("amount",),
        "decide_tender": ("reserve", "nonce"),
    }.get(act, ())
    optional = ("ref",) if act != "decide_tender" else ("reserve", "nonce")
    return tuple(
        _field(visit, name, "money" if name in ("amount", "reserve") else "text", is_needed=name not in optional, is_wide=name == "text")
        for name in named
    )


def _field(
    visit: Visit,
    name: str,
    kind: str = "text",
    *,
    is_needed: bool = True,
    is_wide: bool = False,
    longest: int = 200,
    hint: str = "",
    value: str = "",
) -> Field:
    given = visit.form.get(name, value)
    return Field(name, visit.t(f"act.{name}"), kind, given, hint=hint, is_needed=is_needed, is_wide=is_wide, longest=longest)


def _form(visit: Visit, act: str, fields: tuple[Field, ...], tone: str = "", said: str = "") -> Form:
    is_asked = visit.form.get("act") == act
    key = visit.form.get("key", "") if is_asked else ""
    return Form(act, visit.t(f"act.{act}"), visit.t(f"act.{act}"), fields, said, key=key, tone=tone, is_open=is_asked)


def do_package(visit: Visit) -> Done:
    """Ask for what a form says of a package."""
    form, name, on = visit.form, visit.path["package"], visit.today()
    key, act = form.get("key", ""), form["act"]
    if act == "sell_package":
        return Act(SellPackage(key, name, on, form.get("tender", "")), "done.done", f"/packages/{name}")
    if act == "withdraw_package":
        return Act(WithdrawPackage(key, name, on, form.get("reason", "")), "done.done", f"/packages/{name}")
    currency = form.get("currency", "CNY")
    amounts = {each: parse_minor(form[each], currency) if form.get(each) else 0 for each in ("start", "deposit", "reserve", "increment")}
    tender = form.get("tender", "").strip()
    command = OpenTender(
        key, tender, on, name, form.get("format", ""), currency, amounts["start"], amounts["deposit"], form.get("joins_until", ""),
        form.get("bids_from", ""), form.get("bids_until", ""), form.get("opens_until", ""), amounts["reserve"], "", amounts["increment"],
    )  # fmt: skip
    return Act(command, "done.done", f"/tenders/{tender}")


def do_tender(visit: Visit) -> Done:
    """Ask for what a form says of a tender; a bidder acts for nobody but itself."""
    name, form = visit.path["tender"], visit.form
    found = tender_of(dossier_of(visit.house.store, KIND, name))
    if found is None:
        return Refused("absent")
    if found.format == SEALED and form["act"] == "call_bid":
        return Refused("tender_format_other", "", found.format)
    amount, reserve = (parse_minor(form[each], found.currency) if form.get(each) else 0 for each in ("amount", "reserve"))
    by = visit.who.party if OF_TENDER[form["act"]] == "tender.bid" else form.get("bidder", "").strip()
    base = (form.get("key", ""), name, visit.today())
    said = _Said(base, by, amount, reserve, found.currency, tuple(sorted(found.members)), form)
    return Act(_MADE[form["act"]](said), "done.done", f"/tenders/{name}")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the form of a tender says: key, tender and day, who bids, amounts in minor units, who takes part, and the fields."""

    base: tuple[str, str, date]
    bidder: str
    amount: int
    reserve: int
    currency: str
    members: tuple[str, ...]
    form: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.form.get(name, "").strip()


_MADE: Final[Mapping[str, Callable[[_Said], Any]]] = {
    "add_document": lambda s: AddDocument(*s.base, s["document"], s["digest"]),
    "answer_question": lambda s: AnswerQuestion(*s.base, s["question"], s["text"]),
    "cancel_tender": lambda s: CancelTender(*s.base, s["reason"]),
    "pay_deposit": lambda s: PayDeposit(*s.base, s.bidder, s.amount, s.currency, s["ref"]),
    "pay_price": lambda s: PayPrice(*s.base, s.amount, s.currency, s["ref"]),
    "decide_tender": lambda s: DecideTender(*s.base, s.currency, s.reserve, s["nonce"], s.members),
    "confirm_sale": lambda s: ConfirmSale(*s.base, s["contract"]),
    "join_tender": lambda s: JoinTender(*s.base, s.bidder, tuple(s["accepts[]"].split())),
    "open_document": lambda s: OpenDocument(*s.base, s.bidder, s["document"]),
    "ask_question": lambda s: AskQuestion(*s.base, s.bidder, f"q-{s.base[0][:50]}", s["text"]),
    "commit_bid": lambda s: CommitBid(*s.base, s.bidder, s["hash"]),
    "retract_bid": lambda s: RetractBid(*s.base, s.bidder),
    "reveal_bid": lambda s: RevealBid(*s.base, s.bidder, s.amount, s.currency, s["nonce"]),
    "call_bid": lambda s: CallBid(*s.base, s.bidder, s.amount, s.currency),
}
