"""Policy tables: what is in force, every version with its life, and the steps that somebody may take with one."""

from typing import Any, Final

from plimsoll.app import policy_tables
from plimsoll.app.governed import Act as Step
from plimsoll.app.governed import Artefact
from plimsoll.app.policy_draft import DraftText, draft_of, findings_of
from plimsoll.app.policy_tables import tables_in_use
from plimsoll.app.show.register import ArtefactPage, ArtefactRow, artefact_page, artefact_rows
from plimsoll.app.try_table import DONE, FAILED, Trial, report_at_hand, trials_of
from plimsoll.interfaces.console.words_of import said, word
from plimsoll.interfaces.pages import words, written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Code,
    Facts,
    Field,
    Form,
    Head,
    Heading,
    Links,
    Moment,
    Panel,
    Part,
    Said,
    Stat,
    Stats,
    Table,
    Text,
    Timeline,
    board,
    chip,
    count,
    day,
    fact,
    heads,
    instant,
    text,
)
from plimsoll.interfaces.pages.visit import Done, File, Go, Screen, Shown, Visit
from plimsoll.interfaces.pages.words import CHINESE
from plimsoll.rulebook.table.backtest import APPROVED, GROUPS, Count, share_text
from plimsoll.rulebook.table.lint import FINDINGS, Finding
from plimsoll.rulebook.table.table import Table as PolicyTable
from plimsoll.rulebook.table.table import value_text
from plimsoll.rulebook.underwriting import against, in_force, lookup_on
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Refused

TONES: Final = {"active": "good", "standing": "good", "approved": "wait", "checked": "wait"}
EDIT, ACTIVATE = "policy.edit", "policy.activate"
DIGEST: Final = 12
STEPS: Final = {"draft": "check", "checked": "approve", "approved": "activate"}
"""The step that comes next from each state."""


def show_tables(visit: Visit) -> Shown:
    """Show what is in force today, and every version there is: of the package and of the register."""
    today, rules, store = visit.today(), visit.house.rules, visit.house.store
    held = in_force(tables_in_use(store), rules, today, rules.lender.licence)
    rows = [
        (
            Cell(_title(visit, one), f"/policies/{one.digest}", f"{one.name} {one.digest[:DIGEST]}"),
            text(word(visit, "policy.stage", one.stage)),
            count(len(one.rows)),
            day(one.since),
            said(visit, one.source)._replace(under=word(visit, "rule.confidence", one.confidence)),
        )
        for one in held
    ]
    columns = ("register.name", "policy.stage", "policy.rows#", "rule.since", "rule.source")
    in_use = {one.digest for one in held}
    versions = [_row(visit, one, is_used=one.sha256 in in_use) for one in artefact_rows(store, "table")]
    named = ("register.name", "register.state", "register.by", "register.since", "register.reason")
    panels = [
        Panel(visit.t("policy.in-force"), [Table(visit.t("policy.in-force"), heads(visit, *columns), rows, is_list=True)], "in-force"),
        Panel(
            visit.t("policy.versions"),
            [Table(visit.t("policy.versions"), heads(visit, *named), versions, empty="register.none-table")],
            "versions",
        ),
    ]
    return board(Heading(visit.t("nav.policy"), visit.t("policy.lead", {"day": today.isoformat()})), panels)


def _title(visit: Visit, one: PolicyTable) -> str:
    return one.title[visit.speech]


def _row(visit: Visit, one: ArtefactRow, *, is_used: bool) -> tuple[Cell, ...]:
    state = visit.t("policy.used") if is_used else word(visit, "register.state", one.state)
    return (
        Cell(one.name, f"/policies/{one.sha256}", one.sha256[:DIGEST]),
        chip(state, "good" if is_used else "wait" if TONES.get(one.state) == "wait" else ""),
        text(one.by or one.made_by),
        instant(one.since),
        text(one.reason),
    )


