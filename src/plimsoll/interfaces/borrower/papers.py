"""My papers: a pay slip, a hospital bill, a receipt, brought for an application, a request for help, a complaint or an objection."""

from typing import Final

from plimsoll.app import papers
from plimsoll.interfaces.borrower.me import my_file, screen, words
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.papers import KINDS, LONGEST, kinds_of_papers
from plimsoll.interfaces.pages.parts import Cell, Field, Form, Heading, Links, Panel, Part, Said, Table, Text
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.interfaces.pages.words import has
from plimsoll.loan.filing import Filing
from plimsoll.origination.application import DOCUMENTS_ASKED, fold_applications
from plimsoll.origination.provide_documents import ProvideDocuments
from plimsoll.protection.bring_paper import ABOUT, OTHER
from plimsoll.units.refusal import Refused

APPLICATION: Final = "application"
ABOUTS_MAX: Final = 20
"""Things that a paper can be about, the latest of them."""


def to_papers(visit: Visit, about: str, of: str = "") -> tuple[str, str]:
    """Give the way to the page that takes a paper about something; in the address stands what it is about."""
    return visit.t("b.paper.bring"), f"/papers?about={about}:{of}" if of else "/papers"


def _papers(visit: Visit) -> Shown:
    mine = my_file(visit)
    rows = [
        (
            Cell(visit.t(f"paper.what.{one.what}"), under=visit.t("paper.size", {"kb": written.count(-(-one.size // 1_000))})),
            Cell(visit.t(f"b.paper.about.{one.about}")),
            parts.day(one.on),
        )
        for one in papers.brought(mine)
    ]
    heads = parts.heads(visit, "paper.what", "paper.about", "paper.when")
    table = Table(visit.t("b.paper.mine"), heads, rows, empty="b.paper.none", is_dense=True)
    listed = Panel(visit.t("b.paper.mine"), [table, Text(visit.t("b.paper.who"))])
    return parts.board(Heading(visit.t("b.nav.papers"), visit.t("b.paper.lead")), [_bring_panel(visit, mine), listed])


def _bring_panel(visit: Visit, mine: tuple[Filing, ...]) -> Panel:
    """Give the form that takes a paper, after what is asked for; nothing is chosen but what the way here said."""
    if visit.house.vault is None:
        return Panel("", [Said("warn", visit.t("b.paper.cannot"))])
    chosen = visit.form.get("about", visit.query.get("about", ""))
    fields = (
        Field("what", visit.t("paper.what"), "choice", visit.form.get("what", ""), kinds_of_papers(visit)),
        Field("about", visit.t("paper.about"), "choice", chosen, [("", visit.t("b.choose")), *_abouts(visit, mine)]),
        Field("file", visit.t("paper.file"), "file", KINDS, hint=visit.t("paper.file.hint")),
    )
    body: list[Part] = [
        *asked_for(visit, mine),
        Form("bring", "", visit.t("b.paper.send"), fields, visit.t("b.paper.said"), is_folded=False),
    ]
    return Panel(visit.t("b.paper.bring"), body)


def asked_for(visit: Visit, mine: tuple[Filing, ...]) -> list[Part]:
    """Give the line that says which papers are still waited for; nothing where none is."""
    waiting = [one for one in fold_applications(mine, visit.today().toordinal()).values() if one.state == DOCUMENTS_ASKED]
    named = ", ".join(visit.t(f"paper.what.{word}") for one in waiting for word in one.documents if has(f"paper.what.{word}"))
    return [Said("warn", visit.t("b.paper.asked", {"what": named}))] if named else []


def _abouts(visit: Visit, mine: tuple[Filing, ...]) -> list[tuple[str, str]]:
    """Give what a paper can be about, the latest first: each with its day; and something else."""
    kinds = {began: about for about, began in ABOUT.items()}
    begun = {(kinds[one.kind], one.subject): one.on for one in mine if one.kind in kinds}
    found = [
        (f"{about}:{of}", visit.t("b.paper.of", {"what": visit.t(f"b.paper.about.{about}"), "day": written.day(on)}))
        for (about, of), on in reversed(begun.items())
    ]
    return [*found[:ABOUTS_MAX], (f"{OTHER}:", visit.t(f"b.paper.about.{OTHER}"))]


def _bring(visit: Visit) -> Done:
    """Look at the file, seal it, put on file that it came; where a reviewer asked for it, say so."""
    key, customer_id = words(visit)
    about, _, of = visit.form.get("about", "").partition(":")
    sent, what = visit.files.get("file"), visit.form.get("what", "")
    if sent is None or not sent.content:
        return Refused("paper_missing")
    paper = papers.looked_at(sent.name, sent.content)
    if isinstance(paper, Refused):
        return paper
    outcome = papers.bring(visit.house, visit.door, visit.who, paper, papers.Bring(key, customer_id, what, about, of))
    if isinstance(outcome, Refused) and outcome.code != "paper_brought_already":
        return outcome
    told = _tell_reviewer(visit, f"{key}:asked", of, what, papers.reference_of(f"{about}-{of}", paper)) if about == APPLICATION else None
    if told is not None:
        return told
    return Go("/papers", "done.b.paper-before" if isinstance(outcome, Refused) or outcome.is_replayed else "done.b.paper")


def _tell_reviewer(visit: Visit, key: str, application_id: str, what: str, reference: str) -> Refused | None:
    """Say that a paper came that a reviewer waits for; nothing to be said of one that nobody asked for."""
    found = fold_applications(my_file(visit), visit.today().toordinal()).get(application_id)
    if found is None or found.state != DOCUMENTS_ASKED or what not in found.documents:
        return None
    outcome = visit.door.ask(visit.who, ProvideDocuments(key, visit.who.customer_id, visit.today(), application_id, what, reference))
    return outcome if isinstance(outcome, Refused) else None


def more(visit: Visit, about: str, of: str) -> Links:
    """Give the way to bring a paper about something, for the page of that."""
    return Links((to_papers(visit, about, of),))


SCREENS: Final[tuple[Screen, ...]] = (screen("b-papers", "/papers", "personal.write", _papers, {"bring": _bring}, longest=LONGEST),)
