"""The region that an address names: its city, and its province where it says it, as people in it would be told of a flood."""

import re
from typing import Final

_PROVINCE: Final = r"(?P<province>(?:北京|上海|天津|重庆)市|[^\W\d_]{2,7}?(?:省|自治区|特别行政区))?"
_CITY: Final = r"(?P<city>[^\W\d_]{2,12}?(?:市|自治州|地区|盟))?"
_ADDRESS: Final = re.compile(rf"(?:中国)?{_PROVINCE}{_CITY}")


def regions_of(address: str) -> tuple[str, ...]:
    """Give the regions that a Chinese address names, the widest first: 浙江省 and 杭州市; () where it names none.

    A municipality is one region, 北京市, whatever district follows. No street and no district is told.
    """
    found = _ADDRESS.match("".join(address.split()))
    assert found is not None, "every part may be absent"
    province, city = found["province"], found["city"]
    if province is not None and province.endswith("市"):
        return (province,)
    return tuple(name for name in (province, city) if name is not None)
