"""Shocks at employers and in regions: `tests/cases/watch/shocks.yaml`, the regions of addresses, and how rare a count is by chance."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from plimsoll.loan.dossier import Dossier
from plimsoll.loan.filing import Filing
from plimsoll.monitoring.shock import Found, group_name, share_found, share_in_force, shock_policy, tail
from plimsoll.monitoring.tell_shock import TellShock, decide
from plimsoll.protection.region import regions_of
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused
from tests.golden import read_yaml

RULES = load()
CASES = read_yaml(Path(__file__).resolve().parents[1].joinpath("cases", "watch", "shocks.yaml").read_text("utf-8"))
GROUP = group_name("region", "5f1c" * 16)


@pytest.mark.parametrize("case", CASES["found"], ids=lambda case: case["id"])
def test_what_the_house_finds_by_itself(case):
    found = Found(case["people"], case["struck"], case["before"], case["elsewhere"])
    assert share_found(found, shock_policy(RULES, date(2026, 3, 31))) == case.get("share"), case["why"]


@pytest.mark.parametrize("case", CASES["notices"], ids=lambda case: case["id"])
def test_notices_of_one_group(case):
    filings: tuple[Filing, ...] = ()
    for n, told in enumerate(case["told"], 1):
        on, group = date.fromisoformat(told["on"]), told.get("group", GROUP)
        until, counted = date.fromisoformat(told["until"]), (told.get("people", 0), told.get("struck", 0))
        command = TellShock(f"k{n}", group, on, told["event"], Rate.parse(told["share"]), until, told["source"], *counted)
        at = datetime.combine(on, time(12), UTC)
        written = decide(Dossier("shock", group, filings, {}, "li", at), command, RULES)
        if "refused" in told:
            assert isinstance(written, Refused), told
            assert written.code == told["refused"]
            continue
        assert not isinstance(written, Refused), written
        (new,) = written.filings
        filings = (*filings, Filing(n, new.kind, new.subject, on.toordinal(), at, "li", new.body))
    for on, share in case["shares"].items():
        assert share_in_force(filings, date.fromisoformat(on).toordinal()) == share, f"{on}: {case['why']}"


@pytest.mark.parametrize(
    ("address", "regions"),
    [
        ("浙江省杭州市西湖区文三路1号", ("浙江省", "杭州市")),
        ("杭州市西湖区文三路1号", ("杭州市",)),
        ("中国 北京市朝阳区建国路8号", ("北京市",)),
        ("江苏省苏州市昆山市前进路2号", ("江苏省", "苏州市")),
        ("新疆维吾尔自治区伊犁哈萨克自治州伊宁市", ("新疆维吾尔自治区", "伊犁哈萨克自治州")),
        ("内蒙古自治区锡林郭勒盟", ("内蒙古自治区", "锡林郭勒盟")),
        ("海南省五指山路3号", ("海南省",)),
        ("1 Example Road", ()),
        ("", ()),
    ],
)
def test_the_regions_that_an_address_names(address, regions):
    assert regions_of(address) == regions


def test_how_rare_a_count_is():
    """Binomial tails by hand: 1 - 0.95^20 for one or more; all of three is the cube; none or more is sure."""
    assert tail(20, 1, 0.05) == pytest.approx(1 - 0.95**20)
    assert tail(20, 5, 0.05) == pytest.approx(0.002574, abs=1e-6)
    assert tail(3, 3, 0.5) == pytest.approx(0.125)
    assert [tail(3, 0, 0.5), tail(3, 1, 0.0), tail(3, 0, 0.0), tail(3, 3, 1.0)] == [pytest.approx(1), 0, 1, 1]
