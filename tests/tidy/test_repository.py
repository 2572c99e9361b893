"""Checks on every file of the repository: no host, no machine, no loose end; locks, links, fragments and decisions in order."""

import re
from pathlib import Path

import pytest

from plimsoll.interfaces.cli import exits
from tests.tidy.source import ROOT, files, place, text

# Written in pieces, so that this file passes its own test.
HOSTS = tuple(
    re.escape(".".join(parts))
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("anaconda", "org"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("maven", "org"),
        ("docker", "io"),
        ("aliyun", "com/pypi"),
        ("tuna", "tsinghua", "edu", "cn"),
    )
)
REGISTRY = re.compile("|".join(HOSTS), re.IGNORECASE)
MACHINE = re.compile(
    "|".join((r"(?<![\w.])/(?:root|work|Users)/", r"(?<![\w.])/home/\w", re.escape(str(ROOT)) + r"\b", r"\.\./" + "shared"))
)
LOOSE_END = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|HA" + r"CK)\b")
ISSUE = re.compile(r"#\d+")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")

PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)
LOCKS = ("runtime", "dev", "bench")
FRAGMENT = re.compile(r"^\d+-[a-z0-9-]+\.(?:added|changed|fixed|removed|rules|security)\.md$")
DECISION = re.compile(r"^\d{4}-[a-z0-9-]+\.md$")
DECISION_PARTS = ("## Context", "## Decision", "## Consequences", "## Check")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Return the places where a pattern occurs in the files of the repository."""
    return [
        f"{place(path, n)} {line.strip()[:80]}"
        for path in files()
        for n, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry():
    found = lines_with(REGISTRY)
    assert not found, f"the machine that installs decides where packages come from: {found}"


def test_no_file_names_this_machine():
    found = lines_with(MACHINE)
    assert not found, found


def test_a_loose_end_has_an_issue_number():
    found = [line for line in lines_with(LOOSE_END) if not ISSUE.search(line)]
    assert not found, found


def test_each_lock_holds_the_one_before_it_and_only_hashed_packages():
    pins = {name: set(PIN.findall(text(ROOT / "requirements" / f"{name}.lock"))) for name in LOCKS}
    assert pins["runtime"] <= pins["dev"] <= pins["bench"], "run `make lock`"
    for name in (*LOCKS, "server", "build"):
        lock = text(ROOT / "requirements" / f"{name}.lock")
        assert "://" not in lock
        assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", lock)), name


def test_every_dependency_of_the_project_is_in_its_lock():
    import tomllib

    project = tomllib.loads(text(ROOT / "pyproject.toml"))
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["fast"],
        *project["dependency-groups"]["build"],
    ]
    missing = {_name(line) for line in wanted} - {name for name, _ in PIN.findall(text(ROOT / "requirements" / "runtime.lock"))}
    assert not missing, f"run `make lock`: {missing}"
    wanted += [line for group in project["dependency-groups"].values() for line in group]
    wanted += [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    missing = {_name(line) for line in wanted} - {name for name, _ in PIN.findall(text(ROOT / "requirements" / "bench.lock"))}
    assert not missing, f"run `make lock`: {missing}"


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found[0].lower().replace("_", "-")


def test_links_between_pages_lead_somewhere():
    pages = [path for path in files() if path.suffix == ".md"]
    broken = [
        f"{place(page)} -> {target}"
        for page in pages
        for target in LINK.findall(text(page))
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]
    assert not broken, broken


def test_changelog_fragments_are_named_by_number_and_kind():
    folder = ROOT / "changelog.d"
    wrong = [path.name for path in files() if path.parent == folder and path.name != "README.md" and not FRAGMENT.match(path.name)]
    assert not wrong, f"NUMBER-what.KIND.md, see changelog.d/README.md: {wrong}"


def decisions() -> list[Path]:
    """Return the decision pages, the template aside."""
    return [path for path in files() if path.parent == ROOT / "docs" / "decisions" and path.name not in ("README.md", "template.md")]


@pytest.mark.parametrize("page", decisions(), ids=lambda page: page.stem)
def test_a_decision_is_one_page_with_its_check(page: Path):
    assert DECISION.match(page.name)
    assert all(part in text(page) for part in DECISION_PARTS), DECISION_PARTS
    assert len(text(page).splitlines()) <= 60, "one page"
    assert page.name in text(page.parent / "README.md"), "list it in docs/decisions/README.md"


def test_decision_numbers_are_given_once():
    numbers = [page.name[:4] for page in decisions()]
    assert len(numbers) == len(set(numbers))


def test_the_page_of_exit_codes_says_what_the_code_says():
    page = text(ROOT / "docs" / "reference" / "exit-codes.md")
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == codes
