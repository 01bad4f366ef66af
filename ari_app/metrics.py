"""What ari-app counts, for /metrics."""

from prometheus_client import Counter, Gauge, Histogram

SESSIONS = Gauge("haazir_ari_app_sessions_active", "Calls known to ari-app, those with people included")
SEATS = Gauge("haazir_ari_app_calls_with_agent", "Calls with the agent: what the caps count")
ENDED = Counter("haazir_ari_app_calls_ended", "Calls ended, by outcome", ["outcome"])
REFUSED = Counter("haazir_ari_app_calls_not_admitted", "Calls that did not reach the agent, by why", ["why"])
TO_PEOPLE = Counter("haazir_ari_app_calls_to_people", "Calls handed to people, by why", ["why"])
ADOPTED = Counter("haazir_ari_app_calls_adopted", "Calls of an earlier life taken up again, by how", ["how"])
SESSION_FAILURES = Counter("haazir_ari_app_session_failures", "Calls that died of a fault of ours")
ARI_ERRORS = Counter("haazir_ari_app_ari_errors", "Requests that Asterisk did not do, by kind", ["kind"])
IN_CONTROL = Gauge("haazir_ari_app_in_control", "1: this ari-app is in control; 0: it stands by")
DRAINING = Gauge("haazir_ari_app_draining", "1: new calls are not given to the agent")
MEDIA_HEALTHY = Gauge(
    "haazir_ari_app_media_server_healthy", "1: it takes calls; 0: it is away, lacks something or drains", ["name"]
)
EVENT_LAG = Histogram(
    "haazir_ari_app_event_lag_seconds",
    "Asterisk's time of an event to the moment at which its call has taken it",
    buckets=(0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 5),
)
READY_TO_ANSWER = Histogram(
    "haazir_ari_app_ready_to_answer_seconds",
    "A call's arrival to our request to answer it",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2),
)
ANSWER = Histogram(
    "haazir_ari_app_answer_seconds",
    "Our request to answer to the media server's word that it may speak",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
)
ORPHANS = Counter("haazir_ari_app_orphans_removed", "Channels and bridges that belonged to no call", ["what"])
ORDERS = Counter("haazir_ari_app_orders", "Orders from outside, by kind and how they went", ["order", "answer"])
INBOX_DROPPED = Counter("haazir_ari_app_events_dropped", "Events of a call that came faster than it could take them")
