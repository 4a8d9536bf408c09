"""The words of the house: every kind, status, verdict and failure name, once. Standard library only; no logic."""

from enum import StrEnum


class SourceKind(StrEnum):
    """How a source is read; the name of the spider that reads it."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    COURT = "court"
    PROBE = "probe"


class OutletKind(StrEnum):
    """What stands behind a source (watchlist, `kinds`)."""

    OUTLET = "outlet"
    AGENCY = "agency"
    COURT = "court"
    GOVERNMENT = "government"
    NGO = "ngo"
    REGISTRY = "registry"


class Independence(StrEnum):
    """How free of the state an outlet is (watchlist, `independence`)."""

    INDEPENDENT = "independent"
    STATE = "state"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class CaptureRole(StrEnum):
    """Why a page was fetched."""

    ARTICLE = "article"
    ENTRY = "entry"
    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    COURT = "court"
    PROBE = "probe"


class PageClass(StrEnum):
    """What a response is, decided before extraction. Only `article` makes a version, a baseline or a removal."""

    ARTICLE = "article"
    LISTING = "listing"
    FEED = "feed"
    SITEMAP = "sitemap"
    COURT_LIST = "court_list"
    SOFT_404 = "soft_404"
    GONE = "gone"
    LOGIN_WALL = "login_wall"
    COOKIE_WALL = "cookie_wall"
    PAYWALL = "paywall"
    BOT_CHALLENGE = "bot_challenge"
    PARKED_DOMAIN = "parked_domain"
    HOSTING_SUSPENDED = "hosting_suspended"
    MAINTENANCE = "maintenance"
    BLOCK_PAGE = "block_page"
    NEEDS_BROWSER = "needs_browser"
    EMPTY = "empty"
    NOT_TEXT = "not_text"
    SERVER_ERROR = "server_error"
    UNKNOWN = "unknown"


class FetchOutcome(StrEnum):
    """How one request ended. Every scheduled address ends in exactly one (SCHEMA.md, `fetches.outcome`)."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    PARSE_ERROR = "parse_error"
    ZERO_ITEMS = "zero_items"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    RATE_LIMITED = "rate_limited"
    BOT_CHALLENGE = "bot_challenge"
    BLOCK_PAGE = "block_page"
    DNS_ERROR = "dns_error"
    CONNECT_TIMEOUT = "connect_timeout"
    CONNECTION_ERROR = "connection_error"
    READ_TIMEOUT = "read_timeout"
    TLS_ERROR = "tls_error"
    TRUNCATED = "truncated"
    REDIRECT_LOOP = "redirect_loop"
    ROBOTS_DENIED = "robots_denied"
    ROBOTS_UNAVAILABLE = "robots_unavailable"
    INSIDE_ADDRESS = "inside_address"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    DEADLINE = "deadline"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class RunState(StrEnum):
    """Life of one crawl run; judged from its row, never from an exit code."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    OFFLINE = "offline"
    KILLED = "killed"
    SKIPPED = "skipped"
    MISFIRED = "misfired"


class RunCause(StrEnum):
    """Why a run is not ok (issue rows and the health page use the same words)."""

    NONE = "none"
    BLOCKED = "blocked"
    CHALLENGED = "challenged"
    LAYOUT = "layout"
    PARSE = "parse"
    NETWORK = "network"
    ROBOTS = "robots"
    QUIET = "quiet"
    DISK = "disk"
    BUG = "bug"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class DatePrecision(StrEnum):
    """How much of a date is known."""

    MOMENT = "moment"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


class DateBasis(StrEnum):
    """What a date rests on."""

    STATED = "stated"
    PUBLISHED = "published"
    INFERRED = "inferred"
    JSON_LD = "json_ld"
    META = "meta"
    TIME_ELEMENT = "time_element"
    FEED = "feed"
    SITEMAP = "sitemap"
    SELECTOR = "selector"
    URL = "url"
    TEXT = "text"
    NONE = "none"


class AlertKind(StrEnum):
    """How loudly an event speaks: at once, in the digest, kept as record, not at all (corpus README, rule 6)."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    RECORD = "record"
    NONE = "none"


