"""The ways a command ends early, and the exit status each one stands for.

Every error that a user sees is one of these, or a kind of one that lies where it is raised:

* ``SpecError`` (:mod:`pipeline.specs.yaml_reader`): a line of a spec is wrong.
* ``DamagedArchiveError`` (:mod:`pipeline.sources.archives`): a zip or tar file can't be read.

Others are caught by the code that deals with them:

* ``AudioError`` (:mod:`pipeline.audio.recording`): one clip is rejected, for this reason.
* ``TransientError``, ``UnreachableError`` (:mod:`pipeline.storage.store`): a store is asked
  again; if that does not help, the command ends with a ``DataError``.
* ``NoFoldsError`` (:mod:`pipeline.splits.protocols.folds`): a protocol is left out, for this
  reason.

``HiddenPackageError`` (:mod:`exhubert.shadowing_packages`) alone is an ``ImportError``: it comes
before anything of ours can be imported.
"""

import json


class ExhubertError(Exception):
    """Base of every error meant for the user: says what, where, what was expected, what to do."""

    exit_status = 2


class UsageError(ExhubertError):
    """The command line, a spec or a configuration is wrong; nothing was done. Exit status 2."""

    exit_status = 2


class UnknownOptionError(UsageError):
    """The command line has options that nobody knows.

    Attributes:
        unknown: The unknown options, without dashes.
        known: Options that there are, without dashes.
    """

    def __init__(self, message: str, unknown: list[str], known: list[str]) -> None:
        super().__init__(message)
        self.unknown, self.known = unknown, known


class DataError(ExhubertError):
    """The data has problems: missing corpora, counts that do not match. Exit status 1."""

    exit_status = 1


class StoppedError(ExhubertError):
    """Someone pressed Ctrl-C (exit status 130), or the system asked the process to end (143)."""

    exit_status = 130

    def __init__(self, message: str, exit_status: int = 130) -> None:
        super().__init__(message)
        self.exit_status = exit_status


_TYPES = (UsageError, DataError, StoppedError, ExhubertError)


def error_to_json(error: ExhubertError) -> str:
    """Type and message of an error, to be sent to another process.

    >>> error_to_json(DataError("no clip"))
    '{"type": "DataError", "message": "no clip"}'
    """
    name = next(known.__name__ for known in _TYPES if isinstance(error, known))
    return json.dumps({"type": name, "message": str(error)})


def error_from_json(text: str | bytes) -> ExhubertError:
    """The error that :func:`error_to_json` was given; of its base type, if it is none of these."""
    sent = json.loads(text)
    types = {known.__name__: known for known in _TYPES}
    return types[sent["type"]](sent["message"])
