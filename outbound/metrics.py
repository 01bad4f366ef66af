"""What the dialer counts, for /metrics."""

from prometheus_client import Counter

PLACED = Counter("haazir_dialer_calls_placed", "Calls that ari-app began to dial")
NOT_ALLOWED = Counter("haazir_dialer_calls_not_allowed", "Calls that were never dialled, by why", ["why"])
WAITED = Counter("haazir_dialer_waits", "Looks at a lane that had no room, by why", ["why"])
SETTLED = Counter("haazir_dialer_attempts_settled", "Attempts whose end was told, or given up")
DO_NOT_CALL = Counter("haazir_dialer_do_not_call", "Numbers put on a site's list because their owner said so")
WEBHOOKS = Counter("haazir_dialer_webhooks", "Tries to tell a result, by how they went", ["how"])
