"""The book of the house as the API shows it: ledger, closes, rules in force, products, the register, figures of the tape, search."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access.principal import EVERYBODY
from plimsoll.app.access.relation import Sight
from plimsoll.app.modelling.register import KIND as MODEL
from plimsoll.app.show.ledger import (
    ClosePage,
    CloseRow,
    ParkedRow,
    Posted,
    TrialBalance,
    accrual_on,
    close_page,
    closes,
    parked_loans,
    trial_balances,
)
from plimsoll.app.show.portfolio import LateTable, NplShare, Rolls, Vintages, late_tables, npl_share, rolls, vintages
from plimsoll.app.show.register import ArtefactPage, ArtefactRow, artefact_page, artefact_rows
from plimsoll.app.show.rulebook import ProductRow, RuleRow, product_page, product_rows, rule_page, rule_rows
from plimsoll.app.show.search import REASON, Found, search
from plimsoll.app.vault import Act
from plimsoll.interfaces.http.operation import Asked, Operation, PageOf, Shape
from plimsoll.interfaces.http.shape import Day, Text
from plimsoll.interfaces.http.shown import after_in, cursor_of, house_in, listed, page_of, shape_of, shown, today_of, told
from plimsoll.rulebook.table.lifecycle import KIND as TABLE
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Malformed, Refused

LEDGER, RULES, PORTFOLIO = "Ledger", "Rulebook", "Portfolio"
_Word = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._-]*$")]
_Flag = Annotated[bool, Field()]


class On(Shape):
    """Of which day: the business date where none is named."""

    on: Day | None = None


class RulesAsked(On):
    """And for which kind of lender: every kind that a rule tells apart, where none is named."""

    licence: _Word = ""


class BalanceAsked(Shape):
    """As posted by which day: by now where none is named."""

    as_of: Day | None = None


class RegisterAsked(Shape):
    """Of which place, and in which state."""

    name: _Word = ""
    state: _Word = ""


class FiguresAsked(Shape):
    """By which dimension, in which currency, of loans or of amounts."""

    by: _Word = ""
    currency: Annotated[str, StringConstraints(max_length=3, pattern=r"^([A-Z]{3})?$")] = ""
    amount: _Flag = False


class VintagesAsked(FiguresAsked):
    """And which measure, gathered by which span."""

    measure: Literal["ever-30", "ever-60", "ever-90", "lost"] = "ever-30"
    every: Literal["month", "quarter", "half", "year"] = "month"


class Sought(Shape):
    """A number, or a typed prefix and what follows. What is a person's is asked for in the body, so that no log of addresses holds it."""

    text: Annotated[Text, Field(min_length=1, max_length=64)]
    reason: Annotated[Text, Field(max_length=200)] = REASON


def _on(asked: Asked) -> Any:
    query = asked.query
    return (query.on if query is not None else None) or today_of(asked)


def list_trial_balances(asked: Asked) -> Any:
    """Give the trial balance of each currency."""
    refused = house_in(asked, "ledger.read")
    found = refused or trial_balances(asked.house.store, asked.query.as_of if asked.query else None)
    return found if isinstance(found, Refused) else listed(found)


def list_closes(asked: Asked) -> Any:
    """Give closes, the latest first."""
    refused = house_in(asked, "close.read")
    if refused is not None:
        return refused
    after, query = after_in(asked, "closes", 1), asked.query or PageOf()
    page = closes(asked.house.store, parse_date(str(after[0])) if after else None, query.limit)
    return listed(page.rows, cursor_of(asked, "closes", page.next_before.isoformat()) if page.next_before else "")


def _day_of_path(asked: Asked) -> Any:
    try:
        return parse_date(asked.path["day"])
    except Malformed:
        return Refused("absent")


def get_close(asked: Asked) -> Any:
    """Give the close of one day."""
    on = house_in(asked, "close.read") or _day_of_path(asked)
    return on if isinstance(on, Refused) else shown(close_page(asked.house.store, on), asked)


def list_accruals(asked: Asked) -> Any:
    """Give what stood accrued on a day beside the entries."""
    on = house_in(asked, "ledger.read") or _day_of_path(asked)
    return on if isinstance(on, Refused) else listed(accrual_on(asked.house.store, on))


