"""The units that are known: their signs, full names, prefixes and exact scales.

Scales are those of the SI Brochure (9th edition, tables 2 to 8), and of NIST SP 811 for the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

Dimension = tuple[tuple[str, int], ...]
"""Powers of base units, in the order of their names: a newton is (("kg", 1), ("m", 1), ("s", -2))."""


@dataclass(frozen=True)
class Unit:
    """`scale` base units make one of it; `text` is how people write it."""

    scale: Fraction
    dimension: Dimension
    text: str

    def fits(self, other: Unit) -> bool:
        """Whether both measure the same."""
        return self.dimension == other.dimension


_PI = Fraction(31415926535897932384626433832795028841971, 10**40)
_BASE = ("m", "kg", "s", "A", "K", "mol", "cd", "bit", "dB", "°C", "°F", "€", "£")
"""Degrees of temperature and decibels have scales that do not begin at zero: they are measured in themselves alone."""
_DERIVED: dict[str, tuple[str, str]] = {
    "g": ("0.001", "kg"), "t": ("1000", "kg"), "u": ("1.66053906892e-27", "kg"), "lb": ("0.45359237", "kg"),
    "oz": ("0.028349523125", "kg"),
    "Hz": ("1", "s^-1"), "Bq": ("1", "s^-1"), "rpm": ("1/60", "s^-1"),
    "N": ("1", "kg m s^-2"), "Pa": ("1", "kg m^-1 s^-2"), "J": ("1", "kg m^2 s^-2"), "W": ("1", "kg m^2 s^-3"),
    "C": ("1", "A s"), "As": ("1", "A s"), "Ah": ("3600", "A s"), "Nm": ("1", "kg m^2 s^-2"),
    "Pas": ("1", "kg m^-1 s^-1"), "Vs": ("1", "kg m^2 s^-2 A^-1"), "Ws": ("1", "kg m^2 s^-2"),
    "V": ("1", "kg m^2 s^-3 A^-1"), "F": ("1", "kg^-1 m^-2 s^4 A^2"),
    "Ω": ("1", "kg m^2 s^-3 A^-2"), "S": ("1", "kg^-1 m^-2 s^3 A^2"), "Wb": ("1", "kg m^2 s^-2 A^-1"),
    "T": ("1", "kg s^-2 A^-1"), "H": ("1", "kg m^2 s^-2 A^-2"), "lm": ("1", "cd"), "lx": ("1", "cd m^-2"),
    "Gy": ("1", "m^2 s^-2"), "Sv": ("1", "m^2 s^-2"), "kat": ("1", "mol s^-1"), "M": ("1000", "mol m^-3"),
    "L": ("0.001", "m^3"), "l": ("0.001", "m^3"), "eV": ("1.602176634e-19", "kg m^2 s^-2"),
    "cal": ("4.184", "kg m^2 s^-2"), "Wh": ("3600", "kg m^2 s^-2"), "bar": ("1e5", "kg m^-1 s^-2"),
    "atm": ("101325", "kg m^-1 s^-2"), "mmHg": ("133.322387415", "kg m^-1 s^-2"),
    "Torr": ("101325/760", "kg m^-1 s^-2"),
    "min": ("60", "s"), "h": ("3600", "s"), "d": ("86400", "s"), "wk": ("604800", "s"), "yr": ("31557600", "s"),
    "ha": ("1e4", "m^2"), "Å": ("1e-10", "m"), "in": ("0.0254", "m"), "ft": ("0.3048", "m"), "yd": ("0.9144", "m"),
    "mi": ("1609.344", "m"), "au": ("149597870700", "m"), "ly": ("9460730472580800", "m"),
    "mph": ("0.44704", "m s^-1"), "kn": ("1852/3600", "m s^-1"), "B": ("8", "bit"),
    "rad": ("1", ""), "‰": ("0.001", ""), "ppm": ("1e-6", ""),
}  # fmt: skip
_PREFIXES = {
    "Q": 30, "R": 27, "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1,
    "c": -2, "m": -3, "μ": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24, "r": -27, "q": -30,
}  # fmt: skip
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_TAKE_PREFIXES = """
    m g s A K mol cd Hz Bq N Pa J W C V F Ω S Wb T H lm lx Gy Sv kat L l eV bit B bar
