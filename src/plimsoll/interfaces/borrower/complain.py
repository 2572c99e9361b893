"""Complaints: what it is about, in my own words, by when I have an answer."""

from hashlib import sha256
from typing import Final

from plimsoll.app.show.care import complaint_rows
from plimsoll.app.vault import Act as Reason
from plimsoll.interfaces.borrower.me import my_file, screen, words
from plimsoll.interfaces.borrower.papers import more
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Facts, Field, Form, Heading, Panel, Text, fact
from plimsoll.interfaces.pages.visit import Act, Done, Go, Shown, Visit
from plimsoll.protection.file_complaint import FileComplaint
from plimsoll.protection.mask import WORDS
from plimsoll.risk.distress import NOT_LOOKED_AT, distress_in

ABOUT: Final = (
    "collection_conduct",
    "wrong_amount",
    "cost_unclear",
    "credit_reporting",
    "data_use",
    "advertising",
    "service",
    "staff_conduct",
)
"""What a borrower may complain about, of the words of the rulebook that are not for the house to choose."""
WORDS_MAX: Final = 2_000


def _complaints(visit: Visit) -> Shown:
    rows = complaint_rows(my_file(visit), visit.today().toordinal())
    panels = [
        Panel(
            visit.t(f"b.about.{one.about}") if one.about in ABOUT else one.about,
            [
                Facts(
                    [
                        fact(visit, "b.complain.filed", parts.day(one.filed_on)),
                        fact(visit, "b.complain.due", parts.day(one.due_on)),
                        fact(
                            visit,
                            "b.loan.state",
                            parts.chip(
                                visit.t(
                                    "b.complain.closed"
                                    if one.closed_on
                                    else "b.complain.answered"
                                    if one.answered_on
                                    else "b.complain.open"
                                )
                            ),
                        ),
                    ]
                ),
                more(visit, "complaint", one.complaint_id),
            ],
        )
        for one in rows
    ]
    options = [("", visit.t("b.choose")), *((one, visit.t(f"b.about.{one}")) for one in ABOUT)]
    fields = [Field("about", visit.t("b.complain.about"), "choice", "", options)]
    if visit.house.vault is not None:
        fields.append(Field("words", visit.t("b.complain.words"), "text-long", longest=WORDS_MAX, rows=6))
    form = Form("complain", "", visit.t("b.complain.button"), fields, visit.t("b.complain.said"), is_folded=False)
    above = [Panel(visit.t("b.complain.new"), [form, Text(visit.t("b.complain.elsewhere", {"phone": visit.house.rules.lender.phone}))])]
    return parts.board(Heading(visit.t("b.nav.complaints")), [*above, *panels])


def _file(visit: Visit) -> Done:
    """File a complaint; the words are sealed in the vault first, so that the record never holds them."""
    key, customer_id = words(visit)
    about, said, reference = visit.form.get("about", ""), visit.form.get("words", "").strip()[:WORDS_MAX], ""
    complaint_id = _id_of(visit, about, said)
    if any(one.complaint_id == complaint_id for one in complaint_rows(my_file(visit), visit.today().toordinal())):
        return Go("/complaints", "done.b.complained-before")
    if said and visit.house.vault is not None:
        reference = complaint_id
        act = Reason(visit.who.actor, visit.house.now(), "complaint of the borrower")
        refused = visit.house.vault.put(customer_id, WORDS, said, act, reference)
        if refused is not None:
            return refused
    distress = distress_in(said, visit.house.rules, visit.today()) if reference or not said else NOT_LOOKED_AT
    command = FileComplaint(key, customer_id, visit.today(), complaint_id, about, reference, channel="web", distress=distress)
    return Act(command, "done.b.complained", "/complaints", values={"day": written.day(visit.today())})


def _id_of(visit: Visit, about: str, said: str) -> str:
    """Give the id of a complaint: the same words about the same thing on one day are one complaint, from however many windows.

    It is made with a key of the vault, so that nobody tells the words by it.
    """
    vault, told = visit.house.vault, f"{visit.who.customer_id}:{visit.today().isoformat()}:{about}:{said}"
    blind = vault.blind(WORDS, told) if vault is not None else sha256(told.encode()).hexdigest()
    return f"web-{blind[:24]}"


SCREENS: Final = (screen("b-complaints", "/complaints", "complaint.file", _complaints, {"complain": _file}),)
