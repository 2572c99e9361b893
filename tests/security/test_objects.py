"""What is somebody else's: by every id in a path, nested, by a cursor, along with something else, in a search, on the audit record."""

import re

import pytest
from sqlalchemy import select

from plimsoll.app.database.schema_access import access_event
from plimsoll.interfaces.http.example import example_in
from plimsoll.interfaces.http.operations import ALL
from tests.attacked import Caller, attacked_house, body, code, secret_of, statements

OF_CUSTOMER = [one for one in ALL if re.search(r"\{(customer|loan)\}", one.path)]
ABSENT = (404, "absent")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with attacked_house(tmp_path_factory.mktemp("objects")) as made:
        yield made


@pytest.fixture(scope="module")
def ask(house):
    return Caller(house)


def asked(ask, house, who, one, customer_id, loan_id=2):
    """Ask an operation about a customer, and give the answer with what was asked of the database."""
    values = {"customer": f"cus_{customer_id}", "loan": f"loan_{customer_id}_{loan_id}"}
    path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "x-1"), one.path)
    with statements(house) as found:
        answer = ask(who, one.method, path, example_in(one), **{"If-Match": '"0"'})
    return answer, found


@pytest.mark.parametrize("who", ["ann", "acme", "bank"])
def test_attack_other_customers_by_every_id_in_a_path(ask, house, who):
    """Bo is there and somebody else's, 99 is nobody: the same answer to the letter, after the same statements. Ann, acme and bank ask."""
    for one in OF_CUSTOMER:
        others, work = asked(ask, house, who, one, 18)
        nobody, same = asked(ask, house, who, one, 99)
        assert others.status_code == nobody.status_code, (one.name, others.text, nobody.text)
        assert others.status_code in (400, 403, 404), (one.name, others.text)
        assert body(others) == body(nobody), one.name
        assert work == same, (one.name, work, same)
        assert "Bo" not in others.text


def test_attack_other_loans_of_ones_own_number(ask):
    """A loan is named with its customer: the number of one's own loan with another's name, or the other way round, finds nothing."""
    for path in ("/loans/loan_18_2", "/loans/loan_18_1", "/loans/loan_17_99", "/loans/loan_017_2", "/loans/loan_17_2 ", "/loans/17_2"):
        assert code(ask.get("ann", path)) == ABSENT, path
    assert code(ask.get("bank", "/loans/loan_17_1")) == ABSENT, "a funder of one loan does not see the next"
    assert ask.get("bank", "/loans/loan_17_2").status_code == 200


@pytest.mark.parametrize(
    ("who", "theirs", "others", "nobodys"),
    [
        ("acme", "/agencies/acme", "/agencies/other", "/agencies/none"),
        ("acme", "/agencies/acme/placements", "/agencies/other/placements", "/agencies/none/placements"),
        ("bank", "/funders/bank", "/funders/fund", "/funders/none"),
    ],
)
def test_attack_other_agencies_and_funders(ask, who, theirs, others, nobodys):
    assert ask.get(who, theirs).status_code in (200, 404)
    assert code(ask.get(who, others)) == code(ask.get(who, nobodys)) == ABSENT
    assert body(ask.get(who, others)) == body(ask.get(who, nobodys))


def test_attack_bids_of_others(ask):
    """A bidder sees the tender as a bidder: its own deposit and bid, never those of another, nor a bid before it is opened."""
    mine = ask.get("a", "/tenders/T1").json()
    assert mine["view"] == "bidder"
    for who in ("a", "b"):
        other = "b" if who == "a" else "a"
        said = ask.get(who, "/tenders/T1").text + ask.get(who, "/tenders?fields=tender,members").text + ask.get(who, "/tenders").text
        assert secret_of(other) not in said
        assert f'"{other}"' not in said, "not even who else takes part"
        assert "900000" not in said
        assert "950000" not in said
    assert code(ask.get("a", "/packages/P1"))[0] in (403, 404) or "P1" in ask.get("a", "/packages/P1").text


