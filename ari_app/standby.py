"""A second ari-app that takes control when the first one's heart stops (lease.py). `python -m ari_app.standby`

`[calls] standby = true`: `bin/haazir up` runs it beside the first.
"""

import functools
import sys

from ari_app.ari.socket import Replaced
from ari_app.main import work
from core.process import run
from core.trunks import TrunksUnreadable

if __name__ == "__main__":
    sys.exit(run("ari-app's standby", functools.partial(work, name="ari-app-standby"), KeyError, Replaced, TrunksUnreadable))
