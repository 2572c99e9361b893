"""Where a book is: the URL that `--db` takes, read once."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from plimsoll.app.database.trouble import StoreTrouble

FORMS = "Write sqlite:///PATH (sqlite:////absolute/path) or postgresql://USER@HOST/DATABASE."


@dataclass(frozen=True, slots=True)
class Address:
    """A database: its kind ("sqlite" or "postgresql"), the URL as given, and for SQLite the file (None: in memory)."""

    kind: str
    url: str
    path: Path | None = None

    def shown(self) -> str:
        """Give the URL without its password, for messages."""
        parts = urlsplit(self.url)
        if parts.password is None:
            return self.url
        return self.url.replace(f":{parts.password}@", ":***@", 1)


def read_address(url: str) -> Address:
    """Give the address that `url` names; raises StoreTrouble `store_url_malformed` for anything but the two kinds."""
    scheme, separator, rest = url.strip().partition("://")
    if scheme == "sqlite" and separator:
        return _sqlite(url.strip(), rest)
    if scheme in ("postgresql", "postgres") and separator:
        return _postgres("postgresql://" + rest)
    raise StoreTrouble("store_url_malformed", url, FORMS)


def _sqlite(url: str, rest: str) -> Address:
    if rest in ("", "/:memory:"):
        return Address("sqlite", url)
    if not rest.startswith("/") or rest == "/" or "?" in rest or "\0" in rest:
        raise StoreTrouble("store_url_malformed", url, FORMS)
    path = Path(rest[1:]).expanduser()
    if path.is_dir():
        raise StoreTrouble("store_url_malformed", f"{path} is a folder", FORMS)
    return Address("sqlite", url, path)


def _postgres(url: str) -> Address:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as broken:
        raise StoreTrouble("store_url_malformed", str(broken), FORMS) from None
    assert port is None or port > 0
    if parts.path in ("", "/"):
        raise StoreTrouble("store_url_malformed", "no database is named", FORMS)
    return Address("postgresql", url)
