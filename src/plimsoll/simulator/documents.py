"""Names, resident documents, phones and cards of made-up people: valid by every check of form, and nobody's.

The order code of a document (places 15 to 17) is 000 for personas and 996 to 999 for others: the first is not given out, the others
were kept for people above a hundred, and nobody here is as old.
"""

from datetime import date, timedelta
from random import Random
from typing import Final

from stdnum import luhn
from stdnum.cn import ric

from plimsoll.app.sources.persona import SUFFIX_LENGTH
from plimsoll.app.sources.port import Person

REGIONS: Final = ("110101", "310101", "330106", "440106", "510107", "320102", "420106", "350102", "610102", "210102")
"""Districts of large cities, as documents name them."""

ORDERS: Final = ("996", "997", "998", "999")
SURNAMES: Final = tuple("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗")
GIVEN: Final = tuple("伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚华玲英文雪梅建宇")
PHONE_PREFIXES: Final = ("138", "139", "150", "158", "177", "186", "189")
CARD_PREFIXES: Final = ("621700", "622848", "622202", "621661")


def make_person(age_years: int, on: date, chance: Random, suffix: str = "") -> Person:
    """Make up who somebody of an age says to be; with a suffix of four digits, the persona that it stands for."""
    document = make_persona_document(suffix, age_years, on, chance) if suffix else make_document(age_years, on, chance)
    name = chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.randint(1, 2)))
    phone = chance.choice(PHONE_PREFIXES) + f"{chance.randrange(10**8):08d}"
    return Person(name, document, phone, make_card(chance))


def make_document(age_years: int, on: date, chance: Random) -> str:
    """Make up the document number of somebody who is so many years old on a day."""
    return _numbered(chance.choice(REGIONS), _born(age_years, on, chance.randrange(365)), chance.choice(ORDERS))


def make_persona_document(suffix: str, age_years: int, on: date, chance: Random) -> str:
    """Make up a document number that ends in a suffix such as "0003": a birthday is chosen that the last of it is the check digit of.

    One birthday in about eleven fits, so that the age stays right.
    """
    assert len(suffix) == SUFFIX_LENGTH, suffix
    assert suffix.isdigit(), suffix
    region = chance.choice(REGIONS)
    first = chance.randrange(365)
    for step in range(365):
        number = _numbered(region, _born(age_years, on, (first + step) % 365), suffix[:3])
        if number.endswith(suffix):
            return number
    raise AssertionError(f"no birthday gives {suffix}")


def make_card(chance: Random) -> str:
    """Make up a card number of 19 digits that passes the check of Luhn."""
    digits = chance.choice(CARD_PREFIXES) + f"{chance.randrange(10**12):012d}"
    return digits + luhn.calc_check_digit(digits)


def _born(age_years: int, on: date, days: int) -> date:
    """Give a birthday of somebody of an age on a day: that many days (0 to 364) before the last one that fits."""
    last = date(on.year - age_years, on.month, min(on.day, 28))
    return last - timedelta(days=days)


def _numbered(region: str, born_on: date, order: str) -> str:
    digits = f"{region}{born_on:%Y%m%d}{order}"
    return digits + ric.calc_check_digit(digits + "0")
