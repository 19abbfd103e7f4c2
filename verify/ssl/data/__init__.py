"""Image data sets, as tensors in memory: the digits, and what every data set is.

`verify.ssl.data.loading` reads the others; it is not imported here, so that results on the digits
do not rest on its code. Nothing is ever unpickled.
"""

from verify.ssl.data.dataset import (
    DIGITS,
    DIGITS_SOURCE,
    DataError,
    Dataset,
    Source,
    floating,
    load_digits,
    take,
)

__all__ = [
    "DIGITS",
    "DIGITS_SOURCE",
    "DataError",
    "Dataset",
    "Source",
    "floating",
    "load_digits",
    "take",
]
