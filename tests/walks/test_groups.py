"""Concentration by region and employer on both databases: groups without names, small ones together, and only what was known on the day."""

import json
from datetime import UTC, date, datetime

from plimsoll.app.links import Thing, add_links
from plimsoll.interfaces.cli.exits import OK, USAGE
from plimsoll.interfaces.cli.main import main
from tests.walks.test_npl_sale import made_book
from tests.walks.test_treasury import write_tape

SINCE = datetime(2026, 2, 1, tzinfo=UTC)
NORTH, SOUTH = "a1" * 32, "b2" * 32


def test_the_money_stands_in_groups_of_enough_people(store, database, tmp_path, capsys):
    """Six borrowers (a loan and an account each) live in the north, one moved south; where one moves later is not known yet."""
    book = made_book(store)
    for customer in range(1, 8):
        add_links(book, customer, [Thing("region", NORTH)], SINCE)
    add_links(book, 7, [Thing("region", SOUTH)], datetime(2026, 3, 1, tzinfo=UTC))
    add_links(book, 6, [Thing("region", SOUTH)], datetime(2026, 9, 1, tzinfo=UTC))
    write_tape(book, tmp_path, date(2026, 7, 31), date(2026, 8, 31))
    asked = ["portfolio", "concentration", "--tape", str(tmp_path), "--by"]
    assert main([*asked, "region", "--db", database, "--json"]) == OK
    told = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["loans"], one["balance"]) for one in told["places"]] == [
        ("region-a1a1a1a1", 12, "21000.00"),
        ("groups of fewer than 5", 2, "7000.00"),
    ]
    assert NORTH not in json.dumps(told)
    assert main([*asked, "employer", "--db", database]) == OK
    assert "not known" in capsys.readouterr().out
    assert main([*asked, "region"]) == USAGE, "the tape itself has none"
