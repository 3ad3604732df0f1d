"""The content type of a download, from its bytes and, where these leave a choice, from its name.

A name is believed only within what the bytes allow: an archive may be a document, a text may be a table, and
neither is ever a page. Whatever is told here is handed out for download and never run.
"""

from __future__ import annotations

import codecs
from typing import IO

from botyard.chat.media.file_types import TEXT
from botyard.store.engines.blobs import CHUNK

UTF_8 = f"{TEXT}; charset=utf-8"
OPUS = "audio/ogg; codecs=opus"
ZIP = "application/zip"

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
_DOCX, _XLSX = f"{_OPEN_XML}.wordprocessingml.document", f"{_OPEN_XML}.spreadsheetml.sheet"
_PPTX = f"{_OPEN_XML}.presentationml.presentation"

# By what the bytes are, then by the ending of the name.
_BY_NAME: dict[str, dict[str, str]] = {
    ZIP: {
        "docx": _DOCX,
        "dotx": f"{_OPEN_XML}.wordprocessingml.template",
        "docm": "application/vnd.ms-word.document.macroenabled.12",
        "xlsx": _XLSX,
        "xltx": f"{_OPEN_XML}.spreadsheetml.template",
        "xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
        "pptx": _PPTX,
        "ppsx": f"{_OPEN_XML}.presentationml.slideshow",
        "pptm": "application/vnd.ms-powerpoint.presentation.macroenabled.12",
        "odt": f"{_ODF}.text",
        "ods": f"{_ODF}.spreadsheet",
        "odp": f"{_ODF}.presentation",
        "odg": f"{_ODF}.graphics",
        "epub": "application/epub+zip",
        "apk": "application/vnd.android.package-archive",
        "jar": "application/java-archive",
    },
    "application/x-ole-storage": {
        "doc": "application/msword",
        "xls": "application/vnd.ms-excel",
        "ppt": "application/vnd.ms-powerpoint",
        "msg": "application/vnd.ms-outlook",
        "vsd": "application/vnd.visio",
    },
    TEXT: {
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
        "json": "application/json",
        "geojson": "application/geo+json",
        "jsonl": "application/jsonl",
        "ndjson": "application/x-ndjson",
        "yaml": "application/yaml",
        "yml": "application/yaml",
        "md": "text/markdown",
        "ics": "text/calendar",
        "vcf": "text/vcard",
    },
    "video/mp4": {"m4a": "audio/mp4", "m4b": "audio/mp4", "3gp": "video/3gpp", "mov": "video/quicktime"},
    "video/webm": {"mkv": "video/x-matroska", "mka": "audio/x-matroska", "weba": "audio/webm"},
    "audio/ogg": {"opus": OPUS, "ogv": "video/ogg"},
}
# What stands in the directory of an archive that is a document.
_PARTS = ((b"word/document.xml", _DOCX), (b"xl/workbook.xml", _XLSX), (b"ppt/presentation.xml", _PPTX))
# OpenDocument and EPUB begin with a file that says so, not compressed.
_SAYS_SO = b"mimetype"
_SAYS_AT = 30
_OPUS_HEAD = b"OpusHead"


def closer(mime: str, extension: str) -> str:
    """A type by the ending of the name, within what the bytes were found to be."""
    base, _, more = mime.partition("; ")
    narrowed = _BY_NAME.get(base, {}).get(extension, base)
    # JSON and its like are UTF-8 by definition, and take no charset.
    return f"{narrowed}; {more}" if more and (narrowed == base or narrowed.startswith("text/")) else narrowed


def of_upload(mime: str, extension: str, *, file: IO[bytes], head: bytes, tail: bytes) -> str:
    """The type of a file that has arrived, as it is kept."""
    if mime == TEXT:
        return closer(UTF_8 if _utf_8(file) else TEXT, extension)
    if mime == ZIP:
        return _document(head, tail) or closer(mime, extension)
    if mime == "audio/ogg" and _OPUS_HEAD in head[:100]:
        return OPUS
    return closer(mime, extension)


def _document(head: bytes, tail: bytes) -> str:
    """What an archive says that it is, "" where it says nothing known."""
    if head.startswith(_SAYS_SO, _SAYS_AT):
        start = _SAYS_AT + len(_SAYS_SO)
        known = [mime for mime in _BY_NAME[ZIP].values() if head.startswith(mime.encode(), start)]
        return max(known, key=len, default="")
    return next((mime for part, mime in _PARTS if part in tail or part in head), "")


def _utf_8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(CHUNK):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
