"""Addresses of event handlers: plain http and localhost are fine, nonsense is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.portal.url_validation import LENGTH_MAX, valid_page_url, valid_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/handler.php",
        "http://example.com",
        "HTTP://Example.COM/?a=b&c[]=d#e",
        "http://localhost:8080/bot",
        "http://127.0.0.1:9000/",
        "http://192.168.1.7/x",
        "http://[::1]:8000/hook",
        "http://[2001:db8::1]",
        "http://my_bot:5000/hook",
        "https://xn--d1acufc.xn--p1ai/",
        "https://бот.рф/хук",
        "https://example.com./",
        "https://example.com/%20?x=@y",
        f"https://example.com/{'a' * (LENGTH_MAX - 20)}",
    ],
)
def test_addresses_that_can_be_called(url: str) -> None:
    assert valid_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "handler.php",
        "/handler.php",
        "//example.com/x",
        "example.com/x",
        "http:example.com",
        "http://",
        "http:///x",
        "https://?x",
        "ftp://example.com",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "gopher://example.com/",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://@example.com/",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://example.com:port/",
        "https://exam ple.com/",
        " https://example.com/",
        "https://example.com/\r\nHost: x",
        "https://example.com/\x00",
        "https://example.com/\t",
        "https://example.com\\@evil.example/",
        "https://example..com/",
        "https://.example.com/",
        "https://./",
        "https://-/",
        "https://exa$mple.com/",
        "https://%31%32.com/",
        "https://[::1/",
        "https://[::1]x/",
        "https://[::g]/",
        "https://[fe80::1%25eth0]/",
        "https://[127.0.0.1]/",
        f"https://{'a' * 64}.com/",
        f"https://{'a.' * 130}com/",
        f"https://example.com/{'a' * LENGTH_MAX}",
        f"https://example.com/{'я' * (LENGTH_MAX // 2)}",
    ],
)
def test_addresses_that_cannot(url: str) -> None:
    assert not valid_url(url)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://", "http://[", "https://a:"]))
def test_nothing_breaks_it(text: str, start: str) -> None:
    if valid_url(start + text):
        assert (start + text).lower().startswith(("http://", "https://"))


@pytest.mark.parametrize("url", ["https://app.example.com/back?x=1", "http://[::1]:8000/", "http://my_app:5000/"])
def test_pages_of_applications(url: str) -> None:
    assert valid_page_url(url)


@pytest.mark.parametrize(
    "url", ["https://app.example.com/#part", "https://бот.рф/", 'https://a.example/"x', "https://user@a.example/", ""]
)
def test_what_no_header_takes_is_no_page(url: str) -> None:
    assert not valid_page_url(url)
