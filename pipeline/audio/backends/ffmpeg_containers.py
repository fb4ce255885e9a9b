"""Limits FFmpeg to known containers, and to the bytes that it is given.

FFmpeg chooses a demuxer by the content, and some of them read what the content names: other files,
or a port of this machine. A clip may come from anywhere, so those demuxers are not allowed.
"""

from typing import TYPE_CHECKING, BinaryIO

from pipeline.audio.recording import AudioError

if TYPE_CHECKING:
    from av.container import InputContainer

CONTAINERS = (
    *("aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "dss", "dts", "dv"),
    *("eac3", "flac", "flv", "gxf", "iff", "ircam", "loas", "matroska", "mlp", "mov", "mp3", "mpc"),
    *("mpc8", "mpeg", "mpegts", "mpegvideo", "mxf", "nistsphere", "nut", "ogg", "oma", "qcp", "rm"),
    *("shn", "sox", "swf", "tak", "truehd", "tta", "voc", "w64", "wav", "webm", "wtv", "wv"),
    *("xwma",),
)
"""Demuxers of films and recordings. All read the one file they are given; a test tries those that
do not: playlists (HLS, DASH, concat), sessions (SDP, RTSP), image lists, subtitles."""

LARGEST_PICTURE = 2**25
"""Pixels: 8K. To find the streams of a film FFmpeg decodes its first pictures."""

LONGEST_PACKET = 2**22
"""Samples of one channel: those of the longest known, of Monkey's Audio, twice over."""

_OPTIONS = {
    "format_whitelist": ",".join(CONTAINERS),
    "protocol_whitelist": "none",
    "max_pixels": str(LARGEST_PICTURE),
}


class _Bytes:
    """A file without its name, by which FFmpeg would guess its demuxer."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def open_container(file: BinaryIO) -> "InputContainer":
    """Opens a file with one of :data:`CONTAINERS`.

    Args:
        file: Content of the file.

    Raises:
        AudioError: It is of no such container, or damaged.
    """
    import av  # only corpora of videos need it

    try:
        container = av.open(_Bytes(file), "r", options=_OPTIONS)
    except av.ArgumentError:  # what FFmpeg says of a demuxer that is not listed
        raise AudioError(
            "undecodable",
            "FFmpeg: no container that is read: a damaged file, a picture, or a playlist, script "
            "or subtitle that names other files; expected a recording or film",
        ) from None
    for sound in container.streams.audio:
        if sound.codec_context:  # None without a decoder
            sound.codec_context.options = {"max_samples": str(LONGEST_PACKET)}
    return container
