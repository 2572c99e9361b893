"""Pictures speak the language that they are asked for; without a font with Chinese they speak English and say why."""

import re
from datetime import date
from io import BytesIO

import numpy as np
import pytest

from plimsoll.app import chart
from plimsoll.app.chart import NO_FONT, picture
from plimsoll.app.decide_charts import STAGES, charts
from plimsoll.app.decide_file import FUNNEL, Tally
from plimsoll.app.fonts import picture_font
from plimsoll.app.portfolio_charts import Heat, Line, bridge_picture, curves_picture, heat_picture, months_picture
from plimsoll.app.profit_charts import LIMITS, pace_picture
from plimsoll.app.report.month_words import SAY_CAUSES, SAY_SCENARIOS, ends
from plimsoll.app.treasury.charts import STRESSES
from plimsoll.app.words import BOTH, Words
from plimsoll.portfolio.attribution import CAUSES
from plimsoll.portfolio.stress.book import economies
from plimsoll.rulebook.rules import load
from plimsoll.treasury.survive import STANDARD

TITLE = Words("不良率", "Bad share")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PRINTED = re.compile(r">([^<>]*[a-z]{3}[^<>]*)</text>")


def drawn(language):
    """Some pictures, each in a language."""
    heat = Heat(Words("逾期档", "state"), Words("一个月后", "a month later"), ["C", "M1"], ends(["C", "paid"]), [[0.9, 0.1], [None, 0.6]])
    return (
        curves_picture([Line("2026-01", (0.0, 1.0, 2.0), 2, ())], TITLE, Words("占笔数百分比", "per cent of loans"), language),
        heat_picture(heat, TITLE, language),
        months_picture(["2026-01", "2026-02"], [(TITLE, [0.1, None])], TITLE, language),
        bridge_picture(0.02, dict.fromkeys(SAY_CAUSES.values(), 0.001), TITLE, language),
        pace_picture([0.0, 0.1], dict.fromkeys(LIMITS, (0.5, 0.9)), 0.1, TITLE, language),
        *charts(Tally(), language),
    )


@pytest.mark.skipif(not picture_font(), reason="no font with Chinese")
def test_a_picture_in_chinese_has_no_english_in_it():
    for one in drawn("zh-CN"):
        assert CHINESE.search(one.svg), one.name
        assert not PRINTED.search(one.svg), (one.name, PRINTED.findall(one.svg))
        assert CHINESE.search(one.shows), one.name


def test_a_picture_in_english_has_no_chinese_in_it():
    for one in drawn("en"):
        assert not CHINESE.search(one.svg), one.name


@pytest.mark.skipif(not picture_font(), reason="no font with Chinese")
def test_a_page_of_both_languages_has_pictures_in_both():
    for one in drawn(BOTH):
        assert CHINESE.search(one.svg), one.name
        assert PRINTED.search(one.svg), one.name


@pytest.mark.skipif(not picture_font(), reason="no font with Chinese")
def test_chinese_letters_are_drawn_and_no_boxes():
    from matplotlib.pyplot import imread

    one, other = (imread(BytesIO(picture("p", TITLE, lambda axes, say, sign=sign: axes.set_title(sign), "zh-CN").png)) for sign in "账龄")
    assert not np.array_equal(one, other), "a letter that is missing looks like any other"


def test_without_a_font_with_chinese_it_is_english_and_says_so(monkeypatch):
    monkeypatch.setattr(chart, "picture_font", lambda: "")
    for one in drawn("zh-CN"):
        assert not CHINESE.search(one.svg), one.name
        assert NO_FONT in one.svg


def test_everything_that_is_named_in_a_picture_has_words():
    assert tuple(SAY_CAUSES) == CAUSES
    assert {one.name for one in economies(load(), date(2026, 9, 30))} == set(SAY_SCENARIOS)
    assert {one.name for one in STANDARD} <= set(STRESSES)
    assert set(FUNNEL) == set(STAGES)
