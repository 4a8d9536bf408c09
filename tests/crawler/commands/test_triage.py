"""`scrapy triage`: what is listed is what can be decided, with the numbers that an act needs."""

import argparse
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler.commands.triage import Command
from crawler.config import Config
from db.connection import connect
from db.queries.triage import ChangedMeanwhileError, TriageError
from tests.db.sample_archive import one_alert


@pytest.fixture
def command(tmp_path: Path) -> Command:
    db = one_alert(tmp_path / "mfm.db")
    db.execute("update alert set title = 'Иск' || char(27) || '[2J' || char(8238)")
    db.close()
    made = Command()
    made.settings = Settings({"MFM": Config(data_dir=tmp_path)})
    return made


def run(command: Command, *args: str, by: str = "", seen: int | None = None, reason: str = "", to: str = "") -> int:
    return command.execute(list(args), argparse.Namespace(by=by, seen=seen, reason=reason, to=to))


def test_an_alert_is_listed_taken_and_rejected_by_its_number(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(command)
    listed = capsys.readouterr().out
    assert "     1  seen 0  severity" in listed and listed.endswith("1 alerts wait\n")
    assert "Иск [2J" in listed and "\x1b" not in listed and "\u202e" not in listed, "no headline moves the terminal's cursor"
    run(command, "take", "1", by="anna", seen=0)
    seen = int(capsys.readouterr().out.strip().rpartition(" ")[2])
    run(command, "list", to="anna")
    assert f"seen {seen}  severity" in capsys.readouterr().out
    with pytest.raises(ChangedMeanwhileError, match="by anna"):
        run(command, "confirm", "1", by="bolat", seen=0)
    run(command, "reject", "1", by="bolat", seen=seen, reason="foreign")
    run(command)
    assert capsys.readouterr().out.endswith("0 alerts wait\n")
    db = connect(tmp_path / "mfm.db")
    assert db.conn.execute("select actor, operation, via from audit where via <> 'rule' order by id").fetchall() == [
        ("anna", "take", "command"),
        ("bolat", "reject", "command"),
    ]


def test_an_act_without_name_version_or_alert_is_refused(command: Command) -> None:
    for args, more in (
        (("confirm", "1"), {"by": "anna"}),
        (("confirm", "1"), {"seen": 0}),
        (("confirm", "one"), {"by": "anna", "seen": 0}),
        (("assign", "1"), {"by": "anna", "seen": 0}),
        (("merge", "1"), {"by": "anna", "seen": 0}),
    ):
        with pytest.raises(UsageError):
            run(command, *args, **more)  # type: ignore[arg-type]
    with pytest.raises(TriageError, match="alert 7: no such alert"):
        run(command, "confirm", "7", by="anna", seen=0)
