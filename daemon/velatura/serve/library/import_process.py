"""The process that looks at a client's file and takes it into the style library.

Decoders are large programs in C, and a file may be made to harm them: what it does to this process it does to nobody
else. ``python -m velatura.serve.library.import_process JSON``, where JSON is ``{"path": …, "title": …}``, prints one
JSON object: the ``file`` in the library, or ``code``, ``message`` and ``hint``.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from velatura.errors import BadPicture, TooLarge, VelaturaError
from velatura.library import styles
from velatura.serve import logs
from velatura.serve.library.queries import of_disk
from velatura.serve.worker.parent_watch import end_with_broker
from velatura_link.text import Text, encode_error

log = logging.getLogger(
    "velatura.serve.library.import_process"
)  # not __name__: this is run as a program

PIXELS = 1 << 26
"""Most pixels of a picture: 8192 × 8192. Engines look at far fewer, and a small file may say that it has any number."""


def take_in(path: Path, title: str) -> Path:
    """The file in the library, with its thumbnail made. Raises :class:`VelaturaError` that calls it by its title."""
    try:
        entry = styles.take_in(path, title, pixels=PIXELS)
        styles.thumbnail(entry)
    except VelaturaError as error:
        error.message = _called(error.message, path, title)
        raise
    except OSError as error:
        raise of_disk(error) from error
    except MemoryError as error:
        raise TooLarge(
            "“{title}” needs more memory than there is.", hint="Make it smaller first.", title=title
        ) from error
    except Exception as error:
        log.exception("A file met an error")
        raise BadPicture(
            "“{title}” cannot be used as a style: {kind}.",
            hint="Save it again as PNG or JPEG.",
            title=title,
            kind=type(error).__name__,
        ) from error
    return entry.path


def _called(message: Text, path: Path, title: str) -> Text:
    """``message`` with the title in place of the path, which is one of the spool's and says nothing to anybody."""
    values = {
        name: value.replace(str(path), f"“{title}”").replace(path.name, f"“{title}”")
        if isinstance(value, str)
        else value
        for name, value in message.values.items()
    }
    return Text(message.template, **values)


def main() -> None:
    end_with_broker()
    logs.configure("warning")
    wanted = json.loads(sys.argv[1])
    try:
        said: dict[str, Any] = {"file": str(take_in(Path(wanted["path"]), wanted["title"]))}
    except VelaturaError as error:
        said = encode_error(error.code, error.message, error.hint)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
