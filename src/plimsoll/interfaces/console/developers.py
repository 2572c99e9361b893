"""What developers need: how to call the API, keys, what happened as events, and the test clocks of the sandbox."""

from datetime import UTC, datetime, time
from typing import Any, Final

from plimsoll.app.access import key
from plimsoll.app.access.permission import SAID
from plimsoll.app.events.listing import page_after
from plimsoll.app.events.type import TYPES
from plimsoll.app.sandbox.clock import Clock
from plimsoll.app.sandbox.of_house import Sandbox, sandbox_of
from plimsoll.app.sandbox.stops import STOPS
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages.parts import (
    Cell,
    Code,
    Facts,
    Field,
    Form,
    Heading,
    Panel,
    Said,
    Table,
    Text,
    board,
    chip,
    code,
    count,
    day,
    fact,
    heads,
    instant,
    text,
)
from plimsoll.interfaces.pages.visit import Done, Go, Page, Screen, Shown, Visit
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Refused

KEYS, HOOKS, PLAY, EVENTS = "key.manage", "hook.manage", "sandbox.play", "event.read"
CLOCK_TONES: Final = {"frozen": "good", "advancing": "wait", "failed": "bad", "deleted": ""}
PAGES: Final = (
    ("developer.start", "/developers", ""),
    ("key.title", "/developers/keys", KEYS),
    ("hook.title", "/developers/webhooks", HOOKS),
    ("clock.title", "/developers/clocks", PLAY),
    ("event.title", "/developers/events", EVENTS),
    ("glass.title", "/emergency", "glass.ask"),
)
EVENTS_A_PAGE: Final = 50


def heading_of(visit: Visit, title: str, path: str, *chips: Cell, lead: str = "") -> Heading:
    """Give the head of a page for developers, with the ways to the others that somebody may see."""
    here = visit.address.partition("?")[0]
    tabs = [(visit.t(name), to, to == here) for name, to, permission in PAGES if visit.may(permission)]
    above = [(visit.t("nav.developer"), "/developers")] if path else []
    return Heading(title, lead, chips, above, tabs)


def show_start(visit: Visit) -> Shown:
    """Show how to call the API, and where it is described."""
    base = "http://127.0.0.1:8000"
    opening = (
        f"curl -X POST {base}/v1/customers -H 'Authorization: Bearer KEY' -H 'Idempotency-Key: first-1' "
        "-H 'Content-Type: application/json' -d '{}'"
    )
    calls = (
        ("developer.call.products", f"curl -H 'Authorization: Bearer KEY' {base}/v1/products"),
        ("developer.call.open", opening),
        ("developer.call.events", f"curl -H 'Authorization: Bearer KEY' '{base}/v1/events?after=0&limit=50'"),
    )
    panels = [Panel(visit.t("developer.start"), [Text(visit.t("developer.said")), Text(visit.t("developer.reference"))])]
    panels += [Panel(visit.t(name), [Code(call)]) for name, call in calls]
    return board(heading_of(visit, visit.t("nav.developer"), "", lead=visit.t("developer.lead")), panels)


def show_keys(visit: Visit) -> Shown:
    """Show keys: whose, what they are narrowed to, when they were used; and make one."""
    return _keys(visit)


def _keys(visit: Visit, told: Panel | None = None) -> dict[str, Any]:
    rows = [
        (
            Cell(one.key_id, f"/developers/keys/{one.key_id}", one.user_id),
            code(", ".join(one.permissions)) if one.permissions else text(visit.t("key.all")),
            text(", ".join(one.networks) or visit.t("key.anywhere")),
            day(one.used_on),
            instant(one.until),
        )
        for one in key.keys(visit.house)
    ]
    columns = ("key.name", "key.permissions", "key.networks", "key.used", "user.until")
    fields = (
        Field("user", visit.t("key.user"), value=visit.form.get("user", ""), is_needed=False, hint=visit.t("key.user.hint")),
        Field("permissions", visit.t("key.permissions"), value=visit.form.get("permissions", ""), is_needed=False,
              hint=visit.t("key.permissions.hint"), is_wide=True, longest=2_000),
        Field("networks", visit.t("key.networks"), value=visit.form.get("networks", ""), is_needed=False,
              hint=visit.t("key.networks.hint")),
        Field("until", visit.t("user.until"), "day", visit.form.get("until", ""), is_needed=False),
    )  # fmt: skip
    is_asked = visit.form.get("act") == "make"
    form = Form("make", visit.t("key.make"), visit.t("key.make.do"), fields, visit.t("key.make.said"), is_open=is_asked and told is None)
    table = Table(visit.t("key.title"), heads(visit, *columns), rows, empty="key.none", is_dense=True, is_list=True)
    return board(heading_of(visit, visit.t("key.title"), "/developers"), [told, Panel("", [form, table])])


