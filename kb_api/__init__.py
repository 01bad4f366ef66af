"""The site's door: sites and their keys, documents, tools, secrets. Routers that the gateway includes; a worker."""
