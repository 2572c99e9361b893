"""Words that people read, in Chinese and in English, and how a page or a picture says them: in one language, or in both."""

from typing import Final, NamedTuple

CHINESE: Final = "zh-CN"
BOTH: Final = "both"


class Words(NamedTuple):
    """The same words twice, in Chinese and in English."""

    zh: str
    en: str


def said(words: Words | str, language: str, between: str = " · ") -> str:
    """Give words in a language (zh-CN, en), or in both with a sign between; once where they are the same, and text as it is."""
    if isinstance(words, str):
        return words
    if language == BOTH:
        return words.zh if words.zh == words.en else f"{words.zh}{between}{words.en}"
    return words.zh if language == CHINESE else words.en
