"""The error of a failed runner, in one message for users."""

import re

import grpc

_LONGEST = 500  # characters of a runner's last words

_ADVICE = (
    (
        r"Unable to fetch remote prism binary at (\S+): ",
        r"Prism, Beam's own runner, can't be downloaded from \1: put its program on this machine, "
        "and name it: --prism_location=FILE",
    ),
    (
        r"Unable to fetch remote job server jar at (\S+): ",
        r"the job server can't be downloaded from \1: put it on this machine, and name it: "
        "--flink_job_server_jar=FILE or --spark_job_server_jar=FILE",
    ),
    (r"Service failed to start up with error (\S+)", r"its program ended at once, with status \1"),
    (
        r"No space left on device",
        "No space left on device: the disk of the dataset, or that of temporary files (TMPDIR), "
        "is full",
    ),
)
"""Messages of Beam → the same with what to do."""


def describe_failure(error: BaseException, runner: str) -> str:
    """The failure, the runner's last messages, and what to do; no traceback.

    Args:
        error: Exception that Beam raised.
        runner: The runner, in words.
    """
    return (
        f"{runner} failed: {_cause(error)}. Shards that are complete stay: building again resumes."
    )


def _cause(error: BaseException) -> str:
    text = _text(error)
    for said, advice in _ADVICE:
        if found := re.search(said, text):
            return found.expand(advice)
    if isinstance(error, grpc.RpcError) and _code(error) == grpc.StatusCode.UNAVAILABLE:
        return f"the connection to it was lost, as when it has been killed ({last_words(text)})"
    return last_words(text)


def _text(error: BaseException) -> str:
    if details := re.search(r'^\s*details = "(.*)"$', str(error), re.M):
        return details[1]  # of a remote call, which says it among much else
    if isinstance(error, grpc.RpcError) and hasattr(error, "details"):
        return str(error.details())
    return f"{type(error).__name__}: {error}"


def _code(error: grpc.RpcError) -> grpc.StatusCode | None:
    code = getattr(error, "code", None)
    return code() if code else None


def last_words(text: str) -> str:
    r"""The line of a traceback, or of several within one another, that says what went wrong.

    >>> last_words("Traceback (most recent call last):\n  File a\nValueError: no b\n")
    'ValueError: no b'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    raised = [line for line in lines if re.match(r"(\w+\.)*\w+(Error|Exception|Exit)\b", line)]
    words = (raised or lines or ["it did not say why"])[-1]
    words = re.sub(r" ?\[while running '.*?'\]", "", words).rstrip(".")
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
