"""Pages that refresh: a refresh to another page is followed, one to itself is content (FIELD-TRAPS HT8)."""

from urllib.parse import urldefrag, urljoin

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import HtmlResponse, Response
from scrapy.utils.response import get_meta_refresh

_HEAD_BYTES = 4096  # Scrapy looks no further for a refresh


class RefreshMiddleware(MetaRefreshMiddleware):
    """Scrapy's own, kept from pages without a refresh and from circles."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response itself, or the request that it asks for."""
        if not isinstance(response, HtmlResponse) or b"refresh" not in response.body[:_HEAD_BYTES].lower():
            return response
        target = get_meta_refresh(response)[1]
        seen = {urldefrag(url)[0] for url in (request.url, response.url, *request.meta.get("redirect_urls", ()))}
        if not target or urldefrag(urljoin(response.url, target))[0] in seen:
            return response
        answer: Request | Response = super().process_response(request, response)
        return answer
