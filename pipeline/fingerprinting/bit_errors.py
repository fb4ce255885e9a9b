"""Bits in which codes differ."""

import numpy as np
import numpy.typing as npt

from pipeline.fingerprinting.subfingerprints import Codes

_BITS_SET = np.array([number.bit_count() for number in range(1 << 16)], np.uint8)


def bit_errors(one: Codes, other: Codes) -> npt.NDArray[np.uint8]:
    """Number of bits, of 32, in which each code differs from the other.

    >>> int(bit_errors(np.array([0b1100], np.uint32), np.array([0b1010], np.uint32))[0])
    2
    """
    differing = one ^ other
    counted: npt.NDArray[np.uint8] = _BITS_SET[differing & 0xFFFF] + _BITS_SET[differing >> 16]
    return counted