def _make_key(visit: Visit) -> Done:
    """Make a key; its text is shown this once."""
    form = visit.form
    wanted = tuple(form.get("permissions", "").replace(",", " ").split())
    networks = tuple(form.get("networks", "").replace(",", " ").split())
    new = key.NewKey(form.get("user", "").strip() or visit.who.user_id, wanted, networks, _end_of(form.get("until", "")))
    made = key.make(visit.house, visit.who, new)
    return made if isinstance(made, Refused) else Page("page.html", _keys(visit, _told(visit, made)))


def _end_of(said: str) -> datetime | None:
    """Read a day as the instant at which it begins."""
    return datetime.combine(parse_date(said), time(), UTC) if said else None


def _told(visit: Visit, made: key.MadeKey) -> Panel:
    call = f"curl -H 'Authorization: Bearer {made.text}' http://127.0.0.1:8000/v1/me"
    return Panel(visit.t("key.made"), [Said("warn", visit.t("key.made.said")), Code(made.text), Code(call)], "made")


def show_key(visit: Visit) -> Shown:
    """Show one key, renewed or ended by a form."""
    found = key.get(visit.house, visit.path["key"])
    return Refused("absent") if isinstance(found, Refused) else _key(visit, found)


def _key(visit: Visit, one: key.Key, told: Panel | None = None) -> dict[str, Any]:
    facts = [
        fact(visit, "user.name", text(one.user_id)),
        fact(visit, "key.permissions", text(", ".join(_permission(visit, each) for each in one.permissions) or visit.t("key.all"))),
        fact(visit, "key.networks", text(", ".join(one.networks) or visit.t("key.anywhere"))),
        fact(visit, "user.made", text(one.made_by)),
        fact(visit, "work.since", instant(one.made_at)),
        fact(visit, "user.until", instant(one.until)),
        fact(visit, "key.used", day(one.used_on)),
        fact(visit, "key.replaces", text(one.replaces)),
    ]
    is_over = key.has_ended(one, visit.house.now())
    state = chip(visit.t("user.ended"), "") if is_over else chip(visit.t("user.held"), "good")
    reason = Field("reason", visit.t("form.reason"), is_wide=True)
    forms = [
        Form("rotate", visit.t("key.rotate"), visit.t("key.rotate.do"), (), visit.t("key.rotate.said")),
        Form("revoke", visit.t("key.revoke"), visit.t("key.revoke.do"), (reason,), tone="btn-danger"),
    ]
    acts = Panel(visit.t("loan.acts"), forms, "acts", width="half") if not is_over else None
    panels = [told, Panel(visit.t("key.about"), [Facts(facts)], width="half"), acts]
    return board(heading_of(visit, one.key_id, "/developers/keys", state), panels)


def _permission(visit: Visit, name: str) -> str:
    return SAID[name][visit.speech == "zh-CN"] if name in SAID else name


def _do_key(visit: Visit) -> Done:
    """Renew or end a key."""
    key_id = visit.path["key"]
    if visit.form["act"] == "revoke":
        ended = key.revoke(visit.house, visit.who, key_id, visit.form.get("reason", ""))
        return ended if isinstance(ended, Refused) else Go("/developers/keys", "done.done")
    made = key.rotate(visit.house, visit.who, key_id)
    return made if isinstance(made, Refused) else Page("page.html", _key(visit, made.key, _told(visit, made)))


