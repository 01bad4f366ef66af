"""The routers of calls out, for the gateway."""

from outbound import calls, campaigns, lists

ROUTERS = (calls.router, campaigns.router, lists.router)
UPLOADS = "/v1/campaigns"
UPLOAD_BYTES = 8 * 2**20
"""20,000 rows of 400 bytes."""
UPLOAD_S = 60.0
