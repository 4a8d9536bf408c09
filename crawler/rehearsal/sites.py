"""What each invented site answers on a given day: pages from templates, validators, and the troubles of the play."""

import hashlib
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawler.rehearsal.web import Answer, Question
from crawler.rehearsal.world import Outlet, Story, World

TEMPLATES_DIR = Path(__file__).parent / "templates"
HTML = "text/html; charset=utf-8"
_FEEDS = {"/feed.xml": ("rss", "feed.xml.j2", "application/rss+xml"), "/atom.xml": ("atom", "atom.xml.j2", "application/atom+xml")}
_SITEMAP = ("news_sitemap", "news_sitemap.xml.j2", "application/xml")


class Sites:
    """All sites of the world; `day` is the day of the play and is moved by the director."""

    def __init__(self, world: World) -> None:
        self.day = 1
        self._world = world
        self._words = yaml.safe_load((TEMPLATES_DIR / "words.yaml").read_text(encoding="utf-8"))
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES_DIR), autoescape=True, undefined=StrictUndefined)
        self._templates.filters["rfc822"] = format_datetime

    def from_inside(self, question: Question) -> Answer:
        """What a reader inside the country gets: the censor stands in front of some sites on some days."""
        outlet = self._world.by_host.get(question.host)
        if outlet and self.day in outlet.censored_days:
            return Answer(status=451, headers={"Content-Type": HTML}, body=b"")
        return self.from_outside(question)

    def from_outside(self, question: Question) -> Answer:
        """What a reader elsewhere gets."""
        outlet = self._world.by_host.get(question.host)
        if outlet is None:
            return Answer(status=502, headers={"Content-Type": "text/plain"}, body=b"no such host on this web")
        if 0 < outlet.suspended_from_day <= self.day:
            return self._page("suspended.html.j2", status=403, outlet=outlet)
        if self.day in outlet.challenged_days:
            answer = self._page("challenge.html.j2", status=403, outlet=outlet)
            return Answer(status=answer.status, headers={**answer.headers, "cf-mitigated": "challenge"}, body=answer.body)
        return _with_validator(self._content(outlet, question.path), question)

    def _content(self, outlet: Outlet, path: str) -> Answer:
        if path == "/robots.txt":
            return Answer(headers={"Content-Type": "text/plain"}, body=b"User-agent: *\nDisallow: /admin/\n")
        if path in _FEEDS or path == "/news-sitemap.xml":
            return self._feed(outlet, *_FEEDS.get(path, _SITEMAP))
        if path in {"/", "/news/"}:
            return self._page("listing.html.j2", outlet=outlet, stories=outlet.stories_on(self.day), words=self._words[outlet.language])
        if path == "/hearings/" and outlet.hearings:
            listed = [hearing for hearing in outlet.hearings if hearing.as_of(self.day)]
            return self._page("hearings.html.j2", outlet=outlet, hearings=listed, day=self.day)
        story = next((story for story in outlet.stories_on(self.day) if path == f"/news/{story.slug}/"), None)
        return self._article(outlet, story) if story else Answer(status=404, headers={"Content-Type": HTML}, body=b"<h1>404</h1>")

    def _feed(self, outlet: Outlet, offered: str, template: str, mime: str) -> Answer:
        if outlet.offers != offered:
            return Answer(status=404, headers={"Content-Type": HTML}, body=b"<h1>404</h1>")
        answer = self._page(template, mime=mime, outlet=outlet, stories=outlet.stories_on(self.day), lead=self._lead)
        if self.day not in outlet.broken_feed_days:
            return answer
        return Answer(
            headers=answer.headers, body=b"<b>Warning</b>: mysql_connect(): Too many connections in /var/www/feed.php on line 3\n"
        )

    def _article(self, outlet: Outlet, story: Story) -> Answer:
        others = [other for other in outlet.stories_on(self.day) if other.slug != story.slug][:3]
        return self._page(
            f"article_{outlet.style}.html.j2",
            outlet=outlet,
            story=story,
            url=f"http://{outlet.host}/news/{story.slug}/",
            paragraphs=[line.strip() for line in self._world.text_of(story).split("\n") if line.strip()],
            others=others,
            words=self._words[outlet.language],
        )

    @property
    def _lead(self) -> Callable[[Story], str]:
        return lambda story: self._world.text_of(story).split("\n", 1)[0].strip()

    def _page(self, template: str, status: int = 200, mime: str = HTML, **values: object) -> Answer:
        body = self._templates.get_template(template).render(**values).encode()
        return Answer(status=status, headers={"Content-Type": mime}, body=body)


def _with_validator(answer: Answer, question: Question) -> Answer:
    """The same answer with an ETag, or 304 when the asker has it already."""
    if answer.status != 200:
        return answer
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
    if question.headers.get("if-none-match") == tag:
        return Answer(status=304, headers={"ETag": tag})
    return Answer(headers={**answer.headers, "ETag": tag}, body=answer.body)
