"""The table of operations and the file made from it: every verb can be reached, every example fits, and the file is clean."""

import json
from datetime import date

import pytest
from pydantic import ValidationError

from plimsoll.app.access.permission import Permission
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.interfaces.http import operations
from plimsoll.interfaces.http.example import example_in
from plimsoll.interfaces.http.openapi import JSON, lint, openapi
from plimsoll.interfaces.http.reference import reference
from plimsoll.interfaces.http.routes import Routes
from plimsoll.interfaces.http.statuses import STATUS
from plimsoll.interfaces.http.verb_paths import PLACES
from plimsoll.interfaces.http.verb_shape import form_of, read_form
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.sentences import SENTENCES

DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def file():
    return openapi(lawful_rules(), DAY)


def test_every_verb_of_the_house_can_be_asked():
    names = operations.by_name()
    assert set(ALL_COMMANDS) == set(PLACES)
    missing = [name for name in ALL_COMMANDS if name not in names]
    assert not missing, missing
    assert all(names[name].is_idempotent and names[name].method == "POST" for name in ALL_COMMANDS)


def test_every_operation_names_a_permission_of_the_list_or_is_open_to_whoever_signs_in():
    wrong = [one.name for one in operations.ALL if one.permission and one.permission not in set(Permission)]
    assert not wrong, wrong


@pytest.mark.parametrize("one", [one for one in operations.ALL if one.body is not None], ids=lambda one: one.name)
def test_an_example_fits_its_shape_and_a_field_too_many_does_not(one):
    example = example_in(one)
    read = one.body.model_validate(json.loads(json.dumps(example)))
    with pytest.raises(ValidationError):
        one.body.model_validate({**example, "is_admin": True})
    if one.name in ALL_COMMANDS:
        ids = {"customer": "cus_17", "loan": "loan_17_3"}
        form = form_of(one.name, ALL_COMMANDS[one.name], one.path, makes_loan=False)
        path = {name: ids.get(name, "north") for name in (*form.path, *(["loan"] if "{loan}" in one.path else []))}
        values = read_form(form, path, read, "key", DAY)
        if "loan_id" in ALL_COMMANDS[one.name].__slots__:
            values.setdefault("loan_id", 1)
        assert ALL_COMMANDS[one.name](**values).key == "key"


def test_the_file_is_clean(file):
    assert lint(file) == []
    assert file["openapi"].startswith("3.1")
    bodies = [one["requestBody"]["content"][JSON] for methods in file["paths"].values() for one in methods.values() if "requestBody" in one]
    assert all("$ref" in body["schema"] for body in bodies)


def test_the_lint_sees_what_is_unbounded():
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "number"}}}}
    wrong = lint({"paths": {}, "components": {"schemas": {"X": schema}}})
    assert wrong == ["X.properties.a has no maxLength", "X.properties.b has no maxItems", "X.properties.b.items is a float"]


def test_the_file_says_what_may_wait_for_others(file):
    assert "POLICY.APPROVAL.ALWAYS" in file["paths"]["/v1/loans/{loan}/charge_offs"]["post"]["x-four-eyes"]
    assert "x-four-eyes" not in file["paths"]["/v1/customers"]["post"]


def test_the_reference_names_every_operation_and_code_in_both_languages(file):
    for language, word in (("en", "Book a repayment"), ("zh-CN", "登记还款")):
        page = reference(file, language)
        assert word in page
        assert all(f'id="{one.name}"' in page for one in operations.ALL)
        assert all(f'id="{code}"' in page for code in SENTENCES)
        assert "<script" not in page
        assert 'href="http' not in page
        assert 'src="' not in page


def test_a_word_of_a_path_goes_before_an_id_and_an_empty_step_leads_nowhere():
    routes = Routes(operations.ALL)
    found = routes.find("/customers/cus_17/repayments", "POST")
    assert found is not None
    assert found.methods["POST"].name == "repay"
    assert found.path == {"customer": "cus_17"}
    assert routes.find("/customers//repayments", "POST") is None
    assert routes.find("/customers/" + "9" * 300, "GET") is None
    assert routes.find("/nowhere", "GET") is None


def test_statuses_are_of_known_codes():
    unknown = [code for code in STATUS if code not in SENTENCES]
    assert not unknown, unknown