class Category(StrEnum):
    """Ids of `pipelines/taxonomy.yaml`; the file carries labels, severity and the crosswalk."""

    BLOCKING = "blocking"
    SUSPENSION_OR_BAN = "suspension_or_ban"
    DEFAMATION_CRIMINAL = "defamation_criminal"
    DEFAMATION_CIVIL = "defamation_civil"
    DEFAMATION_ADMINISTRATIVE = "defamation_administrative"
    INSULT = "insult"
    INSULT_OF_OFFICIAL = "insult_of_official"
    FALSE_INFORMATION = "false_information"
    INCITEMENT_OR_EXTREMISM = "incitement_or_extremism"
    EXTORTION_OR_OTHER_CRIMINAL = "extortion_or_other_criminal"
    ADMINISTRATIVE_PENALTY = "administrative_penalty"
    ARREST_OR_DETENTION = "arrest_or_detention"
    IMPRISONMENT = "imprisonment"
    INTERROGATION_OR_SUMMONS = "interrogation_or_summons"
    SEARCH_OR_SEIZURE = "search_or_seizure"
    CONFISCATION_OF_PRINT_RUN = "confiscation_of_print_run"
    CONTENT_REMOVAL = "content_removal"
    ACCREDITATION_DENIAL = "accreditation_denial"
    ACCESS_TO_INFORMATION_DENIAL = "access_to_information_denial"
    CLOSED_COURT = "closed_court"
    FOREIGN_AGENT_DESIGNATION = "foreign_agent_designation"
    UNDESIRABLE_DESIGNATION = "undesirable_designation"
    FINANCIAL_PRESSURE = "financial_pressure"
    DISMISSAL_OR_CENSORSHIP = "dismissal_or_censorship"
    TRAVEL_BAN_OR_EXPULSION = "travel_ban_or_expulsion"
    EXTRADITION_OR_TRANSNATIONAL = "extradition_or_transnational"
    LEGISLATION = "legislation"
    KILLING = "killing"
    ATTEMPTED_KILLING = "attempted_killing"
    PHYSICAL_ATTACK = "physical_attack"
    ABDUCTION_OR_DISAPPEARANCE = "abduction_or_disappearance"
    FORCED_PSYCHIATRY = "forced_psychiatry"
    SEXUAL_VIOLENCE_OR_HARASSMENT = "sexual_violence_or_harassment"
    THREAT = "threat"
    HARASSMENT_OR_SMEAR = "harassment_or_smear"
    OBSTRUCTION_OF_JOURNALIST = "obstruction_of_journalist"
    CYBER_ATTACK = "cyber_attack"
    ACCOUNT_TAKEDOWN = "account_takedown"
    SURVEILLANCE = "surveillance"
    DOXXING_OR_PRIVACY = "doxxing_or_privacy"
    IMPERSONATION = "impersonation"
    PROPERTY_DAMAGE = "property_damage"
    INTERNET_SHUTDOWN = "internet_shutdown"
    POSITIVE_DEVELOPMENT = "positive_development"


class Stage(StrEnum):
    """Stages of a case, in order (taxonomy, `stages`)."""

    THREAT = "threat"
    CLAIM_FILED = "claim_filed"
    CHARGED = "charged"
    HEARING = "hearing"
    VERDICT = "verdict"
    APPEAL = "appeal"
    ENFORCED = "enforced"
    CLOSED = "closed"
    ACQUITTED_OR_WITHDRAWN = "acquitted_or_withdrawn"


class PartyRole(StrEnum):
    """Part that a person or body has in an event (corpus README, rule 15, and case roles)."""

    JOURNALIST = "journalist"
    EDITOR = "editor"
    PUBLISHER_OR_OWNER = "publisher_or_owner"
    BLOGGER = "blogger"
    CITIZEN_JOURNALIST = "citizen_journalist"
    OUTLET = "outlet"
    LAWYER = "lawyer"
    NGO = "ngo"
    SOURCE = "source"
    ACTIVIST_FOR_PUBLICATION = "activist_for_publication"
    CLAIMANT = "claimant"
    DEFENDANT = "defendant"
    OFFICIAL = "official"
    JUDGE = "judge"
    SUSPECT = "suspect"
    COURT = "court"
    REGULATOR = "regulator"
    OTHER = "other"


class AmountRole(StrEnum):
    """What a sum of money is in the case (corpus README, rule 18)."""

    CLAIMED = "claimed"
    AWARDED = "awarded"
    FINE = "fine"
    FEE = "fee"
    UNKNOWN = "unknown"


class AlertStatus(StrEnum):
    """Editorial state of an alert."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    MERGED = "merged"
    EXPIRED = "expired"


class DismissReason(StrEnum):
    """Why staff put an alert aside; feeds the training set."""

    NOT_PRESS = "not_press"
    OLD_NEWS = "old_news"
    DUPLICATE = "duplicate"
    FOREIGN = "foreign"
    OPINION = "opinion"
    FICTION_OR_AD = "fiction_or_ad"
    WRONG_EXTRACTION = "wrong_extraction"
    OTHER = "other"


class NoveltyBasis(StrEnum):
    """Why a case or an event counts as new or old (SCHEMA.md, `is_new_basis`)."""

    FIRST_FILING = "first_filing"
    NEW_PARTIES = "new_parties"
    NEW_PUBLICATION = "new_publication"
    NEW_STAGE = "new_stage"
    NEW_OUTCOME = "new_outcome"
    NEW_HEARING = "new_hearing"
    REFILED_AFTER_WITHDRAWAL = "refiled_after_withdrawal"
    APPEAL = "appeal"
    CARRY_OVER = "carry_over"
    COPY = "copy"
    BACKFILL = "backfill"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What we say about one look at one site from one vantage (BLOCKING.md, e.1)."""

    OK = "ok"
    BLOCKED_DNS = "blocked:dns"
    BLOCKED_TCP = "blocked:tcp"
    BLOCKED_TLS_SNI = "blocked:tls-sni"
    BLOCKED_TLS_MITM = "blocked:tls-mitm"
    BLOCKED_HTTP_BLOCKPAGE = "blocked:http-blockpage"
    BLOCKED_HTTP_451 = "blocked:http-451"
    BLOCKED_HTTP_RESET = "blocked:http-reset"
    THROTTLED = "throttled"
    DOWN_EVERYWHERE = "down-everywhere"
    DOMAIN_EXPIRED_OR_PARKED = "domain-expired-or-parked"
    HOSTING_SUSPENDED = "hosting-suspended"
    SITE_TLS_ERROR = "site-tls-error"
    BOT_CHALLENGE = "bot-challenge"
    GEO_BLOCKED = "geo-blocked"
    VANTAGE_OFFLINE = "vantage-offline"
    NETWORK_SHUTDOWN = "network-shutdown"
    INCONCLUSIVE = "inconclusive"


