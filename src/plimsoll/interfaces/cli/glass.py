"""`plimsoll glass`: emergency access, asked for by one, agreed to by another, looked at afterwards by a third."""

import json
from collections.abc import Callable
from typing import Annotated

import typer

from plimsoll.app.access import glass
from plimsoll.app.access.principal import Principal
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, Language
from plimsoll.interfaces.cli.signed_in import Secrets, User, opened_house, refuse, signed_in
from plimsoll.interfaces.cli.tell import plain
from plimsoll.interfaces.cli.user import Reason
from plimsoll.loan.filing import instant_text
from plimsoll.units.refusal import Refused

app = typer.Typer(help="Emergency access.", no_args_is_help=True, add_completion=False)

ASK, APPROVE, REVIEW = "glass.ask", "glass.approve", "glass.review"
HEAD = ("id", "user", "state", "asked at", "agreed by", "until", "why")
Id = Annotated[str, typer.Argument(metavar="ID", help="Such as gl_….")]
State = Annotated[str, typer.Option("--state", metavar="STATE", help=f"One of {', '.join(glass.STATES)}.")]


@app.command("list")
def list_glass(db: Db = "", state: State = "", as_json: AsJson = False) -> None:
    """List emergency access, the latest first; what is over waits for a review."""
    if state and state not in glass.STATES:
        raise Stop(USAGE, f"--state {state}: one of {', '.join(glass.STATES)}")
    with opened_house(db) as house:
        found = glass.glasses(house, state=state, limit=1_000)
    if as_json:
        print(json.dumps({"glasses": [plain(one) for one in found]}, ensure_ascii=False))
        return
    rows = [
        (one.glass_id, one.user_id, one.state, instant_text(one.asked_at), one.approved_by, instant_text(one.until) if one.until else "",
         one.reason) for one in found
    ]  # fmt: skip
    print(aligned([HEAD, *rows], left=7) if rows else "Nobody asked.")


@app.command()
def ask(user: User, reason: Reason, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Ask for emergency access, for an hour from when somebody else agrees."""
    _do((user, password_file, language, db), ASK, lambda house, who: glass.ask(house, who, reason), as_json=as_json)


@app.command()
def agree(glass_id: Id, user: User, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Agree to emergency access of somebody else."""
    _do((user, password_file, language, db), APPROVE, lambda house, who: glass.agree(house, who, glass_id), as_json=as_json)


@app.command()
def end(glass_id: Id, user: User, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """End it before its time: one's own, or, for who may agree, somebody else's; one that was only asked for is declined."""

    def done(house: House, who: Principal) -> glass.Glass | Refused:
        is_own = any(one.user_id == who.user_id for one in glass.glasses(house, limit=1_000) if one.glass_id == glass_id)
        may = None if is_own else open_door(house).may(who, APPROVE)
        return may if isinstance(may, Refused) else glass.end(house, who, glass_id)

    _do((user, password_file, language, db), "", done, as_json=as_json)


@app.command()
def review(
    glass_id: Id, user: User, reason: Reason, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Say afterwards, as a third person, what one made of it."""
    _do((user, password_file, language, db), REVIEW, lambda house, who: glass.review(house, who, glass_id, reason), as_json=as_json)


def _do(
    by: tuple[str, str, str, str], permission: str, done: Callable[[House, Principal], glass.Glass | Refused], *, as_json: bool
) -> None:
    user, secrets, language, db = by
    with opened_house(db) as house, signed_in(house, user, secrets, language) as who:
        if permission:
            refuse(open_door(house).may(who, permission), language)
        found = refuse(done(house, who), language)
    print(json.dumps(plain(found), ensure_ascii=False) if as_json else f"{found.glass_id} of {found.user_id} is {found.state}.")
