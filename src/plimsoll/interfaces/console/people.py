"""Who works here: users with their roles, locked and let in again, roles given and taken; roles and what they may; keys and endpoints."""

from datetime import UTC, datetime, time
from typing import Any, Final

from plimsoll.app.access import grant, invitation, people, session
from plimsoll.app.access.standing import ACTIVE, CLOSED, LOCKED
from plimsoll.app.approve.give_role import give_role
from plimsoll.app.approve.need import Waiting
from plimsoll.app.show.roles import role_rows
from plimsoll.interfaces.console.invited import link_of
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages.parts import (
    Cell,
    Code,
    Facts,
    Field,
    Form,
    Heading,
    Links,
    Panel,
    Said,
    Table,
    board,
    chip,
    count,
    fact,
    heads,
    instant,
    text,
)
from plimsoll.interfaces.pages.visit import Done, Go, Page, Screen, Shown, Visit
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Refused

STATES: Final = {"active": "good", "locked": "bad", "closed": ""}


def _title(visit: Visit, zh: str, en: str) -> str:
    return zh if visit.speech == "zh-CN" else en


def show(visit: Visit) -> Shown:
    """Show who works here, and the roles there are."""
    after = visit.query.get("after", "")
    found = people.users(visit.house, after=after)
    rows = [
        (
            Cell(one.user_id, f"/users/{one.user_id}", one.name),
            chip(word(visit, "user.state", one.state), STATES.get(one.state, "")),
            text(one.unit or one.party),
            text(visit.t("user.has" if one.has_one_time else "user.has-not")),
            instant(one.made_at),
        )
        for one in found
    ]
    table = Table(
        visit.t("nav.user"), heads(visit, "user.name", "user.state", "user.unit", "user.factor", "work.since"), rows, empty="user.none",
        more=f"/users?after={found[-1].user_id}" if len(found) == 50 else "", is_list=True,
    )  # fmt: skip
    roles = [
        (
            text(_title(visit, one.title_zh, one.title_en), under=one.role),
            text(word(visit, "user.acts", one.acts_for)),
            count(len(one.gives)),
            text(", ".join(word(visit, "rank", rank) for rank in one.ranks)),
        )
        for one in role_rows(visit.today())
    ]
    columns = ("user.role", "user.for", "user.permissions#", "user.ranks")
    panels = [
        Panel("", [_register_form(visit), table] if visit.may("user.manage") else [table]),
        Panel(visit.t("user.roles"), [Table(visit.t("user.roles"), heads(visit, *columns), roles, is_dense=True)], "roles"),
    ]
    ways = [Links([(visit.t("glass.title"), "/emergency")])]
    return board(Heading(visit.t("nav.user"), visit.t("user.lead")), [*panels, Panel("", ways)])


def _register_form(visit: Visit) -> Form:
    names = ("user", "name", "unit", "party")
    fields = [
        Field(one, visit.t(f"user.register.{one}"), value=visit.form.get(one, ""), is_needed=one in names[:2], longest=60) for one in names
    ]
    is_asked = visit.form.get("act") == "register"
    return Form("register", visit.t("user.register"), visit.t("user.register.do"), fields, visit.t("user.register.said"), is_open=is_asked)


def _register(visit: Visit) -> Done:
    """Register somebody without a password: they set one by an invitation."""
    allowed, form = visit.door.may(visit.who, "user.manage"), visit.form
    if isinstance(allowed, Refused):
        return allowed
    user_id, name, unit, party = (form.get(one, "").strip() for one in ("user", "name", "unit", "party"))
    found = people.register(visit.house, visit.who, people.NewUser(user_id, name, unit, party, visit.speech))
    return found if isinstance(found, Refused) else Go(f"/users/{found.user_id}", "done.done")


def _invite(visit: Visit) -> Done:
    """Invite somebody to set a password; the text of the invitation is shown this once."""
    allowed = visit.door.may(visit.who, "user.manage")
    found = allowed if isinstance(allowed, Refused) else invitation.invite(visit.house, visit.who, visit.path["user"])
    if isinstance(found, Refused):
        return found
    shown = show_one(visit)
    if not isinstance(shown, dict):
        return Refused("absent")
    told = Panel(
        visit.t("user.invite"),
        [Said("wait", visit.t("user.invited", {"until": instant(found.until).text})), Code(link_of(visit, found))],
        "invitation",
    )
    return Page("page.html", {**shown, "panels": [told, *shown["panels"]]})


