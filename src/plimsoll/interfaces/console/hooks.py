"""Webhooks: the addresses that events are sent to, what was delivered with every try, and sending it again."""

from datetime import UTC, datetime, time
from typing import Any, Final

from plimsoll.app.events.type import TYPES
from plimsoll.app.hooks import queue
from plimsoll.app.hooks.ask import ask_others
from plimsoll.app.hooks.endpoint import ACTIVE, DISABLED, WAITING, Endpoint, Hooks
from plimsoll.app.hooks.endpoint import Shown as Made
from plimsoll.interfaces.console.developers import HOOKS, heading_of
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages.parts import (
    Cell,
    Code,
    Facts,
    Field,
    Form,
    Panel,
    Said,
    Table,
    board,
    chip,
    code,
    count,
    fact,
    heads,
    instant,
    text,
)
from plimsoll.interfaces.pages.visit import Done, Go, Page, Screen, Shown, Visit
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Refused, sentence
from plimsoll.units.sentences import SENTENCES

TONES: Final = {ACTIVE: "good", WAITING: "wait", DISABLED: ""}
DELIVERED: Final = {"delivered": "good", "waiting": "wait", "given_up": "bad"}
A_PAGE: Final = 50


def _error(visit: Visit, code_of: str) -> str:
    """Give why a delivery failed in words; what an endpoint answered stands as it came."""
    return sentence(code_of, visit.speech) if code_of in SENTENCES else code_of


def show_hooks(visit: Visit) -> Shown:
    """Show every endpoint, and register one."""
    return _hooks(visit)


def _hooks(visit: Visit, told: Panel | None = None) -> dict[str, Any]:
    rows = [
        (
            Cell(one.endpoint_id, f"/developers/webhooks/{one.endpoint_id}"),
            text(one.url),
            code(", ".join(one.kinds)) if one.kinds else text(visit.t("hook.all")),
            _state(visit, one),
            instant(one.made_at),
        )
        for one in Hooks(visit.house).every()
    ]
    columns = ("hook.name", "hook.url", "hook.kinds", "hook.state", "work.since")
    form = Form(
        "register", visit.t("hook.register"), visit.t("hook.register.do"), _fields(visit), visit.t("hook.register.said"),
        key=visit.form.get("key", "") if told is None else "", is_open=visit.form.get("act") == "register" and told is None,
    )  # fmt: skip
    table = Table(visit.t("hook.title"), heads(visit, *columns), rows, empty="hook.none", is_list=True)
    return board(heading_of(visit, visit.t("hook.title"), "/developers"), [told, Panel("", [form, table])])


def _fields(visit: Visit, one: Endpoint | None = None) -> tuple[Field, ...]:
    url = visit.form.get("url", one.url if one else "")
    kinds = visit.form.get("kinds", " ".join(one.kinds) if one else "")
    hint = visit.t("hook.kinds.hint", {"example": TYPES[0]})
    return (
        Field("url", visit.t("hook.url"), value=url, is_wide=True, longest=2_000),
        Field("kinds", visit.t("hook.kinds"), value=kinds, is_needed=False, is_wide=True, longest=2_000, hint=hint),
    )


def _state(visit: Visit, one: Endpoint) -> Cell:
    if one.failing_since:
        return chip(visit.t("hook.failing"), "bad")
    return chip(word(visit, "hook.state", one.state), TONES.get(one.state, ""))


def _told(visit: Visit, made: Made) -> Panel:
    parts = [Said("warn", visit.t("hook.secret.said")), Code(made.secret)] if made.secret else [Said("", visit.t("hook.secret.before"))]
    return Panel(visit.t("hook.secret"), parts, "secret")


def _register(visit: Visit) -> Done:
    """Register an endpoint; its secret is shown this once. Where there is real money its address waits for others."""
    form = visit.form
    made = Hooks(visit.house).register(form.get("url", "").strip(), _kinds(visit), visit.who.actor, key=form.get("key", ""))
    if isinstance(made, Refused):
        return made
    waits = ask_others(visit.house, visit.who, made.endpoint, form.get("key", ""))
    return waits if isinstance(waits, Refused) else Page("page.html", _hooks(visit, _told(visit, made)))


