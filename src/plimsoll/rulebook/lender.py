"""Who lends: the name on every disclosure and contract, and where a borrower can complain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from plimsoll.rulebook.read import Field
from plimsoll.rulebook.rule import read_title

FIELDS: Final = ("name", "licence", "licence_number", "address", "phone", "site", "funders")


@dataclass(frozen=True, slots=True)
class Lender:
    """The lender as borrowers are told of it: names, address and funders by language, the licence it lends under."""

    name: Mapping[str, str]
    licence: str
    licence_number: str
    address: Mapping[str, str]
    phone: str
    site: str
    funders: tuple[Mapping[str, str], ...]


def read_lender(field: Field) -> Lender:
    """Read the file of the lender. Raises Malformed with file, line and key."""
    found = field.fields(("lender",))["lender"].fields(FIELDS)
    return Lender(
        name=read_title(found["name"]),
        licence=found["licence"].text(),
        licence_number=found["licence_number"].text(),
        address=read_title(found["address"]),
        phone=found["phone"].text(),
        site=found["site"].text(),
        funders=tuple(read_title(funder) for funder in found["funders"].each()),
    )
