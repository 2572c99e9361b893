"""The environment is installed again only when a lock has changed, and says what to do where it cannot be made."""

from pathlib import Path

import pytest

from tools import environment


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with three locks and an environment without anything; what would be installed is noted."""
    installed: list[tuple[str, ...]] = []
    (tmp_path / "requirements").mkdir()
    (tmp_path / ".venv" / ".plimsoll").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[project]")
    for name in environment.ENVIRONMENTS:
        (tmp_path / "requirements" / f"{name}.lock").write_text(name)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "STAMPS", tmp_path / ".venv" / ".plimsoll")
    monkeypatch.setattr(environment, "is_working", lambda: True)
    monkeypatch.setattr(environment, "install", lambda *words: installed.append(words) is None)
    monkeypatch.setattr(environment, "succeeds", lambda *words: True)
    return tmp_path, installed


def names(installed: list[tuple[str, ...]]) -> list[str]:
    """Return the locks, or folders, that were installed."""
    return [Path(words[-1]).name for words in installed]


def test_a_second_call_installs_nothing(project):
    folder, installed = project
    assert environment.main(["dev"]) == 0
    assert names(installed) == ["dev.lock", folder.name]
    installed.clear()
    assert environment.main(["dev"]) == 0
    assert not installed


def test_a_larger_environment_serves_for_a_smaller_one_and_not_the_other_way(project):
    _, installed = project
    environment.main(["dev"])
    installed.clear()
    environment.main(["runtime"])
    assert not installed
    environment.main(["bench"])
    assert names(installed) == ["bench.lock"]


def test_a_changed_lock_is_installed(project):
    folder, installed = project
    environment.main(["dev"])
    installed.clear()
    (folder / "requirements" / "dev.lock").write_text("changed")
    environment.main(["dev"])
    assert names(installed) == ["dev.lock"]


def test_changed_commands_are_linked_again(project):
    folder, installed = project
    environment.main(["dev"])
    installed.clear()
    (folder / "pyproject.toml").write_text("[project.scripts]")
    environment.main(["dev"])
    assert names(installed) == [folder.name]


def test_the_kernel_is_compiled_again_only_where_its_source_has_changed(project, capsys):
    folder, _ = project
    kernel = folder / "src" / "plimsoll" / "loan" / "life.py"
    kernel.parent.mkdir(parents=True)
    compiled = []
    for source in ("one", "one", "two"):
        kernel.write_text(source)
        environment.main(["dev"])
        compiled.append("compiling the kernel" in capsys.readouterr().out)
    assert compiled == [True, False, True]


def test_what_failed_is_tried_again(project, monkeypatch):
    _, installed = project
    with monkeypatch.context() as broken:
        broken.setattr(environment, "install", lambda *words: False)
        assert environment.main(["dev"]) == 1
    assert environment.main(["dev"]) == 0
    assert names(installed)[0] == "dev.lock"


def test_a_python_without_pip_is_told_what_to_install(project, monkeypatch, capsys):
    monkeypatch.setattr(environment, "is_working", lambda: False)
    monkeypatch.setattr(environment, "made", lambda: False)
    assert environment.main(["dev"]) == 1
    assert "apt-get install python3-venv" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["prod"], ["dev", "bench"]])
def test_wrong_words_end_with_2(words):
    assert environment.main(words) == 2
