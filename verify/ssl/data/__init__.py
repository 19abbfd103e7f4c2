"""Image data sets, as tensors in memory: the digits, and what every data set is.

`verify.ssl.data.loading` reads the others; it is not imported here, so that results on the digits
do not rest on its code. Nothing is ever unpickled.
"""

from verify.ssl.data.dataset import DataError, Dataset, floating, take
from verify.ssl.data.digits import DIGITS, load_digits

__all__ = ["DIGITS", "DataError", "Dataset", "floating", "load_digits", "take"]
