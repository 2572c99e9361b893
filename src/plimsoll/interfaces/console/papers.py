"""Papers of a customer: brought for an application, a request for help or a complaint, looked at, sealed, and handed out as files only."""

from typing import Any, Final

from plimsoll.app import papers
from plimsoll.app.access.principal import Target
from plimsoll.app.approve.execute import is_executed
from plimsoll.app.approve.preview import preview
from plimsoll.app.file import filings_of
from plimsoll.app.show.application import applications
from plimsoll.app.show.customer import customer_page
from plimsoll.interfaces.console.aims import customer_of
from plimsoll.interfaces.pages.papers import KINDS, LONGEST, kinds_of_papers
from plimsoll.interfaces.pages.parts import Cell, Field, Form, Heading, Panel, Said, Table, board, count, heads, instant, text
from plimsoll.interfaces.pages.visit import Act, Done, File, Go, Screen, Shown, Visit
from plimsoll.origination.provide_documents import ProvideDocuments
from plimsoll.units.refusal import Refused

OPEN, BRING = "personal.reveal", "personal.write"
OTHER: Final = "other"
APPLICATION: Final = "application-"


def _target(visit: Visit) -> Target:
    return Target(int(visit.path["customer"]))


def show(visit: Visit) -> Shown:
    """Show what papers there are of a customer, and the forms by which one is brought and taken out."""
    house, customer_id = visit.house, int(visit.path["customer"])
    page = customer_page(house.store, customer_id, visit.today().toordinal(), house.now(), house.vault)
    if isinstance(page, Refused) or visit.who.party:
        return Refused("absent")
    found = papers.references(house, customer_id)
    on_file = {one.reference: one for one in reversed(papers.brought(filings_of(house.store, customer_id)))}
    rows = [_row(visit, one, on_file.get(one)) for one in found]
    columns = heads(visit, "paper.what", "paper.about", "paper.when", "paper.by", "paper.digest")
    parts: list[Any] = [Table(visit.t("paper.title"), columns, rows, empty="paper.none", is_dense=True)]
    if house.vault is None:
        parts.insert(0, Said("warn", visit.t("personal.none")))
    if found and visit.may(OPEN, _target(visit)):
        which = Field("paper", visit.t("paper.which"), "choice", options=[(one, one.removeprefix(f"{papers.PREFIX}:")) for one in found])
        reason = Field("reason", visit.t("form.reason"), is_wide=True)
        parts.append(Form("open", visit.t("paper.open"), visit.t("paper.open.do"), (which, reason), visit.t("paper.open.said")))
    if house.vault is not None and visit.may(BRING, _target(visit)):
        parts.append(_bring_form(visit, page))
    number = visit.t("customer.number", {"n": customer_id})
    above = [(visit.t("nav.customer"), "/customers"), (number, f"/customers/{customer_id}")]
    return board(Heading(visit.t("paper.title"), visit.t("paper.lead"), above=above), [Panel("", parts, "papers")])


