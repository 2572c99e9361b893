"""Applications and decisions as the API shows them: where they stand, why it was decided so, and what another wish would come to."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from plimsoll.app.access.principal import Relation, Target
from plimsoll.app.kit import kits_of
from plimsoll.app.show.application import ApplicationPage, application, applications
from plimsoll.app.show.decision import DecisionShown, ExplanationShown, WhatIf, decision, explanation, what_if
from plimsoll.interfaces.http.ids import read_customer
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shown import listed, page_of, shape_of, shown, today_of
from plimsoll.units.money import MINOR_MAX
from plimsoll.units.refusal import Refused

TAG: Final = "Applications"
PATH: Final = "/customers/{customer}/applications"
_Amount = Annotated[int, Field(strict=True, ge=1, le=MINOR_MAX)]


class Otherwise(Shape):
    """What is asked otherwise than on the application; amounts in minor units of its currency. What is left out stays as it was."""

    amount: _Amount | None = None
    instalments: Annotated[int, Field(strict=True, ge=1, le=600)] | None = None
    monthly_income: Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)] | None = None
    versions: Literal["then", "now"] = "then"
    """By the models and tables of the decision, or those in use now."""


def _who(asked: Asked, permission: str) -> tuple[int, bool] | Refused:
    """Give the customer of the path, and whether it is the borrower who asks."""
    customer_id = read_customer(asked.path["customer"])
    relation = asked.door.may(asked.who, permission, Target(customer_id))
    return relation if isinstance(relation, Refused) else (customer_id, relation is Relation.OWN)


def list_applications(asked: Asked) -> Any:
    """Give the applications of a customer."""
    found = _who(asked, "application.read")
    if isinstance(found, Refused):
        return found
    rows = applications(asked.house.store, found[0], today_of(asked).toordinal())
    return listed(row.for_borrower() if found[1] else row for row in rows)


def get_application(asked: Asked) -> Any:
    """Give one application."""
    found = _who(asked, "application.read")
    if isinstance(found, Refused):
        return found
    page = application(asked.house.store, found[0], asked.path["application"], today_of(asked).toordinal())
    return shown(page.for_borrower() if found[1] and not isinstance(page, Refused) else page, asked, found[0])


def get_explanation(asked: Asked) -> Any:
    """Give what the applicant is told of the last decision."""
    found = _who(asked, "application.read")
    if isinstance(found, Refused):
        return found
    return shown(explanation(asked.house.store, found[0], asked.path["application"], asked.house.rules), asked, found[0])


def get_decision(asked: Asked) -> Any:
    """Give the last decision as the house looks at it; that it was looked at is on record."""
    found = _who(asked, "decision.read")
    if isinstance(found, Refused):
        return found
    told = decision(asked.house.store, found[0], asked.path["application"], asked.house.rules)
    return shown(told, asked, found[0], what="decision")


def ask_what_if(asked: Asked) -> Any:
    """Give what another amount, term or income would come to; nothing is written."""
    found = _who(asked, "decision.read")
    if isinstance(found, Refused):
        return found
    house, body = asked.house, asked.body
    told = what_if(
        house.store,
        found[0],
        asked.path["application"],
        house.rules,
        amount_minor=body.amount or 0,
        instalments=body.instalments or 0,
        income_minor=body.monthly_income,
        kits=kits_of(house.store, house.rules) if body.versions == "now" else None,
        today=today_of(asked),
    )
    return shown(told, asked, found[0], what="decision")


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_applications",
        method="GET",
        path=PATH,
        permission="application.read",
        tag=TAG,
        said=("Applications of a customer, and where each stands.", "客户的申请及其状态。"),
        answer=page_of(ApplicationPage),
        handle=list_applications,
        expands={"decision": "get_decision", "explanation": "get_explanation"},
    ),
    Operation(
        name="get_application",
        method="GET",
        path=PATH + "/{application}",
        permission="application.read",
        tag=TAG,
        said=("One application as it stands.", "单件申请的当前情况。"),
        answer=shape_of(ApplicationPage),
        handle=get_application,
        expands={"customer": "get_customer", "decision": "get_decision", "explanation": "get_explanation"},
    ),
    Operation(
        name="get_explanation",
        method="GET",
        path=PATH + "/{application}/explanation",
        permission="application.read",
        tag=TAG,
        said=("Why it was decided so, as the applicant is told.", "告知申请人的决定理由。"),
        answer=shape_of(ExplanationShown),
        handle=get_explanation,
    ),
    Operation(
        name="get_decision",
        method="GET",
        path=PATH + "/{application}/decision",
        permission="decision.read",
        tag=TAG,
        said=("The last decision with score, load line, price, and its replay.", "最近一次决定：评分、负债能力线、定价与重放校验。"),
        answer=shape_of(DecisionShown),
        handle=get_decision,
        shows_personal=True,
    ),
    Operation(
        name="preview_decision",
        method="POST",
        path=PATH + "/{application}/what_if",
        permission="decision.read",
        tag=TAG,
        said=("What another amount, term or income would come to; writes nothing.", "若金额、期数或收入改变会如何；不写入任何内容。"),
        answer=shape_of(WhatIf),
        handle=ask_what_if,
        body=Otherwise,
        shows_personal=True,
        example={"amount": 600_000, "instalments": 12},
    ),
)
