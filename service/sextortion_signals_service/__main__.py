"""`python -m sextortion_signals_service`: serve with the settings of the environment."""

from __future__ import annotations

import sys

from pydantic import ValidationError

from sextortion_signals_service.server import serve
from sextortion_signals_service.settings import ENVIRONMENT_PREFIX, Settings


def main() -> int:
    """Serve and return the exit code: 0 after a graceful stop, 2 for a bad setting, 3 if it could not start."""
    try:
        settings = Settings()
    except ValidationError as error:
        for wrong in error.errors(include_url=False, include_input=False, include_context=False):
            name = ENVIRONMENT_PREFIX + str(wrong["loc"][0]).upper()
            sys.stderr.write(f"{name}: {wrong['msg']}. docs/settings.md lists every setting.\n")
        return 2
    return serve(settings)


if __name__ == "__main__":
    sys.exit(main())
