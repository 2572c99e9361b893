"""People of the sandbox with a fate: the last four places of their document number say what becomes of an application."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from plimsoll.app.sources.truth import Truth

SUFFIX_LENGTH: Final = 4


class Persona(NamedTuple):
    """What a suffix stands for, and a source that never answers about such a person ("" for none)."""

    name: str
    truth: Truth
    silent: str = ""


_SOLID: Final = Truth(age_years=34, platform_score=780, income_minor=1_500_000, assets_minor=6_000_000, employment_months=60)

PERSONAS: Final[Mapping[str, Persona]] = {
    "0001": Persona("approve", _SOLID),
    "0002": Persona(
        "thin file",
        _SOLID._replace(platform_score=None, proofs=("inflow",), income_minor=600_000, assets_minor=100_000, employment_months=5),
    ),
    "0003": Persona(
        "decline for debts",
        _SOLID._replace(
            platform_score=640,
            income_minor=800_000,
            debt_minor=18_000_000,
            debt_limit_minor=20_000_000,
            debt_monthly_minor=640_000,
            lenders=4,
            assets_minor=50_000,
        ),
    ),
    "0004": Persona("manual review", _SOLID._replace(platform_score=700, lenders=3, lenders_new=3, inquiries=4, is_device_new=True)),
    "0005": Persona(
        "fraud ring",
        _SOLID._replace(device="ring-0005", is_device_new=True, ring_size=15, ring_bad_ppm=428_571, employment_months=1),
    ),
    "0006": Persona("on a watch list", _SOLID._replace(is_on_watch_list=True)),
    "0007": Persona("deceased", _SOLID._replace(is_deceased=True, is_phone_in_use=False)),
    "0008": Persona(
        "hardship",
        _SOLID._replace(
            platform_score=610,
            income_minor=300_000,
            proofs=("inflow",),
            employment_months=0,
            debt_minor=4_000_000,
            debt_limit_minor=4_000_000,
            debt_monthly_minor=260_000,
            overdue_minor=80_000,
            lenders=2,
            delinquencies=2,
            dpd_worst=25,
            payday_gap_days=14,
            assets_minor=5_000,
        ),
    ),
    "0009": Persona("bureau times out", _SOLID, silent="bureau"),
}
"""By suffix; any other person is whoever the truth handed in says."""


def persona_of(document: str) -> Persona | None:
    """Give the persona of a document number, None for everybody else."""
    return PERSONAS.get(document[-SUFFIX_LENGTH:])