def show_table(visit: Visit) -> Shown:
    """Show one version: where it stands, what comes next, its rows, what the lint finds, what a back-test found, its life."""
    found, draft = _found(visit), draft_of(visit.house.store, visit.path["digest"])
    if isinstance(found, Refused) or isinstance(draft, Refused):
        return Refused("absent")
    one, table = found.artefact, draft.table()
    trial = trials_of(visit.house).of(one.sha256)
    state = chip(word(visit, "register.state", one.state), TONES.get(one.state, ""))
    panels = [
        _about(visit, found, table),
        _acts(visit, found),
        trial_panel(visit, trial) if trial is not None else None,
        findings_panel(visit, table, findings_of(table, visit.house.rules, visit.today())),
        Panel(visit.t("policy.cells"), [rows_table(visit, draft), *_ways(visit, one.sha256)], "rows"),
        Panel(visit.t("policy.header"), [Code(draft.header)], "header", width="half"),
        Panel(visit.t("register.life"), [Timeline(_life(visit, found), "register.package")], "life", width="half"),
    ]
    return board(Heading(_title(visit, table), f"{one.name} · {one.sha256}", [state], [(visit.t("nav.policy"), "/policies")]), panels)


def _found(visit: Visit) -> ArtefactPage | Refused:
    return artefact_page(visit.house.store, "table", visit.path["digest"])


def _about(visit: Visit, found: ArtefactPage, table: PolicyTable) -> Panel:
    rows = [
        fact(visit, "register.by", text(found.artefact.made_by)),
        fact(visit, "policy.stage", text(word(visit, "policy.stage", table.stage))),
        fact(visit, "rule.since", day(table.since)),
        fact(visit, "rule.until", day(table.until)),
        fact(visit, "policy.licences", text(", ".join(table.licences) or visit.t("rule.any"))),
        fact(visit, "rule.source", said(visit, table.source)),
        fact(visit, "rule.confidence", text(word(visit, "rule.confidence", table.confidence))),
        fact(visit, "rule.review", day(table.review_by)),
    ]
    return Panel(visit.t("policy.about"), [Facts(rows)], "about", width="half")


def rows_table(visit: Visit, draft: DraftText) -> Table:
    """Give the rows of a table as they are written."""
    names, rows = draft.grid()
    shown = [tuple(_written(visit, name, row[name]) for name in names) for row in rows]
    return Table(
        visit.t("policy.cells"), (*heads(visit, "policy.row.id"), *(_column(visit, name) for name in names[1:])), shown, is_dense=True
    )


def _column(visit: Visit, name: str) -> Head:
    """Give the head of a column: what it says of a row in words, what it asks of an applicant by the name that a table is written with."""
    key = f"policy.column.{name}"
    return Head(visit.t(key)) if words.has(key) else Head(name, is_code=True)


def _written(visit: Visit, name: str, value: str) -> Cell:
    """Give a cell of a table in words where it is no condition: its verdict, its note, yes and no."""
    if name == "note":
        return said(visit, value)
    if name == "verdict":
        return Cell(word(visit, "decision", value)) if value else Cell("")
    if value in ("yes", "no"):
        return Cell(visit.t(f"word.{value}"))
    return Cell(value, mark="code" if value else "")


def _ways(visit: Visit, digest: str) -> list[Part]:
    path = f"/policies/{digest}"
    ways = [(visit.t("policy.download"), f"{path}/rows.csv"), (visit.t("policy.download.header"), f"{path}/table.yaml")]
    if visit.may(EDIT):
        ways.insert(0, (visit.t("policy.edit"), f"{path}/draft"))
    return [Links(ways)]


def _life(visit: Visit, found: ArtefactPage) -> list[Moment]:
    return [
        Moment(
            written.instant(step.at),
            f"{word(visit, 'policy.step', step.verb)} → {word(visit, 'register.state', step.after)}",
            step.reason,
            step.actor,
        )
        for step in reversed(found.steps)
    ]


def findings_panel(visit: Visit, table: PolicyTable, findings: tuple[Finding, ...]) -> Panel:
    """Give what the lint found, each with its rows and an example that shows it."""
    if not findings:
        return Panel(visit.t("policy.findings"), [Said("good", visit.t("policy.clean"))], "findings")
    rows = [
        (
            chip(word(visit, "policy.level", one.level), "bad" if one.level == "error" else "warn"),
            text(", ".join(one.rows) or one.column, under=visit.t("policy.line", {"n": one.line}) if one.line else ""),
            text(_said(visit, one), under=one.code),
            text(_example(one, table)),
        )
        for one in findings
    ]
    columns = ("policy.level", "policy.where", "policy.finding", "policy.example")
    return Panel(visit.t("policy.findings"), [Table(visit.t("policy.findings"), heads(visit, *columns), rows, is_headed=False)], "findings")


