"""Where a webhook may go: the boundary, spelling by spelling and address by address."""

import ipaddress

import pytest

from plimsoll.app.hooks.address import is_open, judge, look_up
from plimsoll.units.refusal import Refused

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "hook_url_not_https"),
        ("ftp://example.com/", "hook_url_not_https"),
        ("file:///etc/passwd", "hook_url_malformed"),
        ("gopher://example.com", "hook_url_not_https"),
        ("https://user@example.com/", "hook_url_with_user"),
        ("https://user:secret@example.com/", "hook_url_with_user"),
        ("https://example.com@10.0.0.1/", "hook_url_with_user"),
        ("https://@example.com/", "hook_url_with_user"),
        ("https://example.com:80/", "hook_url_port"),
        ("https://example.com:22/", "hook_url_port"),
        ("https://example.com:0/", "hook_url_port"),
        ("https://example.com:99999/", "hook_url_malformed"),
        ("https://10.0.0.1/", "hook_url_literal"),
        ("https://93.184.216.34/", "hook_url_literal"),
        ("https://127.1/", "hook_url_literal"),
        ("https://2130706433/", "hook_url_literal"),
        ("https://0x7f000001/", "hook_url_literal"),
        ("https://0177.0.0.1/", "hook_url_literal"),
        ("https://1.1.1.1./", "hook_url_literal"),
        ("https://[::1]/", "hook_url_literal"),
        ("https://[::ffff:169.254.169.254]/", "hook_url_literal"),
        ("https://[fe80::1%25eth0]/", "hook_url_literal"),
        ("https://localhost/", "hook_url_host"),
        ("https://intranet/", "hook_url_host"),
        ("https://-a.example.com/", "hook_url_host"),
        ("https://a_b.example.com/", "hook_url_host"),
        ("https://.example.com/", "hook_url_host"),
        ("https://例子.com/", "hook_url_malformed"),
        ("https://example.com/#part", "hook_url_malformed"),
        ("https://example.com/#", "hook_url_malformed"),
        ("https://example.com/a b", "hook_url_malformed"),
        ("https://example.com\\@10.0.0.1/", "hook_url_malformed"),
        ("https://example.com/\r\nx: y", "hook_url_malformed"),
        ("https://example.com/\x00", "hook_url_malformed"),
        ("https:///path", "hook_url_malformed"),
        ("//example.com/", "hook_url_not_https"),
        ("example.com", "hook_url_malformed"),
        ("", "hook_url_malformed"),
        ("https://example.com/" + "a" * 2000, "hook_url_malformed"),
    ],
)
def test_urls_that_are_refused(url, code):
    found = judge(url)
    assert isinstance(found, Refused), found
    assert found.code == code


@pytest.mark.parametrize(
    ("url", "port", "target"),
    [
        ("https://example.com", 443, "/"),
        ("https://example.com:443/in?a=1&b=2", 443, "/in?a=1&b=2"),
        ("https://hooks.example.com:8443/in", 8443, "/in"),
        ("https://xn--fsqu00a.xn--0zwm56d/", 443, "/"),
        ("HTTPS://EXAMPLE.com./x", 443, "/x"),
    ],
)
def test_urls_that_are_taken(url, port, target):
    found = judge(url)
    assert not isinstance(found, Refused), found
    assert (found.port, found.target, found.is_secure) == (port, target, True)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", f"::ffff:{PUBLIC}", "64:ff9b::a00:1",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_internet(address):
    assert not is_open(ipaddress.ip_address(address))
    found = look_up(judge("https://example.com/"), lambda host, port: [PUBLIC, address])
    assert found.code == "hook_address_refused", "one bad address among good ones is enough"


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_open_internet(address):
    assert look_up(judge("https://example.com/"), lambda host, port: [address]) == address


def _nothing(host: str, port: int) -> list[str]:
    raise OSError("no such host")


@pytest.mark.parametrize("resolver", [_nothing, lambda host, port: [], lambda host, port: ["nonsense"]])
def test_names_without_an_address(resolver):
    assert look_up(judge("https://example.com/"), resolver).code == "hook_not_resolved"


def test_this_machine_is_let_in_only_where_it_is_allowed():
    for url in ("http://127.0.0.1:8000/in", "http://localhost:8000/", "https://127.0.0.1:9/", "http://[::1]:80/"):
        assert isinstance(judge(url), Refused)
        assert not isinstance(judge(url, is_loopback_allowed=True), Refused)
    for url in ("http://10.0.0.1/", "http://example.com/", "https://example.com:9/", "http://127.0.0.1.example.com/"):
        assert isinstance(judge(url, is_loopback_allowed=True), Refused)


def test_localhost_that_leads_elsewhere_is_refused_even_then():
    place = judge("http://localhost:8000/", is_loopback_allowed=True)
    assert look_up(place, lambda host, port: ["10.0.0.1"], is_loopback_allowed=True).code == "hook_address_refused"
    assert look_up(place, lambda host, port: ["127.0.0.1"], is_loopback_allowed=True) == "127.0.0.1"
    named = judge("https://example.com/")
    assert look_up(named, lambda host, port: ["127.0.0.1"], is_loopback_allowed=True).code == "hook_address_refused"
