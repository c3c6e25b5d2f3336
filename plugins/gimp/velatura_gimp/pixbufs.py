"""Pixels and picture files as what GTK shows, and as files again."""

from __future__ import annotations

from gi.repository import GdkPixbuf, GLib

from velatura_link.request import EncodedFile, Pixels

_CHECK, _LIGHT, _DARK = 8, 0xAAAAAA, 0x888888
_GREY = 0x808080FF
_BAR, _BARRED = 6, 0xC0392BFF


def pixbuf_of(pixels: Pixels) -> GdkPixbuf.Pixbuf:
    """``pixels``, RGB or RGBA of 8 bits, over a chequerboard."""
    return _chequered(_plain(pixels), pixels.width, pixels.height)


def fitted(picture: Pixels | EncodedFile, width: int, height: int) -> GdkPixbuf.Pixbuf | None:
    """The whole picture as large as fits into ``width`` × ``height``; None for a file that GTK cannot read."""
    plain = _plain(picture) if isinstance(picture, Pixels) else _opened(picture.view)
    if plain is None:
        return None
    scale = min(width / plain.get_width(), height / plain.get_height())
    sides = (max(round(side * scale), 1) for side in (plain.get_width(), plain.get_height()))
    return _chequered(plain, *sides)


def thumbnail(data: bytes | None, side: int) -> GdkPixbuf.Pixbuf:
    """The middle of a picture's file as a square; grey where there is none."""
    square = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, side, side)
    square.fill(_GREY)
    picture = _opened(memoryview(data or b""))
    if picture is None:
        return square
    width, height = picture.get_width(), picture.get_height()
    scale = side / min(width, height)
    left, top = (side - width * scale) / 2, (side - height * scale) / 2
    smooth = GdkPixbuf.InterpType.BILINEAR
    picture.composite(square, 0, 0, side, side, left, top, scale, scale, smooth, 255)
    return square


def barred(square: GdkPixbuf.Pixbuf) -> GdkPixbuf.Pixbuf:
    """``square`` without its colours and with a bar across it: what cannot be used here."""
    pale = square.copy()
    square.saturate_and_pixelate(pale, 0.0, False)
    side = pale.get_width()
    for at in range(side):
        left = max(side - at - 1 - _BAR // 2, 0)
        width = min(_BAR, side - left)
        pale.new_subpixbuf(left, at, width, 1).fill(_BARRED)
    return pale


def png_of(pixels: Pixels) -> EncodedFile:
    """``pixels``, RGB or RGBA of 8 bits, as a PNG file."""
    _, data = _plain(pixels).save_to_bufferv("png", [], [])
    return EncodedFile(bytes(data))


def _plain(pixels: Pixels) -> GdkPixbuf.Pixbuf:
    return GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(bytes(pixels.view)),
        GdkPixbuf.Colorspace.RGB,
        pixels.channels == 4,
        8,
        pixels.width,
        pixels.height,
        pixels.width * pixels.channels,
    )


def _opened(data: memoryview) -> GdkPixbuf.Pixbuf | None:
    try:
        loader = GdkPixbuf.PixbufLoader()
        loader.write(bytes(data))
        loader.close()
        return loader.get_pixbuf()
    except GLib.Error:
        return None


def _chequered(plain: GdkPixbuf.Pixbuf, width: int, height: int) -> GdkPixbuf.Pixbuf:
    own = (width, height) == (plain.get_width(), plain.get_height())
    smooth = GdkPixbuf.InterpType.NEAREST if own else GdkPixbuf.InterpType.BILINEAR
    return plain.composite_color_simple(width, height, smooth, 255, _CHECK, _LIGHT, _DARK)
