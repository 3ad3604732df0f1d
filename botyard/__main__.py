"""`python -m botyard`."""

from __future__ import annotations

import sys

from botyard.cli import main

if __name__ == "__main__":
    sys.exit(main())
