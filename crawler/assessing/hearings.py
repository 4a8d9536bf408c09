"""Court lists judged over several looks: hearings that vanished or were moved become an event, an alert and a change of the calendar."""

from crawler.config import Config
from db.connection import connect, write
from db.migrations import migrate
from db.queries.court_lists import tell_list_changes


def hearing_changes(config: Config) -> list[tuple[str, str, str]]:
    """(case, kind of change, statement) of each change that is told now; the same moment twice tells nothing."""
    migrate(config.database_path)
    db = connect(config.database_path)
    try:
        changes = write(db, lambda each: tell_list_changes(each, config.now()))
    finally:
        db.close()
    return [(change.case_title, change.kind, change.words) for change in changes]
