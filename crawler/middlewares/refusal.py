"""The one exception by which a middleware refuses a request, carrying the outcome that its address ends in."""

from scrapy.exceptions import IgnoreRequest

from db.vocabulary import Failure, FetchOutcome


class Refused(IgnoreRequest):
    """A request that is not made, or an answer that is not taken; the errback reads `outcome` and `failure`."""

    def __init__(self, outcome: FetchOutcome, reason: str, failure: Failure = Failure.NONE) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.failure = failure
