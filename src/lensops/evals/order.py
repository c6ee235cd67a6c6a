"""Order: the places of many keys from the smallest on, for a search by halves."""

from __future__ import annotations

from array import array

from lensops.evals.cases import MANY


def order_of(keys: array[int]) -> array[int]:
    """The places of keys from the smallest key on, equal ones in their order."""
    if len(keys) < MANY:
        return array("I", sorted(range(len(keys)), key=keys.__getitem__))
    import numpy as np

    places = np.argsort(np.frombuffer(keys, dtype=np.uint64), kind="stable")
    return array("I", places.astype(np.uint32).tobytes())
