"""Two seconds of sound in every container, and what can be wrong with the length it states."""

import io
from collections.abc import Callable, Mapping

import av
import numpy as np
import soundfile

RATE = 16_000
SECONDS = 2.0


def sound(rate: int = RATE) -> np.ndarray:
    """A glide with some noise, ``(frames,)``: no two parts of it are alike."""
    time = np.arange(round(SECONDS * rate)) / rate
    noise = np.random.default_rng(0).standard_normal(len(time))
    return 0.4 * np.sin(2 * np.pi * (200 + 300 * time) * time) + 0.01 * noise


def plain(kind: str, subtype: str | None = None) -> bytes:
    """As libsndfile writes it."""
    buffer = io.BytesIO()
    rate = 48_000 if subtype == "OPUS" else RATE
    soundfile.write(buffer, sound(rate), rate, format=kind, subtype=subtype)
    return buffer.getvalue()


def muxed(
    container: str,
    codec: str,
    rate: int = RATE,
    seekable: bool = True,
    picture: float | None = None,
    **options: str,
) -> bytes:
    """As FFmpeg writes it.

    Args:
        container: FFmpeg's name.
        codec: FFmpeg's name.
        rate: In Hz.
        seekable: Whether it may go back to write lengths; not so in a pipe.
        picture: Seconds after which the sound starts in a film; None without a picture.
        options: Of the container.
    """
    buffer = io.BytesIO()
    target = buffer if seekable else _Pipe(buffer)
    with av.open(target, "w", format=container, options=options) as file:
        film = None if picture is None else file.add_stream("mpeg4", rate=25)
        track = file.add_stream(codec, rate=rate, layout="mono")
        if film is not None:
            film.width = film.height = 32
            film.pix_fmt = "yuv420p"
            for _ in range(round(25 * (SECONDS + (picture or 0)))):
                image = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
                file.mux(film.encode(image))
            file.mux(film.encode())
        frame = av.AudioFrame.from_ndarray(sound(rate)[None].astype(np.float32), "fltp", "mono")
        frame.sample_rate = rate
        frame.pts = round((picture or 0.0) * rate)
        file.mux(track.encode(frame))
        file.mux(track.encode(None))
    return buffer.getvalue()


def index_first(content: bytes) -> bytes:
    """An MP4 with its index before its sound, as it is put on the web."""
    data, index = content.index(b"mdat") - 4, content.index(b"moov") - 4
    moved = bytearray(content[index:])
    place = moved.index(b"stco") + 8
    count = int.from_bytes(moved[place : place + 4], "big")
    for at in range(place + 4, place + 4 + 4 * count, 4):
        offset = int.from_bytes(moved[at : at + 4], "big") + len(moved)
        moved[at : at + 4] = offset.to_bytes(4, "big")
    return content[:data] + bytes(moved) + content[data:index]


class _Pipe:
    def __init__(self, buffer: io.BytesIO) -> None:
        self.write = buffer.write


FILES: Mapping[str, Callable[[], bytes]] = {
    "WAV": lambda: plain("WAV"),
    "WAV, 8 bit": lambda: plain("WAV", "PCM_U8"),
    "WAV, 24 bit": lambda: plain("WAV", "PCM_24"),
    "WAV, float": lambda: plain("WAV", "FLOAT"),
    "WAV, extensible": lambda: plain("WAVEX"),
    "WAV, µ-law": lambda: plain("WAV", "ULAW"),
    "WAV, MS ADPCM": lambda: plain("WAV", "MS_ADPCM"),
    "WAV, IMA ADPCM": lambda: plain("WAV", "IMA_ADPCM"),
    "WAV, GSM 6.10": lambda: plain("WAV", "GSM610"),
    "RF64": lambda: muxed("wav", "pcm_s16le", rf64="always"),
    "Wave64": lambda: plain("W64"),
    "AIFF": lambda: plain("AIFF"),
    "AIFC, float": lambda: plain("AIFF", "FLOAT"),
    "AU": lambda: plain("AU"),
    "CAF": lambda: plain("CAF"),
    "SPHERE": lambda: plain("NIST"),
    "FLAC": lambda: plain("FLAC"),
    "FLAC, 24 bit": lambda: plain("FLAC", "PCM_24"),
    "MP3 with Xing": lambda: muxed("mp3", "libmp3lame"),
    "MP3 without Xing": lambda: muxed("mp3", "libmp3lame", write_xing="0"),
    "Ogg Vorbis": lambda: plain("OGG", "VORBIS"),
    "Ogg Opus": lambda: plain("OGG", "OPUS"),
    "M4A": lambda: muxed("ipod", "aac"),
    "MP4, index first": lambda: index_first(muxed("mp4", "aac")),
    "MP4, fragmented": lambda: muxed("mp4", "aac", movflags="frag_keyframe+empty_moov"),
    "MKV": lambda: muxed("matroska", "aac"),
    "WebM": lambda: muxed("webm", "libopus", 48_000),
    "AVI": lambda: muxed("avi", "ac3", 48_000),
    "MPEG-TS": lambda: muxed("mpegts", "aac"),
    "ADTS": lambda: muxed("adts", "aac"),
    "WavPack": lambda: muxed("wv", "wavpack"),
    "TTA": lambda: muxed("tta", "tta"),
    "AMR": lambda: muxed("amr", "libopencore_amrnb", 8_000),
}

