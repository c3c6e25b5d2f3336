"""A text that travels inside a picture's file: in its XMP packet, in OpenEXR as an attribute.

XMP (ISO 16684-1) is what programs that know nothing of the text carry along when they write the picture anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from PIL import Image

from velatura import __version__

ATTRIBUTE = "velaturaRecipe"
"""Of OpenEXR's header."""

LARGEST = 1 << 20
"""Bytes of a packet beyond which nothing of ours is in it."""

JPEG_LARGEST = 65502
"""Bytes of a packet that fit into a JPEG, where it has one segment with a length of 16 bits (XMP 3, 1.1.3)."""

XMP_TAG = 700
"""Of TIFF (XMP 3, 1.1.6)."""

PNG_KEYWORD = b"XML:com.adobe.xmp"

_NAMESPACE = "urn:velatura:xmp#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def packet(text: str) -> bytes:
    """An XMP packet that holds ``text``."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{_RDF}">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f' xmlns:velatura="{_NAMESPACE}">'
        f"<xmp:CreatorTool>Velatura {__version__}</xmp:CreatorTool>"
        f"<velatura:recipe>{escape(text)}</velatura:recipe>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()


def text_in(data: bytes) -> str | None:
    """The text in an XMP packet, in whichever of its two ways it was written; None where there is none."""
    if len(data) > LARGEST:
        return None
    try:
        # As text: what says that it is of another encoding could hide a declaration from the next line.
        written = data.strip(b"\0 \r\n\t").decode("utf-8-sig")
        # Whoever declares entities could have them grow without bound.
        if "<!" in written.replace("<![CDATA[", ""):
            return None
        root = ElementTree.fromstring(written)
    except (UnicodeDecodeError, ElementTree.ParseError):
        return None
    name = f"{{{_NAMESPACE}}}recipe"
    for description in root.iter(f"{{{_RDF}}}Description"):
        found = description.get(name) or description.findtext(name)
        if found:
            return found
    return None


def read_text(path: Path) -> str | None:
    """The text that the picture file ``path`` carries; None where it carries none or is no picture.

    Pixels are not decoded. Raises :class:`OSError` for a file that cannot be opened.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(0)
        try:
            if start == b"v/1\x01":
                return _in_exr(stream)
            data = _in_tiff(stream) if start[:2] in (b"II", b"MM") else _by_pillow(stream)
        except Exception:
            # What decoders raise for damaged files is of no one kind.
            return None
    return text_in(data) if isinstance(data, bytes) else None


def _in_exr(stream: IO[bytes]) -> str | None:
    import OpenEXR

    found = OpenEXR.File(stream, header_only=True).header().get(ATTRIBUTE)
    return found if isinstance(found, str) and len(found) <= LARGEST else None


def _in_tiff(stream: IO[bytes]) -> Any:
    from tifffile import TiffFile

    with TiffFile(stream) as file:
        tag = file.pages.first.tags.get(XMP_TAG)
        return None if tag is None else bytes(tag.value)


def _by_pillow(stream: IO[bytes]) -> Any:
    with Image.open(stream) as picture:
        found = picture.info.get("xmp", picture.info.get(PNG_KEYWORD.decode()))
        return found.encode() if isinstance(found, str) else found
