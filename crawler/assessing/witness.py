"""OONI as a witness: reads measurements and API answers from files into what the judgement can use."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from db.errors import MfmError
from pipelines.detectors.reachability.ooni import read_document
from pipelines.detectors.reachability.tables import Tables


def read_files(files: Sequence[Path], tables: Tables) -> Iterator[str]:
    """One line per measurement or aggregate in the files; MfmError names a file that is not one."""
    for file in files:
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise MfmError(f"{file}: not an OONI file: {error}") from error
        for witness in read_document(document, tables):
            yield f"{file.name}: {witness.in_words()}"
