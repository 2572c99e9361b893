"""The port of cases as a stream: answers in order, lines that are no case told by number, the others answered all the same."""

import json

import pytest

from plimsoll.interfaces.case.serve import answer_lines

TERMS = (
    '{"currency":"CNY","principal":"3000.00","rate":{"per_day":"0.0004"},"repayment":"bullet",'
    '"disbursed_on":"2026-01-15","due_on":["2026-02-15"]}'
)
CASE = f'{{"id":"a","terms":{TERMS}}}'.encode()


def answered(*lines: bytes) -> list[dict]:
    """Give the answers to some lines."""
    said: list[str] = []
    answer_lines(lines, said.append)
    return [json.loads(line) for line in said]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "json_malformed"),
        (b"[]", "field_malformed"),
        (b'{"id":1}', "case_malformed"),
        (b'{"id":1,"id":2}', "json_malformed"),
        (b"\xff\xfe", "json_malformed"),
        (b'{"id":' + b"[" * 5000, "json_malformed"),
        (CASE.replace(b'"3000.00"', b"3000.5"), "number_must_be_text"),
        (CASE.replace(b"CNY", b"cny"), "currency_unknown"),
        (CASE.replace(b"2026-01-15", b"2026-W05-6"), "date_malformed"),
        (CASE.replace(b"2026-01-15", b"2026-02-30"), "date_malformed"),
        (CASE.replace(b'"id"', b'"it"'), "field_unknown"),
    ],
)
def test_a_line_that_is_no_case_is_told_by_its_number_and_the_others_are_answered(line, code):
    first, wrong, last = answered(CASE, line, CASE.replace(b'"a"', b'"c"'))
    assert (first["id"], last["id"]) == ("a", "c")
    assert (wrong["line"], wrong["error"]["code"]) == (2, code)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (CASE.replace(b'"3000.00"', b"3000.5"), "terms.principal: Amounts and rates must be decimal text"),
        (b'{"id":"a","facts":[{"amount":"1.00"},{"amount":1e3}]}', "facts.2.amount: Amounts and rates"),
        (b'{"id":"a","rate":NaN}', "rate: Amounts and rates"),
        (b'{"id":1.5', "Amounts and rates"),
        (b'{"id":1,"terms":{},"id":2}', "the key 'id' stands twice"),
    ],
)
def test_what_is_no_text_or_stands_twice_is_told_by_its_key(line, place):
    (wrong,) = answered(line)
    assert place in wrong["error"]["detail"]


def test_blank_lines_and_a_byte_order_mark_are_passed_over():
    assert [one["id"] for one in answered(b"\xef\xbb\xbf" + CASE + b"\r\n", b"\n", b"  \n", CASE)] == ["a", "a"]


def test_a_case_that_the_rules_refuse_is_an_answer():
    facts = b'"facts":[{"fact":"repaid","on":"2026-01-01","amount":"1.00"}],"as_of":"2026-01-20"'
    (one,) = answered(CASE[:-1] + b"," + facts + b"}")
    assert one["refused"]["code"] == "fact_before_disbursement"