class EvidenceKind(StrEnum):
    """What kind of proof a verdict rests on (BLOCKING.md, e.1)."""

    ARTEFACT = "artefact"
    DIFFERENTIAL = "differential"
    ABSENCE = "absence"
    NONE = "none"


class IncidentKind(StrEnum):
    """What an incident of an outlet is about."""

    BLOCKING = "blocking"
    THROTTLING = "throttling"
    SILENCE = "silence"
    SITE_TROUBLE = "site_trouble"
    SUSPENSION = "suspension"
    NETWORK_SHUTDOWN = "network_shutdown"


class IncidentState(StrEnum):
    """Life of an incident (BLOCKING.md, e.5)."""

    SUSPECTED = "suspected"
    OPEN = "open"
    EASED = "eased"
    CLOSED = "closed"
    FROZEN = "frozen"
    STALE = "stale"
    REJECTED = "rejected"


class ObservationStep(StrEnum):
    """Which network step an observation tells of."""

    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    HTTP = "http"
    PROXY = "proxy"
    FETCH = "fetch"
    THROUGHPUT = "throughput"
    RDAP = "rdap"


class Failure(StrEnum):
    """Network failures under OONI's names (ooni/spec df-007); a few of our own where the spec has none."""

    NONE = ""
    DNS_NXDOMAIN_ERROR = "dns_nxdomain_error"
    DNS_SERVFAIL_ERROR = "dns_servfail_error"
    DNS_REFUSED_ERROR = "dns_refused_error"
    DNS_NO_ANSWER = "dns_no_answer"
    DNS_BOGON_ERROR = "dns_bogon_error"
    DNS_TIMEOUT = "dns_timeout"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    HOST_UNREACHABLE = "host_unreachable"
    NETWORK_UNREACHABLE = "network_unreachable"
    GENERIC_TIMEOUT_ERROR = "generic_timeout_error"
    EOF_ERROR = "eof_error"
    SSL_UNKNOWN_AUTHORITY = "ssl_unknown_authority"
    SSL_INVALID_HOSTNAME = "ssl_invalid_hostname"
    SSL_INVALID_CERTIFICATE = "ssl_invalid_certificate"
    SSL_FAILED_HANDSHAKE = "ssl_failed_handshake"
    PROXY_ERROR = "proxy_error"
    INTERRUPTED = "interrupted"
    UNKNOWN_FAILURE = "unknown_failure"


class OutboxState(StrEnum):
    """Life of one message to one recipient over one channel."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    DEAD = "dead"
    SUPPRESSED = "suppressed"


class MessageKind(StrEnum):
    """What a message is."""

    ALERT = "alert"
    UPDATE = "update"
    DIGEST = "digest"
    SUMMARY = "summary"
    WATCHDOG = "watchdog"
    REMINDER = "reminder"


class IssueKind(StrEnum):
    """A surprise for maintainers (table `issue`)."""

    ZERO_ITEMS = "zero_items"
    TOO_QUIET = "too_quiet"
    LAYOUT = "layout"
    PARSE = "parse"
    BAD_ROW = "bad_row"
    BAD_DATE = "bad_date"
    BAD_ENCODING = "bad_encoding"
    CHALLENGE = "challenge"
    NEEDS_BROWSER = "needs_browser"
    ROBOTS = "robots"
    FEED = "feed"
    SITEMAP = "sitemap"
    VALIDATOR = "validator"
    NETWORK = "network"
    DISK = "disk"
    CLOCK = "clock"
    VANTAGE = "vantage"
    OUTBOX = "outbox"
    ARCHIVE = "archive"
    BUG = "bug"


class ArticleChange(StrEnum):
    """How much two versions of one article differ."""

    NONE = "none"
    TYPO = "typo"
    FACT = "fact"
    REWRITE = "rewrite"
    TEMPLATE = "template"
    REMOVED = "removed"
    RESTORED = "restored"
