"""A message as JSON to an address of the reader's own; redirects are not followed, certificates are checked."""

import json
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from db.vocabulary import OutboxState
from pipelines.channels.letter import Letter, Receipt, without_addresses

AGAIN = frozenset({408, 425, 429})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is an answer, not an order."""


class WebhookChannel:
    """Posts once per try; the key `Idempotency-Key` is the Message-ID, the same over all tries."""

    def __init__(self, timeout_s: float, trust_bundle: Path | None = None) -> None:
        self.timeout_s = timeout_s
        context = ssl.create_default_context(cafile=str(trust_bundle) if trust_bundle else None)
        self._opener = urllib.request.build_opener(
            _NoRedirect, urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({})
        )

    def send(self, letter: Letter, address: str) -> Receipt:
        """Sent is any answer of 200 to 299; what a later try may mend is deferred, the rest refused."""
        body = json.dumps(
            {name: getattr(letter, name) for name in ("message_id", "kind", "language", "subject", "text")}, ensure_ascii=False
        )
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": letter.message_id}
        request = urllib.request.Request(address, body.encode("utf-8", "replace"), headers, method="POST")  # noqa: S310 - checked by the caller
        try:
            with self._opener.open(request, timeout=self.timeout_s) as answer:
                return Receipt(state=OutboxState.SENT, code=answer.status, response="taken")
        except urllib.error.HTTPError as error:
            error.close()
            is_passing = error.code in AGAIN or error.code >= 500
            state = OutboxState.DEFERRED if is_passing else OutboxState.REFUSED
            return Receipt(state=state, code=error.code, response=f"answered {error.code}")
        except (OSError, HTTPException) as error:
            words = without_addresses(f"{type(error).__name__}: {error}", (address,))
            return Receipt(state=OutboxState.DEFERRED, response=words)

    def close(self) -> None:
        """Nothing is held open."""
