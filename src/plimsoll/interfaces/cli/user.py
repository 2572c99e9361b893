"""`plimsoll user`: who works with the house, which roles they hold, and the first administrator of a house that has none.

Whoever changes something signs in; looking on, making the first administrator and setting a password on the machine of the house need
nobody to sign in, since who may open the book itself may do both.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple, TypeVar

import typer

from plimsoll.app.access import grant, invitation, one_time, people
from plimsoll.app.access.first import first as make_first
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.session import sign_out_everywhere
from plimsoll.app.approve.give_role import give_role
from plimsoll.app.approve.need import Waiting
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, Language
from plimsoll.interfaces.cli.signed_in import Secrets, User, lines_of, opened_house, refuse, signed_in
from plimsoll.interfaces.cli.tell import plain, tell
from plimsoll.loan.filing import instant_text
from plimsoll.units.refusal import LANGUAGES, Refused

app = typer.Typer(help="Users and their roles.", no_args_is_help=True, add_completion=False)
T = TypeVar("T")

MANAGE, GRANT = "user.manage", "role.grant"
OPERATOR: Final = "operator"
HEAD: Final = ("user", "name", "state", "unit", "party", "version")

Name = Annotated[str, typer.Argument(metavar="USER", help="The user, such as wang.fang.")]
Called = Annotated[str, typer.Option("--name", metavar="TEXT", help="What people call them.")]
Unit = Annotated[str, typer.Option("--unit", metavar="UNIT", help="Their branch or team.")]
Party = Annotated[str, typer.Option("--party", metavar="PARTY", help="The agency, funder, bidder or merchant that they act for.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stands on record.")]
Speaks = Annotated[str, typer.Option("--speaks", metavar="LANG", help="zh-CN or en: how the house speaks to them.")]
Until = Annotated[str, typer.Option("--until", metavar="INSTANT", help="Such as 2026-12-31T16:00:00+08:00. Default: without end.")]
Role = Annotated[str, typer.Option("--role", metavar="ROLE", help="Those alone who hold a role.")]
Operator = Annotated[str, typer.Option("--operator", metavar="WHO", help="Who does it on this machine; it stands on record.")]


class By(NamedTuple):
    """Who changes something, and how they speak."""

    user: str
    secrets: str
    language: str


@app.command()
def first(
    name: Name,
    called: Called,
    password_file: Secrets = "",
    operator: Operator = OPERATOR,
    db: Db = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Make the first administrator, only where there is none, with a password from a file or asked for."""
    with opened_house(db) as house:
        who = Principal(operator, ())
        refuse(make_first(house, who, people.NewUser(name, called)), language)
        made = refuse(invitation.set_by_operator(house, who, name, _password(password_file)), language)
    words = f"{name} is the administrator of this house. Next: sign in, enrol one-time codes, register the others."
    tell(plain(made), words, as_json=as_json)


