"""The cells of the permission matrix: who stands how to what, in a small book, and what policy says of it, read apart from the program."""

from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from sqlalchemy import insert

from plimsoll.app.access.permission import READ_OF_DOSSIER
from plimsoll.app.access.principal import NOTHING, Principal, Target
from plimsoll.app.database.schema import customer, dossier, filing, line, loan, work_item
from plimsoll.app.database.schema_access import access_unit
from plimsoll.app.execute import Answer
from plimsoll.loan.filing import body_of
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from tests.golden import read_texts
from tests.tidy.source import SRC

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = date(2026, 3, 2)
POLICY: Final = SRC / "rulebook" / "policy" / "access"
ORDER: Final = ("own", "assigned", "unit", "house")

ME, HELD, NORTH, SOUTH, PLACED, FUNDED, MISSING = 11, 12, 13, 14, 15, 16, 99
CUSTOMERS: Final = (ME, HELD, NORTH, SOUTH, PLACED, FUNDED)
UNITS: Final = {HELD: "south", NORTH: "north", SOUTH: "south", PLACED: "south", FUNDED: "south"}
DOSSIERS: Final = {"agency": "acme", "package": "p1", "bidder": "buyer", "tender": "t1", "funder": "bank", "throttle": "CNY"}
CELLS: Final[dict[str, Target]] = {
    "me": Target(ME),
    "held": Target(HELD),
    "north": Target(NORTH),
    "south": Target(SOUTH),
    "placed": Target(PLACED),
    "funded": Target(FUNDED),
    "loan": Target(FUNDED, 1),
    "other loan": Target(SOUTH, 1),
    "missing": Target(MISSING),
    "missing loan": Target(NORTH, 7),
    "nothing": NOTHING,
    **{kind: Target(kind=kind, subject=subject) for kind, subject in DOSSIERS.items()},
    "other agency": Target(kind="agency", subject="other"),
    "other bidder": Target(kind="bidder", subject="other"),
    "other funder": Target(kind="funder", subject="other"),
    "missing tender": Target(kind="tender", subject="t9"),
    "shop": Target(kind="merchant", subject="shop"),
    "other shop": Target(kind="merchant", subject="other"),
    "oneself": Target(kind="user", subject="kim"),
    "somebody": Target(kind="user", subject="lee"),
}
"""What is asked about, by a name."""
PARTY: Final = {"agency": "acme", "funder": "bank", "bidder": "buyer", "merchant": "shop"}
_EVERY_CUSTOMER: Final = dict.fromkeys(("south", "placed", "funded", "loan", "other loan"), "house")
_EVERY_DOSSIER: Final = {name: "house" for name, target in CELLS.items() if target.kind in DOSSIERS and "missing" not in name}
STANDS: Final = {
    "house": {
        "me": "own",
        "held": "assigned",
        "north": "unit",
        **_EVERY_CUSTOMER,
        **_EVERY_DOSSIER,
        "shop": "house",
        "other shop": "house",
        "somebody": "house",
    },
    "borrower": {"me": "own"},
    "partner": {"north": "unit"},
    "agency": {"placed": "assigned", "agency": "own"},
    "funder": {"loan": "assigned", "funder": "own"},
    "bidder": {"bidder": "own", "tender": "house"},
    "merchant": {"shop": "own"},
}
"""How somebody who acts for a side stands to each cell; what is not named they do not reach at all."""
FOR_ALL: Final = {"nothing": "house", "oneself": "own"}


class Role(NamedTuple):
    """A role as the file says it."""

    name: str
    acts_for: str
    is_machine: bool
    far: dict[str, str]
    strong: frozenset[str]
    sandbox: frozenset[str]


def read_roles() -> dict[str, Role]:
    """Read the roles from their file, by nothing but a reader of YAML."""
    said = read_texts((POLICY / "roles.yaml").read_text(encoding="utf-8"))["roles"]
    found = {}
    for name, one in said.items():
        far = {permission: relation for relation in ORDER for permission in one.get(relation, ())}
        marks = [frozenset(one.get(mark, ())) for mark in ("strong", "sandbox")]
        found[name] = Role(name, one["acts_for"], one.get("is_machine") == "true", far, *marks)
    return found


