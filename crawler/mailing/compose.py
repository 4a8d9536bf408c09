"""Turns the stories of alerts into the fixed text of a mail: subject, both parts, and its place in its thread."""

from collections.abc import Sequence

from crawler.config import Config, Person
from crawler.mailing import labels
from crawler.mailing.views import alert_view, archive_page, target_of
from db.identity import content_id
from db.queries.delivery import ThreadPast
from db.queries.letters import AlertStory
from pipelines.channels.letter import header_text
from pipelines.channels.rendering import catalogue, render

Payload = dict[str, object]


def alert_mail(stories: Sequence[AlertStory], person: Person, config: Config, past: ThreadPast, domain: str) -> Payload:
    """The mail of one or more alerts of one thread: newest first, under the subject the thread began with."""
    views = [alert_view(story, person, config) for story in reversed(stories)]
    subject = past.subject or thread_subject(stories[0], person.language)
    values: dict[str, object] = {
        "alerts": views,
        "subject": subject,
        "organisation": config.organisation,
        "is_update": bool(past.message_ids),
    }
    rendered = render("alert", person.language, person.zone, values)
    root = f"<thread.{content_id('thread', past.key or stories[0].id, person.audience)}@{domain}>"
    return {
        "subject": subject,
        "text": rendered.text,
        "html": rendered.html,
        "language": person.language,
        "in_reply_to": past.message_ids[-1] if past.message_ids else "",
        "references": [root, *past.message_ids[-8:]],
        "alerts": [story.id for story in stories],
    }


def thread_subject(story: AlertStory, language: str) -> str:
    """A subject that stays true while the case goes on: country, kind and who is hit; no stage, no verdict."""
    return header_text(f"[{story.country.upper()}] {target_of(story)}: {labels.category(story.category, language)}")


def summary_mail(stories: Sequence[AlertStory], n_all: int, person: Person, config: Config) -> Payload:
    """One mail that stands for many: the gravest in full lines, the rest as a count with a link."""
    subject = header_text(catalogue(person.language).ngettext("%(num)s new alert", "%(num)s new alerts", n_all) % {"num": n_all})
    values: dict[str, object] = {
        "alerts": [alert_view(story, person, config) for story in stories],
        "n_all": n_all,
        "n_more": n_all - len(stories),
        "archive_url": archive_page(config, "alert?_sort_desc=created_at"),
        "subject": subject,
        "organisation": config.organisation,
    }
    rendered = render("summary", person.language, person.zone, values)
    return {"subject": subject, "text": rendered.text, "html": rendered.html, "language": person.language, "references": []}
