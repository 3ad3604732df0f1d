"""Bodies to be read."""

from __future__ import annotations

from hypothesis import strategies as st

JSON = "application/json"


FORM = "application/x-www-form-urlencoded"


MULTIPART = "multipart/form-data; boundary=B"


def multipart(*fields: tuple[str, str]) -> bytes:
    parts = (f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields)
    return "".join([*parts, "--B--\r\n"]).encode()


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def named(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\0")), inner, max_size=4)
    ),
    max_leaves=20,
)
