"""``python -m exhubert``: the same as ``exhubert``."""

import sys

from exhubert.main import main

sys.exit(main())