def show_one(visit: Visit) -> Shown:
    """Show one user: what they are, the roles they hold and held, and what can be done."""
    one = people.get(visit.house, visit.path["user"])
    if isinstance(one, Refused):
        return Refused("absent")
    facts = [
        fact(visit, "user.name", text(one.name)),
        fact(visit, "user.unit", text(one.unit or one.party)),
        fact(visit, "user.factor", text(visit.t("user.has" if one.has_one_time else "user.has-not"))),
        fact(visit, "user.made", text(one.made_by)),
    ]
    titles = {one_role.role: _title(visit, one_role.title_zh, one_role.title_en) for one_role in role_rows(visit.today())}
    rows = [
        (
            text(titles.get(held.role, held.role), under=held.role),
            text(held.given_by, under=held.reason),
            instant(held.given_at),
            instant(held.until),
            chip(visit.t("user.ended"), "") if held.ended_at else chip(visit.t("user.held"), "good"),
            text(held.grant_id),
        )
        for held in grant.grants_of(visit.house, one.user_id)
    ]
    columns = ("user.role", "user.given-by", "work.since", "user.until", "user.state", "user.grant")
    table = Table(visit.t("user.roles"), heads(visit, *columns), rows, empty="user.no-roles", is_dense=True)
    state = chip(word(visit, "user.state", one.state), STATES.get(one.state, ""))
    panels = [
        Panel(visit.t("user.about"), [Facts(facts)], width="half"),
        _acts(visit, one),
        Panel(visit.t("user.roles"), [table], "roles"),
        Panel(visit.t("session.title"), [_sessions(visit, one.user_id)], "sessions"),
    ]
    return board(Heading(one.user_id, "", [state], [(visit.t("nav.user"), "/users")]), panels)


def _sessions(visit: Visit, user_id: str) -> Table:
    """Give where somebody is signed in now."""
    token = visit.token if user_id == visit.who.user_id else ""
    rows = [
        (
            instant(one.started_at),
            instant(one.seen_at),
            instant(one.strong_at),
            _device(visit, one),
        )
        for one in session.sessions_of(visit.house, user_id, token)
    ]
    columns = ("session.started", "session.seen", "session.strong", "session.device")
    return Table(visit.t("session.title"), heads(visit, *columns), rows, empty="session.none", is_dense=True)


def _device(visit: Visit, one: session.Listed) -> Cell:
    return text(one.device, under=visit.t("session.this") if one.is_this else "")


def _acts(visit: Visit, one: people.User) -> Panel | None:
    """Give what may be done about a user: roles given and taken, locked, let in again."""
    forms: list[Any] = []
    reason = Field("reason", visit.t("form.reason"), is_wide=True)
    if visit.may("role.grant"):
        roles = [(role.role, _title(visit, role.title_zh, role.title_en)) for role in role_rows(visit.today())]
        forms.append(
            Form(
                "give",
                visit.t("user.give"),
                visit.t("user.give.do"),
                (
                    Field("role", visit.t("user.role"), "choice", options=roles),
                    Field("until", visit.t("user.until"), "day", is_needed=False),
                    reason,
                ),
            )
        )
        held = [(row.grant_id, row.role) for row in grant.grants_of(visit.house, one.user_id) if row.ended_at is None]
        if held:
            forms.append(
                Form(
                    "take",
                    visit.t("user.take"),
                    visit.t("user.take.do"),
                    (Field("grant", visit.t("user.role"), "choice", options=held), reason),
                )
            )
    if visit.may("user.manage") and one.state != CLOSED:
        forms.append(Form("invite", visit.t("user.invite"), visit.t("user.invite.do"), (), visit.t("user.invite.said")))
    if visit.may("user.manage"):
        forms.append(Form("sign_out", visit.t("session.end"), visit.t("session.end.do"), (reason,), visit.t("session.end.said")))
    version = Field("version", kind="hidden", value=str(one.version))
    if visit.may("user.manage") and one.state == ACTIVE:
        forms.append(Form("lock", visit.t("user.lock"), visit.t("user.lock.do"), (version, reason), tone="btn-danger"))
    if visit.may("user.manage") and one.state == LOCKED:
        forms.append(Form("unlock", visit.t("user.unlock"), visit.t("user.unlock.do"), (version, reason)))
    return Panel(visit.t("loan.acts"), forms, "acts", width="half") if forms else None


def _do(visit: Visit) -> Done:
    """Do what a form says, for somebody who may."""
    act, user_id, reason = visit.form["act"], visit.path["user"], visit.form.get("reason", "")
    allowed = visit.door.may(visit.who, "role.grant" if act in ("give", "take") else "user.manage")
    if isinstance(allowed, Refused):
        return allowed
    if act == "give":
        until = visit.form.get("until", "")
        ends = datetime.combine(parse_date(until), time(), UTC) if until else None
        wish = grant.Wish(user_id, visit.form.get("role", ""), reason, ends)
        found: Any = give_role(visit.house, visit.who, wish, f"web:role:{visit.form.get('key', '')}")
    elif act == "sign_out":
        found = session.sign_out_everywhere(visit.house, user_id, visit.who.actor, reason)
    elif act == "take":
        found = grant.take_back(visit.house, visit.who, visit.form.get("grant", ""), reason)
    else:
        seen = visit.form.get("version", "")
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
        found = (people.lock if act == "lock" else people.unlock)(visit.house, visit.who, user_id, version, reason)
    if isinstance(found, Waiting):
        return Go(f"/users/{user_id}", "done.waiting", {"approval": found.approval_id, "n": str(found.checkers)})
    return found if isinstance(found, Refused) else Go(f"/users/{user_id}", "done.done")


FORMS: Final = dict.fromkeys(("give", "take", "lock", "unlock", "sign_out"), _do) | {"invite": _invite}
SCREENS: Final = (
    Screen("user", "/users", "user.read", "page.html", show, {"register": _register}),
    Screen("user-page", "/users/{user}", "user.read", "page.html", show_one, FORMS),
)