def show_events(visit: Visit) -> Shown:
    """Show what happened, in the order of the audit chain, as a webhook would tell it."""
    after, kind = visit.query.get("after", "0"), visit.query.get("type", "")
    since = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    page = page_after(visit.house.store, since, EVENTS_A_PAGE, (kind,) if kind in TYPES else ())
    rows = [
        (
            Cell(f"{one.seq:,}"),
            Cell(one.type, under=one.event_id, tone="long", mark="code"),
            Cell(one.subject, tone="long"),
            instant(one.time),
            day(one.business_date),
            Cell(", ".join(f"{name} {value}" for name, value in one.data.items())[:160], tone="long", mark="code"),
        )
        for one in page.events
    ]
    columns = ("event.seq#", "event.type", "event.subject", "work.since", "shell.business-date", "event.data")
    more = f"/developers/events?after={page.seen_seq}&type={kind}" if page.seen_seq > since else ""
    table = Table(
        visit.t("event.title"), heads(visit, *columns), rows, empty="event.none", more=more, is_dense=True, filters=kind,
        clear="/developers/events",
    )  # fmt: skip
    options = [("", visit.t("hook.all")), *((one, one) for one in TYPES)]
    fields = (
        Field("type", visit.t("event.type"), "choice", kind, options, is_needed=False),
        Field("after", visit.t("event.after"), "number", str(since), is_needed=False),
    )
    head = heading_of(visit, visit.t("event.title"), "/developers", lead=visit.t("event.lead"))
    return board(Heading(head.title, head.lead, head.chips, head.above, head.tabs, fields), [Panel("", [table])])


def show_clocks(visit: Visit) -> Shown:
    """Show one's own test clocks, and make one."""
    sandbox = sandbox_of(visit.house)
    if isinstance(sandbox, Refused):
        return board(heading_of(visit, visit.t("clock.title"), "/developers"), [Panel("", [Said("warn", sandbox.text(visit.speech))])])
    rows = [
        (
            Cell(one.name, f"/developers/clocks/{one.clock_id}", one.clock_id),
            chip(word(visit, "clock.state", one.state), CLOCK_TONES.get(one.state, "")),
            day(one.business_date),
            day(one.target),
            code(one.stopped_by or one.failure),
        )
        for one in sandbox.clocks.every(visit.who.user_id)
    ]
    columns = ("clock.name", "clock.state", "shell.business-date", "clock.target", "clock.stopped")
    fields = (
        Field("name", visit.t("clock.name"), value=visit.form.get("name", ""), longest=60),
        Field("at", visit.t("clock.at"), "day", visit.form.get("at", "") or visit.today().isoformat()),
    )
    is_asked = visit.form.get("act") == "make"
    form = Form("make", visit.t("clock.make"), visit.t("clock.make.do"), fields, key=visit.form.get("key", ""), is_open=is_asked)
    table = Table(visit.t("clock.title"), heads(visit, *columns), rows, empty="clock.none", is_list=True)
    return board(heading_of(visit, visit.t("clock.title"), "/developers", lead=visit.t("clock.lead")), [Panel("", [form, table])])


def _make_clock(visit: Visit) -> Done:
    sandbox = sandbox_of(visit.house)
    if isinstance(sandbox, Refused):
        return sandbox
    at, name = _end_of(visit.form.get("at", "")) or visit.house.now(), visit.form.get("name", "").strip()
    made = sandbox.clocks.make(name, at, visit.who.user_id, visit.form.get("key", ""))
    return made if isinstance(made, Refused) else Go(f"/developers/clocks/{made.clock_id}", "done.done")


def _own(visit: Visit) -> tuple[Sandbox, Clock] | Refused:
    """Give one's own clock; other people's are not there."""
    sandbox = sandbox_of(visit.house)
    found = sandbox if isinstance(sandbox, Refused) else sandbox.clocks.find(visit.path["clock"])
    if isinstance(sandbox, Refused) or isinstance(found, Refused) or found.owner != visit.who.user_id:
        return Refused("absent")
    return sandbox, found


