"""What I agreed to, one purpose at a time, and what the house keeps of me: looking at it, taking it along, having it erased."""

import json
from dataclasses import asdict
from typing import Final

from plimsoll.app.show.customer import consent_rows
from plimsoll.interfaces.borrower.me import my_file, myself, screen, whole, words
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Field, Form, Heading, Panel, Part, Said, Text
from plimsoll.interfaces.pages.visit import Act, Done, File, Go, Shown, Visit
from plimsoll.loan.filing import read_body
from plimsoll.protection.grant_consent import GrantConsent
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
        panels.append(Panel(purpose.title[visit.speech], body))
    data: list[Part] = [Text(visit.t("b.data.said"))]
    data.append(Form("export", "", visit.t("b.data.export"), (), is_folded=False))
    return parts.board(Heading(visit.t("b.nav.consents"), visit.t("b.consent.lead")), [*panels, Panel(visit.t("b.data.title"), data)])


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
    screen("b-consents", "/consents", "consent.give", _consents, {"grant": _grant, "withdraw": _withdraw, "export": _export}),
    screen("b-my-data", "/consents/my-data", "personal.export", _data),
)
