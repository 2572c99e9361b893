"""`plimsoll trial-key`: a key for trying the API of a sandbox, of a role or of one borrower. A live house takes none of them."""

from typing import Annotated, Final

import typer

from plimsoll.app.access import grant
from plimsoll.app.access.key import NewKey, make
from plimsoll.app.access.people import NewUser, borrower, register
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.role import roles_on
from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.app.house import SANDBOX, House
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_mode
from plimsoll.interfaces.cli.tell import tell
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Refused

REASON: Final = "a trial on a sandbox"
MAKER, GIVER = "trial-maker", "trial-giver"
KNOWN_ALREADY: Final = ("user_exists", "role_held")

Role = Annotated[str, typer.Option("--role", metavar="ROLE", help="Of a machine with this role, such as servicing.")]
Customer = Annotated[int, typer.Option("--customer", metavar="N", help="Of the borrower who is customer N.")]


def command(db: Db = "", role: Role = "", customer: Customer = 0, allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Print a key for trying the API of a sandbox, once; where $PLIMSOLL_MODE is another mode none is made: people make their own there."""
    mode = read_mode()
    if mode != SANDBOX:
        raise Stop(REFUSED, f"the house is {mode}: keys for trying are made in a sandbox alone. People make their own: plimsoll key make")
    if bool(role) == bool(customer):
        raise Stop(USAGE, "--role ROLE or --customer N, one of them")
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store, House(store, lawful_rules()) as house:
        if role and role not in (known := roles_on(house.now().date())):
            raise Stop(USAGE, f"--role {role}: one of {', '.join(known)}")
        if role == grant.ADMINISTRATOR and not _has_administrator(house):
            raise Stop(REFUSED, "a key shows no second factor: let a person be the first administrator, plimsoll user first NAME")
        text = of_role(house, role) if role else of_borrower(house, customer)
    tell({"text": text}, text, as_json=as_json)


def _has_administrator(house: House) -> bool:
    with house.store.engine.connect() as connection:
        return bool(grant.administrators(connection, house.now()))


def of_role(house: House, role: str) -> str:
    """Give the text of a key of a machine with a role; who gives the role does not make the key."""
    user_id = f"trial-{role.replace('_', '-')}"
    giver, maker = (Principal(name, ("tenant_admin",), strong_at=house.now()) for name in (GIVER, MAKER))
    _must(register(house, giver, NewUser(user_id, f"trial of the role {role}")))
    _must(grant.give(house, giver, user_id, role, REASON))
    return _text(house, maker, user_id)


def of_borrower(house: House, customer_id: int) -> str:
    """Give the text of a key of a borrower, as if they had made it for themselves."""
    with house.store.changing() as connection:
        user = borrower(connection, customer_id, house.now())
    if isinstance(user, Refused):
        raise Stop(REFUSED, user.text())
    return _text(house, Principal(user.user_id, ("borrower",), customer_id=customer_id, strong_at=house.now()), user.user_id)


def _text(house: House, who: Principal, user_id: str) -> str:
    made = make(house, who, NewKey(user_id))
    if isinstance(made, Refused):
        raise Stop(REFUSED, made.text())
    return made.text


def _must(found: object) -> None:
    if isinstance(found, Refused) and found.code not in KNOWN_ALREADY:
        raise Stop(REFUSED, found.text())