def show_clock(visit: Visit) -> Shown:
    """Show one clock: where it stands, what stopped it, and how to call the API under it."""
    own = _own(visit)
    if isinstance(own, Refused):
        return own
    _, one = own
    facts = [
        fact(visit, "shell.business-date", day(one.business_date)),
        fact(visit, "clock.at", instant(one.at)),
        fact(visit, "clock.target", instant(one.target)),
        fact(visit, "clock.stops", code(", ".join(one.stop_on))),
        fact(visit, "clock.stopped", code(one.stopped_by)),
        fact(visit, "clock.failure", code(one.failure)),
        fact(visit, "clock.parent", Cell(one.parent, f"/developers/clocks/{one.parent}") if one.parent else text("")),
        fact(visit, "clock.version", count(one.version)),
    ]
    call = f"curl -H 'Authorization: Bearer KEY' -H 'Plimsoll-Test-Clock: {one.clock_id}' http://127.0.0.1:8000/v1/customers"
    state = chip(word(visit, "clock.state", one.state), CLOCK_TONES.get(one.state, ""))
    panels = [
        Panel(visit.t("clock.about"), [Facts(facts)], width="half"),
        _clock_acts(visit, one),
        Panel(visit.t("clock.call"), [Text(visit.t("clock.call.said")), Code(call)]),
    ]
    return board(heading_of(visit, one.name, "/developers/clocks", state), panels)


def _clock_acts(visit: Visit, one: Clock) -> Panel | None:
    if one.state == "deleted":
        return None
    stops = [Field("stop[]", name, "check", name, is_needed=False) for name in STOPS]
    to = Field("to", visit.t("clock.to"), "day", visit.form.get("to", ""))
    asked = visit.form.get("act")
    forms = [
        Form("advance", visit.t("clock.advance"), visit.t("clock.advance.do"), (to, *stops), visit.t("clock.advance.said"),
             is_open=asked == "advance"),
        Form("branch", visit.t("clock.branch"), visit.t("clock.branch.do"), (Field("name", visit.t("clock.name"), longest=60),),
             visit.t("clock.branch.said"), is_open=asked == "branch"),
        Form("delete", visit.t("clock.delete"), visit.t("clock.delete.do"), (), visit.t("clock.delete.said"), tone="btn-danger"),
    ]  # fmt: skip
    return Panel(visit.t("loan.acts"), forms, "acts", width="half")


def _do_clock(visit: Visit) -> Done:
    """Move, copy or delete a clock."""
    own = _own(visit)
    if isinstance(own, Refused):
        return own
    sandbox, one = own
    act, form = visit.form["act"], visit.form
    if act == "advance":
        to = _end_of(form.get("to", ""))
        found: Any = sandbox.mover.start(one.clock_id, to, form.get("stop[]", "").split()) if to else Refused("clock_at_malformed")
    elif act == "branch":
        found = sandbox.clocks.branch(one.clock_id, form.get("name", "").strip(), visit.who.user_id, form.get("key", ""))
    else:
        found = sandbox.clocks.delete(one.clock_id)
        if not isinstance(found, Refused):
            sandbox.opened.forget(one.clock_id)
            return Go("/developers/clocks", "done.done")
    return found if isinstance(found, Refused) else Go(f"/developers/clocks/{found.clock_id}", "done.done")


SCREENS: Final = (
    Screen("developer", "/developers", "", "page.html", show_start),
    Screen("developer-keys", "/developers/keys", KEYS, "page.html", show_keys, {"make": _make_key}),
    Screen("developer-key", "/developers/keys/{key}", KEYS, "page.html", show_key, dict.fromkeys(("rotate", "revoke"), _do_key)),
    Screen("developer-clocks", "/developers/clocks", PLAY, "page.html", show_clocks, {"make": _make_clock}),
    Screen(
        "developer-clock",
        "/developers/clocks/{clock}",
        PLAY,
        "page.html",
        show_clock,
        dict.fromkeys(("advance", "branch", "delete"), _do_clock),
    ),
    Screen("developer-events", "/developers/events", EVENTS, "page.html", show_events),
)
