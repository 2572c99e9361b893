"""The life of a policy table and of a model over HTTP: entered, checked, tried on decisions on record, approved and put in force.

The register keeps duties apart for whoever asks, a person or a machine: who entered a thing may not approve it.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app import policy_tables
from plimsoll.app.governed import Act, Artefact
from plimsoll.app.modelling import register as model_register
from plimsoll.app.modelling.register import KIND as MODEL
from plimsoll.app.show.register import ArtefactPage, artefact_page
from plimsoll.app.try_table import Trial, report_at_hand, trials_of
from plimsoll.interfaces.http.book import RULES
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Count, Day, Name, Text
from plimsoll.interfaces.http.shown import house_in, shape_of, shown
from plimsoll.risk.measure.policy import model_policy
from plimsoll.rulebook.table.lifecycle import KIND as TABLE
from plimsoll.rulebook.underwriting import against, lookup_on
from plimsoll.units.refusal import Refused

EDIT, ACTIVATE, VALIDATE = "policy.edit", "policy.activate", "model.validate"
PART_MAX: Final = 900_000
_Lines = Annotated[str, Field(strict=True), StringConstraints(min_length=1, max_length=PART_MAX)]
_FileName = Annotated[str, Field(strict=True), StringConstraints(max_length=70, pattern=r"^[a-z][a-z0-9_-]{0,60}\.yaml$")]
_Share = Annotated[str, StringConstraints(pattern=r"^[01]\.[0-9]{4}$", max_length=6)]
Handle = Callable[[Asked], Any]


class TableMade(Shape):
    """A table to be entered: its YAML and the CSV of its rows, as text, and why."""

    name: _FileName
    yaml: _Lines
    csv: _Lines
    reason: Text


class StepAsked(Shape):
    """Why a step is taken."""

    reason: Text


class TrialAsked(Shape):
    """The first day of the decisions that a table is tried on; a year back where none is named."""

    since: Day | None = None


class Swap(Shape):
    """How many applications, of how many the outcome is known, and how many of these went bad."""

    rows: Count
    known: Count
    bad: Count


class TrialShown(Shape):
    """How far a trial is, and what it found: shares approved as decimal text, who is let in and kept out, the digest of the report."""

    object: Literal["back_test"] = "back_test"
    table: Name
    since: Day
    through: Day
    status: Literal["running", "done", "failed"]
    read: Count
    failure: Text
    approval_before: _Share | None
    approval_after: _Share | None
    swapped_in: Swap | None
    swapped_out: Swap | None
    report: Annotated[str, StringConstraints(max_length=64)]


class MonthMade(Shape):
    """Those scored lately as CSV, the column with their outcome where it is known, and why it is measured."""

    csv: _Lines
    target: Annotated[str, Field(strict=True), StringConstraints(max_length=60)] = ""
    reason: Text


def register_table(asked: Asked) -> Any:
    """Enter a table as a draft."""
    body, refused = asked.body, house_in(asked, EDIT)
    return refused or _told(asked, TABLE, policy_tables.enter_text(asked.house.store, body.name, body.yaml, body.csv, _act(asked)))


def check_table(asked: Asked) -> Any:
    """Hold a draft against the lint."""
    rules, today = asked.house.rules, asked.house.today()
    lookup = lookup_on(rules, today, rules.lender.licence)
    refused = house_in(asked, EDIT)
    return refused or _told(asked, TABLE, policy_tables.check(asked.house.store, asked.path["artefact"], against(), lookup, _act(asked)))


def begin_trial(asked: Asked) -> Any:
    """Begin to try a table."""
    since = asked.body.since
    found = house_in(asked, EDIT) or trials_of(asked.house).begin(asked.path["artefact"], asked.who.actor, since)
    return found if isinstance(found, Refused) else _trial(found)


def get_trial(asked: Asked) -> Any:
    """Give the last trial of a table."""
    found = house_in(asked, EDIT) or _held(asked, TABLE)
    if isinstance(found, Refused):
        return found
    trial = trials_of(asked.house).of(found.artefact.sha256)
    return Refused("absent") if trial is None else _trial(trial)


def move_table(asked: Asked, verb: str) -> Any:
    """Approve, activate or retire a table."""
    found = house_in(asked, ACTIVATE) or _held(asked, TABLE)
    if isinstance(found, Refused):
        return found
    store, digest, act = asked.house.store, found.artefact.sha256, _act(asked)
    if verb == "retire":
        done = policy_tables.retire(store, digest, act)
    else:
        act = act._replace(evidence=report_at_hand(asked.house, digest))
        is_approval = verb == "approve"
        done = policy_tables.approve(store, digest, act) if is_approval else policy_tables.activate(store, digest, asked.house.today(), act)
    return _told(asked, TABLE, done)


def measure_model(asked: Asked) -> Any:
    """Measure a model on a file and put it on the register."""
    refused = house_in(asked, VALIDATE)
    if refused is not None:
        return refused
    try:
        from plimsoll.app.modelling.measure import Under
        from plimsoll.app.modelling.month import record_month
        from plimsoll.app.modelling.outcome_file import Asked as Outcome
    except ImportError as missing:
        return Refused("extra_missing", "", str(missing))
    house, body = asked.house, asked.body
    under = Under(model_policy(house.rules, house.today()), house.rules.digest, house.now())
    outcome = Outcome(body.target) if body.target else None
    act, content = _act(asked), body.csv.encode()
    return _told(asked, MODEL, record_month(house.store, asked.path["artefact"], content, "month.csv", outcome, under, act))


def move_model(asked: Asked, verb: str) -> Any:
    """Propose, approve, put beside, promote or retire a model."""
    refused = house_in(asked, VALIDATE if verb == "propose" else ACTIVATE)
    held = refused or model_register.model(asked.house.store, asked.path["artefact"])
    if isinstance(held, Refused):
        return held
    store, act = asked.house.store, _act(asked)
    if verb == "propose":
        done = model_register.propose(store, held, None, act)
    elif verb == "promote":
        done = model_register.promote(store, held, model_policy(asked.house.rules, asked.house.today()), act)
    else:
        done = model_register.step(store, held, verb, act)
    return _told(asked, MODEL, done)


def _act(asked: Asked) -> Act:
    return Act(asked.who.actor, asked.house.now(), asked.body.reason)


def _held(asked: Asked, kind: str) -> ArtefactPage | Refused:
    return artefact_page(asked.house.store, kind, asked.path["artefact"])


def _told(asked: Asked, kind: str, done: Artefact | Refused) -> Any:
    """Answer with the thing as it stands now, and let decisions heed it."""
    if isinstance(done, Refused):
        return done
    asked.house.look_again()
    return shown(artefact_page(asked.house.store, kind, done.digest), asked)


def _trial(one: Trial) -> dict[str, Any]:
    """Give a trial as the API shows it."""
    report: dict[str, Any] = one.tried.report if one.tried is not None else {}
    return {
        "table": one.digest,
        "since": one.since,
        "through": one.through,
        "status": one.state,
        "read": one.read,
        "failure": one.refused.code if one.refused is not None else "",
        "approval_before": report.get("approval_before"),
        "approval_after": report.get("approval_after"),
        "swapped_in": _swap(report.get("swapped_in")),
        "swapped_out": _swap(report.get("swapped_out")),
        "report": report.get("digest", ""),
    }


def _swap(said: Any) -> dict[str, Any] | None:
    return None if said is None else {name: said[name] for name in ("rows", "known", "bad")}


def _line(name: str, path: str, permission: str, said: tuple[str, str], handle: Handle, body: type[Shape] = StepAsked) -> Operation:
    """Give an operation that takes a step and answers with the thing as it stands."""
    example = {"reason": "as agreed in the committee of 2026-11-20"} if body is StepAsked else None
    step = Operation(
        name=name, method="POST", path=path, permission=permission, tag=RULES, said=said, answer=shape_of(ArtefactPage), handle=handle,
        body=body, example=example,
    )  # fmt: skip
    return once(step, is_one_change=False)


_ENTERED: Final = {
    "name": "policy.yaml",
    "yaml": "name: policy\ntitle: {zh-CN: 策略, en: policy}\n",
    "csv": "id,dti,verdict,reason\nDTI,> 0.6,refer,DEBT_TO_INCOME\n",
    "reason": "a stricter line for debts",
}
_TABLE_STEPS: Final = {
    "approve": ("Approve a checked table, as another person than who entered it.", "批准已校验的策略表（非登记人）。"),
    "activate": ("Let an approved table decide, on the report of its back-test.", "依据回测报告启用策略表。"),
    "retire": ("Take a table out of use for good; that of the package stands again.", "永久停用策略表，恢复安装包自带表。"),
}
_MODEL_STEPS: Final = {
    "propose": ("Propose the first model of a place, on its own validation.", "提议首个模型启用。"),
    "approve": ("Approve a validated model.", "批准已验证的模型。"),
    "shadow": ("Let an approved model score beside the champion.", "让已批准模型陪跑。"),
    "promote": ("Make a proposed model the champion.", "将提议的模型设为现用模型。"),
    "retire": ("Take a model out of use for good.", "永久停用模型。"),
}


def _moving(move: Callable[[Asked, str], Any], verb: str) -> Handle:
    return lambda asked: move(asked, verb)


_TRIALS: Final = "/policy_tables/{artefact}/backtests"
OPERATIONS: Final[tuple[Operation, ...]] = (
    once(
        Operation(
            name="register_table",
            method="POST",
            path="/policy_tables",
            permission=EDIT,
            tag=RULES,
            said=("Enter a policy table as a draft.", "登记策略表草稿。"),
            answer=shape_of(ArtefactPage),
            handle=register_table,
            body=TableMade,
            status=201,
            example=_ENTERED,
        ),
        is_one_change=False,
    ),
    _line("check_table", "/policy_tables/{artefact}/check", EDIT, ("Check a draft by the lint.", "校验策略表草稿。"), check_table),
    once(
        Operation(
            name="begin_back_test",
            method="POST",
            path=_TRIALS,
            permission=EDIT,
            tag=RULES,
            said=("Begin to try a table on decisions on record.", "以已有决策回测策略表。"),
            answer=TrialShown,
            handle=begin_trial,
            body=TrialAsked,
            status=202,
            example={"since": "2026-01-01"},
        ),
        is_one_change=False,
    ),
    Operation(
        name="get_back_test",
        method="GET",
        path=_TRIALS,
        permission=EDIT,
        tag=RULES,
        said=("How far the trial of a table is, and what it found.", "回测进度与结果。"),
        answer=TrialShown,
        handle=get_trial,
    ),
    *(
        _line(f"{verb}_table", f"/policy_tables/{{artefact}}/{verb}", ACTIVATE, said, _moving(move_table, verb))
        for verb, said in _TABLE_STEPS.items()
    ),
    once(
        Operation(
            name="measure_model",
            method="POST",
            path="/models/{artefact}/measurements",
            permission=VALIDATE,
            tag=RULES,
            said=("Measure a model in use: drift, and strength where outcomes are known.", "监测在用模型的漂移与区分能力。"),
            answer=shape_of(ArtefactPage),
            handle=measure_model,
            body=MonthMade,
            status=201,
            example={"csv": "age,income\n35,9000\n", "reason": "measured for November"},
        ),
        is_one_change=False,
    ),
    *(
        _line(f"{verb}_model", f"/models/{{artefact}}/{verb}", VALIDATE if verb == "propose" else ACTIVATE, said, _moving(move_model, verb))
        for verb, said in _MODEL_STEPS.items()
    ),
)  # fmt: skip
