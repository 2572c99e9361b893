"""What `plimsoll close` says of words that it cannot take: the place, and where help is; nothing is opened."""

import pytest

from plimsoll.interfaces.cli.main import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--through"),
        (["--through", "2026-02-30"], "2026-02-30"),
        (["--through", "2026-02-20", "--tape", "monthly"], "daily"),
        (["--through", "2026-02-20", "--watched"], "--watched"),
        (["--through", "2026-02-20", "--js"], "--js"),
    ],
)
def test_words_that_are_wrong_end_with_2(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Abbreviations are wrong too: a script that uses one would change its meaning with the next option."""
    assert main(["close", *words]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("plimsoll close: ")
    assert said in told.err
    assert told.out == ""


def test_help_opens_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """It names every option."""
    assert main(["close", "--help", "--db", "postgresql://nobody@127.0.0.1:1/none"]) == 0
    assert "--tape-folder DIR" in capsys.readouterr().out
