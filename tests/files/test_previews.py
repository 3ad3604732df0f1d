"""Pictures have sizes and small copies, and no picture can eat the memory."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image, ImageFile

from botyard.chat.media import previews
from tests.world import World
from tests.worlds.pictures import bomb, picture


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(("kind", "mime"), [("PNG", "png"), ("JPEG", "jpeg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_a_small_picture_is_its_own_preview(world: World, kind: str, mime: str) -> None:
    content = picture(kind)
    file = world.add_file(f"a.{mime}", content)
    assert (file["type"], file["image"]) == ("image", {"height": 61, "width": 72})
    answer = world.download(file["urlPreview"])
    assert (answer.body, answer.headers["content-type"]) == (content, f"image/{mime}")
    assert file["mediaUrl"]["preview"] == {"250": file["urlPreview"]}
    assert file["viewerAttrs"]["viewerType"] == "image"
    assert len(world.blobs) == 1


@pytest.mark.parametrize(
    ("size", "shown"), [((3000, 1500), (1280, 640)), ((700, 7000), (128, 1280)), ((9000, 2), (1280, 1))]
)
def test_a_large_picture_has_a_small_copy(world: World, size: tuple[int, int], shown: tuple[int, int]) -> None:
    content = picture("JPEG", size)
    file = world.add_file("a.jpg", content)
    assert (file["image"]["width"], file["image"]["height"]) == shown
    answer = world.download(file["urlPreview"])
    assert opened(answer.body).size == shown
    assert answer.headers["content-disposition"].startswith('inline; filename="a.jpg"')
    assert world.download(file["urlShow"]).body == content
    assert len(world.blobs) == 2


def test_clear_pictures_stay_clear(world: World) -> None:
    file = world.add_file("a.png", picture(size=(2000, 2000), color=(255, 0, 0, 0), mode="RGBA"))
    preview = opened(world.download(file["urlPreview"]).body)
    assert preview.format == "PNG"
    assert preview.convert("RGBA").getchannel("A").getextrema() == (0, 0)


def test_a_picture_that_lies_on_its_side_stands_up(world: World) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    turned[0x010E] = "secret place"
    file = world.add_file("a.jpg", picture("JPEG", (2000, 1000), exif=turned))
    assert file["image"] == {"height": 1280, "width": 640}
    preview = world.download(file["urlPreview"]).body
    assert opened(preview).size == (640, 1280)
    assert b"secret place" not in preview
    assert not opened(preview).getexif()


def test_what_is_no_picture_has_no_preview(world: World) -> None:
    file = world.add_file("a.txt", b"hello")
    assert (file["image"], file["urlPreview"], file["mediaUrl"]) == (False, "", {"preview": {"250": ""}})
    assert file["viewerAttrs"]["viewerType"] == "unknown"


@pytest.mark.parametrize(
    "content",
    [picture()[:40], b"\x89PNG\r\n\x1a\n" + b"\0" * 100, picture("GIF")[:10], b"RIFF\0\0\0\0WEBPVP8 " + b"\xff" * 50],
)
def test_a_broken_picture_is_a_file(world: World, content: bytes) -> None:
    file = world.add_file("a.png", content)
    assert (file["type"], file["image"]) == ("file", False)
    assert world.download(file["urlShow"]).headers["content-disposition"].startswith("attachment")


def test_a_large_picture_that_breaks_off_is_a_file(world: World) -> None:
    content = picture("JPEG", (3000, 3000))
    assert world.add_file("a.jpg", content[: len(content) // 2])["type"] == "file"


@pytest.mark.parametrize("size", [(19_000, 19_000), (30_000, 10), (8_000, 4_000)])
def test_a_bomb_is_not_decoded(world: World, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    content = bomb(*size)
    assert len(content) < 100_000
    file = world.add_file("bomb.png", content)
    assert (file["type"], file["image"]) == ("file", False)
    # The same in this process, where it can be seen.
    decoded: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded.append)
    assert previews.look(io.BytesIO(content), "image/png", size=len(content)) is None
    assert decoded == []


def test_a_picture_at_the_limit_is_decoded(world: World) -> None:
    file = world.add_file("a.png", bomb(5000, 5000))
    assert file["image"] == {"height": 1280, "width": 1280}


def test_a_progressive_picture_has_the_lower_limit() -> None:
    started = time.perf_counter()
    content = picture("JPEG", (7000, 4000), progressive=True)
    assert previews.look(io.BytesIO(content), "image/jpeg", size=len(content)) is None
    plain = picture("JPEG", (7000, 4000))
    assert previews.look(io.BytesIO(plain), "image/jpeg", size=len(plain)) is not None
    assert time.perf_counter() - started < 20


def test_sound_and_film_are_told_by_their_bytes(world: World) -> None:
    for name, content, kind in [
        ("a.bin", b"ID3\x04" + b"\0" * 20, "audio"),
        ("a.mp4", b"\0\0\0\x20ftypisom" + b"\0" * 20, "video"),
        ("a.mp4", b"no film", "file"),
    ]:
        file = world.add_file(name, content)
        assert (file["type"], file["image"]) == (kind, False)