def _said(visit: Visit, one: Finding) -> str:
    said = FINDINGS[one.code][1 if visit.speech == CHINESE else 2]
    return f"{said} {one.detail}" if one.detail else said


def _example(one: Finding, table: PolicyTable) -> str:
    if not one.example:
        return ""
    return " ".join(f"{column.name}={value_text(one.example[column.name], column.currency)}" for column in table.columns)


def _acts(visit: Visit, found: ArtefactPage) -> Panel | None:
    """Give the steps that whoever looks may take now."""
    one, forms = found.artefact, list[Any]()
    reason = Field("reason", visit.t("form.reason"), is_wide=True)
    if one.state in ("draft", "checked", "approved") and visit.may(EDIT):
        since = Field("since", visit.t("policy.since"), "day", is_needed=False, hint=visit.t("policy.since.hint"))
        forms.append(_form(visit, "backtest", (since,)))
    step = STEPS.get(one.state, "")
    if step and visit.may(EDIT if step == "check" else ACTIVATE):
        said = visit.t("policy.rests" if report_at_hand(visit.house, one.sha256) else "policy.rests-not") if step != "check" else ""
        forms.append(_form(visit, step, (reason,), said))
    if one.state == "active" and visit.may(ACTIVATE):
        forms.append(_form(visit, "back", (reason,), visit.t("policy.back.said"), "btn-danger"))
    if one.state in STEPS and visit.may(EDIT):
        forms.append(_form(visit, "retire", (reason,)))
    return Panel(visit.t("loan.acts"), forms, "acts", width="half") if forms else None


def _form(visit: Visit, act: str, fields: tuple[Field, ...], said: str = "", tone: str = "") -> Form:
    is_asked = visit.form.get("act") == act
    return Form(act, visit.t(f"policy.{act}"), visit.t(f"policy.{act}.do"), fields, said, tone=tone, is_open=is_asked)


def trial_panel(visit: Visit, trial: Trial) -> Panel:
    """Give how far a back-test is, or what it found: approval before and after, who moves where, and what each row hits."""
    said = visit.t("policy.trial.of", {"since": trial.since.isoformat(), "through": trial.through.isoformat(), "n": f"{trial.read:,}"})
    title = visit.t("policy.trial")
    if trial.tried is None:
        if trial.state == FAILED:
            bad = trial.refused.text(visit.speech) if trial.refused is not None else visit.t("policy.trial.broken")
            return Panel(title, [Said("bad", bad), Text(said, "muted")], "trial")
        again = Links([(visit.t("policy.trial.look"), f"/policies/{trial.digest}")])
        return Panel(title, [Said("wait", said), again], "trial")
    assert trial.state == DONE
    found, report = trial.tried.found, trial.tried.report
    stats = [
        Stat(visit.t("policy.trial.rows"), count(found.moved().rows)),
        Stat(visit.t("policy.trial.before"), text(written.share(float(report["approval_before"])))),
        Stat(visit.t("policy.trial.after"), text(written.share(float(report["approval_after"])))),
    ]
    counts = [
        (text(visit.t(f"policy.swap.{name}")), *_counted(one))
        for name, one in (
            ("stayed", found.moved((APPROVED,), (APPROVED,))),
            ("in", found.swapped_in()),
            ("out", found.swapped_out()),
        )
    ]
    hits = [(text(row), *_counted(one)) for row, one in found.rows_hit.items()]
    moves = [(text(word(visit, "policy.group", one)), *(count(found.moved((one,), (other,)).rows) for other in GROUPS)) for one in GROUPS]
    columns = ("policy.trial.rows#", "policy.trial.known#", "policy.trial.bad#", "policy.trial.share#")
    moved = [*heads(visit, "policy.trial.from"), *(_number(visit, f"policy.group.{name}") for name in GROUPS)]
    parts: list[Part] = [
        Text(said, "muted"),
        Stats(stats),
        Table(visit.t("policy.swap"), heads(visit, "policy.swap", *columns), counts),
        Table(visit.t("policy.trial.moves"), moved, moves),
        Table(visit.t("policy.trial.hits"), heads(visit, "policy.row.id", *columns), hits, is_dense=True),
        *_cautions(visit, trial),
    ]
    return Panel(title, parts, "trial")


