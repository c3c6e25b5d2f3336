"""Files that a person names, as they are sent."""

from __future__ import annotations

from pathlib import Path

from velatura.errors import BadPicture, BadRequest
from velatura_link.request import EncodedFile


def read_file(
    path: Path, trouble: type[BadPicture | BadRequest] = BadPicture, what: str = ""
) -> EncodedFile:
    """The file at ``path``. Raises ``trouble`` where there is none, or nothing in it; ``what`` is what it was to be."""
    try:
        if path.is_dir():
            raise trouble(f"{path} is a folder.", hint=f"{what} must be a file." if what else "")
        file = EncodedFile.read(path)
    except FileNotFoundError as error:
        raise trouble(f"There is no file {path}.", hint="Check the path.") from error
    except OSError as error:
        raise trouble(f"{path} cannot be opened: {error.strerror or error}.") from error
    if not len(file.view):
        raise trouble(f"{path} is empty.", hint="The file may not have been saved fully.")
    return file
