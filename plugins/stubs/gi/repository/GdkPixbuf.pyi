"""What the plug-in uses of GdkPixbuf; written by tests/hosts/gi_stubs.py."""

# mypy: disable-error-code="override, misc"

from typing import Any, ClassVar

from gi.repository import Gio, GLib, GObject

class Colorspace(int):
    RGB: ClassVar[Colorspace]
    @property
    def value_nick(self) -> str: ...

class InterpType(int):
    BILINEAR: ClassVar[InterpType]
    NEAREST: ClassVar[InterpType]
    @property
    def value_nick(self) -> str: ...

class Pixbuf(GObject.Object, Gio.Icon, Gio.LoadableIcon):
    def apply_embedded_orientation(self) -> Pixbuf | None: ...
    def composite(
        self,
        dest: Pixbuf,
        dest_x: int,
        dest_y: int,
        dest_width: int,
        dest_height: int,
        offset_x: float,
        offset_y: float,
        scale_x: float,
        scale_y: float,
        interp_type: InterpType,
        overall_alpha: int,
    ) -> None: ...
    def composite_color_simple(
        self,
        dest_width: int,
        dest_height: int,
        interp_type: InterpType,
        overall_alpha: int,
        check_size: int,
        color1: int,
        color2: int,
    ) -> Pixbuf: ...
    def copy(self) -> Pixbuf: ...
    def copy_area(
        self,
        src_x: int,
        src_y: int,
        width: int,
        height: int,
        dest_pixbuf: Pixbuf,
        dest_x: int,
        dest_y: int,
    ) -> None: ...
    def fill(self, pixel: int) -> None: ...
    def get_height(self) -> int: ...
    def get_width(self) -> int: ...
    @staticmethod
    def new(
        colorspace: Colorspace, has_alpha: bool, bits_per_sample: int, width: int, height: int
    ) -> Pixbuf: ...
    @staticmethod
    def new_from_bytes(
        data: GLib.Bytes,
        colorspace: Colorspace,
        has_alpha: bool,
        bits_per_sample: int,
        width: int,
        height: int,
        rowstride: int,
    ) -> Pixbuf: ...
    @staticmethod
    def new_from_file_at_size(filename: str, width: int, height: int) -> Pixbuf: ...
    def new_subpixbuf(self, src_x: int, src_y: int, width: int, height: int) -> Pixbuf: ...
    def saturate_and_pixelate(self, dest: Pixbuf, saturation: float, pixelate: bool) -> None: ...
    def save_to_bufferv(
        self,
        type: str,
        option_keys: list[str] | None = None,
        option_values: list[str] | None = None,
    ) -> tuple[bool, bytes]: ...
    def scale(
        self,
        dest: Pixbuf,
        dest_x: int,
        dest_y: int,
        dest_width: int,
        dest_height: int,
        offset_x: float,
        offset_y: float,
        scale_x: float,
        scale_y: float,
        interp_type: InterpType,
    ) -> None: ...

class PixbufFormat:
    def __init__(self, *values: Any, **fields: Any) -> None: ...
    def copy(self) -> PixbufFormat | None: ...
    def get_name(self) -> str | None: ...
    name: Any

class PixbufLoader(GObject.Object):
    def close(self) -> bool: ...
    def get_format(self) -> PixbufFormat | None: ...
    def get_pixbuf(self) -> Pixbuf | None: ...
    @staticmethod
    def new() -> PixbufLoader: ...
    def write(self, buf: bytes) -> bool: ...
    def write_bytes(self, buffer: GLib.Bytes) -> bool: ...