PIPED: Mapping[str, Callable[[], bytes]] = {
    "WAV": lambda: muxed("wav", "pcm_s16le", seekable=False),
    "WAV, 24 bit": lambda: muxed("wav", "pcm_s24le", seekable=False),
    "WAV, float": lambda: muxed("wav", "pcm_f32le", seekable=False),
    "RF64": lambda: muxed("wav", "pcm_s16le", seekable=False, rf64="always"),
    "Wave64": lambda: muxed("w64", "pcm_s16le", seekable=False),
    "AU": lambda: muxed("au", "pcm_s16be", seekable=False),
    "CAF": lambda: muxed("caf", "pcm_s16be", seekable=False),
    "FLAC": lambda: muxed("flac", "flac", seekable=False),
    "MP3 with Xing": lambda: muxed("mp3", "libmp3lame", seekable=False),
    "MKV": lambda: muxed("matroska", "aac", seekable=False),
    "WebM": lambda: muxed("webm", "libopus", 48_000, seekable=False),
    "AVI": lambda: muxed("avi", "ac3", 48_000, seekable=False),
    "MP4, fragmented": lambda: muxed("mp4", "aac", movflags="frag_keyframe+empty_moov"),
}
"""The same from a writer that can't go back, where there is one."""


def length_field(content: bytes) -> tuple[int, int, str] | None:
    """Position, width and byte order of the length that a header states, if it does."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return content.index(b"data") + 4, 4, "little"
    if content[:4] == b"RF64":
        return content.index(b"ds64") + 16, 8, "little"
    if content[:4] == b"riff":
        return content.index(b"data\xf3\xac\xd3\x11") + 16, 8, "little"
    if content[:4] == b"FORM":
        return content.index(b"SSND") + 4, 4, "big"
    if content[:4] == b".snd":
        return 8, 4, "big"
    if content[:4] == b"caff":
        return content.index(b"data") + 4, 8, "big"
    if content[:4] == b"fLaC":
        return 22, 4, "big"
    if content[8:12] == b"AVI ":
        return content.index(b"movi") - 4, 4, "little"
    if content[4:8] == b"ftyp" and b"moof" not in content:
        return content.index(b"mdat") - 4, 4, "big"
    if content[:4] == b"\x1a\x45\xdf\xa3":
        return content.index(b"\x18\x53\x80\x67\x01") + 5, 7, "big"
    if b"Info" in content[:256] or b"Xing" in content[:256]:
        return max(content.find(b"Info", 0, 256), content.find(b"Xing", 0, 256)) + 8, 4, "big"
    return None


def restate(content: bytes, change: Callable[[int], int]) -> bytes | None:
    """The file with another length in its header; None where it states none."""
    place = length_field(content)
    if place is None:
        return None
    at, width, order = place
    stated = int.from_bytes(content[at : at + width], order)  # type: ignore[arg-type]
    size = max(0, min(change(stated), (1 << 8 * width) - 1))
    return content[:at] + size.to_bytes(width, order) + content[at + width :]  # type: ignore[arg-type]


def with_tag(content: bytes) -> bytes:
    """An ID3 tag of 20,000 bytes before the file."""
    size = 20_000
    parts = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + parts + bytes(size) + content


def with_hole(content: bytes) -> bytes:
    """The file with 200 bytes of its middle overwritten."""
    middle = len(content) // 2
    return content[:middle] + b"\xaa" * 200 + content[middle + 200 :]


STATES: Mapping[str, Callable[[str, bytes], bytes | None]] = {
    "whole": lambda name, content: content,
    "from a pipe": lambda name, content: PIPED[name]() if name in PIPED else None,
    "length 0": lambda name, content: restate(content, lambda stated: 0),
    "0x7FFFF000": lambda name, content: restate(content, lambda stated: 0x7FFFF000),
    "0x80000000": lambda name, content: restate(content, lambda stated: 0x80000000),
    "0xFFFFFFFF": lambda name, content: restate(content, lambda stated: 0xFFFFFFFF),
    "understated": lambda name, content: restate(content, lambda stated: stated // 4 * 2),
    "overstated": lambda name, content: restate(content, lambda stated: stated // 2 * 3),
    "tag before": lambda name, content: with_tag(content),
    "twice": lambda name, content: content + content,
    "cut in the middle": lambda name, content: content[: len(content) // 2],
    "hole in the middle": lambda name, content: with_hole(content),
}
