"""The table of operations and the file made from it: every verb can be reached, every example fits, and the file is clean."""

import json
from datetime import date

import jsonschema_rs
import pytest
from pydantic import ValidationError

from plimsoll.app.access.permission import Permission
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.interfaces.http import operations
from plimsoll.interfaces.http.example import example_in
from plimsoll.interfaces.http.openapi import JSON, lint, openapi
from plimsoll.interfaces.http.problem import EDGE_CODES
from plimsoll.interfaces.http.reference import reference
from plimsoll.interfaces.http.routes import Routes
from plimsoll.interfaces.http.statuses import STATUS
from plimsoll.interfaces.http.story_of import BY_OPERATION
from plimsoll.interfaces.http.told.read import recorded, refusals, verbs
from plimsoll.interfaces.http.verb_paths import PLACES
from plimsoll.interfaces.http.verb_shape import form_of, read_form
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.sentences import SENTENCES
from tests.recorded import record
from tools.refusals_found import FILE, text

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


def examples_in(file):
    """Give every example of the file: where it stands, its schema, its value."""
    told = file["components"]["examples"]
    for methods in file["paths"].values():
        for one in methods.values():
            name = one["operationId"]
            if "requestBody" in one:
                content = one["requestBody"]["content"][JSON]
                yield f"{name}: body", content["schema"], content["example"]
            for parameter in one["parameters"]:
                yield f"{name}: {parameter['name']}", parameter["schema"], parameter["example"]
            for status, response in one["responses"].items():
                if "$ref" in response:
                    assert response["$ref"] == f"#/components/responses/{status}"
                    response = file["components"]["responses"][status]
                for content in response["content"].values():
                    if "example" in content:
                        yield f"{name}: {status}", content["schema"], content["example"]
                    for code, ref in content.get("examples", {}).items():
                        assert ref == {"$ref": f"#/components/examples/{code}"}
                        value = told[code]["value"]
                        assert (value["status"], value["code"] in (code, EDGE_CODES.get(code))) == (int(status), True), (name, code)
                        yield f"{name}: {code}", content["schema"], value


def test_every_example_fits_its_schema_and_no_place_is_without_one(file):
    registry = jsonschema_rs.Registry([("urn:file", {"components": file["components"]})])
    validators, wrong, seen = {}, [], set()
    for place, schema, example in examples_in(file):
        text = json.dumps(schema, sort_keys=True).replace('"#/components', '"urn:file#/components')
        if text not in validators:
            validators[text] = jsonschema_rs.Draft202012Validator(json.loads(text), registry=registry, validate_formats=True)
        seen.add(place.partition(":")[0])
        wrong += [f"{place}: {found.message}" for found in validators[text].iter_errors(example)]
    assert not wrong, "\n".join(wrong[:20])
    assert seen == {one.name for one in operations.ALL}


def test_every_operation_is_described_in_words_of_its_own(file):
    told = {one["operationId"]: one["description"] for methods in file["paths"].values() for one in methods.values()}
    assert len(set(told.values())) == len(told)
    assert "`repayment_exceeds_payoff` (422)" in told["repay"]
    assert "`loan.repay`, to repay, prepay or settle" in told["repay"]
    assert "POLICY.APPROVAL.ALWAYS" in told["charge_off"]
    assert "Idempotent" in told["repay"]
    assert "Reads only" in told["list_journal"]


def test_what_an_operation_refuses_is_of_operations_and_codes_that_there_are():
    assert set(refusals()) <= set(operations.by_name())
    assert {code for codes in refusals().values() for code in codes} <= set(SENTENCES)


@pytest.mark.slow
def test_what_an_operation_refuses_was_read_from_the_source_as_it_stands():
    """It reads the whole application, which takes seconds. Mend it with: make docs."""
    assert FILE.read_text("utf-8") == text()


def shape(said):
    """Give the names and kinds of a value; of a list its first row."""
    if isinstance(said, dict):
        return {name: shape(value) for name, value in said.items()}
    return [shape(one) for one in said[:1]] if isinstance(said, list) else type(said).__name__


@pytest.fixture(scope="module")
def asked_anew():
    return record()


def test_what_was_recorded_is_what_a_small_house_answers(asked_anew):
    """Names and kinds of values, so that a change of a rule alone does not fail it. Mend it with: make docs."""
    assert shape(asked_anew) == shape(recorded())


@pytest.mark.slow
def test_what_was_recorded_is_so_to_the_letter(asked_anew):
    """It fails with each change of a rule or a word that shows in an example, which is mended by: make docs."""
    assert asked_anew == recorded()


def test_an_answer_without_an_example_is_seen():
    one = {"parameters": [{"name": "on", "schema": {}}], "responses": {"200": {"content": {JSON: {"schema": {}}}}}, "operationId": "x"}
    wrong = lint({"paths": {"/x": {"get": one}}, "components": {"schemas": {}}})
    assert {"x has no description", "x: no example of what it answers with 200", "x: no example of on"} <= set(wrong)


def test_the_lint_sees_what_is_unbounded():
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "number"}}}}
    wrong = lint({"paths": {}, "components": {"schemas": {"X": schema}}})
    assert wrong == ["X.properties.a has no maxLength", "X.properties.b has no maxItems", "X.properties.b.items is a float"]


def test_the_file_says_what_may_wait_for_others(file):
    assert "POLICY.APPROVAL.ALWAYS" in file["paths"]["/v1/loans/{loan}/charge_offs"]["post"]["x-four-eyes"]
    assert "x-four-eyes" not in file["paths"]["/v1/customers"]["post"]
    assert "202" in file["paths"]["/v1/loans/{loan}/charge_offs"]["post"]["responses"]
    assert "202" not in file["paths"]["/v1/sessions"]["post"]["responses"]


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


def test_what_single_operations_tell_is_of_their_own_answers():
    """Each of the examples that are told by operation is one, and names nothing that its answer does not have."""
    named = operations.by_name()
    for name, told in BY_OPERATION.items():
        assert told.keys() <= named[name].answer.model_fields.keys(), name
        assert name not in recorded().keys() | verbs().keys(), f"{name}: it is recorded, so this is never shown"
