"""What I agreed to, one purpose at a time, and what the house keeps of me: looking at it, taking it along, having it erased."""

import json
from dataclasses import asdict
from typing import Final

from plimsoll.app.erase import dealings_of
from plimsoll.app.show.care import complaint_rows
from plimsoll.app.show.customer import consent_rows
from plimsoll.interfaces.borrower.me import my_file, myself, screen, upper, whole, words
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Field, Form, Heading, Panel, Part, Said, Text
from plimsoll.interfaces.pages.visit import Act, Done, File, Go, Shown, Visit
from plimsoll.loan.filing import read_body
from plimsoll.protection.file_complaint import FileComplaint
from plimsoll.protection.grant_consent import GrantConsent
from plimsoll.protection.retention import refuse_erasure
from plimsoll.protection.withdraw_consent import WithdrawConsent
from plimsoll.units.refusal import Refused


def _consents(visit: Visit) -> Shown:
    given = {one.purpose: one for one in consent_rows(my_file(visit), visit.house.now())}
    panels = []
    for name, purpose in visit.house.rules.purposes.items():
        notice, mine = purpose.notice(visit.today()), given.get(name)
        if notice is None:
            continue
        is_on = mine is not None and mine.is_granted
        state = visit.t("b.consent.since", {"day": written.instant(mine.since)}) if is_on and mine is not None else visit.t("b.consent.off")
        hidden = (Field("purpose", kind="hidden", value=name), Field("version", kind="hidden", value=str(notice.version)))
        body: list[Part] = [Text(notice.text[visit.speech]), Said("good" if is_on else "", state)]
        if purpose.is_required:
            body.append(Text(visit.t("b.consent.required")))
        body.append(
            Form(
                "withdraw" if is_on else "grant", "", visit.t("b.consent.withdraw" if is_on else "b.consent.grant"), hidden, is_folded=False
            )
        )
        panels.append(Panel(upper(purpose.title[visit.speech]), body))
    data: list[Part] = [Text(visit.t("b.data.said"))]
    data.append(Form("export", "", visit.t("b.data.export"), (), is_folded=False))
    data += _erasing(visit)
    return parts.board(Heading(visit.t("b.nav.consents"), visit.t("b.consent.lead")), [*panels, Panel(visit.t("b.data.title"), data)])


def _erasing(visit: Visit) -> list[Part]:
    """Give what keeps the house from erasing who looks, if anything, and the form that asks for it."""
    house = visit.house
    with house.store.engine.connect() as connection:
        kept = refuse_erasure(dealings_of(connection, visit.who.customer_id), visit.today(), house.rules)
    if kept is not None and kept.code == "erasure_while_owing":
        return [Text(visit.t("b.erase.owing"))]
    said = visit.t("b.erase.kept", {"day": kept.detail.removeprefix("until ")}) if kept is not None else visit.t("b.erase.free")
    return [Form("erase", visit.t("b.erase.title"), visit.t("b.erase.button"), (), said)]


def _erase(visit: Visit) -> Done:
    """Ask to be erased: it is answered as a complaint about the use of data is, with its deadline."""
    key, customer_id = words(visit)
    request = f"erase-{customer_id}"
    if any(one.complaint_id == request for one in complaint_rows(my_file(visit), visit.today().toordinal())):
        return Go("/complaints", "done.b.complained-before")
    command = FileComplaint(key, customer_id, visit.today(), request, "data_use", channel="web:erase")
    return Act(command, "done.b.erase", "/complaints")


def _grant(visit: Visit) -> Done:
    key, customer_id = words(visit)
    purpose, version = visit.form.get("purpose", ""), whole(visit.form.get("version", ""))
    return Act(GrantConsent(key, customer_id, visit.today(), purpose, version, visit.speech), "done.b.saved", "/consents")


def _withdraw(visit: Visit) -> Done:
    key, customer_id = words(visit)
    return Act(WithdrawConsent(key, customer_id, visit.today(), visit.form.get("purpose", "")), "done.b.saved", "/consents")


def _export(visit: Visit) -> Done:  # noqa: ARG001 -- every form is called alike
    return Go("/consents/my-data")


def _data(visit: Visit) -> Shown | Refused:
    """Give everything that is on record about the borrower, as one file that programs read; names and numbers of the vault masked."""
    page = myself(visit)
    filings = [
        {"n": one.n, "kind": one.kind, "subject": one.subject, "on": written.day(one.on), "at": one.at.isoformat(), "body": read_body(one)}
        for one in my_file(visit)
    ]
    said = {"customer": asdict(page), "filings": filings, "as_of": visit.today().isoformat()}
    content = json.dumps(said, ensure_ascii=False, indent=1, default=str).encode()
    return File("my-data.json", "application/json", content)


SCREENS: Final = (
    screen(
        "b-consents", "/consents", "consent.give", _consents, {"grant": _grant, "withdraw": _withdraw, "export": _export, "erase": _erase}
    ),
    screen("b-my-data", "/consents/my-data", "personal.export", _data),
)