def read_related() -> frozenset[str]:
    """Read what nobody does as staff for themselves."""
    return frozenset(read_texts((POLICY / "conflicts.yaml").read_text(encoding="utf-8"))["related"])


def expected(role: Role, permission: str, cell: str, related: frozenset[str]) -> str:
    """Give what policy says of a cell: a relation, or the code of the refusal."""
    far = role.far.get(permission)
    if far is None:
        return "permission_missing"
    stand = (STANDS[role.acts_for] | FOR_ALL).get(cell)
    if stand is not None and _reaches(far, stand):
        is_own = role.acts_for == "house" and cell == "me" and permission in related
        return "duties_conflict" if is_own else stand
    if cell == "nothing":
        return "permission_missing"
    target = CELLS[cell]
    reading = str(READ_OF_DOSSIER.get(target.kind, "")) if target.kind else "customer.read"
    is_seen = stand is not None and reading in role.far and _reaches(role.far[reading], stand)
    return "permission_missing" if is_seen else "absent"


def _reaches(far: str, stand: str) -> bool:
    return ORDER.index(stand) <= ORDER.index(far)


def person(role: Role, *, is_strong: bool = True) -> Principal:
    """Give somebody who has one role: of the unit in the north, acting for the party that the role is for."""
    who = ME if role.acts_for in ("house", "borrower") else 0
    party = PARTY.get(role.acts_for, "")
    unit = "north" if role.acts_for in ("house", "partner") else ""
    return Principal("kim", (role.name,), unit, party, who, strong_at=NOW if is_strong else None)


def fill(store) -> None:
    """Put the customers, loans and dossiers of the cells into an empty book, as rows: what they are worth is not asked here."""
    with store.changing() as connection:
        for one in CUSTOMERS:
            connection.execute(insert(customer).values(customer_id=one, opened_on=DAY, recorded_at=NOW))
            connection.execute(insert(line).values(_line(one)))
            row = {"customer_id": one, "loan_id": 1, "command_n": 1, "opened_on": DAY, "recorded_at": NOW}
            connection.execute(insert(loan).values(**row, currency="CNY", product="cash-line", version="1", terms=b""))
    stand(store)


def fill_by_commands(house) -> None:
    """Put them in by the verbs of the house: each customer with a line and a pay-later account that is their loan 1."""
    house.store.move_open_day(DAY)
    for one in CUSTOMERS:
        for asked in (OpenCustomer(f"c{one}", one, DAY), OpenLine(f"l{one}", one, DAY, "CNY", 500_00, 300_00, 200_00, 1, 10)):
            answer = house.execute(asked, actor="desk")
            assert isinstance(answer, Answer), answer
    stand(house.store)


def stand(store) -> None:
    """Say how people stand to the customers: units, a review that kim holds, a placement, a share; and put the dossiers there."""
    with store.changing() as connection:
        for one, unit in UNITS.items():
            connection.execute(insert(access_unit).values(customer_id=one, unit=unit))
        for one, kind, who in ((HELD, "review", "kim"), (PLACED, "placement", "acme")):
            row = {"customer_id": one, "kind": kind, "subject": f"s{one}", "command_n": 1, "state": "claimed", "priority": 0}
            connection.execute(insert(work_item).values(**row, due_at="", assigned_to=who, note="", opened_at=NOW, changed_at=NOW))
        body = body_of({"shares": [["bank", 700_000], ["lender", 300_000]]})
        row = {"customer_id": FUNDED, "n": 900, "command_n": 1, "kind": "loan.funded", "subject": "1", "effective_on": DAY}
        connection.execute(insert(filing).values(**row, recorded_at=NOW, actor="treasury", rules_id=1, body=body))
        names = [*DOSSIERS.items(), *((kind, "other") for kind in ("agency", "bidder", "funder"))]
        for kind, subject in names:
            connection.execute(insert(dossier).values(kind=kind, subject=subject, commands_count=0, filings_count=0, opened_at=NOW))


def _line(customer_id: int) -> dict[str, object]:
    found: dict[str, object] = {column.name: 0 for column in line.c if column.name.endswith("_minor")}
    return found | {"customer_id": customer_id, "currency": "", "status": "none", "commands_count": 1, "filings_count": 1}
