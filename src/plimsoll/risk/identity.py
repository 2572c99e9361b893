"""Who somebody says to be, checked by its form: resident document number, mobile number, bank card, name.

A number that passes can still be somebody else's; whether it belongs to the applicant, a source of identity tells.
"""

import re
import unicodedata
from datetime import date
from typing import Final, NamedTuple

from stdnum import luhn, numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from plimsoll.units.refusal import Refused

PHONE: Final = re.compile(r"1[3-9][0-9]{9}")
CARD: Final = re.compile(r"[0-9]{12,19}")
NAME_LENGTH_MAX: Final = 50
NAME_MARKS: Final = "·•. '’-"
"""What may stand in a name beside letters: 阿卜杜拉·买买提, Anne-Marie O'Neil."""

_COUNTRY_CODE: Final = re.compile(r"^(\+86|0086)")


class Document(NamedTuple):
    """What a resident document number (GB 11643) says: the birth date, and the region of six digits that issued it."""

    number: str
    born_on: date
    region: str


def read_document(written: str, today: date) -> Document | Refused:
    """Read a resident document number; spaces do not count and x is X.

    Refuses id_malformed, id_checksum_wrong, id_birth_impossible (also in the future), id_region_unknown.
    """
    number = ric.compact(written.replace(" ", ""))
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()) or number[17] not in "0123456789X":
        return Refused("id_malformed")
    try:
        born_on = ric.get_birth_date(number)
    except ValidationError:
        return Refused("id_birth_impossible")
    if born_on > today or born_on.year < today.year - 150:
        return Refused("id_birth_impossible")
    if ric.calc_check_digit(number) != number[17]:
        return Refused("id_checksum_wrong")
    if not _is_region(number[:6]):
        return Refused("id_region_unknown")
    return Document(number, born_on, number[:6])


def _is_region(code: str) -> bool:
    """Tell whether a county ever had this code.

    The library asks whether it had it in the year of birth; but numbers of people born before 1984 were given out later, by the codes
    of that time.
    """
    return any("county" in told for _, told in numdb.get("cn/loc").info(code))


def age_on(born_on: date, day: date) -> int:
    """Give the age in whole years; somebody born on 29 February is a year older on 1 March of other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def province(region: str) -> str:
    """Give the province of a region code, as its two digits: 44 is Guangdong."""
    return region[:2]


def read_phone(written: str) -> str | Refused:
    """Read a mobile number of China, with or without country code, spaces and hyphens; refuses phone_malformed."""
    digits = _COUNTRY_CODE.sub("", re.sub(r"[ \-]", "", written))
    return digits if digits.isascii() and PHONE.fullmatch(digits) else Refused("phone_malformed")


def read_card(written: str) -> str | Refused:
    """Read a bank card number (ISO/IEC 7812, Luhn); refuses card_malformed, card_checksum_wrong."""
    digits = re.sub(r"[ \-]", "", written)
    if not (digits.isascii() and CARD.fullmatch(digits)):
        return Refused("card_malformed")
    return digits if luhn.is_valid(digits) else Refused("card_checksum_wrong")


def read_name(written: str) -> str | Refused:
    """Read a name of letters of any script, composed (NFC) and without double spaces; refuses name_malformed."""
    name = " ".join(unicodedata.normalize("NFC", written).split())
    letters = sum(unicodedata.category(character)[0] == "L" for character in name)
    is_name = all(unicodedata.category(one)[0] in "LM" or one in NAME_MARKS for one in name)
    return name if letters >= 2 and is_name and len(name) <= NAME_LENGTH_MAX else Refused("name_malformed")
