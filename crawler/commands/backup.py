"""`scrapy backup`: a verified copy of databases, archive and the key of links in mails, and the way back."""

import argparse
from pathlib import Path

from crawler.command import HouseCommand
from db.backup import make_backup, restore_backup, verify_backup


class Command(HouseCommand):
    """Copy, check or restore the whole archive."""

    def syntax(self) -> str:
        return "[--to DIR | --verify DIR | --restore DIR]"

    def short_desc(self) -> str:
        return "Copy database and archive, check a copy, or put one back"

    def long_desc(self) -> str:
        return (
            "Without options: a verified copy under <data folder>/backups. The copy is safe while crawls run. "
            "It holds secrets (private.db: what readers ended; ticket-key: whoever has it can press the buttons in mails), readable for "
            "their owner alone: keep the copy where only you can read it. "
            "--restore writes only into an empty data folder (set MFM_DATA_DIR to choose it)."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--to", type=Path, metavar="DIR", help="folder for the new copy")
        group.add_argument("--verify", type=Path, metavar="DIR", help="check a copy against its list of SHA-256")
        group.add_argument("--restore", type=Path, metavar="DIR", help="put a copy into the (empty) data folder")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        config = self.config
        if opts.verify:
            backup, word = verify_backup(opts.verify), "sound"
        elif opts.restore:
            backup, word = restore_backup(opts.restore, config.data_dir), f"restored into {config.data_dir}"
        else:
            backup, word = make_backup(config.data_dir, opts.to or config.data_dir / "backups", config.now()), "made and checked"
        print(f"{backup.path}: {word}, {backup.n_files} files, {backup.size_bytes / 2**20:.1f} MiB")
        return 0
