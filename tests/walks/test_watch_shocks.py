"""Shocks at employers and in regions on both databases: told by a person or found in the book, and help offered to whom they concern."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from plimsoll.app.database.schema import link
from plimsoll.app.dossier import dossier_of
from plimsoll.app.keyring import new_keyring, write_keyring
from plimsoll.app.links import rings_of
from plimsoll.app.vault import Act, Vault
from plimsoll.app.watching.run import Orders, watch_day
from plimsoll.app.watching.shocks import shocks_on
from plimsoll.app.watching.signals import signals_of
from plimsoll.interfaces.cli import exits
from plimsoll.interfaces.cli.main import main
from plimsoll.loan.filing import read_body
from tests.walks.test_watch_run import RULES, Book, at

PLANT, OFFICE = range(1, 25), range(25, 65)
KEYS = new_keyring(datetime(2026, 1, 1, tzinfo=UTC))


def employ(book: Book, people, employer: str, on: date, address: str = "") -> None:
    """Say where people work, and where they live, as they told us on a day."""
    vault = Vault(book.store, KEYS)
    values = {"employer": employer} | ({"address": address} if address else {})
    for one in people:
        assert vault.put_all(one, values, Act("li", at(on), "as told")) is None


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """The keys of the vault where the command line looks for them."""
    path = tmp_path / "vault.json"
    write_keyring(path, KEYS, is_new=True)
    monkeypatch.setenv("PLIMSOLL_VAULT_KEYS", str(path))


def test_a_notice_offers_help_first_once_and_by_the_day_it_is_told(store, database, keys, capsys):
    book = Book(store, range(1, 5))
    employ(book, (1, 2), "Hengshan Steel", date(2026, 1, 20), "浙江省杭州市西湖区文三路1号")
    employ(book, (3,), "Bookshop", date(2026, 1, 20), "上海市黄浦区1号")
    book.do(2, "settle", "2026-01-25", loan_id=1)
    book.watch("2026-02-02")
    store.close()
    told = ["--event", "plant-closed", "--source", "the works council", "--until", "2026-05-01", "--db", database]
    assert main(["watch", "shock", "--employer", "hengshan  steel", "--on", "2026-02-03", "--share", "0.8", *told, "--json"]) == exits.OK
    group = json.loads(capsys.readouterr().out)["group"]
    assert main(["watch", "shock", "--employer", "x", "--region", "y", *told]) == exits.USAGE
    assert main(["watch", "shock", "--region", "杭州市", "--on", "2026-02-03", "--share", "0.05", *told]) == exits.OK
    capsys.readouterr()
    assert main(["watch", "shocks", "--db", database, "--on", "2026-02-03", "--json"]) == exits.OK
    (first,) = (one for one in json.loads(capsys.readouterr().out)["shocks"] if one["group"] == group)
    assert (first["share"], first["source"], first["is_in_force"]) == (0.8, "the works council", True)
    ran = book.watch("2026-02-03")
    assert ran.done["review_limit"] == 1, "who owes nothing is left alone, and one in twenty is no shock"
    assert [(one["action"], one["reason"]) for one in book.said(1, "limit.notice")] == [("offer-help", "STRUCK")]
    assert not book.watch("2026-02-04").done["review_limit"]
    whole = watch_day(book.store, date(2026, 2, 4), Orders(RULES, at(date(2026, 2, 4))), is_whole=True)
    assert not whole.done["review_limit"], "it was offered already"
    found = signals_of(book.store, 1, date(2026, 2, 3), at(date(2026, 2, 3)))
    assert (found["employer_shock"], found["region_shock"]) == (0.8, 0.05)
    assert signals_of(book.store, 1, date(2026, 2, 2), at(date(2026, 2, 2)))["employer_shock"] == 0, "the day before nobody knew"
    assert signals_of(book.store, 1, date(2026, 1, 19), at(date(2026, 1, 19)))["employer_shock"] is None, "nor where anybody worked"
    assert signals_of(book.store, 3, date(2026, 2, 3), at(date(2026, 2, 3)))["employer_shock"] == 0
    assert signals_of(book.store, 4, date(2026, 2, 3), at(date(2026, 2, 3)))["employer_shock"] is None


def test_a_months_end_finds_an_employer_whose_people_stop_paying(store):
    book = Book(store, (*PLANT, *OFFICE))
    employ(book, PLANT, "Hengshan Steel", date(2026, 1, 20))
    employ(book, OFFICE, "Town Hall", date(2026, 1, 20))
    for one in OFFICE:
        book.do(one, "settle", "2026-02-14", loan_id=1)
    ran = book.watch("2026-02-28")
    assert (ran.month["shocks_found"], ran.done["tell_shock"]) == (0, 0), "three months ago nobody owed anything"
    ran = book.watch("2026-04-30")
    group, share = next(iter(shocks_on(store, date(2026, 4, 30)).items()))
    (filed,) = dossier_of(store, "shock", group)
    said = read_body(filed)
    assert (ran.month["shocks_found"], ran.done["tell_shock"], filed.actor) == (1, 1, "watch")
    assert (said["people"], said["struck"], said["event"], said["source"]) == (24, 24, "late-payments", "own book")
    assert share == 1
    assert "Hengshan" not in filed.body
    assert all(book.said(one, "limit.notice")[-1]["action"] == "offer-help" for one in PLANT), "late as they are"
    again = watch_day(store, date(2026, 4, 30), Orders(RULES, at(date(2026, 4, 30))))
    assert not again.done["tell_shock"]
    assert len(dossier_of(store, "shock", group)) == 1


def test_who_changes_employer_leaves_the_group_and_nobody_is_tied_to_a_colleague(store):
    book = Book(store, (1, 2))
    employ(book, (1, 2), "Hengshan Steel", date(2026, 1, 20))
    employ(book, (1,), "Bookshop", date(2026, 2, 1))
    employ(book, (1,), "Hengshan Steel", date(2026, 3, 1))
    assert rings_of(store, date(2026, 3, 1), RULES).shared_with(1, []) == 0
    with store.engine.connect() as connection:
        rows = connection.execute(select(link.c.customer_id, link.c.kind, link.c.since).order_by(link.c.customer_id, link.c.since)).all()
    assert [(row.customer_id, row.kind) for row in rows] == [(1, "employer"), (1, "employer"), (2, "employer")]
