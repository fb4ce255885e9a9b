import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprinting.bit_errors import bit_errors

codes = st.integers(0, 2**32 - 1)


@given(codes, codes)
def test_as_many_bits_as_the_sum_without_carry_has(one: int, other: int) -> None:
    found = bit_errors(np.array([one], np.uint32), np.array([other], np.uint32))
    assert found.tolist() == [(one ^ other).bit_count()]
