"""A made-up applicant for tests: everything in order, changed feature by feature; decided by what comes with the package."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from plimsoll.app.kit import standing_kits
from plimsoll.origination.application import Asked
from plimsoll.origination.underwrite import Dossier, Own
from plimsoll.risk.evidence import Item, features_at, values_of
from plimsoll.rulebook.feature import load as load_features
from plimsoll.rulebook.rules import load

ON = date(2026, 12, 1)
AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
RULES = load()
KITS = standing_kits(RULES)
KIT = KITS.on(ON, "cfc")
CATALOGUE = load_features()

CLEAN: Mapping[str, object] = {
    "age_years": 34,
    "id_valid": True,
    "id_matches": True,
    "phone_valid": True,
    "card_matches": True,
    "region_served": True,
    "is_student": False,
    "on_watch_list": False,
    "is_deceased": False,
    "platform_score": 780,
    "bureau_delinquencies_24m": 0,
    "bureau_max_dpd_24m": 0,
    "bureau_current_overdue_minor": 0,
    "bureau_inquiries_30d": 0,
    "bureau_inquiries_90d": 1,
    "bureau_lenders": 1,
    "bureau_new_lenders_30d": 0,
    "bureau_debt_minor": 1_000_000,
    "bureau_limit_minor": 1_200_000,
    "bureau_monthly_due_minor": 80_000,
    "income_monthly_minor": 1_500_000,
    "income_sources": 3,
    "employment_months": 60,
    "assets_minor": 6_000_000,
    "spend_monthly_minor": 400_000,
    "returns_share": "0.03",
    "night_orders_share": "0.03",
    "payday_gap_days": 1,
    "device_shared_people": 0,
    "ring_size": 1,
    "ring_bad_share": "0",
    "is_new_device": False,
}


def told(name: str, value: object, *, days_old: int = 1, source: str = "", kind: str = "", flags: tuple[str, ...] = ()) -> Item:
    """One value as its most trusted source tells it, some days old."""
    from plimsoll.units.rate import Rate

    feature = CATALOGUE.features[name]
    meant = Rate.parse(value) if feature.type == "share" and isinstance(value, str) and not value.startswith("-") else value
    at = AT - timedelta(days=days_old)
    return Item(name, meant, source or feature.sources[0], kind, at, AT - timedelta(minutes=5), 1, flags)


def items(changed: Mapping[str, object] | None = None, more: Iterable[Item] = ()) -> list[Item]:
    """What is on file; a feature that is changed to None was never told."""
    values = {**CLEAN, **(changed or {})}
    return [told(name, value) for name, value in values.items() if value is not None] + list(more)


def applicant(
    changed: Mapping[str, object] | None = None,
    more: Iterable[Item] = (),
    *,
    amount_minor: int = 800_000,
    instalments: int = 12,
    product: str = "cash-line",
    also: str = "",
    withheld: Iterable[str] = (),
    suspended: tuple[str, ...] = (),
    is_demanded: bool = False,
    customer_id: int = 1,
    own: Own | None = None,
) -> Dossier:
    """The applicant with some features otherwise."""
    readings = features_at(items(changed, more), AT, CATALOGUE, KIT.apart, frozenset(withheld))
    return Dossier(
        customer_id=customer_id,
        application_id="A1",
        on=ON.toordinal(),
        asked=Asked(product, "CNY", amount_minor, instalments if product == "cash-line" else 0, "electronics", also),
        version=RULES.product(product, ON),
        also=RULES.product(also, ON) if also else None,
        readings=readings,
        values=values_of(readings),
        suspended=suspended,
        is_demanded=is_demanded,
        own=own or Own(),
    )
