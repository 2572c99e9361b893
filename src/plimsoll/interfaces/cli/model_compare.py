"""`plimsoll model compare`, `propose`, `monitor`: two models on the same people, and a model in use against its validation."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.modelling import register as model_register
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.model_options import (
    Approve,
    Bad,
    File,
    Folder,
    Split,
    Target,
    checks_text,
    model_named,
    note,
    read_share,
    read_split,
    samples_text,
    write_report,
)
from plimsoll.interfaces.cli.model_register import Actor, Model, Reason, act_of, found, tell
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.risk.measure.policy import model_policy
from plimsoll.risk.score.read import model_of
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

if TYPE_CHECKING:
    from plimsoll.app.modelling.measure import Compared, Under
    from plimsoll.risk.measure.comparison import Comparison
    from plimsoll.risk.measure.monitoring import Monitoring

Champion = Annotated[str, typer.Argument(metavar="A", help="The champion: a model file, or what is on the register by digest or place.")]
Challenger = Annotated[str, typer.Argument(metavar="B", help="The challenger, likewise.")]
Decided = Annotated[str, typer.Option("--decided", metavar="COLUMN", help="The day of each decision; only matured outcomes count.")]
WithOutcomes = Annotated[bool, typer.Option("--outcomes", help="The file has outcomes, in the column of the model's training.")]
MaybeFile = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Matured outcomes; left out where the place has no champion yet.")]


def compare(
    champion: Champion,
    challenger: Challenger,
    file: File,
    target: Target = "",
    bad: Bad = None,
    split: Split = "",
    decided: Decided = "",
    approve: Approve = 0.7,
    out: Folder = None,
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Compare two models on the same people: paired test of DeLong, figures side by side, who would change hands at one approval rate."""
    from plimsoll.app.modelling.measure import compared
    from plimsoll.app.modelling.outcome_file import Asked

    asked = Asked(target, tuple(bad or ()), split=read_split(split), decided=decided)
    with open_store(book_url(db)) if db else nullcontext() as store:
        models = [model_named(named, store) for named in (champion, challenger)]
    measured = compared(models[0], models[1], file, asked, read_share(approve), _under())
    if isinstance(measured, Refused):
        raise Stop(REFUSED, measured.text())
    _tell(measured, out, as_json=as_json)


def propose(
    named: Model,
    file: MaybeFile = None,
    target: Target = "",
    bad: Bad = None,
    split: Split = "",
    decided: Decided = "",
    approve: Approve = 0.7,
    actor: Actor = "",
    reason: Reason = "",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Propose a challenger in the shadow for its place: it is compared with the champion here and now, on matured outcomes.

    The one who proposes holds the duty of checking; another person promotes. A first model needs no file: it rests on its validation.
    """
    from plimsoll.app.modelling.document import comparison_document
    from plimsoll.app.modelling.measure import compared
    from plimsoll.app.modelling.outcome_file import Asked

    with open_store(book_url(db)) as store:
        held = found(store, named)
        champion = model_register.champion_of(store, held.name)
        if champion is None:
            tell(model_register.propose(store, held, None, act_of(actor, reason)), as_json=as_json)
            return
        if file is None or not decided:
            raise Stop(USAGE, f"{held.name} has a champion: name FILE and --decided, to compare with {champion.digest[:12]}")
        asked = Asked(target, tuple(bad or ()), split=read_split(split), decided=decided)
        pair = [model_of(one.body) for one in (champion, held)]
        measured = compared(pair[0], pair[1], file, asked, read_share(approve), _under())
        if isinstance(measured, Refused):
            raise Stop(REFUSED, measured.text())
        if not as_json:
            _tell(measured, None, as_json=False)
        document = comparison_document(measured.about, measured.champion, measured.challenger, measured.found)
        tell(model_register.propose(store, held, document, act_of(actor, reason)), as_json=as_json)


def monitor(
    named: Model,
    file: File,
    outcomes: WithOutcomes = False,
    target: Target = "",
    bad: Bad = None,
    actor: Actor = "",
    reason: Reason = "",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Measure a model in use on those scored lately: PSI against its validation, and AUC where outcomes are. It is put on the register."""
    from plimsoll.app.modelling.month import measure_month
    from plimsoll.app.modelling.outcome_file import Asked

    asked = Asked(target, tuple(bad or ())) if outcomes or target or bad else None
    with open_store(book_url(db)) as store:
        held = found(store, named)
        measured = measure_month(store, held, file, asked, _under())
        if isinstance(measured, Refused):
            raise Stop(REFUSED, measured.text())
        print(json.dumps(measured.document, ensure_ascii=False) if as_json else _month_text(measured.found))
        answer = model_register.record_monitoring(store, held, measured.document, act_of(actor, reason or f"measured on {file.name}"))
        if isinstance(answer, Refused) or not as_json:
            tell(answer, as_json=False)


def _under() -> "Under":
    from plimsoll.app.modelling.measure import Under

    rules, at = load(), now()
    return Under(model_policy(rules, at.date()), rules.digest, at)


def _tell(measured: "Compared", out: Path | None, *, as_json: bool) -> None:
    """Print a comparison, and write it where a folder is named."""
    from plimsoll.app.modelling.document import comparison_document

    document = comparison_document(measured.about, measured.champion, measured.challenger, measured.found)
    note(measured.notes)
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        print(comparison_text(measured.found))
    if out is not None:
        from plimsoll.app.chart import write_picture
        from plimsoll.app.modelling.charts import comparison_pictures
        from plimsoll.app.modelling.page import comparison_page

        drawn = comparison_pictures(measured.found)
        write_report(out, document, comparison_page(measured.about, measured.champion, measured.challenger, measured.found, drawn))
        for one in drawn:
            write_picture(one, out)


def comparison_text(compared: "Comparison") -> str:
    """Give a comparison as tables of text."""
    pair = compared.pair
    swap: list[Sequence[str]] = [("approved by", "cases", "bad", "bad rate")]
    for cell in compared.swap:
        rate = f"{100 * cell.bads / cell.cases:.2f} %" if cell.cases else "-"
        swap.append((cell.approved_by, f"{cell.cases:,}", f"{cell.bads:,}", rate))
    said = (
        f"AUC of the challenger less that of the champion: {pair.difference:+.4f} "
        f"(95 % bounds {pair.low:+.4f} to {pair.high:+.4f}, p {pair.p:.2g}, paired test of DeLong)"
    )
    head = f"each approves the safest {100 * compared.approved:.0f} %:"
    return "\n\n".join([samples_text(compared.samples), said, head + "\n" + aligned(swap), checks_text(compared.checks)])


def _month_text(measured: "Monitoring") -> str:
    said = f"PSI {measured.shift.psi:.4f}: {measured.level}"
    sample = [] if measured.sample is None else [samples_text([measured.sample])]
    return "\n\n".join([said, *sample, checks_text(measured.checks)])
