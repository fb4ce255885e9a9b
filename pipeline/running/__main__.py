"""``-m pipeline.running FOLDER WORKERS``: starts a build's own process.

What that is stands in :mod:`pipeline.running.driver`.
"""

import gc
import os
import sys
import traceback
from pathlib import Path

if __name__ == "__main__":
    try:
        gc.disable()  # a fifth of the time that Beam's import takes, and it leaves no garbage
        from pipeline.running.driver import Driver

        Driver(Path(sys.argv[1]), int(sys.argv[2])).run()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)  # the parent ends the workers