def _row(visit: Visit, reference: str, one: papers.Brought | None) -> tuple[Cell, ...]:
    """Give the line of a paper: what the file says of it, and its fingerprint; of one that came before there was a file, that alone."""
    digest = text(reference.rpartition(":")[2])
    if one is None:
        return text(""), text(reference.split(":")[1]), text(""), text(""), digest
    size = visit.t("paper.size", {"kb": count(-(-one.size // 1_000)).text})
    about = text(f"{one.about}-{one.of}" if one.of else visit.t("paper.other"))
    return text(visit.t(f"paper.what.{one.what}"), under=size), about, instant(one.at), text(one.actor), digest


def _abouts(visit: Visit, page: Any) -> list[tuple[str, str]]:
    """Give what a paper can be about: open applications, a request for help, complaints, or something else."""
    found = [
        (f"{APPLICATION}{one.application_id}", f"{visit.t('paper.application')} {one.application_id}")
        for one in applications(visit.house.store, page.customer_id, visit.today().toordinal())
    ]
    if page.hardship_id:
        found.append((f"hardship-{page.hardship_id}", f"{visit.t('chip.hardship')} {page.hardship_id}"))
    found += [(f"complaint-{one}", f"{visit.t('chip.complaint')} {one}") for one in page.complaints_open]
    return [*found, (OTHER, visit.t("paper.other"))]


def _bring_form(visit: Visit, page: Any) -> Form:
    fields = (
        Field("file", visit.t("paper.file"), "file", KINDS, hint=visit.t("paper.file.hint"), is_wide=True),
        Field("about", visit.t("paper.about"), "choice", visit.form.get("about", ""), _abouts(visit, page)),
        Field("what", visit.t("paper.what"), "choice", visit.form.get("what", ""), kinds_of_papers(visit)),
        Field(
            "documents",
            visit.t("review.documents"),
            value=visit.form.get("documents", ""),
            is_needed=False,
            hint=visit.t("paper.asked.hint"),
        ),
    )
    is_asked = visit.form.get("act") == "bring"
    return Form("bring", visit.t("paper.bring"), visit.t("paper.bring.do"), fields, visit.t("paper.bring.said"), is_open=is_asked)


def _bring(visit: Visit) -> Done:
    """Look at the file, keep it, and where it was asked for say that it came."""
    allowed = visit.door.may(visit.who, BRING, _target(visit))
    if isinstance(allowed, Refused):
        return allowed
    customer_id, about, sent = int(visit.path["customer"]), visit.form.get("about", ""), visit.files.get("file")
    page = customer_page(visit.house.store, customer_id, visit.today().toordinal(), visit.house.now(), None)
    if isinstance(page, Refused) or about not in {name for name, _ in _abouts(visit, page)}:
        return Refused("absent")
    paper = papers.looked_at(sent.name if sent else "", sent.content if sent else b"")
    if isinstance(paper, Refused):
        return paper
    to, documents, act = f"/customers/{customer_id}/papers", visit.form.get("documents", "").strip(), None
    if documents and about.startswith(APPLICATION):
        application_id, reference = about.removeprefix(APPLICATION), papers.reference_of(about, paper)
        act = Act(
            ProvideDocuments(visit.form.get("key", ""), customer_id, visit.today(), application_id, documents, reference), "done.paper", to
        )
        refused = _refused(visit, act.command)
        if refused is not None:
            return refused
    kind, _, of = about.partition("-")
    asked = papers.Bring(f"paper:{visit.form.get('key', '')}", customer_id, visit.form.get("what", ""), kind, of)
    outcome = papers.bring(visit.house, visit.door, visit.who, paper, asked)
    if isinstance(outcome, Refused) and not (act is not None and outcome.code == "paper_brought_already"):
        return outcome
    return act or Go(to, "done.paper")


def _refused(visit: Visit, command: ProvideDocuments) -> Refused | None:
    """Give why an application takes no paper, so that none is kept for it; nothing where it was taken under this key already."""
    with visit.house.store.engine.connect() as connection:
        if is_executed(connection, command, {}):
            return None
    found = preview(visit.house, command, visit.who.actor)
    return found if isinstance(found, Refused) else None


def _open(visit: Visit) -> Done:
    """Hand a paper out as a file to be kept; who took it and why is on the person's log first."""
    allowed = visit.door.may(visit.who, OPEN, _target(visit))
    if isinstance(allowed, Refused):
        return allowed
    reference, reason = visit.form.get("paper", ""), visit.form.get("reason", "")
    if not reference.startswith(f"{papers.PREFIX}:"):
        return Refused("absent")
    visit.door.saw(visit.who, "paper", (int(visit.path["customer"]),), reason)
    found = papers.open_paper(visit.house, visit.who, int(visit.path["customer"]), reference, reason)
    return found if isinstance(found, Refused) else File(found.name, found.kind, found.content)


PATH: Final = "/customers/{customer:int}/papers"
SCREENS: Final = (
    Screen("papers", PATH, "customer.read", "page.html", show, {"bring": _bring, "open": _open}, target=customer_of, longest=LONGEST),
)
