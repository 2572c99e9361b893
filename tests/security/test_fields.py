"""Fields that nobody asked for: in every body of the API, in forms of pages, in queries."""

import re

import pytest
from sqlalchemy import func, select

from plimsoll.app.database.schema import audit, customer, dossier_command
from plimsoll.app.database.schema_access import access_grant, access_user
from plimsoll.interfaces.http.example import example_in
from plimsoll.interfaces.http.operations import ALL
from tests.attacked import Caller, attacked_house, code

EVIL = {
    "limit": {"amount": 99_999_999, "currency": "CNY"},
    "rate": "0.000000001",
    "role": "tenant_admin",
    "roles": ["tenant_admin"],
    "status": "approved",
    "actor": "root",
    "on": "2020-01-01",
    "customer_id": 18,
    "loan_id": 1,
    "key": "mine",
    "maker": "somebody",
    "version": 1,
    "recorded_at": "2020-01-01T00:00:00Z",
    "business_date": "2020-01-01",
    "unit": "south",
    "party": "bank",
    "tenant_id": 2,
    "is_admin": True,
    "__proto__": {},
    "constructor": {},
}
BODIES = [one for one in ALL if one.body is not None]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with attacked_house(tmp_path_factory.mktemp("fields")) as made:
        yield made


@pytest.fixture(scope="module")
def ask(house):
    return Caller(house)


def counted(house):
    with house.store.engine.connect() as connection:
        tables = (audit, customer, dossier_command, access_grant, access_user)
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_attack_fields_too_many_in_every_body(ask, house):
    """Whatever a body does not take is refused by name, in every change of the API at once, and nothing is stored."""
    before = counted(house)
    for one in BODIES:
        path = re.sub(r"\{(\w+)\}", lambda found: {"customer": "cus_17", "loan": "loan_17_2"}.get(found[1], "x-1"), one.path)
        foreign = {name: value for name, value in EVIL.items() if name not in one.body.model_fields}
        assert len(foreign) > 10, one.name
        answer = ask("desk", one.method, path, (example_in(one) or {}) | foreign, **{"If-Match": '"1"'})
        assert answer.status_code == 400, (one.name, answer.text)
        assert {wrong["pointer"] for wrong in answer.json()["errors"] if wrong["code"] == "field_unknown"} == {
            "/" + name for name in foreign
        }, one.name
    assert counted(house) == before


def test_attack_fields_too_many_within_an_amount(ask):
    for said in ({"amount": 1_000, "currency": "CNY", "scale": 6}, {"amount": 1_000, "currency": "CNY", "amount_minor": 1}):
        answer = ask("desk", "POST", "/customers/cus_17/repayments", {"amount": said})
        assert code(answer) == (400, "field_unknown")


def test_attack_day_of_ones_own_choosing(ask):
    """What a borrower does is never dated back, by a day no more than by a year: it would spare them interest that has run."""
    for on in ("2020-01-01", "2026-03-17", "2026-03-19"):
        for path, said in (
            ("/customers/cus_17/repayments", {"amount": {"amount": 1_000, "currency": "CNY"}}),
            ("/customers/cus_17/loans", {"amount": {"amount": 100_000, "currency": "CNY"}, "rate": "0.0005", "instalments": 3}),
            ("/loans/loan_17_2/settlements", {}),
        ):
            assert code(ask("ann", "POST", path, said | {"on": on})) == (403, "field_not_yours"), (path, on)
    said = {"amount": {"amount": 1_000, "currency": "CNY"}, "on": "9999-12-31"}
    assert ask("ann", "POST", "/customers/cus_17/repayments", said).status_code == 422


def test_attack_price_and_limit_of_ones_own_choosing(ask):
    """A borrower names a rate only to say that it is the one that was agreed; a limit not at all."""
    draw = {"amount": {"amount": 100_000, "currency": "CNY"}, "instalments": 3}
    for rate in ("0", "0.0000001", "0.0001"):
        answer = ask("ann", "POST", "/customers/cus_17/loans", draw | {"rate": rate})
        assert answer.status_code in (403, 409, 422), answer.text
    limit = {"amount": 99_999_900, "currency": "CNY"}
    said = {"limit": limit, "cash_limit": limit, "later_limit": {"amount": 0, "currency": "CNY"}, "reason": "because"}
    assert code(ask("ann", "POST", "/customers/cus_17/line/limits", said)) == (403, "permission_missing")


def test_attack_parameters_too_many_in_every_query(ask):
    for one in ALL:
        if one.method == "GET":
            path = re.sub(r"\{(\w+)\}", lambda found: {"customer": "cus_17", "loan": "loan_17_2"}.get(found[1], "x-1"), one.path)
            assert code(ask.get("desk", f"{path}?sort=name&tenant_id=2")) == (400, "query_malformed"), one.name