def _number(visit: Visit, key: str) -> Any:
    return heads(visit, f"{key}#")[0]


def _counted(one: Count) -> tuple[Cell, ...]:
    rate = written.share(float(share_text(one.bad, one.known))) if one.known else ""
    return count(one.rows), count(one.known), count(one.bad), text(rate)


def _cautions(visit: Visit, trial: Trial) -> list[Part]:
    """Give what somebody who reads a back-test has to know of it."""
    assert trial.tried is not None
    parts: list[Part] = [Text(visit.t("policy.trial.caution"), "muted")]
    if trial.tried.left_out:
        parts.append(Said("warn", visit.t("policy.trial.left-out", {"names": ", ".join(trial.tried.left_out)})))
    if trial.tried.found.lacking:
        lacking = ", ".join(f"{name} {n:,}" for name, n in trial.tried.found.lacking.items())
        parts.append(Said("warn", visit.t("policy.trial.lacking", {"names": lacking})))
    return parts


def _do(visit: Visit) -> Done:
    """Take a step with a table, for somebody who may."""
    act, path = visit.form["act"], f"/policies/{visit.path['digest']}"
    allowed = visit.door.may(visit.who, EDIT if act in ("backtest", "check", "retire") else ACTIVATE)
    found = allowed if isinstance(allowed, Refused) else _found(visit)
    if isinstance(found, Refused):
        return found
    if act == "backtest":
        since = visit.form.get("since", "")
        begun = trials_of(visit.house).begin(found.artefact.sha256, visit.who.actor, parse_date(since) if since else None)
        return begun if isinstance(begun, Refused) else Go(path, "done.policy.trying")
    done = _step(visit, found, act)
    return done if isinstance(done, Refused) else Go(path, f"done.policy.{act}")


def _step(visit: Visit, found: ArtefactPage, act: str) -> Artefact | Refused:
    store, rules, today = visit.house.store, visit.house.rules, visit.today()
    digest, step = found.artefact.sha256, Step(visit.who.actor, visit.house.now(), visit.form.get("reason", ""))
    if act == "check":
        return policy_tables.check(store, digest, against(), lookup_on(rules, today, rules.lender.licence), step)
    if act in ("retire", "back"):
        if act == "retire" and found.artefact.state == "active":
            return Refused("permission_missing", "", ACTIVATE)
        done = policy_tables.retire(store, digest, step)
    else:
        evidence = step._replace(evidence=report_at_hand(visit.house, digest))
        done = (
            policy_tables.approve(store, digest, evidence) if act == "approve" else policy_tables.activate(store, digest, today, evidence)
        )
    visit.house.look_again()
    return done


def give_rows(visit: Visit) -> Shown:
    """Give the rows as CSV, as the command line reads and writes them."""
    draft = draft_of(visit.house.store, visit.path["digest"])
    if isinstance(draft, Refused):
        return Refused("absent")
    return File(draft.name.replace(".yaml", ".csv"), "text/csv; charset=utf-8", draft.rows.encode())


def give_header(visit: Visit) -> Shown:
    """Give the header as YAML."""
    draft = draft_of(visit.house.store, visit.path["digest"])
    return Refused("absent") if isinstance(draft, Refused) else File(draft.name, "application/yaml", draft.header.encode())


FORMS: Final = dict.fromkeys(("backtest", "check", "approve", "activate", "back", "retire"), _do)
SCREENS: Final = (
    Screen("policy", "/policies", "rule.read", "page.html", show_tables),
    Screen("policy-page", "/policies/{digest}", "rule.read", "page.html", show_table, FORMS),
    Screen("policy-rows", "/policies/{digest}/rows.csv", "rule.read", "page.html", give_rows),
    Screen("policy-header", "/policies/{digest}/table.yaml", "rule.read", "page.html", give_header),
)
