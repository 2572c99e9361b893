"""Files of commands over HTTP: uploaded in parts, checked with their effect, applied when others agreed, with an error for every row."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.imports.apply import apply, error_file, release
from plimsoll.app.imports.batch import Batch, Upload, append, batches, errors_of, found_of, upload, validate, withdraw
from plimsoll.app.imports.bounds import SIZE_MAX
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, PageOf, Shape
from plimsoll.interfaces.http.shape import Change, Count, Currency, Flag, Instant, Minor, Name, Text
from plimsoll.interfaces.http.shown import after_in, cursor_of, house_in, listed
from plimsoll.units.money import MINOR_MAX
from plimsoll.units.refusal import Malformed, Refused

TAG: Final = "Imports"
PERMISSION: Final = "import.make"
PART_MAX: Final = 900_000
"""Characters of base64 in one request: what a body has room for."""
LIST_MAX: Final = 10_000
_Content = Annotated[str, StringConstraints(max_length=PART_MAX, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
_Verb = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z_]*$")]
_Offset = Annotated[int, Field(strict=True, ge=0, le=SIZE_MAX)]
Handle = Callable[[Asked], Any]
_State = Literal["uploaded", "valid", "invalid", "waiting", "applied", "withdrawn"]


class ControlTotal(Shape):
    """What the sender says the amounts in a currency add up to."""

    amount: Minor
    currency: Currency


class NewImport(Shape):
    """A file, or the first part of one. `command` is the verb of all rows, "" where each says its own."""

    name: Name
    content: _Content
    command: _Verb = ""
    all_or_none: Flag = False
    rows: Count | None = None
    totals: Annotated[list[ControlTotal], Field(max_length=50)] | None = None


class NextPart(Shape):
    """The next part of a file: where it begins, counted in bytes, and what it says in base64."""

    offset: _Offset
    content: _Content


class Nothing(Shape):
    """A body without fields."""


class ApplyImport(Shape):
    """That a checked file is to be applied, and why."""

    reason: Annotated[Text, StringConstraints(max_length=500)] = ""


class VerbTotal(Shape):
    """What the rows of a verb add up to."""

    command: Name
    total: Change


class AccountTotal(Shape):
    """What an account of the ledger would change by."""

    account: Name
    total: Change


class Counted(Shape):
    """How often something came."""

    name: Name
    count: Count


class EffectShown(Shape):
    """What a file would do: counted by rehearsing every row without a write; and what was applied, once it is."""

    rows: Count
    ok: Count
    errors: Count
    repeats: Count
    customers: Count
    customers_unknown: Count
    commands: Annotated[list[Counted], Field(max_length=LIST_MAX)]
    totals: Annotated[list[VerbTotal], Field(max_length=LIST_MAX)]
    ledger: Annotated[list[AccountTotal], Field(max_length=LIST_MAX)]
    codes: Annotated[list[Counted], Field(max_length=LIST_MAX)]
    applied: Count
    applied_before: Count


class ImportShown(Shape):
    """A file on its way into the book."""

    object: Literal["import"] = "import"
    id: Name
    status: _State
    command: _Verb
    name: Name
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)]
    made_by: Text
    made_at: Instant
    all_or_none: Flag
    approval: Text
    applied_at: Instant | None
    version: Count
    effect: EffectShown


class ImportList(Shape):
    """Some files."""

    data: Annotated[list[ImportShown], Field(max_length=200)]
    next_cursor: Annotated[str, Field(max_length=600)]


class RowError(Shape):
    """One row that cannot be applied: its line, counted from 1, its key, the code and what is said of it."""

    line: Count
    key: Annotated[str, StringConstraints(max_length=200)]
    code: Name
    detail: Annotated[str, StringConstraints(max_length=10_000)]


class RowErrors(Shape):
    """The rows of a file that cannot be applied, and the same as a CSV file that no spreadsheet calculates."""

    data: Annotated[list[RowError], Field(max_length=20_000)]
    file_name: Name
    csv: Annotated[str, StringConstraints(max_length=100_000_000)]


class ImportsAsked(PageOf):
    """Which files."""

    status: Literal["", "uploaded", "valid", "invalid", "waiting", "applied", "withdrawn"] = ""


def make_import(asked: Asked) -> dict[str, Any] | Refused:
    """Keep a file, or its first part."""
    refused = house_in(asked, PERMISSION)
    if refused is not None:
        return refused
    body: NewImport = asked.body
    totals = None if body.totals is None else {one.currency: one.amount for one in body.totals}
    rows = -1 if body.rows is None else body.rows
    sent = Upload(body.name, _bytes(body.content), body.command, body.all_or_none, rows, totals, asked.key, asked.fingerprint.hex())
    return _told(upload(asked.house, asked.who, sent))


def add_part(asked: Asked) -> dict[str, Any] | Refused:
    """Add the next part of a file."""
    refused = house_in(asked, PERMISSION)
    return refused or _told(append(asked.house, asked.who, asked.path["import"], asked.body.offset, _bytes(asked.body.content)))


def validate_import(asked: Asked) -> dict[str, Any] | Refused:
    """Read every row and rehearse it."""
    refused = house_in(asked, PERMISSION)
    if refused is None:
        release(asked.house, asked.path["import"])
    return refused or _told(validate(asked.house, asked.who, asked.path["import"], asked.door.may))


def apply_import(asked: Asked) -> Any:
    """Apply a checked file, or put it before others."""
    refused = house_in(asked, "import.apply")
    if refused is not None:
        return refused
    found = apply(asked.house, asked.who, asked.path["import"], asked.body.reason)
    return _told(found) if isinstance(found, Batch | Refused) else found


def withdraw_import(asked: Asked) -> dict[str, Any] | Refused:
    """Take a file back."""
    refused = house_in(asked, PERMISSION)
    if refused is None:
        release(asked.house, asked.path["import"])
    return refused or _told(withdraw(asked.house, asked.who, asked.path["import"]))


def get_import(asked: Asked) -> dict[str, Any] | Refused:
    """Give one file with its effect."""
    refused = house_in(asked, PERMISSION)
    return refused or _told(found_of(asked.house, asked.path["import"]))


def list_imports(asked: Asked) -> dict[str, Any] | Refused:
    """Give some files."""
    refused = house_in(asked, PERMISSION)
    if refused is not None:
        return refused
    query: ImportsAsked = asked.query or ImportsAsked()
    after = after_in(asked, "imports", 1)
    found = batches(asked.house, state=query.status, after=str(after[0]) if after else "", limit=query.limit)
    return listed(found, cursor_of(asked, "imports", found[-1].import_id) if len(found) == query.limit else "", shown_of)


def get_import_errors(asked: Asked) -> dict[str, Any] | Refused:
    """Give the rows that cannot be applied."""
    refused = house_in(asked, PERMISSION)
    if refused is not None:
        return refused
    found = errors_of(asked.house, asked.path["import"])
    if isinstance(found, Refused):
        return found
    rows = [one._asdict() for one in found]
    return {"data": rows, "file_name": f"{asked.path['import']}-errors.csv", "csv": error_file(found, asked.language)}


def _bytes(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("import_content_malformed", key="content") from None


def _told(found: Batch | Refused) -> dict[str, Any] | Refused:
    return found if isinstance(found, Refused) else shown_of(found)


def shown_of(found: Batch) -> dict[str, Any]:
    """Give a file as the API shows it."""
    said = found.effect
    applied = said.get("applied", {})
    numbers = {name: said.get(name, 0) for name in ("rows", "ok", "errors", "repeats", "customers", "customers_unknown")}
    return {
        "id": found.import_id,
        "status": found.state,
        "command": found.kind,
        "name": found.name,
        "sha256": found.sha256,
        "made_by": found.made_by,
        "made_at": found.made_at,
        "all_or_none": found.is_whole,
        "approval": found.approval_id,
        "applied_at": found.applied_at,
        "version": found.version,
        "effect": {
            **numbers,
            "commands": [{"name": name, "count": count} for name, count in said.get("verbs", {}).items()],
            "totals": [{"command": verb, "total": _money(minor, currency)} for verb, currency, minor in said.get("totals", ())],
            "ledger": [{"account": code, "total": _money(minor, currency)} for code, currency, minor in said.get("ledger", ())],
            "codes": [{"name": name, "count": count} for name, count in said.get("codes", {}).items()],
            "applied": applied.get("done", 0),
            "applied_before": applied.get("repeated", 0),
        },
    }


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"amount": max(min(minor, MINOR_MAX), -MINOR_MAX), "currency": currency}


EXAMPLES: Final[Mapping[type[Shape], Mapping[str, Any]]] = {
    NewImport: {"name": "bank.csv", "command": "repay", "content": "a2V5LGN1c3RvbWVyX2lkLG9uCg==", "all_or_none": False},
    NextPart: {"offset": 22, "content": "cjEsNDEsMjAyNi0wMy0wMgo="},
    ApplyImport: {"reason": "the bank's file of 2 March"},
    Nothing: {},
}


def _change(name: str, path: str, said: tuple[str, str], body: type[Shape], handle: Handle) -> Operation:
    return Operation(
        name=name,
        method="POST",
        path=path,
        permission=PERMISSION,
        tag=TAG,
        said=said,
        answer=ImportShown,
        handle=handle,
        body=body,
        example=EXAMPLES[body],
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    # To check and to apply a file are many changes, and a part is as large as a request may be: each recognises by itself what it did.
    once(
        _change(
            "make_import",
            "/imports",
            ("Upload a file of commands, or its first part.", "上传批量文件或其第一部分。"),
            NewImport,
            make_import,
        ),
        is_one_change=False,
    ),
    once(
        _change("add_import_part", "/imports/{import}/parts", ("Add the next part of a file.", "续传批量文件。"), NextPart, add_part),
        is_one_change=False,
    ),
    once(
        _change(
            "validate_import",
            "/imports/{import}/validate",
            ("Read and rehearse every row: errors and effect, nothing changed.", "逐行校验并预演：错误与影响，不做任何更改。"),
            Nothing,
            validate_import,
        ),
        is_one_change=False,
    ),
    once(
        replace(
            _change(
                "apply_import",
                "/imports/{import}/apply",
                ("Apply a checked file, once others agreed.", "经复核后执行批量文件。"),
                ApplyImport,
                apply_import,
            ),
            permission="import.apply",
            four_eyes="POLICY.APPROVAL.ALWAYS",
        ),
        is_one_change=False,
    ),
    once(_change("withdraw_import", "/imports/{import}/withdraw", ("Take a file back.", "撤回批量文件。"), Nothing, withdraw_import)),
    Operation(
        name="list_imports",
        method="GET",
        path="/imports",
        permission=PERMISSION,
        tag=TAG,
        said=("Files of commands, and where each stands.", "批量文件列表。"),
        answer=ImportList,
        handle=list_imports,
        query=ImportsAsked,
    ),
    Operation(
        name="get_import",
        method="GET",
        path="/imports/{import}",
        permission=PERMISSION,
        tag=TAG,
        said=("One file with its effect.", "单个批量文件及其影响。"),
        answer=ImportShown,
        handle=get_import,
    ),
    Operation(
        name="get_import_errors",
        method="GET",
        path="/imports/{import}/errors",
        permission=PERMISSION,
        tag=TAG,
        said=("The rows that cannot be applied, also as a CSV file.", "无法执行的行，亦可取 CSV 文件。"),
        answer=RowErrors,
        handle=get_import_errors,
    ),
)
