"""A policy table being edited: cells in a form, or a spreadsheet brought back; looked at by the lint, then registered as a draft."""

from typing import Any, Final

from plimsoll.app.governed import Act as Step
from plimsoll.app.policy_draft import DraftText, draft_of, findings_of, grid_text
from plimsoll.app.policy_tables import enter_text
from plimsoll.interfaces.console.policies import findings_panel
from plimsoll.interfaces.pages.asked import FIELDS_MAX
from plimsoll.interfaces.pages.parts import Field, Form, Panel, Part, Said, Text
from plimsoll.interfaces.pages.visit import Done, Go, Page, Screen, Shown, Visit
from plimsoll.units.refusal import Malformed, Refused

SPARE: Final = 3
"""Empty rows at the end, for new ones."""
CELLS_MAX: Final = FIELDS_MAX - 20
COLUMNS_MAX: Final = 60
LEAST, LONGEST = 7, 40
"""Characters that a cell shows at least, and at most."""
ROWS_LONGEST: Final = 1_000_000


def show_draft(visit: Visit) -> Shown:
    """Show a table as a form, with what was typed where a form came."""
    held = draft_of(visit.house.store, visit.path["digest"])
    return Refused("absent") if isinstance(held, Refused) else _shown(visit, _typed(visit, held))


def look(visit: Visit) -> Done:
    """Look at what was typed or brought: what the lint finds. Nothing is written."""
    held = draft_of(visit.house.store, visit.path["digest"])
    if isinstance(held, Refused):
        return Refused("absent")
    typed = _typed(visit, held)
    table = typed.table()
    findings = findings_of(table, visit.house.rules, visit.today())
    changed = Said("wait" if table.digest != visit.path["digest"] else "", visit.t("policy.draft.now", {"digest": table.digest[:12]}))
    return Page("draft.html", _shown(visit, typed, [Panel("", [changed]), findings_panel(visit, table, findings)]))


def register(visit: Visit) -> Done:
    """Enter what was typed as a draft, by whoever typed it: they may not approve it."""
    held = draft_of(visit.house.store, visit.path["digest"])
    if isinstance(held, Refused):
        return Refused("absent")
    typed = _typed(visit, held)
    step = Step(visit.who.actor, visit.house.now(), visit.form.get("reason", ""))
    entered = enter_text(visit.house.store, typed.name, typed.header, typed.rows, step)
    return entered if isinstance(entered, Refused) else Go(f"/policies/{entered.digest}", "done.policy.registered")


def _typed(visit: Visit, held: DraftText) -> DraftText:
    """Give the texts as a form has them; those of the table where there is no form. Raises Malformed form_malformed."""
    form = visit.form
    if not form.get("act"):
        return held
    header = _lines(form.get("header", "")) or held.header
    brought = _lines(form.get("file", "") or form.get("csv", ""))
    if brought.strip():
        return DraftText(held.name, header, brought)
    names = form.get("names", "").split(",")
    count = form.get("rows", "")
    if not count.isascii() or not count.isdigit() or len(count) > 3 or not 1 < len(names) <= COLUMNS_MAX:
        return DraftText(held.name, header, held.rows)
    rows = [{name: form.get(f"c.{n}.{place}", "").strip() for place, name in enumerate(names, 1)} for n in range(1, int(count) + 1)]
    return DraftText(held.name, header, grid_text(names, rows))


def _lines(said: str) -> str:
    """Give a text with the ends of lines that files have here."""
    return said.replace("\r\n", "\n").replace("\r", "\n")


def _shown(visit: Visit, typed: DraftText, panels: list[Panel] | None = None) -> dict[str, Any]:
    """Give what the template needs; a table with more cells than a form may have is edited as a spreadsheet only."""
    names, rows = _grid(typed)
    if len(names) * (len(rows) + SPARE) > CELLS_MAX:
        names, rows = [], []
    else:
        rows += [{} for _ in range(SPARE)]
    digest = visit.path["digest"]
    return {
        "title": visit.t("policy.edit"),
        "lead": visit.t("policy.edit.said"),
        "above": [(visit.t("nav.policy"), "/policies"), (digest[:12], f"/policies/{digest}")],
        "panels": [*(panels or ()), *_numbered(visit, names)],
        "key": visit.form.get("key", ""),
        "names": names,
        "rows": rows,
        "sizes": {name: min(LONGEST, max(LEAST, *(len(row.get(name, "")) for row in rows))) for name in names},
        "kinds": _kinds(typed),
        "header": typed.header,
        "reason": visit.form.get("reason", ""),
        "paste": _paste(visit, typed),
        "has_chart": False,
    }


def _numbered(visit: Visit, names: list[str]) -> list[Panel]:
    return [] if names else [Panel("", [Said("", visit.t("policy.cells.many"))], "many")]


def _grid(typed: DraftText) -> tuple[list[str], list[dict[str, str]]]:
    try:
        return typed.grid()
    except Malformed:
        return [], []


def _kinds(typed: DraftText) -> dict[str, str]:
    """Give the type of each column, where the header can be read."""
    try:
        table = typed.table()
    except Malformed:
        return {}
    asked = {one.name: f"{one.kind} {one.currency}".strip() for one in table.columns}
    return asked | {one.name: f"{one.kind} {one.currency}".strip() for one in table.results}


def _paste(visit: Visit, typed: DraftText) -> Panel:
    """Give the way by spreadsheet: a file, or its text."""
    fields = (
        Field("file", visit.t("policy.file"), "file", ".csv,text/csv", is_needed=False, is_wide=True),
        Field("csv", visit.t("policy.csv"), "text-long", typed.rows, is_needed=False, is_wide=True, longest=ROWS_LONGEST, rows=12),
        Field("header", kind="hidden", value=typed.header),
    )
    form = Form("look", visit.t("policy.upload"), visit.t("policy.upload.do"), fields, visit.t("policy.upload.said"), is_folded=False)
    ways: list[Part] = [Text(visit.t("policy.upload.then"), "muted")]
    return Panel(visit.t("policy.upload"), [form, *ways], "paste")


SCREENS: Final = (
    Screen(
        "policy-draft",
        "/policies/{digest}/draft",
        "policy.edit",
        "draft.html",
        show_draft,
        {"look": look, "register": register},
    ),
)