def _kinds(visit: Visit) -> list[str]:
    return visit.form.get("kinds", "").replace(",", " ").split()


def show_hook(visit: Visit) -> Shown:
    """Show one endpoint: its state, what waits and what was delivered."""
    found = Hooks(visit.house).find(visit.path["endpoint"])
    return Refused("absent") if isinstance(found, Refused) else _hook(visit, found)


def _hook(visit: Visit, one: Endpoint, told: Panel | None = None) -> dict[str, Any]:
    facts = [
        fact(visit, "hook.url", text(one.url)),
        fact(visit, "hook.kinds", code(", ".join(one.kinds)) if one.kinds else text(visit.t("hook.all"))),
        fact(visit, "user.made", text(one.made_by)),
        fact(visit, "work.since", instant(one.made_at)),
        fact(visit, "hook.failing-since", instant(one.failing_since)),
        fact(visit, "hook.old-until", instant(one.old_until)),
        fact(visit, "hook.seen", count(one.seen_seq)),
    ]
    panels = [
        told,
        Panel(visit.t("hook.about"), [Facts(facts)], width="half"),
        _acts(visit, one),
        Panel(visit.t("hook.deliveries"), [_deliveries(visit, one)], "deliveries"),
    ]
    return board(heading_of(visit, one.endpoint_id, "/developers/webhooks", _state(visit, one)), panels)


def _acts(visit: Visit, one: Endpoint) -> Panel:
    since = Field("since", visit.t("hook.since"), "day", visit.form.get("since", ""))
    version = Field("version", kind="hidden", value=str(one.version))
    on_off = ("disable", "btn-danger") if one.state == ACTIVE else ("enable", "")
    forms = [
        Form("replay", visit.t("hook.replay"), visit.t("hook.replay.do"), (since,), visit.t("hook.replay.said")),
        Form("rotate", visit.t("hook.rotate"), visit.t("hook.rotate.do"), (), visit.t("hook.rotate.said")),
        Form("change", visit.t("hook.change"), visit.t("hook.change.do"), (*_fields(visit, one), version)),
        Form(on_off[0], visit.t(f"hook.{on_off[0]}"), visit.t(f"hook.{on_off[0]}.do"), (), tone=on_off[1]),
    ]
    return Panel(visit.t("loan.acts"), forms, "acts", width="half")


