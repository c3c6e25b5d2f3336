"""What runs a test's script inside a host. Copied into a profile; as a Krita plugin it begins when Krita loads it."""

from importlib.util import find_spec

if find_spec("krita") is not None:
    from . import in_krita  # noqa: F401
