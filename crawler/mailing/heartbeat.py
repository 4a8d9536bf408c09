"""A sign of life to an outside address after each good run, so that somebody notices when this machine stops."""

import logging
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from crawler.config import Config

logger = logging.getLogger(__name__)
TIMEOUT_S = 10.0


def beat(config: Config) -> bool:
    """Ask the heartbeat address once when live; a failure is logged and never stops anything. It says nothing of what we do."""
    if not config.heartbeat_url or not config.is_live:
        return False
    if urlsplit(config.heartbeat_url).scheme not in {"http", "https"}:
        logger.warning("heartbeat_url: not a web address")
        return False
    try:
        with urllib.request.urlopen(config.heartbeat_url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - scheme checked above
            return bool(answer.status < 400)
    except (OSError, HTTPException, ValueError) as error:
        logger.warning("heartbeat: %s", type(error).__name__)
        return False
