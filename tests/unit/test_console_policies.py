"""Policy tables and models on pages: an edit that becomes a version, back-tested and put in force by two people, and rolled back."""

import json
import re
from itertools import count

import pytest
from starlette.testclient import TestClient

from plimsoll.app.access.principal import Principal
from plimsoll.app.governed import listed, steps
from plimsoll.app.open_door import open_door
from plimsoll.app.policy_draft import draft_of, grid_text
from plimsoll.app.policy_tables import tables_in_use
from plimsoll.app.try_table import trials_of
from plimsoll.interfaces.http.serve import application
from plimsoll.rulebook.table.lifecycle import KIND
from plimsoll.rulebook.underwriting import in_force, standing_tables
from tests import looked
from tests.made_house import hire, made_house

LANGUAGES = ("en", "zh-CN", "xx")
ROLES = {"ris": "risk_analyst", "pia": "product_admin", "val": "model_validator", "fin": "finance"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with made_house(tmp_path_factory.mktemp("house")) as made:
        hire(made, "pia", ("product_admin",))
        hire(made, "val", ("model_validator",))
        yield made


pages, look = looked.pages, looked.look


def token_in(page):
    return re.search(r'name="form_token" value="([^"]+)"', page.text)[1]


def person(name, now):
    """Give somebody who has just shown a second factor."""
    return Principal(name, (ROLES[name],), strong_at=now)


def policy(house):
    """Give the policy table that is in force."""
    held = in_force(tables_in_use(house.store), house.rules, house.today(), house.rules.lender.licence)
    return next(one for one in held if one.name == "policy")


def fields_of(house, digest, change=lambda rows: rows):
    """Give the fields of the form of a table, with its rows changed."""
    names, rows = draft_of(house.store, digest).grid()
    rows = change(rows)
    cells = {f"c.{n}.{place}": row.get(name, "") for n, row in enumerate(rows, 1) for place, name in enumerate(names, 1)}
    header = draft_of(house.store, digest).header
    return cells | {"names": ",".join(names), "rows": str(len(rows)), "header": header}


def stricter(rows):
    return [{name: cell.replace("> 0.7", "> 0.6").replace("(0.55..0.7]", "(0.55..0.6]") for name, cell in row.items()} for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_tables_and_models_show_themselves(look, house, language):
    for one in standing_tables():
        for path in (f"/policies/{one.digest}", f"/policies/{one.digest}/draft"):
            page = look("ris", language).get(f"/console{path}")
            assert page.status_code == 200, f"{path}: {page.status_code}"
            assert page.text.count("<h1") == 1
            assert not re.search(r"\sstyle=|\son[a-z]+=", page.text)
    for path in ("/policies", "/models"):
        assert look("val" if path == "/models" else "ris", language).get(f"/console{path}").status_code == 200
    model = re.search(r'/console(/models/[0-9a-f]{64})"', look("val").get("/console/models").text)[1]
    assert look("val", language).get(f"/console{model}").status_code == 200


def test_who_may_not_edit_is_shown_no_way_and_refused_by_address(look, house):
    digest = policy(house).digest
    page = look("aud").get(f"/console/policies/{digest}")
    assert page.status_code == 200
    assert "/draft" not in page.text
    assert look("aud").get(f"/console/policies/{digest}/draft").status_code == 403
    token = token_in(page)
    sent = look("aud")
    for act in ("check", "approve", "activate", "back", "backtest", "retire"):
        token = token_in(sent.get(f"/console/policies/{digest}"))
        answer = sent.post(f"/console/policies/{digest}", data={"act": act, "reason": "mine", "form_token": token})
        assert answer.status_code in (403, 409), act
        assert "policy." in answer.text


def test_rows_go_down_as_csv_and_come_back_as_a_file(look, house):
    digest = policy(house).digest
    ris = look("ris")
    down = ris.get(f"/console/policies/{digest}/rows.csv")
    assert down.headers["content-type"] == "text/csv; charset=utf-8"
    path = f"/console/policies/{digest}/draft"
    brought = down.text.replace("> 0.7", "> 0.65").replace("(0.55..0.7]", "(0.55..0.65]")
    form = {"act": "look", "header": draft_of(house.store, digest).header, "csv": "", "form_token": token_in(ris.get(path))}
    page = ris.post(path, data=form, files={"file": ("policy.csv", brought, "text/csv")})
    assert page.status_code == 200, page.text
    assert "&gt; 0.65" in page.text
    assert listed(house.store, KIND) == (), "looking writes nothing"
    broken = ris.post(path, data=form, files={"file": ("policy.csv", brought.replace("> 0.65", "> banana"), "text/csv")})
    assert broken.status_code == 409
    assert "banana" in broken.text


def test_the_check_names_the_row_that_is_out_of_reach(look, house):
    digest = policy(house).digest
    ris = look("ris")

    def again(rows):
        return [*rows[:1], {**rows[0], "id": "TWICE"}, *rows[1:]]

    path = f"/console/policies/{digest}/draft"
    form = fields_of(house, digest, again) | {"act": "look", "form_token": token_in(ris.get(path))}
    page = ris.post(path, data=form)
    assert page.status_code == 200
    assert "TWICE" in page.text.partition('id="findings"')[2].partition("</section>")[0]


def test_a_version_is_written_by_one_and_put_in_force_by_another_on_a_back_test(look, house):
    before = policy(house)
    ris, pia = look("ris"), look("pia")
    path = f"/console/policies/{before.digest}/draft"
    form = fields_of(house, before.digest, stricter) | {"act": "register", "form_token": token_in(ris.get(path))}
    assert ris.post(path, data=form).status_code == 409, "a reason is needed"
    entered = ris.post(path, data=form | {"reason": "less debt"})
    assert entered.status_code == 303, entered.text
    one = entered.headers["location"].partition("?")[0]
    digest = one.rpartition("/")[2]

    def act(client, name):
        return client.post(one, data={"act": name, "reason": "as agreed", "form_token": token_in(client.get(one))})

    assert act(ris, "check").status_code == 303
    assert act(ris, "approve").status_code == 409, "not the one who wrote it"
    assert act(ris, "backtest").status_code == 303
    trials_of(house).wait(120)
    seen = ris.get(one).text.partition('id="trial"')[2].partition("</section>")[0]
    assert "Approved by this version" in seen, seen[:500]
    assert act(pia, "approve").status_code == 303
    trials_of(house)._kept.clear()
    assert act(pia, "activate").status_code == 303, "the report went on the register with the approval"
    assert policy(house).digest == digest
    report = json.loads(steps(house.store, digest)[-1].evidence)
    assert report["table"] == digest
    assert report["instead_of"] == before.digest
    assert report["rows"] > 0
    assert act(pia, "back").status_code == 303
    assert policy(house).digest == before.digest, "the one of the package stands again"
    assert [step.actor for step in steps(house.store, digest)] == ["ris", "ris", "pia", "pia", "pia"]


def test_a_table_as_its_cells_is_the_same_table(house):
    for one in standing_tables():
        draft = draft_of(house.store, one.digest)
        names, rows = draft.grid()
        assert draft._replace(rows=grid_text(names, rows)).table().digest == one.digest


def test_the_same_life_over_the_api(house):
    before = policy(house)
    draft = draft_of(house.store, before.digest)
    names, rows = draft.grid()
    api = application(house, open_door(house), recognise=lambda _house, name, _at: person(name, house.now()), is_limited=False)
    client, keys = TestClient(api, "http://desk"), count()

    def asked(name, path, body=None):
        heads = {"Authorization": f"Bearer {name}", **({} if body is None else {"Idempotency-Key": f"k{next(keys)}"})}
        return client.get(f"/v1{path}", headers=heads) if body is None else client.post(f"/v1{path}", json=body, headers=heads)

    changed = grid_text(
        names, [{name: cell.replace("> 0.7", "> 0.68").replace("..0.7]", "..0.68]") for name, cell in row.items()} for row in rows]
    )
    made = {"name": "policy.yaml", "yaml": draft.header, "csv": changed, "reason": "less debt"}
    assert asked("fin", "/policy_tables", made).status_code == 403
    entered = asked("ris", "/policy_tables", made)
    assert entered.status_code == 201, entered.text
    one = f"/policy_tables/{entered.json()['artefact']['sha256']}"
    why = {"reason": "as agreed"}
    assert asked("ris", f"{one}/check", why).json()["artefact"]["state"] == "checked"
    assert asked("ris", f"{one}/backtests", {"since": "2025-01-01"}).status_code == 202
    trials_of(house).wait(120)
    tried = asked("ris", f"{one}/backtests").json()
    assert (tried["status"], len(tried["report"])) == ("done", 64)
    assert asked("ris", f"{one}/approve", why).status_code == 403
    assert asked("pia", f"{one}/approve", why).json()["artefact"]["state"] == "approved"
    assert asked("pia", f"{one}/activate", why).json()["artefact"]["state"] == "active"
    assert policy(house).digest == entered.json()["artefact"]["sha256"]
    assert asked("pia", f"{one}/retire", why).json()["artefact"]["state"] == "retired"
    assert asked("val", "/models/0000000000/measurements", {"csv": "a\n1\n", "reason": "monthly"}).status_code == 404
    assert asked("ris", "/models/0000000000/measurements", {"csv": "a\n1\n", "reason": "monthly"}).status_code == 403
