"""Limits of what a caller may send, in one place."""

from __future__ import annotations

from typing import Final

# A file of 20 MiB travels inside a parameter as base64, a third larger; this leaves room for its neighbours.
MAX_BODY: Final = 32 * 1024 * 1024
# A file of 100 MiB as base64, every "+" and "/" of it escaped as in a form, with its neighbours. Only for methods that
# say so, and on its way kept on disk.
MAX_UPLOAD: Final = 144 * 1024 * 1024
# Twice the time that this takes at two megabits a second.
UPLOAD_SECONDS: Final = 1200
# A larger body than this leaves the memory, and waits for its turn to be read.
SMALL_BODY: Final = 1024 * 1024

# The whole body has to arrive within this time, or a slow sender could hold a connection for ever.
BODY_SECONDS: Final = 30

# What all bodies of known callers that are still arriving may hold together; those of one key get half of it.
MAX_ARRIVING: Final = 8 * MAX_BODY

# A page's form, or a request for a token. Strangers send them.
MAX_FORM: Final = SMALL_BODY
# What a stranger's body, or an upload, has to bring on average: bytes a second, after so many seconds.
LEAST_RATE: Final = 1024
SLOW_SECONDS: Final = 5

# The request line and the headers together, and the time in which they have to arrive.
MAX_HEAD: Final = 64 * 1024
HEAD_SECONDS: Final = 30

# Levels of `a[b][c]` or of JSON. PHP's `max_input_nesting_level` is 64 as well.
MAX_DEPTH: Final = 64
# Names and list elements of one body, or of one query, in total. PHP's own default for fields is 1,000.
MAX_KEYS: Final = 10_000
# Bytes of texts beyond ASCII in one body: in memory such a text takes up to four bytes for each that came. Files come
# as base64, which is ASCII, so what is more than this is no file.
MAX_WIDE: Final = 4 * 1024 * 1024
# Escapes in one JSON body of more than SMALL_BODY, those of "/" left out: each takes many times as long to read as a
# plain character, and all are read in one go. A file as base64 in the largest body has half a million of them at most.
MAX_ESCAPES: Final = 2_000_000
# Characters of a parameter that is a text: what comes beyond them is cut off. Files are no texts.
MAX_TEXT: Final = 65_536
# Files of one form: each takes a file on disk.
MAX_FILES: Final = 10

# How much of a caller's own Content-Type an error text repeats.
MAX_TYPE_ECHO: Final = 100
