"""One message for what a runner said."""

import pytest

from pipeline.running.runner_failure import describe_failure

NESTED = """Error processing instruction 5. Original traceback is
Traceback (most recent call last):
  File "a.py", line 3, in process
    open(name)
OSError: [Errno 5] Input/output error

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "common.py", line 9
OSError: [Errno 5] Input/output error [while running 'Write/WriteShards-ptransform-30']
"""

REMOTE_CALL = """<_InactiveRpcError of RPC that terminated with:
\tstatus = StatusCode.UNAVAILABLE
\tdetails = "failed to connect to all addresses"
>"""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (NESTED, "OSError: [Errno 5] Input/output error. Shards"),
        (REMOTE_CALL, "failed to connect to all addresses. Shards"),
        ("Service failed to start up with error 1", "its program ended at once, with status 1"),
        (
            "Unable to fetch remote prism binary at https://b.org/p.zip: <urlopen error>",
            "can't be downloaded from https://b.org/p.zip: put its program on this machine, and "
            "name it: --prism_location=FILE",
        ),
        (
            "Unable to fetch remote job server jar at https://b.org/f.jar: <urlopen error>",
            "--flink_job_server_jar=FILE",
        ),
        ("OSError: [Errno 28] No space left on device", "TMPDIR"),
        ("", "RuntimeError"),
        ("x" * 9_000, "…. Shards"),
    ],
)
def test_message_has_the_last_words_and_no_traceback(said: str, words: str) -> None:
    message = describe_failure(RuntimeError(said), "PrismRunner")
    assert message.startswith("PrismRunner failed: ")
    assert words in message
    assert message.endswith("building again resumes.")
    assert "Traceback" not in message
    assert "\n" not in message
    assert len(message) < 700