def _deliveries(visit: Visit, one: Endpoint) -> Table:
    after, state = visit.query.get("after", ""), visit.query.get("state", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    found = queue.deliveries(visit.house.store, one.endpoint_id, state if state in DELIVERED else "", place, A_PAGE)
    path = f"/developers/webhooks/{one.endpoint_id}"
    rows = [
        (
            Cell(f"{each.seq:,}", f"{path}/{each.event_id}", each.event_id),
            code(each.type),
            chip(word(visit, "hook.delivered", each.state), DELIVERED.get(each.state, "")),
            count(each.attempts_count),
            text(each.last_status or "", under=_error(visit, each.last_error)),
            instant(each.done_at or each.next_at),
        )
        for each in found
    ]
    columns = ("event.seq#", "event.type", "hook.delivered", "hook.tries#", "hook.answer", "hook.when")
    more = f"{path}?after={found[-1].seq}" if len(found) == A_PAGE else ""
    return Table(visit.t("hook.deliveries"), heads(visit, *columns), rows, empty="hook.deliveries.none", more=more, is_dense=True)


def _do(visit: Visit) -> Done:
    """Change, renew, switch or replay an endpoint."""
    hooks, endpoint_id, act = Hooks(visit.house), visit.path["endpoint"], visit.form["act"]
    one = hooks.find(endpoint_id)
    if isinstance(one, Refused):
        return Refused("absent")
    path = f"/developers/webhooks/{endpoint_id}"
    if act == "replay":
        since = datetime.combine(parse_date(visit.form.get("since", "")), time(), UTC)
        counted = queue.replay_since(visit.house.store, one, since, visit.house.now())
        return counted if isinstance(counted, Refused) else Go(path, "done.hook.replay", {"n": str(counted)})
    if act == "rotate":
        made = hooks.rotate(endpoint_id, visit.who.actor)
        return made if isinstance(made, Refused) else Page("page.html", _hook(visit, made.endpoint, _told(visit, made)))
    done = _switched(visit, hooks, one, act)
    if isinstance(done, Refused):
        return done
    waits = ask_others(visit.house, visit.who, done, visit.form.get("key", ""))
    if isinstance(waits, Refused):
        return waits
    if waits is not None:
        return Go(path, "done.waiting", {"approval": waits.approval_id, "n": str(waits.checkers)})
    return Go(path, "done.done")


def _switched(visit: Visit, hooks: Hooks, one: Endpoint, act: str) -> Endpoint | Refused:
    if act == "disable":
        return hooks.disable(one.endpoint_id, visit.who.actor)
    if act == "enable":
        asked = ask_others(visit.house, visit.who, one._replace(state=WAITING), visit.form.get("key", ""))
        if asked is not None:
            return asked if isinstance(asked, Refused) else one._replace(state=WAITING)
        enabled = hooks.enable(one.endpoint_id, visit.who.actor)
        if not isinstance(enabled, Refused):
            queue.resume(visit.house.store, one.endpoint_id, visit.house.now())
        return enabled
    said = visit.form.get("version", "")
    version = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    return hooks.change(one.endpoint_id, version, visit.who.actor, url=visit.form.get("url", "").strip(), kinds=_kinds(visit))


def show_delivery(visit: Visit) -> Shown:
    """Show one event on its way to one endpoint, with every try."""
    endpoint_id, store = visit.path["endpoint"], visit.house.store
    found = queue.find_delivery(store, endpoint_id, visit.path["event"])
    if isinstance(found, Refused):
        return Refused("absent")
    rows = [
        (
            count(one.n),
            instant(one.at),
            text(one.status or ""),
            text(_error(visit, one.error)),
            text(visit.t("hook.took", {"n": one.took_ms})),
        )
        for one in queue.attempts(store, endpoint_id, found.seq)
    ]
    facts = [
        fact(visit, "event.type", code(found.type)),
        fact(visit, "event.seq", count(found.seq)),
        fact(visit, "hook.next", instant(found.next_at)),
        fact(visit, "hook.done", instant(found.done_at)),
    ]
    columns = ("hook.try#", "work.since", "hook.answer", "hook.error", "hook.took-head")
    state = chip(word(visit, "hook.delivered", found.state), DELIVERED.get(found.state, ""))
    again = Form("again", visit.t("hook.again"), visit.t("hook.again.do"), ())
    panels = [
        Panel(visit.t("hook.delivery"), [Facts(facts), again], width="half"),
        Panel(visit.t("hook.tries"), [Table(visit.t("hook.tries"), heads(visit, *columns), rows, empty="hook.tries.none", is_dense=True)]),
    ]
    return board(heading_of(visit, found.event_id, f"/developers/webhooks/{endpoint_id}", state), panels)


def _again(visit: Visit) -> Done:
    """Send one event again."""
    endpoint_id = visit.path["endpoint"]
    counted = queue.replay(visit.house.store, endpoint_id, [visit.path["event"]], visit.house.now())
    return counted if isinstance(counted, Refused) else Go(f"/developers/webhooks/{endpoint_id}", "done.hook.replay", {"n": str(counted)})


FORMS: Final = dict.fromkeys(("replay", "rotate", "change", "disable", "enable"), _do)
SCREENS: Final = (
    Screen("developer-hooks", "/developers/webhooks", HOOKS, "page.html", show_hooks, {"register": _register}),
    Screen("developer-hook", "/developers/webhooks/{endpoint}", HOOKS, "page.html", show_hook, FORMS),
    Screen("developer-delivery", "/developers/webhooks/{endpoint}/{event}", HOOKS, "page.html", show_delivery, {"again": _again}),
)
