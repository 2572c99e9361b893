"""What no body of the API may be: each is refused by its code, with the place where it stands, and is never repeated in the answer."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from plimsoll.interfaces.http.operation import Shape
from plimsoll.interfaces.http.problem import said_of
from plimsoll.interfaces.http.strict import BODY_MAX, DEPTH_MAX, ITEMS_MAX, read_json
from plimsoll.units.refusal import Malformed

REFUSED = {
    "not UTF-8": (b'{"a":"\xff"}', "body_not_text", ""),
    "a byte order mark": (b'\xef\xbb\xbf{"a":1}', "body_marked", ""),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "body_marked", ""),
    "too large": (b" " * (BODY_MAX + 1), "body_too_large", ""),
    "nothing": (b"", "json_malformed", ""),
    "text after the value": (b'{"a":1} {"a":2}', "json_malformed", ""),
    "a comment": (b'{"a":1 /* b */}', "json_malformed", ""),
    "a raw line end in text": (b'{"a":"\n"}', "json_malformed", ""),
    "a number of 5,000 digits": (b'{"a":' + b"9" * 5000 + b"}", "json_malformed", ""),
    "a key twice": (b'{"a":1,"a":1}', "key_duplicate", "/a"),
    "a key twice within": (b'{"b":[{"a":1,"a":2}]}', "key_duplicate", "/b/0/a"),
    "a key twice, once escaped": (b'{"a":1,"\\u0061":2}', "key_duplicate", "/a"),
    "a fraction": (b'{"amount":{"amount":1.5}}', "number_must_be_text", "/amount/amount"),
    "a fraction that is whole": (b'{"a":1.0}', "number_must_be_text", "/a"),
    "an exponent": (b'{"a":1e3}', "number_must_be_text", "/a"),
    "NaN": (b'{"a":NaN}', "number_not_finite", "/a"),
    "Infinity": (b'{"a":[-Infinity]}', "number_not_finite", "/a/0"),
    "more than 64 bits": (b'{"a":9223372036854775808}', "number_too_large", "/a"),
    "too deep": (b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1), "json_too_deep", ""),
    "much too deep": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "json_too_deep", ""),
    "too many": (b"[" + b"1," * ITEMS_MAX + b"1]", "json_too_many", ""),
    "NUL": (b'{"a":"x\\u0000"}', "text_unseen", "/a"),
    "a control character": (b'{"a":"x\\u001b[2J"}', "text_unseen", "/a"),
    "text that turns around": ('{"a":"x\u202egpj.exe"}'.encode(), "text_unseen", "/a"),
    "an isolate": ('{"a":"\u2066x"}'.encode(), "text_unseen", "/a"),
    "half a character": (b'{"a":"\\ud800"}', "text_unseen", "/a"),
    "a control character in a key": (b'{"x\\u0000":1}', "text_unseen", ""),
    "not composed": ('{"a":"e\u0301"}'.encode(), "text_not_composed", "/a"),
    "a slash in a key": (b'{"a/b~c":1.5}', "number_must_be_text", "/a~1b~0c"),
}


@pytest.mark.parametrize(("sent", "code", "pointer"), REFUSED.values(), ids=REFUSED.keys())
def test_what_two_readers_could_read_differently_is_refused(sent, code, pointer):
    with pytest.raises(Malformed) as raised:
        read_json(sent)
    assert (raised.value.code, raised.value.key) == (code, pointer)


def test_what_is_plain_is_read():
    sent = ' {"a": [1, -1, true, null, "张三 – é \\n"], "b": {"c": "\\"[{"}} '.encode()
    assert read_json(sent) == {"a": [1, -1, True, None, "张三 – é \n"], "b": {"c": '"[{'}}
    assert read_json(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX) is not None
    assert len(read_json(b"[" + b"1," * (ITEMS_MAX - 1) + b"1]")) == ITEMS_MAX
    brackets = b'{"a":"' + b"[" * 1000 + b'"}'
    assert read_json(brackets) == {"a": "[" * 1000}


class Asked(Shape):
    """A body of every kind of field."""

    code: Annotated[str, Field(pattern="^[a-z]+$", max_length=4)] = "a"
    side: Literal["in", "out"] = "in"
    days: Annotated[int, Field(strict=True, ge=1, le=9)] = 1
    names: Annotated[list[str], Field(default_factory=list, max_length=1)]
    is_on: Annotated[bool, Field(strict=True)] = True


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"code": "S3cret"}, "Characters at most: 4."),
        ({"code": "S3"}, "Of the form ^[a-z]+$"),
        ({"code": 77}, "A text."),
        ({"side": "S3cret"}, "One of: 'in' or 'out'."),
        ({"days": 77}, "At most 9."),
        ({"days": "S3cret"}, "A whole number."),
        ({"names": ["a", "S3cret"]}, "Items at most: 1."),
        ({"names": "S3cret"}, "A list."),
        ({"is_on": "S3cret"}, "true or false."),
    ],
)
def test_a_field_that_is_refused_is_told_what_would_be_taken_and_never_what_was_sent(body, told):
    with pytest.raises(ValidationError) as failed:
        Asked.model_validate(body)
    assert [remedy for _, _, remedy in said_of(failed.value).errors] == [told]
