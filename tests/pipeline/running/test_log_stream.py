"""What build processes print."""

import os
import subprocess
import sys
from pathlib import Path

from pipeline.running.log_stream import LogStream


def test_a_full_disk_raises_nothing() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    stream = LogStream(descriptor)
    assert stream.write("lost") == 4
    print("lost, too", file=stream, flush=True)
    assert stream.fileno() == descriptor
    os.close(descriptor)


def test_all_that_is_printed_goes_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = (
        "import os, sys; from pipeline.running.log_stream import log_to\n"
        f"log_to(os.open({str(log)!r}, os.O_WRONLY | os.O_CREAT))\n"
        "print('one', flush=True); print('tw\\udc00', file=sys.stderr); os.system('echo three')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
    assert log.read_text() == "one\ntw\\udc00\nthree\n"
