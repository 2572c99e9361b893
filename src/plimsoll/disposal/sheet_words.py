"""A statistics sheet in words: the fields of the registry's notice in its order, in Chinese and English, and as plain values for JSON."""

from collections.abc import Mapping
from typing import Final

from plimsoll.disposal.listed import CLASSES, GUARANTEES, LITIGATION
from plimsoll.disposal.sheet import PARTS, Share, Sheet
from plimsoll.units.money import text_of
from plimsoll.units.refusal import LANGUAGES

FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "cut_off": ("交易基准日", "cut-off date"),
    "principal": ("未偿本金总额", "unpaid principal"),
    "interest": ("未偿利息总额", "unpaid interest"),
    "total": ("未偿本息总额", "unpaid principal and interest"),
    "fees": ("其他费用", "other fees"),
    "loans": ("资产笔数", "loans"),
    "borrowers": ("借款人户数", "borrowers"),
    "weighted_days_past_due": ("加权平均逾期天数", "weighted average days past due"),
    "weighted_age": ("借款人加权平均年龄", "weighted average age of borrowers"),
    "largest_borrower": ("单一借款人最高未偿本息余额", "largest principal and interest of one borrower"),
    "mean_borrower": ("借款人平均未偿本息余额", "average principal and interest of a borrower"),
    "weighted_limit": ("借款人加权平均授信额度", "weighted average limit of borrowers"),
    "five_class": ("五级分类情况", "five-class"),
    "written_off": ("核销情况", "written off"),
    "guarantee": ("担保情况", "guarantee"),
    "litigation": ("诉讼情况", "litigation"),
    "notes": ("备注", "notes"),
}
"""The fields of a notice, in its order."""

NOTES: Final = {
    "weights": ("加权平均以未偿本息为权重。", "Averages are weighted by unpaid principal and interest."),
    "days": (
        "逾期天数自最早一期未还的应还日次日起算，至交易基准日（含）。",
        "Days past due count from the day after the oldest unpaid due day to the cut-off date, that day included.",
    ),
    "rounding": ("平均数四舍五入，仅在最后取整一次。", "Averages are rounded half-up, once, at the end."),
}
MISSING: Final = ("{count} 笔未提供 {column}，相应项目不列示。", "{count} loans do not tell {column}, so the field is left out.")
NOT_TOLD: Final = ("未提供", "not told")
CLASS_WORDS: Final = {name: (chinese, name.replace("_", " ")) for name, chinese in CLASSES.items()}
GUARANTEE_WORDS: Final = {name: (chinese, name) for name, chinese in GUARANTEES.items()}
LITIGATION_WORDS: Final = {name: (chinese, name.replace("_", " ")) for name, chinese in LITIGATION.items()}


def said_of(sheet: Sheet) -> dict[str, object]:
    """Give a sheet as plain values for JSON: amounts and averages as decimal text, days as ISO; null where a list does not tell it."""
    amount = {
        "principal": sheet.principal_minor, "interest": sheet.interest_minor, "total": sheet.total_minor, "fees": sheet.fees_minor,
    }  # fmt: skip
    return {
        "cut_off": sheet.cut_off.isoformat(),
        "currency": sheet.currency,
        **{name: text_of(minor, sheet.currency) for name, minor in amount.items()},
        "loans": sheet.loans,
        "borrowers": sheet.borrowers,
        "weighted_days_past_due": hundredths(sheet.days_hundredths),
        "weighted_age": None if sheet.age_hundredths is None else hundredths(sheet.age_hundredths),
        "largest_borrower": text_of(sheet.largest_minor, sheet.currency),
        "mean_borrower": text_of(sheet.mean_minor, sheet.currency),
        "weighted_limit": None if sheet.limit_minor is None else text_of(sheet.limit_minor, sheet.currency),
        "five_class": _counts(sheet, sheet.classes),
        "written_off": None if "written_off" in sheet.missing else _share(sheet, sheet.written_off),
        "guarantee": _counts(sheet, sheet.guarantees),
        "litigation": _counts(sheet, sheet.litigation),
        "regions": _counts(sheet, sheet.regions),
        "contactable": None if sheet.contactable is None else _share(sheet, sheet.contactable),
        "out_of_limitation": None if sheet.out_of_limitation is None else _share(sheet, sheet.out_of_limitation),
        "quantiles": {
            name: {f"p{part}": _quantile(sheet, name, number) for part, number in zip(PARTS, numbers, strict=True)}
            for name, numbers in sheet.quantiles.items()
        },
        "missing": dict(sheet.missing),
        "notes": notes_of(sheet, "en"),
    }


def rows_of(sheet: Sheet, language: str) -> list[tuple[str, str]]:
    """Give the fields of the notice with their values as people read them."""
    at = LANGUAGES.index(language)
    said = said_of(sheet)
    missing = NOT_TOLD[at]
    values: dict[str, str] = {name: str(said[name]) if said.get(name) is not None else missing for name in FIELDS if name in said}
    values["five_class"] = _listed(sheet.classes, CLASS_WORDS, at) or missing
    values["guarantee"] = _listed(sheet.guarantees, GUARANTEE_WORDS, at) or missing
    values["litigation"] = _listed(sheet.litigation, LITIGATION_WORDS, at) or missing
    values["written_off"] = missing if "written_off" in sheet.missing else str(sheet.written_off.loans)
    values["notes"] = " ".join(notes_of(sheet, language))
    return [(FIELDS[name][at], values[name]) for name in FIELDS]


def notes_of(sheet: Sheet, language: str) -> list[str]:
    """Give the notes of a sheet: how its averages weigh, where days begin, and what the list does not tell."""
    at = LANGUAGES.index(language)
    told = [MISSING[at].format(count=count, column=column) for column, count in sheet.missing.items()]
    return [*(words[at] for words in NOTES.values()), *told]


def hundredths(number: int) -> str:
    """Write hundredths as decimal text: 18998 is "189.98"."""
    return f"{number // 100}.{number % 100:02d}"


def _counts(sheet: Sheet, shares: Mapping[str, Share]) -> dict[str, object]:
    return {name: _share(sheet, share) for name, share in shares.items()}


def _share(sheet: Sheet, share: Share) -> dict[str, object]:
    return {"loans": share.loans, "total": text_of(share.weight_minor, sheet.currency)}


def _quantile(sheet: Sheet, name: str, number: int) -> object:
    return text_of(number, sheet.currency) if name == "balance" else number


def _listed(shares: Mapping[str, Share], words: Mapping[str, tuple[str, str]], at: int) -> str:
    return (" ", ", ")[at].join(f"{words[name][at]} {share.loans}" for name, share in shares.items())
