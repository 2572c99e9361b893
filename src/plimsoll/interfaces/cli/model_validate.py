"""`plimsoll model validate`: measure a model on cases that it has not learnt from, and where asked put that on the register."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.modelling import register as model_register
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import REFUSED, Stop
from plimsoll.interfaces.cli.model_options import (
    Approve,
    Bad,
    File,
    Folder,
    Named,
    Split,
    Target,
    area_text,
    checks_text,
    model_named,
    note,
    read_names,
    read_share,
    read_split,
    samples_text,
    write_report,
)
from plimsoll.interfaces.cli.model_register import Actor, Reason, act_of, found, tell
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.risk.measure.policy import model_policy
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

if TYPE_CHECKING:
    from plimsoll.app.modelling.measure import Validated
    from plimsoll.risk.measure.fair import Group
    from plimsoll.risk.measure.validation import Segment

Segments = Annotated[str, typer.Option("--segment", metavar="A,B", help="Columns to show the figures by.")]
Groups = Annotated[str, typer.Option("--fair", metavar="A,B", help="Columns with groups for the fairness table; no features of the model.")]
Rejected = Annotated[
    Path | None, typer.Option("--rejected", metavar="FILE", help="Those turned away, without outcomes: a check by augmentation.")
]
Record = Annotated[bool, typer.Option("--record", help="Put the validation on the register of the book; a draft becomes validated.")]


def validate(
    file: File,
    model: Named,
    target: Target = "",
    bad: Bad = None,
    split: Split = "",
    segment: Segments = "",
    fair: Groups = "",
    approve: Approve = 0.7,
    rejected: Rejected = None,
    out: Folder = None,
    record: Record = False,
    actor: Actor = "",
    reason: Reason = "",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Measure a model on outcomes: AUC, KS, calibration, PSI, gains, segments, groups.

    What the rules ask is shown, met or not. With --record a demand that is missed ends the command with 4 and nothing is passed.
    """
    from plimsoll.app.modelling.document import validation_document
    from plimsoll.app.modelling.measure import Under, Views, validated
    from plimsoll.app.modelling.outcome_file import Asked

    rules, at = load(), now()
    views = Views(read_names(segment), read_names(fair), read_share(approve), rejected)
    with open_store(book_url(db)) if db or record else nullcontext() as store:
        read = model_named(model, store)
        asked = Asked(target, tuple(bad or ()), split=read_split(split))
        measured = validated(read, "", file, asked, views, Under(model_policy(rules, at.date()), rules.digest, at))
        if isinstance(measured, Refused):
            raise Stop(REFUSED, measured.text())
        document = validation_document(measured.about, measured.found, measured.fairness, measured.rejects)
        note(measured.notes)
        if as_json:
            print(json.dumps(document, ensure_ascii=False))
        else:
            print("\n\n".join(_told(measured)))
        if out is not None:
            _write(out, document, measured)
        if record:
            assert store is not None
            answer = model_register.record_validation(store, found(store, read.digest), document, act_of(actor, reason))
            if isinstance(answer, Refused) or not as_json:
                tell(answer, as_json=False)


def _told(measured: "Validated") -> Iterator[str]:
    """Give what the terminal shows, a table each."""
    yield samples_text(measured.found.samples)
    yield checks_text(measured.found.checks)
    if measured.found.segments:
        yield _segments_text(measured.found.segments)
    if measured.fairness:
        yield _groups_text(measured.fairness)
    if measured.rejects:
        rows = [("turned away, times as bad as stated", "bad rate of them", "bad rate of all", "AUC over all")]
        rows += [
            (f"{one.factor:.1f}", f"{100 * one.reject_rate:.2f} %", f"{100 * one.bad_rate:.2f} %", f"{one.auc:.4f}")
            for one in measured.rejects
        ]
        yield aligned(rows)


def _segments_text(segments: "Sequence[Segment]") -> str:
    """Give the figures by segment."""
    rows = [("segment", "cases", "bad", "AUC", "95 % bounds", "KS", "stated", "came true", "95 % bounds")]
    rows += [
        (
            f"{one.column} = {one.value or '(missing)'}",
            f"{one.rows:,}",
            f"{one.bads:,}",
            *area_text(one.auc),
            f"{one.ks:.4f}",
            f"{100 * one.stated:.2f} %",
            f"{100 * one.bad_rate.value:.2f} %",
            f"{100 * one.bad_rate.low:.2f} to {100 * one.bad_rate.high:.2f}",
        )
        for one in segments
    ]
    return aligned(rows)


def _groups_text(fairness: "Mapping[str, Sequence[Group]]") -> str:
    """Give the fairness tables as one."""
    rows = [("group", "cases", "approved", "95 % bounds", "ratio", "95 % bounds", "AUC", "stated", "came true", "verdict")]
    rows += [
        (
            f"{column} = {one.name or '(not said)'}",
            f"{one.cases:,}",
            f"{100 * one.approved.value:.1f} %",
            f"{100 * one.approved.low:.1f} to {100 * one.approved.high:.1f}",
            f"{one.ratio.value:.3f}",
            f"{one.ratio.low:.3f} to {one.ratio.high:.3f}",
            "-" if one.auc is None else f"{one.auc.value:.3f}",
            f"{100 * one.stated:.2f} %",
            f"{100 * one.bad_rate.value:.2f} %",
            one.verdict,
        )
        for column, groups in fairness.items()
        for one in groups
    ]
    return aligned(rows)


def _write(folder: Path, document: dict[str, Any], measured: "Validated") -> None:
    """Write the report, the figures and the pictures."""
    from plimsoll.app.chart import write_picture
    from plimsoll.app.modelling.charts import fairness_picture, validation_pictures
    from plimsoll.app.modelling.page import validation_page

    drawn = validation_pictures(measured.found)
    drawn += tuple(fairness_picture(column, groups) for column, groups in measured.fairness.items())
    write_report(folder, document, validation_page(measured.about, measured.found, measured.fairness, drawn, measured.rejects))
    for one in drawn:
        write_picture(one, folder)
