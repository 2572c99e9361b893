"""Exports over HTTP: rows taken out of the house as one CSV file, above a number of rows once another person agreed to that file."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access.relation import Sight
from plimsoll.app.export_rows import KINDS, ROWS_MAX, Export, Wanted, fetch, find, make
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Day, Instant, Name, Text, Whole
from plimsoll.interfaces.http.shown import house_in, sight_in, today_of
from plimsoll.units.refusal import Refused

TAG: Final = "Exports"
PERMISSION: Final = "export.make"
_Kind: Any = Literal[tuple(KINDS)]
_Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]


class NewExport(Shape):
    """What is taken out (the journal of a day, or the list of customers as it stands), of which day, and why."""

    kind: _Kind
    on: Day | None = None
    reason: Annotated[Text, Field(min_length=4, max_length=500)]


class ExportShown(Shape):
    """A file that was taken out. `until` is when it is emptied; what is on record of it stays."""

    object: Literal["export"] = "export"
    id: Name
    status: Literal["waiting", "ready", "over"]
    kind: _Kind
    on: Day
    reason: Text
    rows: Whole
    sha256: _Sha
    approval: Annotated[str, Field(max_length=100)]
    made_by: Name
    made_at: Instant
    until: Instant


class ExportFile(Shape):
    """The file itself: CSV that no spreadsheet calculates, amounts in minor units."""

    object: Literal["export_file"] = "export_file"
    id: Name
    file_name: Name
    rows: Annotated[int, Field(ge=0, le=ROWS_MAX)]
    sha256: _Sha
    csv: Annotated[str, StringConstraints(max_length=100_000_000)]


def make_export(asked: Asked) -> Any:
    """Write a file, and give it or what it waits for."""
    body: NewExport = asked.body
    refused = house_in(asked, PERMISSION)
    sight = refused or _sight(asked, KINDS[body.kind].permission)
    if isinstance(sight, Refused):
        return sight
    on: date = body.on or today_of(asked)
    found = make(asked.house, asked.who, Wanted(body.kind, on, sight, body.reason, asked.key, asked.fingerprint.hex()))
    return _told(found) if isinstance(found, Export) else found


def get_export(asked: Asked) -> Any:
    """Give one file that one made."""
    found = house_in(asked, PERMISSION) or find(asked.house, asked.who, asked.path["export"])
    return found if isinstance(found, Refused) else _told(found)


def get_export_file(asked: Asked) -> Any:
    """Give the file itself; each time goes on record."""
    found = house_in(asked, PERMISSION) or fetch(asked.house, asked.who, asked.path["export"])
    if isinstance(found, Refused):
        return found
    one, content = found
    name = f"{one.kind}-{one.on}.csv"
    return {"id": one.export_id, "file_name": name, "rows": one.rows_count, "sha256": one.sha256, "csv": content}


def _sight(asked: Asked, permission: str) -> Sight | Refused:
    """Give whom somebody sees; what is the house's own is asked for as such."""
    if permission == "customer.read":
        return sight_in(asked, permission)
    return house_in(asked, permission) or Sight(is_everybody=True)


def _told(one: Export) -> dict[str, Any]:
    return {
        "id": one.export_id,
        "status": one.state,
        "kind": one.kind,
        "on": one.on,
        "reason": one.reason,
        "rows": one.rows_count,
        "sha256": one.sha256,
        "approval": one.approval_id,
        "made_by": one.made_by,
        "made_at": one.made_at,
        "until": one.until,
    }


OPERATIONS: Final[tuple[Operation, ...]] = (
    once(
        Operation(
            name="make_export",
            method="POST",
            path="/exports",
            permission=PERMISSION,
            tag=TAG,
            said=("Take rows out as a file; many of them once another person agreed.", "批量导出为文件；行数较多时须经复核。"),
            answer=ExportShown,
            handle=make_export,
            body=NewExport,
            status=201,
            four_eyes="POLICY.APPROVAL.EXPORT.ROWS",
            example={"kind": "journal", "on": "2026-11-30", "reason": "posted to the general ledger of the group"},
        ),
        is_one_change=False,
    ),
    Operation(
        name="get_export",
        method="GET",
        path="/exports/{export}",
        permission=PERMISSION,
        tag=TAG,
        said=("One export that one made, and where it stands.", "本人的一份导出及其状态。"),
        answer=ExportShown,
        handle=get_export,
    ),
    Operation(
        name="get_export_file",
        method="GET",
        path="/exports/{export}/file",
        permission=PERMISSION,
        tag=TAG,
        said=("The file of an export; each time it is fetched goes on record.", "导出文件本身；每次取用均留痕。"),
        answer=ExportFile,
        handle=get_export_file,
        errors=(409,),
    ),
)
