"""Chance without a generator: every draw is a function of the seed, the effect and the entity it falls on.

A store simulated with and without an incident then meets the same visitors with the same luck (common random
numbers): whatever an incident does not cause stays the same to the last event.
"""

from zlib import crc32

import numpy as np

Bits = np.ndarray  # of uint64
_ODD = np.uint64(0x9E3779B97F4A7C15)


def _mix(x: Bits) -> Bits:
    """Returns 64 well mixed bits per number (the finaliser of SplitMix64: Steele, Lea, Flood 2014, figure 16)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


class Chance:
    """The luck of one simulated world.

    Each method takes the name of an effect ("pay", "refund", ...) and the keys of the entities it falls on: whole
    numbers or arrays of them, broadcast together. The same seed, effect and keys always give the same draw.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, Bits] = {}

    def bits(self, effect: str, *keys: int | Bits) -> Bits:
        """Returns 64 random bits per entity."""
        if effect not in self._streams:
            sequence = np.random.SeedSequence([self.seed, crc32(effect.encode())])
            self._streams[effect] = sequence.generate_state(1, np.uint64)
        x = self._streams[effect]
        for key in keys:
            x = _mix((x ^ np.atleast_1d(key).astype(np.uint64)) * _ODD)
        return x

    def uniform(self, effect: str, *keys: int | Bits) -> np.ndarray:
        """Returns a number in [0, 1) per entity."""
        return (self.bits(effect, *keys) >> np.uint64(11)) * 2.0**-53

    def exponential(self, effect: str, *keys: int | Bits) -> np.ndarray:
        """Returns a waiting time of mean 1 per entity."""
        return -np.log1p(-self.uniform(effect, *keys))

    def normal(self, effect: str, *keys: int | Bits) -> np.ndarray:
        """Returns a standard normal number per entity (Box and Muller 1958)."""
        angle = 2 * np.pi * self.uniform(effect + " angle", *keys)
        return np.sqrt(2 * self.exponential(effect, *keys)) * np.cos(angle)

    def count(self, effect: str, mean: np.ndarray, *keys: int | Bits) -> np.ndarray:
        """Returns a whole number per entity, about Poisson: never less for a larger `mean` with the same luck."""
        root = np.sqrt(mean)
        drawn = np.maximum(mean + root * np.maximum(self.normal(effect, *keys), -2 * root), 0)
        return np.rint(drawn).astype(np.int64)
