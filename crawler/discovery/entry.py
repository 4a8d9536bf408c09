"""A source entry as text, appended to the file of its country without touching what stands there."""

import os
import re
from pathlib import Path

import yaml

from crawler.config import ConfigError
from crawler.sources import Source, read_source_file

_HEAD = "# Sources of {country}: who is read, where, how often and what a healthy run looks like.\nsources:\n"
_UNSAFE = re.compile(r"[^a-z0-9]+")


class _Dumper(yaml.SafeDumper):
    """Block style with indented lists, no aliases, as the files are written by hand."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def source_id(country: str, host: str) -> str:
    """`<cc>_<name>` out of a host: kz_vlast for www.vlast.kz; letters of other scripts come in their ASCII form."""
    name = host.lower().removeprefix("www.")
    labels = name.split(".")
    word = _UNSAFE.sub("_", "_".join(labels[:-1]) if len(labels) > 1 else name).strip("_") or "source"
    return f"{country.lower()}_{word[:40]}"


def entry_text(source: Source) -> str:
    """The YAML of one entry; what equals a default is left out."""
    values = source.model_dump(mode="json", exclude_defaults=True)
    body = yaml.dump([values], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=150)
    return "".join(f"  {line}" if line.strip() else line for line in body.splitlines(keepends=True))


def append_entry(directory: Path, source: Source) -> Path:
    """Add the entry at the end of `<cc>.yaml`; the file is checked as a whole first and replaced in one step.

    Raises ConfigError when the id is taken or the result would not load; the old file then stays as it was.
    """
    stem = source.id.split("_", 1)[0]
    path = directory / f"{stem}.yaml"
    old = path.read_text(encoding="utf-8") if path.exists() else _HEAD.format(country=source.country)
    if path.exists() and any(known.id == source.id for known in read_source_file(path)):
        raise ConfigError(f"{path}: entry {source.id}: there already")
    draft_dir = directory / f".draft-{os.getpid()}"
    draft_dir.mkdir(parents=True, exist_ok=True)
    draft = draft_dir / path.name
    try:
        draft.write_text(f"{old.rstrip()}\n\n{entry_text(source)}", encoding="utf-8")
        read_source_file(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
        draft_dir.rmdir()
    return path
