"""`scrapy notify` as a person runs it: report, dry run, one line for what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

from tests.crawler.mailing.conftest import House

ROOT = Path(__file__).parents[3]


def scrapy_notify(folder: Path, *args: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MFM_")}
    environment |= {"MFM_DATA_DIR": str(folder)} | settings
    return subprocess.run(
        [sys.executable, "-m", "scrapy", "notify", *args], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


def test_sends_into_the_mail_folder_and_says_so(tmp_path, real_now):
    house = House(tmp_path / "var")
    house.clock.at = real_now
    house.alert()
    dry = scrapy_notify(house.folder, "--dry-run")
    assert dry.returncode == 0 and "would queue alert 1 for staff over email" in dry.stdout, dry.stderr
    assert house.states() == {}
    done = scrapy_notify(house.folder)
    assert done.returncode == 0 and "1 sent" in done.stdout and str(house.folder / "mail") in done.stdout, done.stderr
    assert "nothing was due" in scrapy_notify(house.folder).stdout
    house.db.close()


def test_what_is_wrong_is_one_line_and_a_status(tmp_path):
    nothing = scrapy_notify(tmp_path / "var")
    assert nothing.returncode == 1 and nothing.stderr.startswith("notify: ") and "scrapy migrate" in nothing.stderr
    open_text = scrapy_notify(tmp_path / "var", MFM_SMTP_HOST="mail.example.org", MFM_SMTP_SECURITY="none")
    assert open_text.returncode == 1 and open_text.stderr.startswith("notify: smtp_security")
    for told in (nothing.stderr, open_text.stderr):
        assert told.count("\n") == 1 and "Traceback" not in told
    assert scrapy_notify(tmp_path / "var", "more").returncode == 2
