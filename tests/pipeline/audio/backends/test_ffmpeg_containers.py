"""FFmpeg opens recordings and films, and nothing that they name."""

import io
import socket
import struct
import time
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from av.format import formats_available

from pipeline.audio.backends.ffmpeg import Ffmpeg
from pipeline.audio.backends.ffmpeg_containers import CONTAINERS, open_container
from pipeline.audio.decoder import decode
from pipeline.audio.processing import resample, to_mono
from pipeline.audio.recording import AudioError, Span
from pipeline.audio.stream import stream
from tests.conftest import tone
from tests.support.audio import stored

REFERRING = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{other}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{other}'\n",
    "dash": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    "<Period><AdaptationSet><Representation><BaseURL>{other}</BaseURL></Representation>"
    "</AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=audio {port} RTP/AVP 0\n",
    "rtsp": "RTSPtext\nRTSP://127.0.0.1:{port}/speech\n",
    "m3u": "{other}\n",
    "pls": "[playlist]\nFile1={other}\nNumberOfEntries=1\n",
    "asx": '<asx version="3.0"><entry><ref href="{other}"/></entry></asx>',
    "smil": '<smil><body><audio src="{other}"/></body></smil>',
    "vobsub": "# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\n",
    "srt": "1\n00:00:00,000 --> 00:00:01,000\n{other}\n\n",
    "ass": "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    "Dialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,{other}\n",
    "webvtt": "WEBVTT\n\n00:00.000 --> 00:01.000\n{other}\n",
    "sami": "<SAMI>\n<BODY><SYNC Start=0>{other}</BODY></SAMI>\n",
    "realtext": '<window duration="1"><a href="{other}">x</a></window>\n',
    "sbg": "tone: 300+10/20\nNOW tone\n",
    "ffmetadata": ";FFMETADATA1\ntitle={other}\n",
    "image2": "%03d.png",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{other}"/></svg>',
}
"""Documents that name another file or a port, by demuxers and players that follow them."""


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A recording that must not be read."""
    path = tmp_path / "other.wav"
    path.write_bytes(stored(tone(seconds=1.0)))
    return path


@pytest.mark.parametrize("suffix", [".wav", ".m3u8", ".sdp", ".mp4"])
@pytest.mark.parametrize("name", REFERRING)
def test_what_a_document_names_is_not_opened(
    name: str, suffix: str, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(other.parent)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    content = REFERRING[name].format(other=other.name, port=port).encode()
    path = other.with_name(f"clip{suffix}")
    path.write_bytes(content)
    started = time.monotonic()
    for read in (lambda: decode(content), lambda: list(stream(path))):
        with pytest.raises(AudioError) as error:
            read()
        assert error.value.reason == "undecodable"
    assert time.monotonic() - started < 5  # nobody is waited for


def test_no_demuxer_of_a_device_or_a_network_is_listed() -> None:
    named = {name for listed in formats_available for name in listed.split(",")}
    assert set(CONTAINERS) <= named
    for name in CONTAINERS:
        assert not av.ContainerFormat(name, "r").no_file
    followers = {"hls", "concat", "sdp", "rtsp", "rtp", "sap", "image2", "image2pipe", "vobsub"}
    assert not {*followers, "dash", "imf", "lavfi", "webm_dash_manifest"} & set(CONTAINERS)


def test_a_listed_container_opens_no_further_file(other: Path) -> None:
    """Even where a demuxer that follows names is asked for, there is no protocol to open them."""
    film = io.BytesIO(f"ffconcat version 1.0\nfile '{other}'\n".encode())
    with pytest.raises(AudioError, match="names other files"):
        open_container(film)


@pytest.mark.parametrize("name", ["12:30:05.mka", "http:x.mka", "concat:a.mka", "%03d.png"])
def test_names_are_never_urls(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content = muxed("matroska", "pcm_s16le")
    Path(name).write_bytes(content)
    whole = resample(to_mono(decode(content).samples), 48_000)
    np.testing.assert_allclose(np.concatenate(list(stream(name))), whole, atol=1e-4)


@pytest.mark.parametrize(
    ("container", "codec"),
    [("adts", "aac"), ("ac3", "ac3"), ("aiff", "pcm_s16be"), ("asf", "wmav2"), ("au", "pcm_s16be"),
     ("avi", "ac3"), ("caf", "alac"), ("eac3", "eac3"), ("flac", "flac"),
     ("flv", "aac"), ("latm", "aac"), ("matroska", "pcm_s16le"), ("mov", "alac"), ("mp2", "mp2"),
     ("mp3", "mp3"), ("mp4", "aac"), ("mpeg", "mp2"), ("mpegts", "aac"), ("nut", "pcm_s16le"),
     ("ogg", "opus"), ("opus", "opus"), ("rm", "ac3"), ("sox", "pcm_s32le"), ("tta", "tta"),
     ("voc", "pcm_s16le"), ("w64", "pcm_s16le"), ("wav", "adpcm_ms"), ("webm", "opus"),
     ("wtv", "mp2"), ("wv", "wavpack"), ("3gp", "aac")],
)  # fmt: skip
def test_recordings_are_read(container: str, codec: str) -> None:
    recording = Ffmpeg().decode(muxed(container, codec), Span())
    assert recording is not None
    assert len(recording.samples) / recording.rate == pytest.approx(1.0, abs=0.12)


def muxed(container: str, codec: str, seconds: float = 1.0, rate: int = 48_000) -> bytes:
    """A tone in a container."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container, options={"strict": "-2"}) as file:
        sound = file.add_stream(codec, rate=rate, options={"strict": "-2"})
        sound.layout, sound.bit_rate = "stereo", 128_000
        wave = np.tile(tone(440, seconds, rate).astype(np.float32), (2, 1))
        frame = av.AudioFrame.from_ndarray(wave, "fltp", "stereo")
        frame.sample_rate = rate
        file.mux(sound.encode(frame))
        file.mux(sound.encode())
    return buffer.getvalue()


def test_pictures_and_packets_beyond_all_measure_are_not_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = muxed("wv", "wavpack")
    monkeypatch.setattr("pipeline.audio.backends.ffmpeg_containers.LONGEST_PACKET", 100)
    with pytest.raises(AudioError, match="undecodable: FFmpeg can't decode"):
        Ffmpeg().decode(content, Span())


@pytest.mark.parametrize("codec", ["pcm_s16le", "aac"])
def test_sound_that_a_film_says_lies_in_another_file_is_not_looked_for(
    codec: str, tmp_path: Path
) -> None:
    """QuickTime's external data references: the file's own bytes are all that is read."""
    other = tmp_path / "other.wav"
    soundfile.write(other, np.full(60_000, 0.9), 48_000)
    content = bytearray(muxed("mov", codec))
    reference = content.index(b"url ", content.index(b"dref"))
    name = str(other).encode() + b"\0"
    content[reference - 4 : reference + 8] = struct.pack(">I4sI", 12 + len(name), b"url ", 0) + name
    for box in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        size = content.rindex(box, 0, reference) - 4
        longer = int.from_bytes(content[size : size + 4], "big") + len(name)
        content[size : size + 4] = longer.to_bytes(4, "big")
    recording = decode(bytes(content))
    assert np.abs(recording.samples).max() < 0.6
