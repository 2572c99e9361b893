"""Files of commands: brought as they are, checked with their effect, agreed to by others, applied once, with a file of what was wrong."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from plimsoll.app.access.principal import EVERYBODY, Relation
from plimsoll.app.access.verbs import VERBS
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.imports.apply import apply, error_file, release
from plimsoll.app.imports.batch import STATES, Batch, Upload, batches, errors_of, found_of, upload, validate, withdraw
from plimsoll.app.imports.rows import ErrorRow, takes
from plimsoll.app.wiring import ALL_COMMANDS, parts_of
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Code,
    Facts,
    Field,
    Form,
    Heading,
    Links,
    Panel,
    Part,
    Said,
    Stat,
    Stats,
    Table,
    Text,
    board,
    chip,
    code,
    count,
    fact,
    heads,
    instant,
    money,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.visit import Done, File, Go, Page, Screen, Shown, Visit
from plimsoll.units.refusal import Malformed, Refused, sentence
from plimsoll.units.sentences import SENTENCES

PERMISSION, APPLYING = "import.make", "import.apply"
ROWS, ERRORS = 100, 50
LONGEST: Final = 10_000_000
"""Bytes of a file that a page takes; a longer one goes by the command line or the API, in parts."""
TAKEN: Final = ".csv,.json,.jsonl,.ndjson,.gz,text/csv"
TONES: Final = {"uploaded": "wait", "valid": "good", "invalid": "bad", "waiting": "wait", "applied": "good", "withdrawn": ""}
UNKNOWN: Final = "outcome_unknown"


def show(visit: Visit) -> Shown:
    """Show files and where each stands, and take a new one."""
    state = visit.query.get("view", "")
    state = state if state in STATES else ""
    columns = ("import.file", "import.state", "import.verb", "import.rows#", "import.errors#", "import.by", "import.at")
    rows = [_row(visit, one) for one in reversed(batches(visit.house, state=state, limit=ROWS))]
    shown = word(visit, "import.state", state) if state else ""
    empty = "empty.found" if state else "import.none"
    table = Table(visit.t("nav.import"), heads(visit, *columns), rows, empty, filters=shown, clear="/imports", is_list=True)
    tabs = [(visit.t("work.view.all"), "/imports", not state)]
    tabs += [(word(visit, "import.state", one), f"/imports?view={one}", one == state) for one in STATES]
    return board(
        Heading(visit.t("nav.import"), visit.t("import.lead"), tabs=tabs),
        [Panel("", [_bring(visit), table]), Panel("", [Links([(visit.t("import.columns"), "/imports/columns")])])],
    )


def _row(visit: Visit, one: Batch) -> tuple[Cell, ...]:
    return (
        Cell(one.name, f"/imports/{one.import_id}", one.import_id),
        chip(word(visit, "import.state", one.state), TONES[one.state]),
        text(word(visit, "verb", one.kind) if one.kind else visit.t("import.verb.each")),
        count(one.rows_count),
        count(one.errors_count),
        text(one.made_by),
        instant(one.made_at),
    )


def _verbs(visit: Visit) -> list[tuple[str, str]]:
    """Give the verbs that somebody may bring in a file: those they may do to every customer."""
    own = [one for one in ALL_COMMANDS if takes(one) and visit.door.may(visit.who, VERBS[one].permission, EVERYBODY) is Relation.HOUSE]
    return sorted(((one, word(visit, "verb", one)) for one in own), key=lambda one: one[1])


def _bring(visit: Visit) -> Form:
    fields = (
        Field("file", visit.t("import.file"), "file", TAKEN, hint=visit.t("import.file.hint"), is_wide=True),
        Field("verb", visit.t("import.verb"), "choice", visit.form.get("verb", ""), [("", visit.t("import.verb.each")), *_verbs(visit)]),
        Field("rows", visit.t("import.told"), "number", visit.form.get("rows", ""), hint=visit.t("import.told.hint"), is_needed=False),
        Field("whole", visit.t("import.whole"), "check", "yes", is_needed=False),
    )
    is_asked = visit.form.get("act") == "bring"
    return Form(
        "bring", visit.t("import.bring"), visit.t("import.bring.do"), fields, visit.t("import.bring.said"), tone="btn-primary",
        hotkey="n", is_open=is_asked, key=visit.form.get("key", "") if is_asked else "",
    )  # fmt: skip


def _take(visit: Visit) -> Done:
    """Keep a file and check it at once: what it would do is what one wants to see."""
    form, brought = visit.form, visit.files.get("file")
    if brought is None or not brought.content:
        raise Malformed("file_empty", key="file")
    told = form.get("rows", "").strip()
    if told and not (told.isascii() and told.isdigit() and len(told) < 8):
        raise Malformed("field_malformed", repr(told)[:20], key="rows")
    verb, is_whole = form.get("verb", ""), form.get("whole") == "yes"
    asked = sha256(brought.content + repr((verb, is_whole, told, brought.name)).encode()).hexdigest()
    sent = Upload(brought.name, brought.content, verb, is_whole, int(told) if told else -1, None, form.get("key", ""), asked)
    found = upload(visit.house, visit.who, sent)
    if not isinstance(found, Refused) and found.state == "uploaded":
        found = validate(visit.house, visit.who, found.import_id, visit.door.may)
    return found if isinstance(found, Refused) else Go(f"/imports/{found.import_id}", f"done.import.{found.state}")


def show_one(visit: Visit) -> Shown:
    """Show one file: what it would do, or did; what is wrong in it; and what can be done about it."""
    release(visit.house, visit.path["import"])
    found = found_of(visit.house, visit.path["import"])
    errors = errors_of(visit.house, visit.path["import"])
    if isinstance(found, Refused) or isinstance(errors, Refused):
        return Refused("absent")
    state = chip(word(visit, "import.state", found.state), TONES[found.state])
    heading = Heading(found.name, found.import_id, [state], [(visit.t("nav.import"), "/imports")])
    panels = [_waits(visit, found), _about(visit, found), _acts(visit, found), _effect(visit, found), _errors(visit, found, errors)]
    return board(heading, panels)


def _waits(visit: Visit, one: Batch) -> Panel | None:
    if one.state != "waiting":
        return None
    way = Facts([fact(visit, "import.approval", Cell(one.approval_id, f"/approvals/{one.approval_id}"))])
    return Panel("", [Said("wait", visit.t("import.waits")), way], "waits")


def _about(visit: Visit, one: Batch) -> Panel:
    rows = [
        fact(visit, "import.verb", text(word(visit, "verb", one.kind) if one.kind else visit.t("import.verb.each"))),
        fact(visit, "import.whole.is", text(visit.t(f"word.{'yes' if one.is_whole else 'no'}"))),
        fact(visit, "import.by", text(one.made_by)),
        fact(visit, "import.at", instant(one.made_at)),
        fact(visit, "import.applied-at", instant(one.applied_at)),
        fact(visit, "import.sha", code(f"{one.sha256[:16]}…")),
    ]
    return Panel(visit.t("import.about"), [Facts(rows)], "about", width="half")


def _acts(visit: Visit, one: Batch) -> Panel:
    """Give what may be done: checked again, applied, taken back; only by whoever brought the file."""
    title, version = visit.t("loan.acts"), Field("version", kind="hidden", value=str(one.version))
    if one.made_by != visit.who.user_id:
        return Panel(title, [Said("", visit.t("import.others"))], "acts", width="half")
    forms: list[Part] = []
    if one.state == "valid" and visit.may(APPLYING):
        reason = Field("reason", visit.t("form.reason"), value=visit.form.get("reason", ""), is_wide=True, longest=500)
        said = visit.t("import.apply.said", {"ok": one.effect["ok"], "rows": one.rows_count})
        forms.append(
            Form("apply", visit.t("import.apply"), visit.t("import.apply.do"), (version, reason), said, tone="btn-primary", hotkey="a")
        )
    if one.state in ("uploaded", "valid", "invalid"):
        forms.append(Form("check", visit.t("import.check"), visit.t("import.check.do"), (), visit.t("import.check.said"), hotkey="v"))
        forms.append(Form("withdraw", visit.t("import.withdraw"), visit.t("import.withdraw.do"), (), tone="btn-danger"))
    return Panel(title, forms or [Said("", visit.t(f"import.over.{one.state}"))], "acts", width="half")


def _effect(visit: Visit, one: Batch) -> Panel:
    """Give what the file would do, rehearsed row by row, and what was done once it is applied."""
    said, title = one.effect, visit.t("import.effect")
    if not said:
        return Panel(title, [Said("", visit.t("import.unchecked"))], "effect")
    stats = [Stat(visit.t(f"import.{name}"), count(said.get(name, 0))) for name in ("rows", "ok", "repeats", "customers")]
    stats.append(Stat(visit.t("import.errors"), count(said["errors"]), tone="bad" if said["errors"] else "good"))
    stats.append(Stat(visit.t("import.unknown"), count(said["customers_unknown"]), tone="warn" if said["customers_unknown"] else ""))
    applied = said.get("applied", {})
    if applied:
        stats.append(Stat(visit.t("import.applied"), count(applied.get("done", 0)), said=visit.t("import.applied.said", applied)))
    totals = [(text(word(visit, "verb", verb)), money(minor, currency)) for verb, currency, minor in said["totals"]]
    ledger = [(code(account), money(minor, currency)) for account, currency, minor in said["ledger"]]
    parts: list[Part] = [Stats(stats)]
    if totals:
        parts.append(Table(visit.t("import.totals"), heads(visit, "import.verb", "import.total#"), totals, is_dense=True))
    if ledger:
        parts += [Text(visit.t("effect.ledger"), "subhead")]
        parts.append(Table(visit.t("effect.ledger"), heads(visit, "entry.account", "import.total#"), ledger, is_dense=True))
    return Panel(title, parts, "effect")


def _errors(visit: Visit, one: Batch, errors: Sequence[ErrorRow]) -> Panel | None:
    if not errors:
        return None
    codes: Mapping[str, int] = one.effect.get("codes", {})
    rows = [_wrong(visit, error) for error in errors[:ERRORS]]
    often = [(text(_why(visit, name), under=name), count(number)) for name, number in codes.items()]
    parts: list[Part] = [
        Table(visit.t("import.codes"), heads(visit, "import.why", "import.often#"), often, is_dense=True),
        Table(visit.t("import.wrong"), heads(visit, "import.line#", "import.key", "import.why", "import.detail"), rows, is_dense=True),
    ]
    if len(errors) > ERRORS:
        parts.append(Text(visit.t("import.more", {"n": ERRORS, "all": written.count(len(errors))}), "muted"))
    aside = Cell(visit.t("import.error-file"), f"/imports/{one.import_id}/errors.csv")
    return Panel(visit.t("import.wrong"), parts, "errors", aside=aside)


def _wrong(visit: Visit, error: ErrorRow) -> tuple[Cell, ...]:
    """Give a row that cannot be applied; one of no line is about the whole file."""
    line = count(error.line) if error.line else text(visit.t("import.whole-file"))
    return line, code(error.key), text(_why(visit, error.code)), code(error.detail)


def _why(visit: Visit, name: str) -> str:
    return sentence(name, visit.speech) if name in SENTENCES else name.replace("_", " ")


def give_errors(visit: Visit) -> Shown:
    """Give the rows that cannot be applied as a CSV file that no spreadsheet calculates."""
    found = errors_of(visit.house, visit.path["import"])
    if isinstance(found, Refused):
        return Refused("absent")
    return File(f"{visit.path['import']}-errors.csv", "text/csv", b"\xef\xbb\xbf" + error_file(found, visit.speech).encode())


def show_columns(visit: Visit) -> Shown:
    """Show what a file of each verb says: its columns, those that are needed first."""
    own = _verbs(visit)
    asked = visit.query.get("verb", "")
    verb = asked if asked in dict(own) else own[0][0] if own else ""
    choice = Field("verb", visit.t("import.verb"), "choice", verb, own)
    heading = Heading(
        visit.t("import.columns"), visit.t("import.columns.lead"), above=[(visit.t("nav.import"), "/imports")], filters=(choice,),
        ask="ask.columns",
    )  # fmt: skip
    if not verb:
        return board(heading, [Panel("", [Said("", visit.t("import.columns.none"))])])
    parts = sorted(parts_of(verb).values(), key=lambda one: (not one.is_needed,))
    rows = [(code(one.key), text(visit.t(f"word.{'yes' if one.is_needed else 'no'}"))) for one in parts]
    table = Table(visit.t("import.columns"), heads(visit, "import.column", "import.needed"), rows, is_dense=True)
    first_line = Code(",".join(one.key for one in parts))
    return board(heading, [Panel(word(visit, "verb", verb), [table, Text(visit.t("import.header")), first_line])])


def _check(visit: Visit) -> Done:
    """Read and rehearse every row once more, as the book stands now."""
    release(visit.house, visit.path["import"])
    found = validate(visit.house, visit.who, visit.path["import"], visit.door.may)
    return found if isinstance(found, Refused) else Go(f"/imports/{found.import_id}", f"done.import.{found.state}")


def _apply(visit: Visit) -> Done:
    """Apply the file, or put it before others; what is not known is asked about again, and done once by the keys of its rows."""
    allowed, import_id = visit.door.may(visit.who, APPLYING), visit.path["import"]
    if isinstance(allowed, Refused):
        return allowed
    before = found_of(visit.house, import_id)
    if not isinstance(before, Refused) and before.state == "valid" and visit.form.get("version") != str(before.version):
        return Refused("import_changed")
    try:
        found = apply(visit.house, visit.who, import_id, " ".join(visit.form.get("reason", "").split()))
    except StoreTrouble as trouble:
        if trouble.code != UNKNOWN:
            raise
        fields: dict[str, Any] = {name: value for name, value in visit.form.items() if name != "form_token"}
        return Page("unknown.html", {"fields": fields, "command_key": import_id}, 202)
    if isinstance(found, Refused):
        return found
    if isinstance(found, Batch):
        return Go(f"/imports/{import_id}", "done.import.applied")
    return Go(f"/imports/{import_id}", "done.waiting", {"approval": found.approval_id, "n": str(found.checkers)})


def _withdraw(visit: Visit) -> Done:
    """Take the file back."""
    release(visit.house, visit.path["import"])
    found = withdraw(visit.house, visit.who, visit.path["import"])
    return found if isinstance(found, Refused) else Go("/imports", "done.import.withdrawn")


FORMS: Final = {"check": _check, "apply": _apply, "withdraw": _withdraw}
SCREENS: Final = (
    Screen("import", "/imports", PERMISSION, "page.html", show, {"bring": _take}, longest=LONGEST),
    Screen("import-columns", "/imports/columns", PERMISSION, "page.html", show_columns),
    Screen("import-page", "/imports/{import}", PERMISSION, "page.html", show_one, FORMS),
    Screen("import-errors", "/imports/{import}/errors.csv", PERMISSION, "page.html", give_errors),
)
