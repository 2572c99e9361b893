"""The record of audit: who did what and who looked, signed checkpoints of its chain, and a proof for each record."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access.principal import Target
from plimsoll.app.chain.checkpoint import latest_notes
from plimsoll.app.chain.key import configured_keys
from plimsoll.app.chain.prove import prove
from plimsoll.app.chain.seal import seal
from plimsoll.app.chain.show import LATEST, Entry, entries_after, timeline
from plimsoll.interfaces.http.ids import customer_text, read_customer
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import LIMIT_MAX, Asked, Operation, Shape
from plimsoll.interfaces.http.shape import WHOLE_MAX, Flag, Instant
from plimsoll.interfaces.http.shown import house_in
from plimsoll.units.refusal import Malformed, Refused

TAG: Final = "Audit"
PERMISSION: Final = "audit.read"
PATH_MAX: Final = 20
HEADERS_MAX: Final = 100_000
_Seq = Annotated[int, Field(ge=0, le=WHOLE_MAX)]
_Said = Annotated[str, StringConstraints(max_length=500)]
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]
_CustomerOrNone = Annotated[str, StringConstraints(pattern=r"^(cus_[1-9][0-9]{0,17})?$", max_length=30)]
_Source = Literal[
    "audit", "filing", "loan", "journal", "dossier_command", "dossier_filing", "artefact_step", "vault_access", "access_event", "close_run"
]


class RecordsAsked(Shape):
    """The chain after a record; or, with a customer, what was done to them and who looked, the newest before an instant."""

    customer: _CustomerOrNone = ""
    after: _Seq = 0
    before: Instant | None = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 50


class RecordShown(Shape):
    """One record: who, what, about what. `seq` is its number in the chain, 0 where it was asked for by customer."""

    object: Literal["audit_event"] = "audit_event"
    seq: _Seq
    source: _Source
    at: Instant
    actor: _Said
    what: _Said
    about: _Said
    customer: _CustomerOrNone
    n: _Seq
    reason: Annotated[str, StringConstraints(max_length=2_000)]


class RecordList(Shape):
    """Some records."""

    data: Annotated[list[RecordShown], Field(max_length=LIMIT_MAX)]


class CheckpointShown(Shape):
    """A signed text that says where the chain stood: keep it, and nobody can rewrite or cut the chain unseen."""

    object: Literal["audit_checkpoint"] = "audit_checkpoint"
    block: _Seq
    records: _Seq
    head: _Hash
    time: Instant
    note: Annotated[str, StringConstraints(max_length=2_000)]


class CheckpointList(Shape):
    """The newest first."""

    data: Annotated[list[CheckpointShown], Field(max_length=LIMIT_MAX)]


class CheckpointsAsked(Shape):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 50


class HeaderShown(Shape):
    """What the head of a block closes over."""

    block: _Seq
    sealed_at: _Said
    first_seq: _Seq
    records: _Seq
    root: _Hash
    before: _Hash
    last: _Hash
    head: _Hash


class ProofShown(Shape):
    """What proves one record without the book: its text, its path in the tree of its block, headers up to a checkpoint, the checkpoint."""

    format: Literal["plimsoll audit proof 1"]
    origin: _Said
    seq: _Seq
    record: Annotated[str, StringConstraints(max_length=100_000)]
    path: Annotated[list[_Hash], Field(max_length=PATH_MAX)]
    headers: Annotated[list[HeaderShown], Field(max_length=HEADERS_MAX)]
    checkpoint: Annotated[str, StringConstraints(max_length=2_000)]


class SealShown(Shape):
    """What one go sealed, where the chain ends now, and whether a checkpoint of it is signed."""

    object: Literal["audit_seal"] = "audit_seal"
    blocks: _Seq
    records: _Seq
    block: _Seq
    seq: _Seq
    head: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$", max_length=64)]
    is_signed: Flag


def list_audit_events(asked: Asked) -> dict[str, Any] | Refused:
    """Give records of the chain, or of one customer; a look at a customer's is put on record itself."""
    query: RecordsAsked = asked.query or RecordsAsked()
    if not query.customer:
        refused = house_in(asked, PERMISSION)
        if refused is not None:
            return refused
        return {"data": [_record(entry) for entry in entries_after(asked.house.store, query.after, query.limit)]}
    customer_id = read_customer(query.customer)
    relation = asked.door.may(asked.who, PERMISSION, Target(customer_id))
    if isinstance(relation, Refused):
        return relation
    asked.door.saw(asked.who, "audit events", (customer_id,))
    before = LATEST if query.before is None else f"{query.before:%Y-%m-%dT%H:%M:%S.%fZ}"
    return {"data": [_record(entry) for entry in timeline(asked.house.store, customer_id, query.limit, before)]}


