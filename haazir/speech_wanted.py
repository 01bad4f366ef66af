"""Do the settings ask for an engine that needs the packages of speech.lock? Exit status 0: yes.

bin/haazir asks so before it installs them: how TOML may be written is known here, not to a shell.
"""

import sys

from core.settings import SettingsError, load


def main() -> int:
    try:
        return 0 if load().engines.neural else 1
    except SettingsError:  # the command itself stumbles over it next, and tells it
        return 1


if __name__ == "__main__":
    sys.exit(main())