"""
_TAKE_SOME = {
    "M": "mμn", "cal": "k", "Wh": "kMGT", "t": "kMG", "Ah": "mk", "As": "m", "Nm": "mkM", "Pas": "m",
    "Ws": "mk", "Vs": "m",
}  # fmt: skip
_NAMES = {
    "m": "metre meter", "g": "gram", "s": "second sec", "A": "ampere amp", "K": "kelvin", "mol": "mole", "N": "newton",
    "J": "joule", "W": "watt", "V": "volt", "Ω": "ohm", "C": "coulomb", "F": "farad", "T": "tesla", "Hz": "hertz",
    "Pa": "pascal", "L": "litre liter", "B": "byte", "bit": "bit", "eV": "electronvolt", "cal": "calorie",
}  # fmt: skip
"""Full names, which take the full names of prefixes, too."""
_LONG_PREFIXES = {
    "": "", "tera": "T", "giga": "G", "mega": "M", "kilo": "k", "hecto": "h", "deci": "d", "centi": "c", "milli": "m",
    "micro": "μ", "nano": "n", "pico": "p",
}  # fmt: skip
_OTHER_NAMES = {
    "min": "minute mins", "h": "hour hr hrs", "d": "day", "wk": "week", "yr": "year",
    "in": "inch inches", "ft": "foot feet",
    "mi": "mile", "lb": "pound lbs", "t": "tonne", "€": "euro eur", "°C": "degc celsius",
    "°F": "degf fahrenheit", "°": "degree deg", "rad": "radian", "atm": "atmosphere",
}  # fmt: skip


@lru_cache(maxsize=1)
def symbols() -> Mapping[str, Unit]:
    """Every symbol, with each prefix that it takes; what stands for itself comes before a prefix and a rest."""
    plain = {base: Unit(Fraction(1), ((base, 1),), base) for base in _BASE}
    plain["°"] = Unit(_PI / 180, (), "°")
    for symbol, (scale, of) in _DERIVED.items():
        plain[symbol] = Unit(Fraction(scale), _dimension(of), symbol)
    return dict(_prefixed(plain)) | plain


def _dimension(of: str) -> Dimension:
    parts = (part.partition("^") for part in of.split())
    return tuple(sorted((base, int(power or 1)) for base, _, power in parts))


def _prefixed(plain: Mapping[str, Unit]) -> Iterator[tuple[str, Unit]]:
    for symbol, unit in plain.items():
        taken = _PREFIXES if symbol in _TAKE_PREFIXES.split() else _TAKE_SOME.get(symbol, "")
        for prefix in taken:
            yield prefix + symbol, Unit(unit.scale * Fraction(10) ** _PREFIXES[prefix], unit.dimension, prefix + symbol)
            if prefix == "μ":
                yield "u" + symbol, Unit(unit.scale / 10**6, unit.dimension, prefix + symbol)
    kilogram = plain["kg"]
    yield "kg", kilogram
    for prefix, times in _BINARY.items():
        for symbol in ("B", "bit"):
            yield prefix + symbol, Unit(plain[symbol].scale * times, plain[symbol].dimension, prefix + symbol)


@lru_cache(maxsize=1)
def names() -> Mapping[str, Unit]:
    """Full names, in one and in several, without regard to capitals."""
    known = symbols()
    full: dict[str, Unit] = {}
    for symbol, words in _NAMES.items():
        for word in words.split():
            for long, prefix in _LONG_PREFIXES.items():
                if prefix + symbol in known:
                    full[long + word] = full[f"{long}{word}s"] = known[prefix + symbol]
    for symbol, words in _OTHER_NAMES.items():
        for word in words.split():
            full[word] = full[f"{word}s"] = known[symbol]
    return full
