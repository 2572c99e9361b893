"""The container and compose files say what is there: paths, commands, settings; a pinned base, hashed packages, nobody who is root."""

import re
import tomllib
from pathlib import Path

import typer

from plimsoll.app.database.address import read_address
from plimsoll.app.settings import PREFIX, SETTINGS
from plimsoll.interfaces.cli.main import COMMANDS, load
from plimsoll.interfaces.http.operations import ALL
from tests.golden import read_yaml

ROOT = Path(__file__).resolve().parents[2]
IMAGE = [line for line in re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text("utf-8")).splitlines() if line and line[0] != "#"]
COMPOSE = read_yaml((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]


def said(word: str) -> list[str]:
    """Give what stands behind a word of the container file, line by line."""
    return [line.removeprefix(word).strip() for line in IMAGE if line.startswith(f"{word} ")]


def test_every_path_that_is_copied_is_there():
    for words in (line.split() for line in said("COPY")):
        sources = [one for one in words[:-1] if not one.startswith("--")]
        made = [one.removeprefix("/src/") for one in sources if one != "/wheels"]
        assert all((ROOT / one).exists() for one in made), words
    assert "--wheel-dir /wheels" in " ".join(said("RUN"))


def test_the_base_is_one_patch_of_a_python_that_is_supported():
    (base,) = (line.removeprefix("BASE=") for line in said("ARG"))
    version = re.fullmatch(r"python:3\.(\d+)\.\d+-slim-[a-z]+", base)
    assert version, base
    assert {line.split()[0] for line in said("FROM")} == {"${BASE}"}
    least, below = re.findall(r"3\.(\d+)", tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"])
    assert int(least) <= int(version[1]) < int(below)
    assert re.fullmatch(r"postgres:\d+\.\d+", SERVICES["postgres"]["image"])


def test_packages_come_from_locks_with_hashes():
    asked = [one.strip() for line in said("RUN") for one in line.split("&&") if "pip install" in one]
    for one in asked:
        lock = re.search(r"--require-hashes -r (\S+)", one)
        assert lock or re.search(r"--no-deps /wheels/\*\.whl$", one), one
        if lock:
            text = (ROOT / "requirements" / Path(lock[1]).name).read_text("utf-8")
            assert all("--hash=sha256:" in each for each in re.split(r"\n(?=[a-z])", text))


def test_who_serves_is_not_root_and_may_write_where_volumes_are_put():
    last = max(n for n, line in enumerate(IMAGE) if line.startswith("USER"))
    assert IMAGE[last] == "USER plimsoll"
    assert last < min(n for n, line in enumerate(IMAGE) if line.startswith("ENTRYPOINT"))
    owned = re.search(r"install --directory --mode=700 --owner=plimsoll --group=plimsoll ([^&]+)", " ".join(said("RUN")))
    assert owned
    mounted = {one.partition(":")[2] for name in ("tables", "plimsoll") for one in SERVICES[name]["volumes"]}
    assert mounted <= set(owned[1].split())
    assert {one.partition(":")[0] for each in SERVICES.values() for one in each["volumes"]} == set(COMPOSE["volumes"])


def test_settings_are_those_that_the_program_reads():
    given = {one.partition("=")[0] for line in said("ENV") for one in line.split()}
    for name in ("tables", "plimsoll"):
        given |= set(SERVICES[name]["environment"])
    assert {one.removeprefix(PREFIX).lower() for one in given if one.startswith(PREFIX)} <= set(SETTINGS)
    assert {one for one in given if not one.startswith(PREFIX)} == {"PGPASSWORD"}


def test_the_server_connects_as_another_than_who_owns_the_tables():
    """And no password stands in an address, where some characters would mean something."""
    owner, server = (SERVICES[name]["environment"] for name in ("tables", "plimsoll"))
    assert SERVICES["postgres"]["environment"]["POSTGRES_USER"] in owner["PLIMSOLL_DB"]
    role = read_address(server["PLIMSOLL_DB"]).url.partition("//")[2].partition("@")[0]
    assert f"book grant {role}" in SERVICES["tables"]["command"][0]
    assert f"CREATE ROLE {role} LOGIN PASSWORD" in COMPOSE["configs"]["app_role"]["content"]
    assert owner["PGPASSWORD"] != server["PGPASSWORD"]
    assert not any(":" in one["PLIMSOLL_DB"].partition("//")[2] for one in (owner, server))


def test_commands_are_those_of_the_program():
    asked = re.findall(r"plimsoll ((?:[a-z]+ ?)+)", SERVICES["tables"]["command"][0] + " && " + said("RUN")[-1])
    assert len(asked) == 6, asked
    for first, *rest in (one.split() for one in [*asked, "up"]):
        assert first in COMMANDS, first
        if rest:
            group = load(COMMANDS[first].target)
            assert isinstance(group, typer.Typer)
            assert rest[0] in typer.main.get_command(group).commands, (first, rest)
    assert said("ENTRYPOINT") == ['["plimsoll"]']
    assert said("CMD") == ['["up"]']


def test_it_is_asked_whether_it_is_well_at_an_address_that_answers():
    (asked,) = said("HEALTHCHECK")
    program = re.search(r'"-c", "(.+)"\]', asked)
    assert program
    compile(program[1], "healthcheck", "exec")
    path = re.search(r"'/v1(/\w+)'", program[1])
    assert path
    assert path[1] in {one.path for one in ALL}
    (port,) = said("EXPOSE")
    assert f"PLIMSOLL_PORT={port}" in " ".join(said("ENV"))
    assert [one.split(":")[-1] for one in SERVICES["plimsoll"]["ports"]] == [port]
    assert all(one.startswith("127.0.0.1:") for one in SERVICES["plimsoll"]["ports"]), "nothing is served beyond this machine by itself"


def test_each_waits_for_what_it_needs():
    assert SERVICES["tables"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["plimsoll"]["depends_on"] == {"tables": {"condition": "service_completed_successfully"}}
    assert "--host" in SERVICES["postgres"]["healthcheck"]["test"], "the server that makes the database listens on a socket only"


def test_both_builders_leave_out_what_is_not_of_the_source():
    assert (ROOT / ".dockerignore").read_text("utf-8") == (ROOT / ".containerignore").read_text("utf-8")
