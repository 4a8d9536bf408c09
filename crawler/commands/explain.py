"""`scrapy explain`: what the detectors see in a text, with reasons; for people in colour, for machines as JSON lines."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from crawler.command import HouseCommand
from crawler.config import ConfigError
from crawler.items import Finding, Judgement
from crawler.sources import load_sources

_TEXT_FIELDS = ("title", "text", "lang", "url", "country", "published")


class Command(HouseCommand):
    """Show findings, near-misses and the alert decision for given texts."""

    def syntax(self) -> str:
        return "[--jsonl] [FILE|-]"

    def short_desc(self) -> str:
        return "Show what the detectors see in a text, and why"

    def long_desc(self) -> str:
        return (
            "Reads a plain text (first line: headline) or, with --jsonl, one JSON object per line with id, title and text, and optionally lang, "
            "published, url, country. Without a file it reads standard input. With --jsonl it prints one JSON object per line in the same order; "
            "a line that cannot be read is named on the error stream, counted, and makes the exit status 1."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--jsonl", action="store_true", help="read and write JSON lines")
        parser.add_argument("--language", default="", metavar="ISO", help="language of a plain text (default: found out)")
        parser.add_argument("--country", default="", metavar="CC", help="country of a plain text (default: none given)")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        from pipelines.detect import outlet_index  # noqa: PLC0415 - `scrapy -h` imports every command

        outlets = outlet_index(load_sources(self.config.sources_path))
        with _opened(args[0] if args else "-") as stream:
            return _explain_lines(stream, outlets) if opts.jsonl else _explain_text(stream.read(), outlets, opts)


def _opened(name: str) -> TextIO:
    if name == "-":
        return open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False)
    try:
        return Path(name).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror}") from error


def _explain_lines(stream: TextIO, outlets: Any) -> int:
    from pipelines.detectors import judge  # noqa: PLC0415

    n_bad = 0
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            identity, given = read_line(line)
        except ValueError as error:
            n_bad += 1
            print(f"mfm: line {number}: {error}", file=sys.stderr)
            continue
        print(json.dumps({"id": identity, **as_json(judge(given, outlets), given.country)}, ensure_ascii=False), flush=False)
    if n_bad:
        print(f"mfm: {n_bad} lines could not be read", file=sys.stderr)
    return int(bool(n_bad))


def read_line(line: str) -> tuple[Any, Any]:
    """Id and input of one JSON line; ValueError names what is wrong with it."""
    from pipelines.detectors import JudgeInput  # noqa: PLC0415

    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg}") from None
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    values = {name: row.get(name) or "" for name in _TEXT_FIELDS}
    wrong = [name for name, value in values.items() if not isinstance(value, str)]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: must be text")
    if not values["title"] and not values["text"]:
        raise ValueError("neither title nor text")
    text = values["text"] or values["title"]
    given = JudgeInput(
        title=values["title"],
        text=text,
        language=values["lang"],
        url=values["url"],
        country=values["country"],
        published=_moment(values["published"]),
    )
    return row.get("id"), given


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"published: not an ISO date: {text[:40]!r}") from None
    return moment if moment.tzinfo else moment.astimezone()


def as_json(judgement: Judgement, country: str = "") -> dict[str, Any]:
    """The judgement in the words of the interface: fields that are not found are null or empty."""
    return {
        "lang": judgement.language,
        "alert": judgement.is_alert,
        "alert_kind": judgement.alert_kind.value,
        "findings": [_finding(finding, country) for finding in judgement.findings],
    }


def _finding(finding: Finding, country: str) -> dict[str, Any]:
    return {
        "category": finding.category.value,
        "subtype": finding.subtype or None,
        "stage": finding.stage.value if finding.stage else None,
        "outcomes": list(finding.outcomes),
        "is_new": finding.is_new,
        "confidence": round(finding.confidence, 3),
        "outlets": list(finding.outlets),
        "people": [{"name": person.name, "role": person.role.value} for person in finding.people],
        "opponents": list(finding.opponents),
        "provisions": [
            {"id": provision.id, "article": provision.article, "part": provision.part or None} for provision in finding.provisions
        ],
        "amounts": [{"value": amount.value, "currency": amount.currency, "role": amount.role.value} for amount in finding.amounts],
        "court": finding.court or None,
        "case_number": finding.case_number or None,
        "hearing_at": finding.hearing_at or None,
        "event_on": finding.event_on or None,
        "country": finding.country or country or None,
        "negated": finding.is_negated,
        "alert_kind": finding.alert_kind.value,
        "reason": finding.reason,
        "evidence": [
            {"start": each.start, "end": each.end, "quote": each.quote, "rule_id": each.rule_id, "field": each.field}
            for each in finding.evidence
        ],
    }


def _explain_text(content: str, outlets: Any, opts: argparse.Namespace) -> int:
    from rich.console import Console  # noqa: PLC0415

    from pipelines.detectors import JudgeInput, judge  # noqa: PLC0415

    title, _, text = content.strip().partition("\n")
    if not title:
        raise ConfigError("explain: nothing to read")
    given = JudgeInput(title=title, text=text.strip() or title, language=opts.language, country=opts.country)
    for line in _lines(judge(given, outlets), given.title, given.text):
        Console().print(line)
    return 0


def _lines(judgement: Judgement, title: str, text: str) -> Iterator[Any]:
    """The text with its evidence marked, then each finding and near-miss in words."""
    from rich.text import Text  # noqa: PLC0415

    for name, content in (("title", title), ("text", text)):
        shown = Text(content, style="bold" if name == "title" else "")
        for finding in judgement.findings:
            for each in finding.evidence:
                if each.field == name:
                    shown.stylize("black on yellow", each.start, each.end)
        yield shown
    yield Text(f"\nlanguage {judgement.language}; alert: {judgement.alert_kind}", style="bold green" if judgement.is_alert else "bold")
    for finding in judgement.findings:
        yield Text(
            f"  {finding.category}, stage {finding.stage or 'unknown'}: {finding.reason} [{finding.rule_id}, {finding.confidence:.2f}]"
        )
        for label, values in (
            ("outlets", finding.outlets),
            ("people", tuple(f"{person.name} ({person.role})" for person in finding.people)),
            ("law", tuple(f"{provision.id} art. {provision.article}" for provision in finding.provisions)),
            ("sums", tuple(f"{amount.value:,.0f} {amount.currency} ({amount.role})" for amount in finding.amounts)),
            ("court", tuple(filter(None, (finding.court, finding.case_number, finding.hearing_at)))),
        ):
            if values:
                yield Text(f"    {label}: {', '.join(values)}")
    for miss in judgement.near_misses:
        quote = f" «{miss.evidence.quote}»" if miss.evidence else ""
        yield Text(f"  did not fire: {miss.rule_id}{quote}: {miss.reason}", style="dim")