def list_audit_checkpoints(asked: Asked) -> dict[str, Any] | Refused:
    """Give checkpoints, the newest first."""
    refused = house_in(asked, PERMISSION)
    if refused is not None:
        return refused
    query: CheckpointsAsked = asked.query or CheckpointsAsked()
    notes = latest_notes(asked.house.store, query.limit)
    shown = [{"block": one.block_n, "records": one.records, "head": one.head, "time": one.at, "note": one.text()} for one in notes]
    return {"data": shown}


def get_audit_proof(asked: Asked) -> dict[str, Any] | Refused:
    """Give the proof of one record."""
    refused = house_in(asked, PERMISSION)
    if refused is not None:
        return refused
    seq = asked.path["seq"]
    if not (seq.isascii() and seq.isdigit() and len(seq) <= len(str(WHOLE_MAX)) and int(seq) <= WHOLE_MAX):
        raise Malformed("absent", "", remedy="A record is named by its number.")
    proof = prove(asked.house.store, int(seq))
    return Refused("absent") if isinstance(proof, Refused) else proof


def seal_audit(asked: Asked) -> dict[str, Any] | Refused:
    """Seal what no block holds yet; a server does so by itself every few seconds, and this waits for nothing."""
    refused = house_in(asked, "audit.seal")
    if refused is not None:
        return refused
    keys = configured_keys()
    done = seal(asked.house.store, keys, asked.house.now())
    said = {"blocks": done.blocks, "records": done.records, "block": done.block_n, "seq": done.seq, "head": done.head}
    return {**said, "is_signed": keys is not None and done.block_n > 0}


def _record(entry: Entry) -> dict[str, Any]:
    said = entry._asdict()
    customer_id = said.pop("customer_id")
    return said | {"customer": customer_text(customer_id) if customer_id else ""}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_audit_events",
        method="GET",
        path="/audit_events",
        permission=PERMISSION,
        tag=TAG,
        said=("Who did what, and who looked: the chain, or one customer.", "谁做了什么、谁查看过：全链或单个客户。"),
        answer=RecordList,
        handle=list_audit_events,
        query=RecordsAsked,
        shows_personal=True,
    ),
    Operation(
        name="list_audit_checkpoints",
        method="GET",
        path="/audit_checkpoints",
        permission=PERMISSION,
        tag=TAG,
        said=("Signed checkpoints of the audit chain, to be kept outside.", "审计链的签名检查点，供外部留存。"),
        answer=CheckpointList,
        handle=list_audit_checkpoints,
        query=CheckpointsAsked,
    ),
    Operation(
        name="get_audit_proof",
        method="GET",
        path="/audit_events/{seq}/proof",
        permission=PERMISSION,
        tag=TAG,
        said=("A proof of one record that is checked without the house.", "单条记录的证明，可脱离本系统验证。"),
        answer=ProofShown,
        handle=get_audit_proof,
    ),
    once(
        Operation(
            name="seal_audit",
            method="POST",
            path="/audit_seals",
            permission="audit.seal",
            tag=TAG,
            said=("Seal what is on record by now, and sign where the chain stands.", "立即封存审计记录并签署检查点。"),
            answer=SealShown,
            handle=seal_audit,
            status=201,
        ),
        is_one_change=False,
    ),
)
