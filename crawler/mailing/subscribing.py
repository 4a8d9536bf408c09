"""Subscriptions as `scrapy subscriptions` shows and turns them. Names of audiences only, never an address."""

from crawler.config import Config, Subscription
from db.errors import MfmError
from db.private import end_subscriptions, ended, resume_subscriptions
from pipelines.notify import STAFF, subscription_id


class SubscribingError(MfmError):
    """There is no such subscription."""


def listing(config: Config) -> list[str]:
    """One line per subscription: id, audience, whether it sends, and what it asks for."""
    over = ended(config.data_dir)
    return [f"{each}  {audience}: {'ended' if each in over else 'on'}; {_words(wish)}" for each, audience, wish in _all(config)]


def turn(config: Config, chosen: str, *, is_on: bool) -> str:
    """End or resume one; returns what to say. SubscribingError for an id that the configuration does not have."""
    audience = next((audience for each, audience, _ in _all(config) if each == chosen), None)
    if audience is None:
        raise SubscribingError(f"{chosen}: no subscription has this id (`scrapy subscriptions` lists them)")
    if is_on:
        n = resume_subscriptions(config.data_dir, [chosen])
    else:
        n = end_subscriptions(config.data_dir, [chosen], audience, config.now(), via="command")
    return f"{audience}: subscription {chosen} {'sends again' if is_on else 'is ended'}" + ("" if n else " (as before)")


def _all(config: Config) -> list[tuple[str, str, Subscription]]:
    people = config.people or (STAFF,)
    return [(subscription_id(person.audience, each), person.audience, each) for person in people for each in person.subscriptions]


def _words(wish: Subscription) -> str:
    what = f"query {wish.name}" if wish.query else ", ".join((*wish.countries, *wish.categories, *wish.outlets)) or "everything"
    return f"{wish.rate} over {wish.channel}: {what}"