def test_attack_cursor_of_somebody_who_sees_more(ask):
    """A cursor says where to go on, never for whom: in a list that is narrowed to a unit it leads to nobody outside of it."""
    cursor = ask.get("desk", "/customers?limit=1").json()["next_cursor"]
    assert [row["customer"] for row in ask.get("desk", f"/customers?cursor={cursor}").json()["data"]] == ["cus_18"]
    assert ask.get("nora", f"/customers?cursor={cursor}").json()["data"] == []
    assert code(ask.get("sup", f"/queues/collection?cursor={cursor}")) == (400, "cursor_of_other_list")
    for who, seen in (("nora", ["cus_17"]), ("ann", ["cus_17"]), ("acme", ["cus_17"]), ("other", ["cus_18"])):
        answer = ask.get(who, "/customers")
        rows = answer.json()["data"] if answer.status_code == 200 else seen
        assert [row if isinstance(row, str) else row["customer"] for row in rows] == seen, who
        filtered = ask.get(who, "/customers?unit=south")
        assert filtered.status_code != 200 or [row["customer"] for row in filtered.json()["data"]] == [
            one for one in seen if one == "cus_18"
        ]


def test_attack_others_along_with_something_of_ones_own(ask):
    """What comes along is asked for by whoever asks: a funder's loan brings no customer, an agency's list no customer of another."""
    assert "customer" not in ask.get("bank", "/loans/loan_17_2?expand=customer").json()["expanded"]
    assert code(ask.get("acme", "/agencies/other?expand=placements,placements.customer")) == ABSENT
    rows = ask.get("acme", "/agencies/acme/placements?expand=customer").json().get("data", [])
    assert {row["customer"] for row in rows} <= {"cus_17"}
    assert "cus_18" not in ask.get("nora", "/customers?expand=loans,monitoring").text


@pytest.mark.parametrize("text", ["cus:18", "18", "loan:18-2", "cus_18", "loan_18_2", "18/2", "ref:fund", "ref:other", "app:x", "case:s18"])
def test_attack_others_in_a_search(ask, house, text):
    """Whoever may not see Bo, acme's rival or the other funder finds as much as for what nobody has."""
    for who in ("ann", "nora", "acme", "bank", "a"):
        answer = ask(who, "POST", "/search", {"text": text})
        assert answer.status_code == 200, answer.text
        assert answer.json()["hits"] == [], (who, answer.text)


def test_attack_others_on_the_record(ask, house):
    """The audit record and events are for who may read them of everybody; to others a customer's are not there."""
    for who in ("ann", "nora", "acme", "bank", "a", "col"):
        for path in ("/audit_events", "/audit_events?customer=cus_18", "/audit_checkpoints", "/audit_events/1/proof", "/events"):
            assert code(ask.get(who, path))[0] in (403, 404), (who, path)
        assert body(ask.get(who, "/audit_events?customer=cus_18")) == body(ask.get(who, "/audit_events?customer=cus_99"))
    with house.store.engine.connect() as connection:
        before = len(connection.execute(select(access_event)).all())
        assert ask.get("aud", "/audit_events?customer=cus_18").status_code == 200
        assert len(connection.execute(select(access_event)).all()) == before + 1, "who reads it stands on it"


def test_attack_queues_of_another_unit(ask):
    """Rows of queues and their count are narrowed to whom one sees, however they are filtered."""
    for path in ("/queues/collection", "/queues/collection?state=open", "/queues/collection?assigned_to=none", "/queues/complaint"):
        for who in ("nora", "col"):
            answer = ask.get(who, path)
            assert answer.status_code != 200 or "cus_18" not in answer.text, (who, path)
    assert code(ask.get("ann", "/queues/nothing")) == ABSENT


@pytest.mark.parametrize(
    "path",
    ["/keys/0011223344556677", "/approvals/apr_x", "/imports/imp_x", "/webhook_endpoints/we_x", "/test_clocks/clk_x", "/users/ada"],
)
def test_attack_tools_of_the_house_by_people_outside(ask, path):
    for who in ("ann", "acme", "bank", "a"):
        assert code(ask.get(who, path))[0] in (403, 404), (who, path)
