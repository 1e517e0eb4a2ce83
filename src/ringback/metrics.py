"""What is measured, for Prometheus. Labels come from short lists: never a number, a text or a job's id."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.registry import Collector

from ringback import __version__

WAITS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 36_000)
ANSWERS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30)
LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Upper bounds of the buckets, in seconds."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Meters:
    """The meters of one process; each may be read and moved on from any thread."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Gauge("ringback_info", "Which version runs.", ["version"], registry=registry).labels(__version__).set(
            1
        )
        self.jobs = Gauge("ringback_jobs", "Jobs that are not at their end.", ["state"], registry=registry)
        self.most_waiting = Gauge("ringback_jobs_waiting_limit", "Jobs that may wait.", registry=registry)
        self.oldest = Gauge(
            "ringback_oldest_waiting_job_seconds", "How long a job has been due at most.", registry=registry
        )
        self.attempts = Counter(
            "ringback_attempts", "Tries that ended, by verdict.", ["action", "verdict"], registry=registry
        )
        self.pacing = Histogram(
            "ringback_pacing_wait_seconds", "From due to the sender's slot.", registry=registry, buckets=WAITS
        )
        self.lapsed = Counter(
            "ringback_leases_lapsed", "Jobs whose process went away: now unknown.", registry=registry
        )
        self.twilio = Histogram(
            "ringback_twilio_request_seconds",
            "Requests to Twilio.",
            ["outcome"],
            registry=registry,
            buckets=ANSWERS,
        )
        self._requests = Counter(
            "ringback_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self.callbacks = Counter(
            "ringback_callbacks",
            "Status callbacks of Twilio, by what they came to.",
            ["heard"],
            registry=registry,
        )
        self.alarms = Gauge("ringback_alarms", "Alarms in the ledger's timelines.", registry=registry)
        self.lag = Histogram(
            "ringback_event_loop_lag_seconds", "How late a timer came.", registry=registry, buckets=LAGS
        )

    def add(self, collector: Collector) -> None:
        """Ask one more for what it measures."""
        self.registry.register(collector)

    def answered(self, method: str, route: str, status: int) -> None:
        """A request was answered; what a stranger made up for a method is not told apart."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)
