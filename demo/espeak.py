"""Speaks one utterance with the eSpeak NG library: run as a script, one process an utterance.

The library carries state from one utterance to the next (echo, random numbers), and seeds its
random numbers with the clock. A process that speaks once, with a seed of its own, always gives the
same samples. The script imports next to nothing, so that it starts in some 20 ms.

eSpeak NG is free software under the GPL, version 3. It is an optional dependency, used for nothing
but to speak the demonstration corpora.

Arguments: library, data folder, voice, rate, volume, pitch, range, seed; see :func:`synthesize`.
Text comes in by stdin. What goes out by stdout is the sampling rate in Hz, as 4 bytes, then 16-bit
samples, all in the machine's byte order.
"""

import ctypes
import sys

SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: samples go to the callback before espeak_Synth returns
DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: report missing data, rather than end the process
UTF8 = 1  # espeakCHARS_UTF8
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4  # espeak_PARAMETER


def synthesize(
    text: bytes,
    library: str,
    data: str,
    voice: str,
    rate: int,
    volume: int,
    pitch: int,
    pitch_range: int,
    seed: int,
) -> tuple[int, bytes]:
    """Speaks an utterance. Call it once a process.

    Args:
        text: UTF-8, in the language of the voice.
        library: Path of the eSpeak NG shared library.
        data: Path of its data folder.
        voice: Language and variant, such as ``de+f2``.
        rate: Words a minute, 80 to 450; 175 by default.
        volume: 0 to 200; 100 by default.
        pitch: 0 to 100; 50 is the voice's own, 0 and 100 an octave below and above.
        pitch_range: 0 (monotone) to 100; 50 is the voice's own.
        seed: Of the library's random numbers (breath, flutter, roughness), 0 to 2³¹ − 1.

    Returns:
        Sampling rate in Hz, and 16-bit samples in the machine's byte order.

    Raises:
        RuntimeError: The library can't read its data, or doesn't know the voice.
    """
    espeak = ctypes.CDLL(library)
    sample_rate = espeak.espeak_Initialize(SYNCHRONOUS, 0, data.encode(), DONT_EXIT)
    if sample_rate <= 0:
        raise RuntimeError(
            f"eSpeak NG can't read its data in {data} (a path of more than 150 characters is too "
            "long for it)"
        )
    espeak.espeak_ng_SetRandSeed(ctypes.c_long(seed))
    chunks: list[bytes] = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    def collect(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            chunks.append(ctypes.string_at(samples, 2 * count))
        return 0  # go on

    espeak.espeak_SetSynthCallback(collect)
    if espeak.espeak_SetVoiceByName(voice.encode()) != 0:
        raise RuntimeError(f"eSpeak NG has no voice {voice!r}")
    parameters = {RATE: rate, VOLUME: volume, PITCH: pitch, RANGE: pitch_range}
    for parameter, value in parameters.items():
        espeak.espeak_SetParameter(parameter, value, 0)
    if espeak.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 0, 0, UTF8, None, None) != 0:
        raise RuntimeError("eSpeak NG can't speak the text")
    return sample_rate, b"".join(chunks)


if __name__ == "__main__":
    library_path, data_path, voice_name, *numbers = sys.argv[1:]
    try:
        spoken_rate, spoken = synthesize(
            sys.stdin.buffer.read(), library_path, data_path, voice_name, *map(int, numbers)
        )
    except (OSError, RuntimeError) as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(spoken_rate.to_bytes(4, sys.byteorder) + spoken)
