"""The report of a validation: whole in itself, in two languages, escaped, and the same for the same figures."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread

from plimsoll.app.chart import picture, write_picture
from plimsoll.app.modelling.charts import fairness_picture, validation_pictures
from plimsoll.app.modelling.document import About, plain, validation_document
from plimsoll.app.modelling.page import validation_page
from plimsoll.risk.measure.fair import Bounds, fairness
from plimsoll.risk.measure.policy import model_policy
from plimsoll.risk.measure.validation import Scored, validate
from plimsoll.rulebook.rules import load

POLICY = model_policy(load(), date(2026, 12, 1))
BOUNDS = Bounds(0.8, 30, 0.02)
ABOUT = About(
    "ab" * 32, "scorecard", "application", "<b>file</b>.csv", "cd" * 32, "default", "1", "out of time", "2026-12-01T09:00Z", "ef" * 32
)
VOID = {"meta", "br", "img", "link", "hr", "input"}


class Reading(HTMLParser):
    """Holds a page to be balanced, and keeps what it names."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text, self.links = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "action") and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def found():
    chance = np.random.default_rng(3)
    truth = chance.beta(1.5, 7, 4_000)
    cases = Scored(chance.random(4_000) < truth, truth, np.round(600 - 28.85 * np.log(truth / (1 - truth))))
    late = np.arange(4_000) >= 2_000
    codes = chance.integers(-1, 2, 4_000).astype(np.int32)
    validation = validate(cases, late, {"channel": (codes, ("app", "<script>"))}, POLICY)
    groups = fairness(codes, ("app", "<script>"), cases.bad, cases.stated, cases.stated < 0.2, BOUNDS)
    return validation, {"channel": groups}


@pytest.fixture(scope="module")
def drawn(found):
    return (*validation_pictures(found[0]), fairness_picture("channel", found[1]["channel"]))


@pytest.fixture(scope="module")
def html(found, drawn):
    return validation_page(ABOUT, *found, drawn)


def test_the_page_is_whole_in_itself(html):
    read = Reading()
    read.feed(html)
    assert not read.open
    assert "script" not in read.tags
    assert all(link.startswith("#") for link in read.links), read.links
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
        "http://purl.org/dc/elements/1.1/",
        "http://creativecommons.org/ns#",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "http://purl.org/dc/dcmitype/StillImage",
    }, "names of vocabularies only; nothing is fetched"
    assert read.tags.count("svg") == 7


def test_the_page_says_everything_in_two_languages(html):
    read = Reading()
    read.feed(html)
    text = " ".join(read.text)
    for words in (
        "模型验证报告",
        "Validation of a model",
        "跨时间样本",
        "out of time",
        "公平性",
        "Fairness",
        "通过",
        "passed",
        "PSI",
        "评分 PSI",
    ):
        assert words in text, words
    assert "<b>file</b>.csv" in text, "what comes from data is text, not markup"
    assert "channel = <script>" in text


def test_a_picture_is_the_same_for_the_same_figures(found, drawn):
    one, again = drawn[0], validation_pictures(found[0])[0]
    assert one == again
    assert one.png == again.png


def test_pictures_are_whole_files_without_a_date(drawn, tmp_path):
    for one in drawn:
        vector, raster = write_picture(one, tmp_path)
        assert raster.read_bytes().startswith(b"\x89PNG")
        assert vector.read_text("utf-8").endswith("</svg>\n")
        assert "<dc:date>" not in one.svg
    assert {one.name for one in drawn} == {"roc", "scores", "bands", "gains", "calibration", "stability", "fairness-channel"}


def test_nothing_of_a_picture_is_cut_off(drawn, found):
    """Its outermost pixels are background, however long the names in it."""
    group = found[1]["channel"][0]
    long = fairness_picture("channel", [group._replace(name="a group with a long name " * 2), group])
    for one in (*drawn, long):
        pixels = imread(BytesIO(one.png))
        edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        assert np.all(edges[:, :3] == 1), one.name


def test_the_document_is_plain_and_small(found):
    told = validation_document(ABOUT, *found)
    text = json.dumps(told, allow_nan=False)
    assert len(text) < 20_000
    assert told["passed"] is True
    assert [sample["name"] for sample in told["samples"]] == ["out of time", "in time"]
    assert sum(told["baseline"]["counts"]) == 2_000
    assert json.loads(text) == told


def test_what_is_no_number_is_nothing():
    assert plain((float("nan"), float("inf"), 0.12345678, 3, "x", None)) == [None, None, 0.123457, 3, "x", None]


def test_a_picture_can_hold_nothing():
    assert picture("empty", "nothing", lambda axes, say: None).png
