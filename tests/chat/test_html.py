"""BB codes as HTML: elements for a few tags, links that lead somewhere harmless, nothing of the text's own markup."""

from __future__ import annotations

import time

import pytest

from botyard.chat.content.html import html

LINK = '<a href="{}" rel="noopener noreferrer">{}</a>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a\nb[br]c", "a<br>b<br>c"),
        ("[B]b[/B][i]i[/i][u]u[/u][s]s[/s]", "<b>b</b><i>i</i><u>u</u><s>s</s>"),
        ("[b][i]both[/i][/b]", "<b><i>both</i></b>"),
        ("[code][b]a < b[/b][/code]", "<code>[b]a &lt; b[/b]</code>"),
        ("[b]never closed", "[b]never closed"),
        ("closed only[/b]", "closed only[/b]"),
        ('<script>alert("x")</script>&', "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;"),
        ("[USER=5]Ann & Bob[/USER] [chat=7]Room[/chat]", "Ann &amp; Bob Room"),
        ("[size=20]large[/size] [color=#ff0000]red[/color]", "large red"),
        ("[send=/help]Help[/send] [put]/echo[/put]", "Help /echo"),
        ("[url]https://example.com/?a=1&b=2[/url]", LINK.format(*["https://example.com/?a=1&amp;b=2"] * 2)),
        ("[url=https://example.com][b]here[/b][/url]", LINK.format("https://example.com", "<b>here</b>")),
        ("[url=mailto:ann@example.com]Ann[/url]", LINK.format("mailto:ann@example.com", "Ann")),
        ("[url=/company/]us[/url]", LINK.format("/company/", "us")),
        ("[img]https://example.com/a.png[/img]", LINK.format(*["https://example.com/a.png"] * 2)),
        ('[url=https://a/" onclick="x]a[/url]', LINK.format("https://a/&quot; onclick=&quot;x", "a")),
    ],
)
def test_text_as_html(text: str, expected: str) -> None:
    assert html(text) == expected


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "//example.com",
        "x",
        "",
    ],
)
def test_no_link_leads_into_a_script(address: str) -> None:
    assert "<a" not in html(f"[url={address}]text[/url]") + html(f"[url]{address}[/url]") + html(
        f"[img]{address}[/img]"
    )


def test_elements_lie_within_one_another_whatever_the_text() -> None:
    assert html("[b]1[i]2[/b]3[/i]") == "<b>12</b>3"
    assert html("[i][b]1[url=https://a]2[/b]3[/url][/i]") == "<i><b>12</b>3</i>"
    assert html("[b][i]x[/b][u]y[/u][/i]") == "<b>x</b><u>y</u>"


def test_it_takes_time_in_proportion_to_the_text() -> None:
    begun = time.perf_counter()
    html("[b]" * 2_500 + "[/b]" * 2_500 + "[b][i][/b][/i]" * 500)
    assert time.perf_counter() - begun < 2.0
