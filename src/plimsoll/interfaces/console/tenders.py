"""Tenders as a list: to the house all of them, to a bidder with its own part and what came of it."""

from typing import Final

from plimsoll.app.dossier import dossier_of
from plimsoll.app.show.sale import TenderRow, TenderSeen, tender_rows
from plimsoll.disposal.tender import KIND, SEALED, tender_of
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import Cell, Fact, Heading, Panel, Table, board, chip, count, fact, heads, text
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit

TONES: Final = {
    "open": "wait",
    "sold": "good",
    "transferred": "good",
    "closed": "",
    "withdrawn": "",
    "failed": "bad",
    "cancelled": "bad",
}
"""How the state of a package or tender looks."""
TONES_OWN: Final = {"won": "good", "leads": "good", "bound": "wait", "paid": "wait", "joined": "warn"}


def show(visit: Visit) -> Shown:
    """Show every tender; whoever acts for a bidder sees where it stands in each, and of others no more than the notice says."""
    found = tender_rows(visit.house.store, is_seller=not visit.who.party)
    lead = visit.t("tender.lead.bidder" if visit.who.party else "tender.lead")
    return board(Heading(visit.t("nav.tender"), lead), [Panel("", [table(visit, found)])])


def table(visit: Visit, found: tuple[TenderRow, ...]) -> Table:
    """Give tenders as a table for whoever looks."""
    own = bool(visit.who.party)
    rows = [
        (
            Cell(one.tender, f"/tenders/{one.tender}", one.package),
            chip(word(visit, "tender.state", one.state), TONES.get(one.state, "")),
            text(word(visit, "tender.format", one.format)),
            Cell(written.instant(one.joins_until), tone="fixed"),
            Cell(written.instant(one.bids_until), tone="fixed"),
            _own(visit, one.tender) if own else count(one.members),
        )
        for one in found
    ]
    last = "tender.own" if own else "tender.members#"
    columns = ("tender.name", "tender.state", "tender.format", "tender.joins", "tender.bids", last)
    return Table(visit.t("tender.title"), heads(visit, *columns), rows, empty="tender.none", is_list=True)


def _own(visit: Visit, tender: str) -> Cell:
    state = stands(visit, tender)
    return chip(visit.t(f"tender.stands.{state}"), TONES_OWN.get(state, ""))


def stands(visit: Visit, tender: str) -> str:
    """Give where a bidder stands in a tender: out, joined, paid, bound or leads while it is open; won, lost or over afterwards."""
    found, bidder = tender_of(dossier_of(visit.house.store, KIND, tender)), visit.who.party
    own = found.members.get(bidder) if found is not None else None
    if found is None or own is None:
        return "out"
    if found.decision:
        return "won" if found.decision["winner"] == bidder else "lost"
    if found.state != "open":
        return "over"
    if found.lead is not None and found.lead.bidder == bidder and found.format != SEALED:
        return "leads"
    return "bound" if own.hash or any(call.bidder == bidder for call in found.calls) else "paid" if own.deposit_minor else "joined"


def papers(visit: Visit, one: TenderSeen) -> Panel | None:
    """Give the data room: each paper with its hash, and to a bidder whether it was opened; None to who sees no papers."""
    if one.own is None and one.view != "seller":
        return None
    looked = {said.name for said in one.own.looked} if one.own is not None else set()
    rows = [
        (
            text(said.name),
            text(said.value[:24]),
            chip(visit.t("tender.paper.opened"), "good") if said.name in looked else text(""),
        )
        for said in one.documents
    ]
    columns = ("act.document", "act.digest", "tender.paper.state")
    found = Table(visit.t("tender.papers"), heads(visit, *columns), rows, empty="tender.papers.none", is_dense=True)
    return Panel(visit.t("tender.papers"), [found], "papers", "tender.papers", width="half")


def opened(visit: Visit, one: TenderSeen) -> Panel | None:
    """Give the opening of a sealed tender to all who took part: who bid what, and the lines whose hash anybody can check."""
    if not one.opening:
        return None
    rows = [(text(said.bidder), text(said.bid), text(said.hash[:24]), text(said.lines.replace("\n", " · "))) for said in one.opening]
    columns = ("tender.bidder", "tender.bid", "tender.hash", "tender.lines")
    return Panel(visit.t("tender.opening"), [Table(visit.t("tender.opening"), heads(visit, *columns), rows, is_dense=True)], "opening")


def result(visit: Visit, one: TenderSeen) -> Fact | None:
    """Give where a bidder stands in a tender, or what came of it."""
    if one.own is None:
        return None
    state = stands(visit, one.tender)
    return fact(visit, "tender.result", chip(visit.t(f"tender.stands.{state}"), TONES_OWN.get(state, "")))


SCREENS: Final = (Screen("tender", "/tenders", "tender.read", "page.html", show),)