def list_parked(asked: Asked) -> Any:
    """Give loans that are parked."""
    refused = house_in(asked, "close.read")
    if refused is not None:
        return refused
    after, query = after_in(asked, "parked", 2), asked.query or PageOf()
    page = parked_loans(asked.house.store, (int(after[0]), int(after[1])) if after else (0, 0), query.limit)
    return listed(page.rows, cursor_of(asked, "parked", *page.next_after) if page.next_after else "")


def list_rules(asked: Asked) -> Any:
    """Give every rule on a day. Raises Malformed licence_unknown."""
    refused = house_in(asked, "rule.read")
    return refused or listed(rule_rows(asked.house.rules, _on(asked), asked.query.licence if asked.query else ""))


def get_rule(asked: Asked) -> Any:
    """Give one rule on a day, for every kind of lender that it tells apart."""
    found = house_in(asked, "rule.read") or rule_page(asked.house.rules, asked.path["rule"].upper(), _on(asked))
    return shown(found, asked) if isinstance(found, Refused) else listed(found)


def list_products(asked: Asked) -> Any:
    """Give the products that are offered on a day."""
    return house_in(asked, "product.read") or listed(product_rows(asked.house.rules, _on(asked)))


def get_product(asked: Asked) -> Any:
    """Give one product on a day."""
    refused = house_in(asked, "product.read")
    return refused or shown(product_page(asked.house.rules, asked.path["product"], _on(asked)), asked)


def _register(kind: str, permission: str) -> tuple[Any, Any]:
    def rows(asked: Asked) -> Any:
        query = asked.query or RegisterAsked()
        return house_in(asked, permission) or listed(artefact_rows(asked.house.store, kind, query.name, query.state))

    def one(asked: Asked) -> Any:
        return house_in(asked, permission) or shown(artefact_page(asked.house.store, kind, asked.path["artefact"]), asked)

    return rows, one


def list_late(asked: Asked) -> Any:
    """Give who is late, from the tape."""
    found = house_in(asked, "portfolio.read") or late_tables(asked.house.store, asked.query.on if asked.query else None)
    return found if isinstance(found, Refused) else listed(found)


def get_vintages(asked: Asked) -> Any:
    """Give vintage curves, from the tape."""
    query: VintagesAsked = asked.query or VintagesAsked()
    found = house_in(asked, "portfolio.read") or vintages(
        asked.house.store, query.measure, query.every, query.by, query.currency, by_amount=query.amount
    )
    return found if isinstance(found, Refused) else told(found)


def get_rolls(asked: Asked) -> Any:
    """Give roll and cure rates, from the tape."""
    query: FiguresAsked = asked.query or FiguresAsked()
    found = house_in(asked, "portfolio.read") or rolls(asked.house.store, query.by, query.currency, by_amount=query.amount)
    return found if isinstance(found, Refused) else told(found)


def get_npl(asked: Asked) -> Any:
    """Give the bad share month by month, from the tape."""
    query: FiguresAsked = asked.query or FiguresAsked()
    found = house_in(asked, "portfolio.read") or npl_share(asked.house.store, query.by, query.currency)
    return found if isinstance(found, Refused) else told(found)


def ask_search(asked: Asked) -> Any:
    """Give what a number or a typed prefix finds, as far as one may see it."""
    house, body = asked.house, asked.body

    def may(permission: str) -> Sight | None:
        relation = asked.door.may(asked.who, permission, EVERYBODY)
        if isinstance(relation, Refused):
            return None
        sight: Sight = asked.door.sight(asked.who, permission)
        return sight

    act = Act(asked.who.actor, house.now(), body.reason)
    found = search(house.store, body.text, may, house.vault, act)
    return found if isinstance(found, Refused) else told(found)


def _line(name: str, path: str, permission: str, tag: str, said: tuple[str, str], answer: Any, handle: Any, query: Any = None) -> Operation:
    more = {} if query is None else {"query": query}
    return Operation(name=name, method="GET", path=path, permission=permission, tag=tag, said=said, answer=answer, handle=handle, **more)


