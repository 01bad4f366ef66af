"""What answers of every door have in common: field by field, with the words that /openapi.json says of it. ◆"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Instant = Annotated[datetime, Meta(tz=True)]
Next = Annotated[str | None, Meta(description="Give it as `cursor` for the next page; null: this was the last")]
