"""Reports about a buyer on the console: in the queue with who has them and by when, worked on the page of the package, gone at the end."""

import re
from dataclasses import dataclass
from datetime import date

from plimsoll.app.dossier import DossierVerb, dossier_of, execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.disposal.conduct import reports_of
from plimsoll.disposal.package import KIND
from plimsoll.loan.dossier import Written
from plimsoll.loan.filing import NewFiling, body_of
from tests.unit import test_console_tenders as tenders

clock, house, look = tenders.clock, tenders.house, tenders.look
REPORT = {"act": "note_conduct", "report_id": "r1", "about": "harassment"}


def send(client, path, **form):
    return tenders.send(client, path, **{"key": repr(form), **form})


@dataclass(frozen=True, slots=True)
class Gone:
    """Put on file what a sale and a transfer would have."""

    key: str
    subject: str
    on: date


def gone(_dossier, _command, _rules):
    sold = {"tender": "T1", "buyer": "a", "price_minor": 900_000, "contract": "c"}
    return Written((NewFiling("package.sold", "", body_of(sold)), NewFiling("package.transferred", "", body_of({"held_back": {}}))), "{}")


def sell(house, clock):
    """Let package P1 of a house go over to its buyer."""
    clock.set("2026-11-06T01:00")
    wiring = {Gone: DossierVerb("close_package", KIND, gone)}
    done = execute_dossier(house.store, wiring, Gone("gone", "P1", house.today()), actor="wang", now=house.now(), rules=house.rules)
    assert isinstance(done, Answer), done


def test_a_report_stands_in_its_queue_until_it_ends_with_a_reason(house, look, clock):
    """Before anything went over nobody reports a buyer."""
    assert "note_conduct" not in look("fin").get("/console/packages/P1").text
    assert send(look("fin"), "/packages/P1", **REPORT, loan_id="7").status_code == 409
    sell(house, clock)
    assert "Reports about buyers" in look("fin").get("/console/queues").text
    assert send(look("fin"), "/packages/P1", **REPORT).status_code == 303
    row = look("fin").get("/console/queues/conduct").text
    assert re.search(r'href="[^"]*/packages/P1\?report_id=r1"', row)
    assert "harassment" in row
    assert "骚扰催收" in look("fin", "zh-CN").get("/console/queues/conduct").text
    assert look("col").get("/console/queues/conduct").status_code == 403
    assert send(look("fin"), "/packages/P1", act="move_conduct", report_id="r1", state="assigned", handler="wu").status_code == 303
    clock.set("2026-11-22T01:00")
    assert "wu" in look("fin").get("/console/queues/conduct?view=overdue").text
    page = look("fin").get("/console/packages/P1?report_id=r1")
    assert page.status_code == 200
    assert send(look("fin"), "/packages/P1", act="move_conduct", report_id="r1", state="upheld").status_code == 409, "no reason"
    assert reports_of(dossier_of(house.store, KIND, "P1"))["r1"].state == "open"
    ended = send(look("fin"), "/packages/P1", act="move_conduct", report_id="r1", state="upheld", remedy="the caller was taken off")
    assert ended.status_code == 303, ended.text
    assert "report_id=r1" not in look("fin").get("/console/queues/conduct").text
    report = reports_of(dossier_of(house.store, KIND, "P1"))["r1"]
    assert (report.state, report.handler, report.remedy) == ("upheld", "wu", "the caller was taken off")
