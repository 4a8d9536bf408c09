"""`scrapy explain` as a person and as a program run it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
BLOCKED: dict[str, Any] = {
    "id": "first",
    "title": "Портал «Тихая гавань» заблокирован",
    "text": "Комитет информации ограничил доступ к сайту «Тихая гавань». Редакция узнала об этом от читателей.",
    "published": "2026-03-02T10:00:00+05:00",
}
WEATHER: dict[str, Any] = {"id": 2, "title": "Завтра снег", "text": "В Костанае ожидается до пяти сантиметров снега, ветер слабый."}
FINED: dict[str, Any] = {
    "id": None,
    "title": "Court fines editor",
    "text": "A court fined the editor of the weekly Quiet Harbour for slander on Monday.",
}


def scrapy_explain(folder: Path, content: str, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MFM_")}
    environment |= {"MFM_DATA_DIR": str(folder / "var"), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "scrapy", "explain", *args]
    return subprocess.run(command, cwd=ROOT, env=environment, input=content, capture_output=True, encoding="utf-8", timeout=60)


def test_lines_keep_their_order_and_offsets_cut_the_quotes(tmp_path: Path) -> None:
    given = [BLOCKED, WEATHER, FINED]
    done = scrapy_explain(tmp_path, "\n".join(json.dumps(row) for row in given), "--jsonl", "-")
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["first", 2, None]
    assert [answer["alert"] for answer in answers] == [True, False, True]
    assert answers[0]["findings"][0]["category"] == "blocking" and answers[0]["alert_kind"] == "at_once"
    for row, answer in zip(given, answers, strict=True):
        for finding in answer["findings"]:
            assert finding["evidence"] and finding["reason"]
            for each in finding["evidence"]:
                assert row[each["field"]][each["start"] : each["end"]] == each["quote"] != ""


def test_bad_lines_are_named_and_counted_and_the_rest_is_answered(tmp_path: Path) -> None:
    bad = ['{"id": 1, "title":', "[1, 2]", '{"id": 3, "title": 7, "text": "x"}', '{"id": 4}', '{"text": "x", "published": "soon"}']
    lines = [json.dumps(WEATHER), *bad, "", json.dumps(BLOCKED)]
    done = scrapy_explain(tmp_path, "\n".join(lines), "--jsonl", "-")
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [2, "first"]
    told = [line for line in done.stderr.splitlines() if line.startswith("mfm: ")]
    assert [line.split(":")[1].strip() for line in told[:-1]] == ["line 2", "line 3", "line 4", "line 5", "line 6"]
    assert told[-1] == "mfm: 5 lines could not be read" and "Traceback" not in done.stderr


def test_a_plain_text_is_answered_with_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "news.txt"
    file.write_text(f"{BLOCKED['title']}\n{BLOCKED['text']}\n", encoding="utf-8")
    done = scrapy_explain(tmp_path, "", str(file))
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    assert "language ru; alert: at_once" in shown
    assert "Access to a media resource is limited" in shown or "A media resource is said to be blocked" in shown


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for content, args in (("", ()), ("", (str(tmp_path / "absent.txt"),))):
        done = scrapy_explain(tmp_path, content, *args)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, done.stderr
