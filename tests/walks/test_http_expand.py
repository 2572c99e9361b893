"""What an answer brings along and what is left out: as far as who asks may see it, by names from a list, in bounds."""

import pytest

from plimsoll.interfaces.http.expand import DEPTH_MAX, names_of
from plimsoll.interfaces.http.operations import ALL, by_name
from tests.attacked import Caller, attacked_house, code


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    with attacked_house(tmp_path_factory.mktemp("expand")) as house:
        yield Caller(house)


@pytest.mark.parametrize("one", [one for one in ALL if one.expands], ids=lambda one: one.name)
def test_every_part_is_an_operation_that_can_be_asked_about_a_row(one):
    assert one.method == "GET"
    for name in names_of(one):
        assert name.count(".") < DEPTH_MAX
    for other in one.expands.values():
        assert by_name()[other].method == "GET"
        assert not any(field.is_required() for field in by_name()[other].query.model_fields.values())


def test_parts_are_what_their_own_operations_answer(ask):
    page = ask.get("una", "/customers/cus_17?expand=loans,loans.schedule,promises").json()
    alone = ask.get("una", "/customers/cus_17").json()
    assert "expanded" not in alone
    parts = page.pop("expanded")
    assert page == alone
    assert parts["promises"] == ask.get("una", "/customers/cus_17/promises").json()
    rows = ask.get("una", "/customers/cus_17/loans").json()["data"]
    assert [{name: value for name, value in row.items() if name != "expanded"} for row in parts["loans"]["data"]] == rows
    account, loan = parts["loans"]["data"]
    assert "schedule" not in account["expanded"], "an account has none: it is absent"
    assert loan["expanded"]["schedule"] == ask.get("una", "/loans/loan_17_2/schedule").json()


def test_a_part_is_of_the_day_that_was_asked_for(ask):
    page = ask.get("una", "/loans/loan_17_2?as_of=2026-03-06&expand=schedule,customer").json()
    assert page["expanded"]["schedule"]["as_of"] == "2026-03-06"
    assert page["expanded"]["customer"]["customer"] == "cus_17"


def test_what_is_not_to_be_seen_is_absent_from_what_comes_along(ask):
    """Ann's own page carries no shares: who funds a loan is the house's to know; a funder sees a loan and not whose it is."""
    mine = ask.get("ann", "/loans/loan_17_2?expand=shares,schedule,customer").json()["expanded"]
    assert mine.keys() == {"schedule", "customer"}
    theirs = ask.get("bank", "/loans/loan_17_2?expand=shares,schedule,customer").json()["expanded"]
    assert theirs.keys() == {"schedule"}
    assert ask.get("una", "/loans/loan_17_2?expand=shares").json()["expanded"].keys() == {"shares"}
    assert code(ask.get("bo", "/loans/loan_17_2?expand=customer")) == (404, "absent")


def test_lists_bring_parts_row_by_row(ask):
    rows = ask.get("una", "/customers?limit=2&expand=loans").json()["data"]
    assert [len(row["expanded"]["loans"]["data"]) for row in rows] == [2, 2]
    (tender,) = ask.get("aud", "/tenders?expand=package").json()["data"]
    assert tender["expanded"]["package"]["package"] == tender["package"] == "P1"
    (package,) = ask.get("aud", "/packages?expand=tender").json()["data"]
    assert (package["tender"], package["expanded"]) == ("", {}), "it names the tender it was sold in, and is not sold"
    (funder, *_) = ask.get("tre", "/customers?limit=1&expand=loans.shares").json()["data"]
    assert funder["expanded"]["loans"]["data"][1]["expanded"]["shares"]["now"]


def test_fields_of_a_list(ask):
    whole = ask.get("una", "/customers?limit=2").json()
    some = ask.get("una", "/customers?limit=2&fields=customer,owed").json()
    assert some["data"] == [{"customer": row["customer"], "owed": row["owed"]} for row in whole["data"]]
    assert some["next_cursor"] == whole["next_cursor"], "it narrows nothing"
    both = ask.get("una", "/customers?limit=1&fields=customer&expand=loans").json()["data"][0]
    assert both.keys() == {"customer", "expanded"}


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/customers/cus_17?expand=secrets", "expand_unknown"),
        ("/customers/cus_17?expand=", "expand_unknown"),
        ("/customers/cus_17?expand=loans,loans", "expand_unknown"),
        ("/customers/cus_17?expand=loans.schedule.loans", "expand_unknown"),
        ("/customers/cus_17?expand=loans.__class__", "expand_unknown"),
        ("/customers/cus_17?expand=get_customer", "expand_unknown"),
        ("/customers/cus_17?expand=loans&expand=contacts", "query_malformed"),
        ("/customers/cus_17?fields=customer", "query_malformed"),
        ("/closes?expand=posted", "query_malformed"),
        ("/customers?fields=name", "fields_unknown"),
        ("/customers?fields=", "fields_unknown"),
        ("/customers?fields=customer,customer", "fields_unknown"),
        ("/customers?fields=expanded", "fields_unknown"),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_the_list(ask, path, refusal):
    answer = ask.get("aud", path)
    assert code(answer) == (400, refusal)
    if refusal in ("expand_unknown", "fields_unknown"):
        assert [one["pointer"] for one in answer.json()["errors"]] == [f"?/{refusal.removesuffix('_unknown')}"]
    if refusal == "expand_unknown":
        assert "loans.schedule" in answer.json()["errors"][0]["message"]
    if refusal == "fields_unknown":
        assert "days_late" in answer.json()["errors"][0]["message"]


def test_too_much_at_once_is_refused(ask, monkeypatch):
    monkeypatch.setattr("plimsoll.interfaces.http.expand.PARTS_MAX", 5)
    assert ask.get("una", "/customers?expand=loans").status_code == 200
    assert code(ask.get("una", "/customers?expand=loans,loans.schedule")) == (400, "expand_too_much")
