"""Captures for tests of this room: a page as bytes, with everything else as it usually is."""

from datetime import UTC, datetime

from crawler.items import Capture, Hint
from db.vocabulary import CaptureRole
from pipelines.reading.rules import PageRules

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
URL = "https://jangaqala.example/news/1042-sud-opravdal-redaktora"
KAZAKH = PageRules(outlet_names=("Жаңа қала", "Новый город"), languages=("ru", "kk"), country="KZ")
PARAGRAPHS = (
    "Суд города Новоозерск оправдал редактора газеты по делу о защите чести и достоинства, сообщил корреспондент из зала заседания.",
    "Истец, бывший чиновник акимата, требовал взыскать пять миллионов тенге и опровергнуть статью, опубликованную весной.",
    "Судья отказала в иске полностью и отметила, что сведения в публикации подтверждены документами.",
    "Представитель истца заявил, что будет обжаловать решение в апелляционной инстанции в установленный законом срок.",
)


def capture(body: str | bytes, *, url: str = URL, status: int = 200, role: CaptureRole = CaptureRole.ARTICLE, **more: object) -> Capture:
    """A capture of `body`, which is encoded as UTF-8 when it is a text."""
    content_type = str(more.pop("content_type", "text/html; charset=utf-8"))
    fields: dict[str, object] = {
        "source_id": "kz_jangaqala",
        "run_id": "run",
        "role": role,
        "url": url,
        "final_url": more.pop("final_url", url),
        "status": status,
        "fetched_at": more.pop("fetched_at", NOW),
        "body": body.encode() if isinstance(body, str) else body,
        "headers": (("Content-Type", content_type), *more.pop("headers", ())),  # type: ignore[misc]
        "hint": more.pop("hint", Hint()),
    }
    return Capture(**fields, **more)  # type: ignore[arg-type]


def page(
    *paragraphs: str, title: str = "Суд оправдал редактора газеты", head: str = "", above: str = "", inside: str = "", below: str = ""
) -> str:
    """A plain article page in the manner of a small outlet."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or PARAGRAPHS)
    return (
        f"<!doctype html><html lang=ru><head><title>{title} | Жаңа қала</title>{head}</head><body>"
        f"<header><a href='/'>Жаңа қала</a><nav><a href='/politika'>Политика</a> <a href='/sud'>Суд</a></nav></header>{above}"
        f"<main><article><h1>{title}</h1>{inside}<div class='text'>{text}</div></article></main>{below}"
        "<footer>© Жаңа қала, 2026</footer></body></html>"
    )
