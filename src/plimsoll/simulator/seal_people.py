"""Who the people of a town say to be, sealed in the vault: made-up names, documents, phones and cards, the same for a seed."""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import Final

from plimsoll.app.vault import Act, Vault
from plimsoll.protection.mask import ADDRESS, CARD, EMPLOYER, ID_NUMBER, NAME, PHONE
from plimsoll.simulator.documents import make_person
from plimsoll.units.refusal import Refused

AGES: Final = (21, 58)
TOGETHER: Final = 500
"""People in one transaction."""
PLACES: Final = {
    "1101": "北京市东城区",
    "3101": "上海市黄浦区",
    "3301": "浙江省杭州市西湖区",
    "4401": "广东省广州市天河区",
    "5101": "四川省成都市武侯区",
    "3201": "江苏省南京市玄武区",
    "4201": "湖北省武汉市武昌区",
    "3501": "福建省福州市鼓楼区",
    "6101": "陕西省西安市新城区",
    "2101": "辽宁省沈阳市和平区",
}
"""Where somebody lives, by the first digits of the document."""
EMPLOYERS: Final = ("东风织造厂", "江畔物流", "明湖医院", "青山电器", "启明学校", "和顺餐饮", "云帆软件", "宏达建筑", "绿洲超市")
EMPLOYED: Final = 0.7


def seal_people(vault: Vault, customer_ids: Sequence[int], on: date, seed: int, act: Act, step: Callable[[str, int], None]) -> int:
    """Put who they are into the vault, and give how many. Who is known there stays as they are, and nobody who was erased comes back."""
    count = 0
    for first in range(0, len(customer_ids), TOGETHER):
        some = customer_ids[first : first + TOGETHER]
        sealed = vault.put_first({one: who_is(one, on, seed) for one in some}, act)
        assert not isinstance(sealed, Refused), sealed
        count += sealed
        step(f"customer {some[-1]}", len(some))
    return count


def who_is(customer_id: int, on: date, seed: int) -> dict[str, str]:
    """Give who somebody says to be, by field of the vault."""
    chance = Random(f"{seed}:who:{customer_id}")  # noqa: S311 -- people are made up, nothing is secret
    person = make_person(chance.randint(*AGES), on, chance)
    values = {NAME: person.name, ID_NUMBER: person.document, PHONE: person.phone, CARD: person.card}
    values[ADDRESS] = f"{PLACES[person.document[:4]]}{chance.randint(1, 200)}号"
    return values | ({EMPLOYER: chance.choice(EMPLOYERS)} if chance.random() < EMPLOYED else {})
