"""Two commands at once on what both depend on: a package goes into one tender, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.wiring import DOSSIER_WIRING, read_command
from plimsoll.rulebook.rules import load
from tests.made_tender import ROWS, SEALED_TERMS, SECRET, SHEET

RULES = load()
NOW = datetime(2026, 10, 12, 9, tzinfo=UTC)


def run(store, name: str, subject: str, **said: object):
    command = read_command({"key": f"{name} {subject}", "subject": subject, "on": NOW.date().isoformat(), **said}, name)
    return execute_dossier(store, DOSSIER_WIRING, command, actor="wang", now=NOW, rules=RULES)


def test_of_tenders_opened_at_once_for_one_package_one_stands(store):
    opened = {"cut_off": "2026-09-30", "currency": "CNY", "licence": "cfc", "secret": SECRET}
    assert isinstance(run(store, "open_package", "P1", **opened), Answer)
    assert isinstance(run(store, "fill_package", "P1", part=1, loans={"loans": ROWS}), Answer)
    assert isinstance(run(store, "freeze_package", "P1", sheet=SHEET), Answer)
    names = [f"T{n}" for n in range(4)]
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(run, store, "open_tender", name, **SEALED_TERMS) for name in names]
        away = pool.submit(run, store, "withdraw_package", "P1", reason="second thoughts")
        outcomes = [one.result() for one in asked]
    stand = [name for name in names if dossier_of(store, "tender", name)]
    done = [isinstance(one, Answer) for one in (*outcomes, away.result())]
    assert sum(done) == 1, outcomes
    assert len(stand) == sum(done[:-1])
    codes = {one.code for one in (*outcomes, away.result()) if not isinstance(one, Answer)}
    assert codes <= {"package_in_tender", "package_not_ready"}, codes