@app.command()
def password(
    name: Name, password_file: Secrets = "", operator: Operator = OPERATOR, db: Db = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Set a password on the machine of the house; their sessions end. `plimsoll user invite` lets them set one that nobody else knows."""
    with opened_house(db) as house:
        found = refuse(invitation.set_by_operator(house, Principal(operator, ()), name, _password(password_file)), language)
    tell(plain(found), f"The password of {name} is set.", as_json=as_json)


@app.command("list")
def list_users(db: Db = "", role: Role = "", as_json: AsJson = False) -> None:
    """List users by name; borrowers, who sign in by phone, are left out."""
    with opened_house(db) as house:
        found = people.users(house, limit=10_000, role=role)
    rows = [(one.user_id, one.name, one.state, one.unit, one.party, f"{one.version}") for one in found]
    tell({"users": [plain(one) for one in found]}, aligned([HEAD, *rows], left=5) if rows else "There are no users.", as_json=as_json)


@app.command()
def show(name: Name, db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Show a user and every role that they were given."""
    with opened_house(db) as house:
        found = refuse(people.get(house, name), language)
        grants = grant.grants_of(house, name)
    told = [*((key, f"{value}") for key, value in plain(found).items()), *(("role", _role(one)) for one in grants)]
    tell(plain(found) | {"grants": [plain(one) for one in grants]}, aligned(told, left=2), as_json=as_json)


@app.command()
def add(
    name: Name,
    called: Called,
    user: User,
    unit: Unit = "",
    party: Party = "",
    speaks: Speaks = LANGUAGES[0],
    password_file: Secrets = "",
    db: Db = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Register a user, and print the invitation by which they set a password."""

    def done(house: House, who: Principal) -> invitation.Invitation | Refused:
        made = people.register(house, who, people.NewUser(name, called, unit, party, speaks))
        return made if isinstance(made, Refused) else invitation.invite(house, who, name)

    _invited(_by(By(user, password_file, language), db, MANAGE, done), as_json=as_json)


@app.command()
def invite(name: Name, user: User, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Invite a user to set a password anew; the invitation is printed once and good for a day."""
    by = By(user, password_file, language)
    _invited(_by(by, db, MANAGE, lambda house, who: invitation.invite(house, who, name)), as_json=as_json)


@app.command()
def accept(
    invited: Annotated[str, typer.Argument(metavar="INVITATION")],
    password_file: Secrets = "",
    db: Db = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Set one's own password by an invitation."""
    with opened_house(db) as house:
        found = refuse(invitation.accept(house, invited, _password(password_file)), language)
    tell(plain(found), f"The password of {found.user_id} is set.", as_json=as_json)


@app.command("one-time")
def enrol_one_time(user: User, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Make a seed of one-time codes for oneself, printed this once; it counts when `confirm` was given a code."""
    with opened_house(db) as house, signed_in(house, user, password_file, language) as who:
        made = refuse(one_time.enrol(house, who), language)
    next_step = f"plimsoll user confirm {made.challenge_id} --user {user}"
    words = f"Type this into an authenticator, it is shown once:\n{made.seed}\n{made.uri}\nThen: {next_step}"
    tell(plain(made), words, as_json=as_json)


@app.command()
def confirm(
    challenge: Annotated[str, typer.Argument(metavar="CHALLENGE", help="What `one-time` printed.")],
    user: User,
    password_file: Secrets = "",
    db: Db = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Let one-time codes count, by the first of them: asked for, or the last line of the file."""
    lines = lines_of(password_file, "Password: ")
    with opened_house(db) as house, signed_in(house, user, lines, language) as who:
        code = (lines if password_file else lines_of("", "Code of the authenticator: "))[-1]
        found = one_time.confirm(house, who, challenge, code)
        refuse(found if isinstance(found, Refused) else who, language)
    tell({"user": user, "confirmed": True}, f"{user} signs in with a one-time code from now on.", as_json=as_json)


@app.command()
def change(
    name: Name,
    user: User,
    called: Annotated[str | None, typer.Option("--name", metavar="TEXT")] = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="UNIT")] = None,
    party: Annotated[str | None, typer.Option("--party", metavar="PARTY")] = None,
    password_file: Secrets = "",
    db: Db = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Change what is on record of a user; what is not named stays."""
    wanted = people.Change(called, unit, party)
    _moved(By(user, password_file, language), db, name, lambda house, who, at: people.change(house, who, name, at, wanted), as_json=as_json)


@app.command()
def lock(
    name: Name, user: User, reason: Reason, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Keep a user out: their sessions end, their keys rest."""
    _moved(By(user, password_file, language), db, name, lambda house, who, at: people.lock(house, who, name, at, reason), as_json=as_json)


@app.command()
def unlock(
    name: Name, user: User, reason: Reason, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Let a locked user in again, and forget wrong passwords."""
    _moved(By(user, password_file, language), db, name, lambda house, who, at: people.unlock(house, who, name, at, reason), as_json=as_json)


@app.command()
def close(
    name: Name, user: User, reason: Reason, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Close a user for good: roles, keys, passkeys and sessions end."""
    _moved(By(user, password_file, language), db, name, lambda house, who, at: people.close(house, who, name, at, reason), as_json=as_json)


@app.command("forget-factors")
def forget_factors(
    name: Name, user: User, reason: Reason, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Take the one-time codes and passkeys of somebody who lost them; not by who invited them within a day."""
    by = By(user, password_file, language)
    found = _by(by, db, MANAGE, lambda house, who: invitation.remove_factors(house, who, name, reason))
    tell(plain(found), f"{name} has no second factor now, and is signed out.", as_json=as_json)


@app.command("sign-out")
def sign_out(
    name: Name, user: User, reason: Reason, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """End every session of a user."""
    by = By(user, password_file, language)
    count = _by(by, db, MANAGE, lambda house, who: sign_out_everywhere(house, name, who.actor, reason))
    tell({"user": name, "ended": count}, f"{count} sessions of {name} are ended.", as_json=as_json)


@app.command()
def give(
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    user: User,
    reason: Reason,
    until: Until = "",
    password_file: Secrets = "",
    db: Db = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Give a role to somebody else."""
    ends = read_instant(until, "--until")
    by = By(user, password_file, language)

    def done(house: House, who: Principal) -> tuple[grant.Grant | Waiting] | Refused:
        found = give_role(house, who, grant.Wish(name, role, reason, ends))
        return found if isinstance(found, Refused) else (found,)

    (given,) = _by(by, db, GRANT, done)
    if isinstance(given, grant.Grant):
        tell(plain(given), f"{name} is {role} now. The grant: {given.grant_id}", as_json=as_json)
        return
    waits = f"Somebody else has to agree by {instant_text(given.expires_at)}: plimsoll approval show {given.approval_id}"
    tell({"waiting": given.approval_id, "sha256": given.sha256, "checkers": given.checkers}, waits, as_json=as_json)


@app.command("end")
def end_role(
    grant_id: Annotated[str, typer.Argument(metavar="GRANT", help="Such as gr_….")],
    user: User,
    reason: Reason,
    password_file: Secrets = "",
    db: Db = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """End a role that was given."""
    by = By(user, password_file, language)
    ended = _by(by, db, GRANT, lambda house, who: grant.take_back(house, who, grant_id, reason))
    tell(plain(ended), f"{ended.user_id} is {ended.role} no more.", as_json=as_json)


def read_instant(text: str, option: str) -> datetime | None:
    """Read an instant with its zone, None for ""; anything else ends the command with 2."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(USAGE, f"{option} {text}: an instant such as 2026-12-31T16:00:00+08:00") from None
    if found.tzinfo is None:
        raise Stop(USAGE, f"{option} {text}: name the zone, as in +08:00")
    return found.astimezone(UTC)


def _by(by: By, db: str, permission: str, done: Callable[[House, Principal], T | Refused]) -> T:
    """Do something for who signs in, if they may."""
    with opened_house(db) as house, signed_in(house, by.user, by.secrets, by.language) as who:
        refuse(open_door(house).may(who, permission), by.language)
        return refuse(done(house, who), by.language)


def _moved(by: By, db: str, name: str, how: Callable[[House, Principal, int], people.User | Refused], *, as_json: bool) -> None:
    def done(house: House, who: Principal) -> people.User | Refused:
        found = people.get(house, name)
        return found if isinstance(found, Refused) else how(house, who, found.version)

    found = _by(by, db, MANAGE, done)
    tell(plain(found), f"{name} is {found.state}, version {found.version}.", as_json=as_json)


def _invited(found: invitation.Invitation, *, as_json: bool) -> None:
    said = f"Give {found.user_id} this invitation; it is shown once and good until {instant_text(found.until)}:\n{found.text}"
    tell(plain(found), said, as_json=as_json)


def _role(one: grant.Grant) -> str:
    ended = f", ended by {one.ended_by}" if one.ended_at else f", until {instant_text(one.until)}" if one.until else ""
    return f"{one.role} by {one.given_by} ({one.reason}){ended}: {one.grant_id}"


def _password(secrets: str) -> str:
    return lines_of(secrets, "Password: ")[0]
