"""What the plug-in uses of Babl; written by tests/hosts/gi_stubs.py."""

# mypy: disable-error-code="override, misc"

from typing import Any

class Object:
    def __init__(self, *values: Any, **fields: Any) -> None: ...

def format_get_space(format: Object) -> Object: ...
def get_name(babl: Object) -> str: ...
