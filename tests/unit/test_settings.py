"""Settings come from the environment, and from a file for what it does not say."""

import json
import os
import subprocess
import sys

import pytest

from plimsoll.app.settings import take_settings
from plimsoll.units.refusal import Malformed


def written(folder, text):
    path = folder / "plimsoll.toml"
    path.write_text(text)
    path.chmod(0o644)
    return path


def test_the_file_says_what_the_environment_does_not(tmp_path):
    written(tmp_path, 'db = "sqlite:///a.db"\ntape = "tape"\nport = 8001\n')
    environ = {"PLIMSOLL_DB": "sqlite:///mine.db"}
    assert take_settings(environ, tmp_path) == tmp_path / "plimsoll.toml"
    assert environ == {"PLIMSOLL_DB": "sqlite:///mine.db", "PLIMSOLL_TAPE": str(tmp_path / "tape"), "PLIMSOLL_PORT": "8001"}


def test_without_a_file_nothing_is_said(tmp_path):
    environ: dict[str, str] = {}
    assert take_settings(environ, tmp_path) is None
    assert environ == {}


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("db = ", "settings_malformed", ""),
        ('dp = "sqlite:///a.db"', "settings_malformed", "dp"),
        ("port = 1.5", "settings_malformed", "port"),
        ("port = true", "settings_malformed", "port"),
        ('[db]\nurl = "x"', "settings_malformed", "db"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_key(tmp_path, text, code, key):
    written(tmp_path, text)
    environ: dict[str, str] = {}
    with pytest.raises(Malformed) as raised:
        take_settings(environ, tmp_path)
    assert (raised.value.code, raised.value.key) == (code, key)
    assert environ == {}, "nothing is taken by half"


def test_a_file_that_others_may_change_is_refused(tmp_path):
    written(tmp_path, 'db = "sqlite:///a.db"').chmod(0o666)
    with pytest.raises(Malformed) as raised:
        take_settings({}, tmp_path)
    assert raised.value.code == "settings_exposed"


def test_a_file_that_is_named_has_to_be_there(tmp_path):
    with pytest.raises(Malformed) as raised:
        take_settings({"PLIMSOLL_CONFIG": str(tmp_path / "none.toml")}, tmp_path)
    assert raised.value.code == "file_missing"


def test_a_command_goes_by_the_file(tmp_path):
    written(tmp_path, f'db = "sqlite:///{tmp_path / "told.db"}"\n')
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PLIMSOLL_")}
    said = [sys.executable, "-c", "import sys; from plimsoll.interfaces.cli.main import main; sys.exit(main(sys.argv[1:]))"]
    made = subprocess.run([*said, "book", "create"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "told.db").exists()
    found = subprocess.run([*said, "doctor", "--json"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert "PLIMSOLL_DB" in json.dumps(json.loads(found.stdout))
