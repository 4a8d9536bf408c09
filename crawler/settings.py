"""Scrapy's settings, set here on purpose and never left to a default; ITEM_PIPELINES in order is the map of the house."""

from crawler.config import ConfigError, load_config

try:
    MFM = load_config()
except ConfigError as error:
    raise SystemExit(f"mfm: {error}") from None
if MFM.is_live and not MFM.contact_url:
    raise SystemExit("mfm: contact_url: must be set before going live: site owners need to know who asks")

BOT_NAME = "media-freedom-monitor"
SPIDER_MODULES = ["crawler.spiders"]
COMMANDS_MODULE = "crawler.commands"

ITEM_PIPELINES = {
    "pipelines.archive.ArchivePipeline": 100,
    "pipelines.extract.ExtractPipeline": 200,
    "pipelines.dedupe.DedupePipeline": 300,
    "pipelines.detect.DetectPipeline": 400,
    "pipelines.link.LinkPipeline": 500,
    "pipelines.store.StorePipeline": 600,
    "pipelines.notify.NotifyPipeline": 700,
}
EXTENSIONS = {
    "crawler.extensions.runlog.RunLogExtension": 10,
    "scrapy.extensions.closespider.CloseSpider": 20,
    "scrapy.extensions.memusage.MemoryUsage": 30,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.memdebug.MemoryDebugger": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
    "scrapy.extensions.logstats.LogStats": None,
}
# Requests pass from the small numbers to the large ones, responses the other way.
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawler.middlewares.guard.GuardMiddleware": 90,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "crawler.middlewares.courtesy.CourtesyMiddleware": 150,
    "crawler.middlewares.conditional.ConditionalMiddleware": 200,
    "crawler.middlewares.missing.MissingMiddleware": 210,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "crawler.middlewares.refresh.RefreshMiddleware": 580,
    "crawler.middlewares.unpack.UnpackMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
SPIDER_MIDDLEWARES = {
    "crawler.middlewares.known.KnownMiddleware": 500,
}
DOWNLOAD_HANDLERS = {
    "http": "crawler.middlewares.network.PatientHandler",
    "https": "crawler.middlewares.network.PatientHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "crawler.middlewares.guard.GuardedResolver"
DNS_TIMEOUT = 10

USER_AGENT = f"MediaFreedomMonitor/0.1 (+{MFM.contact_url or 'contact address not set, not live'})"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ru,kk;q=0.9,en;q=0.7",
}
ROBOTSTXT_OBEY = True  # by our own middleware; said here for whoever reads the settings
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"  # no site learns which other one we came from
# Without any delay Scrapy 2.19 takes a whole queue at once, whatever the limit per domain: its tasks have not begun when it counts them.
DOWNLOAD_DELAY = max(MFM.download_delay_s, 1.0 if MFM.is_live else 0.01)
DOWNLOAD_DELAY_JITTER = 0.3
CONCURRENT_REQUESTS = 8  # a closing run still waits for those
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# Scrapy's limit is for the whole response; the shorter one for the first byte is PatientHandler's.
DOWNLOAD_TIMEOUT = MFM.response_deadline_s
DOWNLOAD_MAXSIZE = MFM.max_page_bytes
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOAD_VERIFY_CERTIFICATES = True
# A retry is safe (only GET is ever sent) and worth it for a passing fault; a dead host must not cost many timeouts (CR2).
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]
RETRY_EXCEPTIONS = ["scrapy.exceptions.DownloadFailedError", "scrapy.exceptions.ResponseDataLossError"]
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
REDIRECT_MAX_TIMES = 8
METAREFRESH_MAXDELAY = 5  # longer ones are pages that reload themselves
HTTPERROR_ALLOW_ALL = True  # an error page is evidence: it is archived under its status
URLLENGTH_LIMIT = 2083

CLOSESPIDER_TIMEOUT = MFM.run_deadline_s
MEMUSAGE_ENABLED = True
MEMUSAGE_LIMIT_MB = 1500
MEMUSAGE_CHECK_INTERVAL_SECONDS = 10.0
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
CONCURRENT_ITEMS = 16
REACTOR_THREADPOOL_MAXSIZE = 8
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False  # they are kept in crawl_run.stats_json
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"
