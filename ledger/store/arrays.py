"""Columns to stored bytes and back: each in the narrowest form that loses nothing.

A form is one letter: `i` whole numbers (kind, base, then unsigned differences from the base), `d` digits
of one width as such numbers, `s` byte texts of one width.
"""

import struct

import numpy as np

NUMBERS = struct.Struct("<c2s2sq")
WIDTH = struct.Struct("<cH")
DIGITS_MAX = 18
WIDTHS = (np.uint8, np.uint16, np.uint32, np.uint64)


def pack(array: np.ndarray) -> bytes:
    """The bytes of a column of whole numbers or byte texts; a table of numbers is read back row by row."""
    if array.dtype.kind != "S":
        return _pack_numbers(array.reshape(-1))
    width = array.dtype.itemsize
    if 0 < width <= DIGITS_MAX and len(array):
        signs = array.view(np.uint8).reshape(len(array), width)
        if ((signs >= ord("0")) & (signs <= ord("9"))).all():
            return WIDTH.pack(b"d", width) + _pack_numbers(_numbers_of(signs))
    return WIDTH.pack(b"s", width) + array.tobytes()


def unpack(data: bytes | memoryview) -> np.ndarray:
    """The column of some bytes; raises ValueError if they are none."""
    form = bytes(data[:1])
    if form == b"i":
        return _unpack_numbers(data)
    _, width = WIDTH.unpack_from(data)
    if form == b"d":
        return _digits_of(_unpack_numbers(data[WIDTH.size :]), width)
    if form == b"s" and width:
        return np.frombuffer(data, f"S{width}", offset=WIDTH.size)
    raise ValueError(f"no column: {form!r}")


def _pack_numbers(array: np.ndarray) -> bytes:
    base = int(array.min()) if len(array) else 0
    span = int(array.max()) - base if len(array) else 0
    narrow = next(kind for kind in WIDTHS if span <= np.iinfo(kind).max)
    differences = (array.astype(np.int64).view(np.uint64) - np.uint64(base & 2**64 - 1)).astype(narrow)
    return NUMBERS.pack(b"i", _code(array.dtype), _code(np.dtype(narrow)), base) + differences.tobytes()


def _unpack_numbers(data: bytes | memoryview) -> np.ndarray:
    _, kind, narrow, base = NUMBERS.unpack_from(data)
    differences = np.frombuffer(data, narrow.decode(), offset=NUMBERS.size)
    whole = differences.astype(np.uint64) + np.uint64(base & 2**64 - 1)
    return whole.view(np.int64).astype(kind.decode(), copy=False)


def _code(dtype: np.dtype) -> bytes:
    return dtype.str[1:].encode()


def _numbers_of(digits: np.ndarray) -> np.ndarray:
    numbers = np.zeros(len(digits), np.int64)
    for place in range(digits.shape[1]):
        numbers = numbers * 10 + (digits[:, place] - ord("0"))
    return numbers


def _digits_of(numbers: np.ndarray, width: int) -> np.ndarray:
    signs = np.empty((len(numbers), width), np.uint8)
    for place in range(width - 1, -1, -1):
        numbers, digit = np.divmod(numbers, 10)
        signs[:, place] = digit + ord("0")
    return signs.reshape(-1).view(f"S{width}")
