"""A made-up house opens: everybody signs in with what is told, queues live, an approval waits for another person, and it is made once."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pyotp
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from typer.testing import CliRunner

from plimsoll.app.access.session import Begin, begin
from plimsoll.app.access.sign_in import show_one_time, sign_in
from plimsoll.app.approve.inbox import approval_of
from plimsoll.app.database.opening import open_store
from plimsoll.app.file import work
from plimsoll.app.house import House
from plimsoll.app.keyring import read_keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.vault import Vault
from plimsoll.app.verify import verify
from plimsoll.interfaces.cli.demo import Plan
from plimsoll.interfaces.cli.exits import Stop
from plimsoll.interfaces.cli.world import app, make_way
from plimsoll.interfaces.console.serve import console
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.staff import PASSWORD
from plimsoll.simulator.town import MONTHLY, Span
from plimsoll.units.refusal import Refused

ASKED = ["--borrowers", "80", "--months", "5", "--from", "2026-05-01", "--bad-month", "2", "--no-serve"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small house, made once."""
    made = tmp_path_factory.mktemp("world") / "w"
    told = CliRunner().invoke(app, ["open", "--folder", str(made), *ASKED])
    assert told.exit_code == 0, told.output
    assert PASSWORD in told.output
    return made


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "world.json").read_text("utf-8")))


def test_everybody_signs_in_with_what_is_told(folder: Path, told: dict[str, list[dict[str, str]]]) -> None:
    now = datetime.now(UTC)
    with open_store(f"sqlite:///{folder / 'book.db'}") as store:
        vault = Vault(store, read_keyring(folder / "keys" / "vault.json"))
        with House(store, lawful_rules(), vault, now=lambda: now) as house:
            for one in [login for login in told["logins"] if login["role"] in ("collector", "finance", "bidder")]:
                begun = sign_in(house, one["user_id"], PASSWORD)
                assert not isinstance(begun, Refused), begun
                assert bool(begun.waits_for) == bool(one["seed"])
                if one["seed"]:
                    # The code of the enrolment itself is used up: the next one counts.
                    later = int(now.timestamp()) + 30
                    shown = show_one_time(house, begun.token, pyotp.TOTP(one["seed"]).at(later))
                    assert not isinstance(shown, Refused), shown


def test_there_is_work_on_the_desks(folder: Path, told: dict[str, str]) -> None:
    with open_store(f"sqlite:///{folder / 'book.db'}") as store:
        assert verify(store).is_proved
        assert len(work(store, "review", "open")) >= 4
        with House(store, lawful_rules()) as house:
            found = approval_of(house, told["approval"])
            assert not isinstance(found, Refused), found
            assert found.state == "pending"
            assert found.maker == "underwriter-2"
    assert told["tried"] == {"hook_unreachable": 1}
    assert dict(told["agency"]).get("agency") == "north"


def test_what_went_to_the_bureau_stands_in_a_file_and_on_the_customers_page(folder: Path, told: dict[str, dict[str, str]]) -> None:
    lines = Path(told["bureau"]["file"]).read_text("utf-8").splitlines()
    assert len(lines) == int(told["bureau"]["records"]) + 1 > 10
    assert "requests for help" in (folder / "month.html").read_text("utf-8")
    customer = lines[-1].split(",")[1].partition("-")[0]
    with open_store(f"sqlite:///{folder / 'book.db'}") as store, House(store, lawful_rules()) as house:
        with store.changing() as connection:
            token = begin(connection, house, Begin("compliance", now=house.now(), strong_at=house.now())).token
        client = TestClient(Starlette(routes=[Mount("/console", console(house, open_door(house)))]), "http://desk")
        client.cookies.set("plimsoll", token)
        page = client.get(f"/console/customers/{customer}")
    assert "已报送记录" in page.text


def test_it_is_made_once(folder: Path) -> None:
    before = (folder / "book.db").stat().st_mtime_ns
    again = CliRunner().invoke(app, ["open", "--folder", str(folder), *ASKED])
    assert again.exit_code == 0, again.output
    assert (folder / "book.db").stat().st_mtime_ns == before


def test_its_secrets_are_its_owners(folder: Path) -> None:
    for path in (folder / "world.json", folder / "keys" / "vault.json", folder / "keys" / "audit.json"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_code_is_told_to_who_asks(folder: Path) -> None:
    told = CliRunner().invoke(app, ["code", "collector", "--folder", str(folder)])
    assert told.exit_code == 0
    assert len(told.output.strip()) == 6
    assert CliRunner().invoke(app, ["code", "nobody", "--folder", str(folder)]).exit_code != 0


def test_only_a_made_up_house_is_made_anew(folder: Path, tmp_path: Path) -> None:
    for name in ("ours", "half", "other"):
        shutil.copytree(folder, tmp_path / name)
    (tmp_path / "half" / "world.json").write_text("{}\n", "utf-8")
    (tmp_path / "other" / "world.json").unlink()
    for name in ("ours", "half"):
        make_way(plan_of(tmp_path / name))
        assert not (tmp_path / name / "book.db").exists()
        make_way(plan_of(tmp_path / name))
    with pytest.raises(Stop, match="holds a book that the demo did not make"):
        make_way(plan_of(tmp_path / "other"))
    assert (tmp_path / "other" / "book.db").exists()


def plan_of(folder: Path) -> Plan:
    return Plan(f"sqlite:///{folder / 'book.db'}", folder, 80, Span(5, date(2026, 5, 1), 1), 1, MONTHLY)