_MODELS: Final = _register(MODEL, "model.read")
_TABLES: Final = _register(TABLE, "rule.read")
_LEDGER_LINES: Final = (
    _line(
        "list_trial_balances",
        "/trial_balances",
        "ledger.read",
        LEDGER,
        ("The trial balance of each currency.", "各币种试算平衡表。"),
        page_of(TrialBalance),
        list_trial_balances,
        BalanceAsked,
    ),
    _line("list_closes", "/closes", "close.read", LEDGER, ("Closes of days.", "日终批次。"), page_of(CloseRow), list_closes, PageOf),
    _line(
        "get_close",
        "/closes/{day}",
        "close.read",
        LEDGER,
        ("The close of a day: progress, what it posted, control totals.", "某日日终：进度、入账与总分核对。"),
        shape_of(ClosePage),
        get_close,
    ),
    _line(
        "list_accruals",
        "/closes/{day}/accruals",
        "ledger.read",
        LEDGER,
        ("What stood accrued on a day beside the entries.", "某日分录之外的应计金额。"),
        page_of(Posted),
        list_accruals,
    ),
    _line(
        "list_parked",
        "/parked_loans",
        "close.read",
        LEDGER,
        ("Loans that are parked.", "挂起的贷款。"),
        page_of(ParkedRow),
        list_parked,
        PageOf,
    ),
)
_RULE_LINES: Final = (
    _line(
        "list_rules",
        "/rules",
        "rule.read",
        RULES,
        ("Rules in force on a day.", "某日生效的规则。"),
        page_of(RuleRow),
        list_rules,
        RulesAsked,
    ),
    _line(
        "get_rule",
        "/rules/{rule}",
        "rule.read",
        RULES,
        ("One rule: value, source, what comes next.", "单条规则：值、来源与后续。"),
        page_of(RuleRow),
        get_rule,
        On,
    ),
    _line(
        "list_products", "/products", "product.read", RULES, ("Products on offer.", "在售产品。"), page_of(ProductRow), list_products, On
    ),
    _line(
        "get_product", "/products/{product}", "product.read", RULES, ("One product.", "单个产品。"), shape_of(ProductRow), get_product, On
    ),
    _line(
        "list_models",
        "/models",
        "model.read",
        RULES,
        ("Models on the register.", "模型登记簿。"),
        page_of(ArtefactRow),
        _MODELS[0],
        RegisterAsked,
    ),
    _line(
        "get_model",
        "/models/{artefact}",
        "model.read",
        RULES,
        ("One model with its card and steps.", "单个模型的卡片与生命周期。"),
        shape_of(ArtefactPage),
        _MODELS[1],
    ),
    _line(
        "list_tables",
        "/policy_tables",
        "rule.read",
        RULES,
        ("Policy tables on the register.", "决策表登记簿。"),
        page_of(ArtefactRow),
        _TABLES[0],
        RegisterAsked,
    ),
    _line(
        "get_table",
        "/policy_tables/{artefact}",
        "rule.read",
        RULES,
        ("One policy table with its text and steps.", "单张决策表的内容与生命周期。"),
        shape_of(ArtefactPage),
        _TABLES[1],
    ),
)
_FIGURE_LINES: Final = (
    _line("list_late", "/portfolio/late", "portfolio.read", PORTFOLIO, ("Who is late.", "逾期分布。"), page_of(LateTable), list_late, On),
    _line(
        "get_vintages",
        "/portfolio/vintages",
        "portfolio.read",
        PORTFOLIO,
        ("Vintage curves.", "账龄曲线。"),
        shape_of(Vintages),
        get_vintages,
        VintagesAsked,
    ),
    _line(
        "get_rolls", "/portfolio/rolls", "portfolio.read", PORTFOLIO, ("Roll rates.", "迁徙率。"), shape_of(Rolls), get_rolls, FiguresAsked
    ),
    _line(
        "get_npl",
        "/portfolio/npl",
        "portfolio.read",
        PORTFOLIO,
        ("The bad share by month.", "各月不良率。"),
        shape_of(NplShare),
        get_npl,
        FiguresAsked,
    ),
)
OPERATIONS: Final[tuple[Operation, ...]] = (
    *_LEDGER_LINES,
    *_RULE_LINES,
    *_FIGURE_LINES,
    Operation(
        name="search",
        method="POST",
        path="/search",
        permission="",
        tag="Platform",
        said=("Find by a number or a typed prefix, as far as one may see.", "按编号或前缀检索，仅限有权查看的内容。"),
        answer=shape_of(Found),
        handle=ask_search,
        body=Sought,
        shows_personal=True,
        example={"text": "loan:17-3"},
    ),
)
