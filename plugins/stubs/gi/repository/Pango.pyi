"""What the plug-in uses of Pango; written by tests/hosts/gi_stubs.py."""

# mypy: disable-error-code="override, misc"

from typing import ClassVar

class EllipsizeMode(int):
    END: ClassVar[EllipsizeMode]
    MIDDLE: ClassVar[EllipsizeMode]
    NONE: ClassVar[EllipsizeMode]
    START: ClassVar[EllipsizeMode]
    @property
    def value_nick(self) -> str: ...

class Style(int):
    ITALIC: ClassVar[Style]
    NORMAL: ClassVar[Style]
    @property
    def value_nick(self) -> str: ...
