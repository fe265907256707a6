"""Units as they are typed: what is read, and as what; every scale beside pint's."""

from __future__ import annotations

from fractions import Fraction

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.variants import numbers
from questions.variants.unit_table import symbols
from questions.variants.units import UnitError, read_quantity, read_unit

PINT_NAMES = {
    "m": "meter", "g": "gram", "s": "second", "A": "ampere", "K": "kelvin", "mol": "mole", "cd": "candela",
    "bit": "bit", "t": "metric_ton", "u": "unified_atomic_mass_unit", "lb": "pound", "oz": "ounce", "Hz": "hertz",
    "Bq": "becquerel", "rpm": "(1/minute)", "N": "newton", "Pa": "pascal", "J": "joule", "W": "watt", "C": "coulomb",
    "F": "farad", "V": "volt", "Ω": "ohm", "S": "siemens", "Wb": "weber", "T": "tesla", "H": "henry", "lm": "lumen",
    "lx": "lux", "Gy": "gray", "Sv": "sievert", "kat": "katal", "M": "molar", "L": "liter", "l": "liter",
    "eV": "electron_volt", "cal": "calorie", "Wh": "watt_hour", "bar": "bar", "atm": "atmosphere",
    "mmHg": "millimeter_Hg", "Torr": "torr", "min": "minute", "h": "hour", "d": "day", "wk": "week", "yr": "year",
    "ha": "hectare", "Å": "angstrom", "in": "inch", "ft": "foot", "yd": "yard", "mi": "mile",
    "au": "astronomical_unit", "ly": "light_year", "mph": "(mile/hour)", "kn": "knot", "B": "byte", "rad": "radian",
    "°": "degree", "‰": "permille", "ppm": "ppm", "As": "ampere_second", "Ah": "ampere_hour", "Nm": "newton_meter",
    "Pas": "pascal_second", "Vs": "volt_second", "Ws": "watt_second", "°C": "delta_degree_Celsius",
    "°F": "delta_degree_Fahrenheit",
}  # fmt: skip
PINT_PREFIXES = {
    "Q": "quetta", "R": "ronna", "Y": "yotta", "Z": "zetta", "E": "exa", "P": "peta", "T": "tera", "G": "giga",
    "M": "mega", "k": "kilo", "h": "hecto", "da": "deca", "d": "deci", "c": "centi", "m": "milli", "μ": "micro",
    "u": "micro", "n": "nano", "p": "pico", "f": "femto", "a": "atto", "z": "zepto", "y": "yocto", "r": "ronto",
    "q": "quecto", "Ki": "kibi", "Mi": "mebi", "Gi": "gibi", "Ti": "tebi",
}  # fmt: skip
NOT_IN_PINT = {"€", "£", "dB"}


@pytest.fixture(scope="module")
def peer() -> pint.UnitRegistry[float]:
    registry: pint.UnitRegistry[float] = pint.UnitRegistry()
    for one, other in (
        ("newton", "meter"),
        ("pascal", "second"),
        ("ampere", "second"),
        ("volt", "second"),
        ("watt", "second"),
    ):
        registry.define(f"{one}_{other} = {one} * {other}")
    return registry


def pint_name(symbol: str) -> str:
    if symbol in PINT_NAMES:
        return PINT_NAMES[symbol]
    (prefix,) = (
        prefix for prefix in PINT_PREFIXES if symbol.startswith(prefix) and symbol[len(prefix) :] in PINT_NAMES
    )
    return PINT_PREFIXES[prefix] + PINT_NAMES[symbol[len(prefix) :]]


def test_every_sign_has_the_scale_and_dimension_that_pint_gives_it(peer: pint.UnitRegistry[float]) -> None:
    compared = 0
    for symbol, unit in symbols().items():
        if symbol in NOT_IN_PINT:
            continue
        theirs = peer.Quantity(1.0, pint_name(symbol))
        ours = peer.Quantity(
            float(unit.scale), " * ".join(f"{pint_name(base)}**{power}" for base, power in unit.dimension)
        )
        assert ours.m_as(theirs.units) == pytest.approx(1, rel=1e-8), symbol
        compared += 1
    assert compared > 600


@pytest.mark.parametrize(
    ("typed", "written", "base"),
    [
        ("kg m/s^2", "kg m/s²", "N"),
        ("kg·m·s⁻²", "kg m s⁻²", "N"),
        ("N.m", "N m", "J"),
        ("m/s/s", "m/s²", "m s^-2"),
        ("m/s2", "m/s²", "m s^-2"),
        ("J/(kg K)", "J/(kg K)", "J kg^-1 K^-1"),
        ("W/m^2/K", "W/(m² K)", "W m^-2 K^-1"),
        (r"\mathrm{m}/\mathrm{s}^{2}", "m/s²", "m s^-2"),
        (r"k\Omega", "kΩ", "kiloohm"),
        ("\N{OHM SIGN}", "Ω", "ohm"),
        ("Ohms", "Ω", "V/A"),
        ("\N{MICRO SIGN}m", "μm", "um"),
        ("kilometres per hour", "km/h", "km h^-1"),
        ("1/s", "1/s", "Hz"),
        ("\N{DEGREE CELSIUS}", "°C", "degC"),
        ("(mol/L)", "mol/L", "M"),
    ],
)
def test_units_are_read_as_people_write_them(typed: str, written: str, base: str) -> None:
    unit, same = read_unit(typed), read_unit(base)
    assert unit.text == written
    assert (unit.scale, unit.dimension) == (same.scale, same.dimension)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("KW", "Write kW: capitals count."),
        ("kw", "Write kW: capitals count."),
        ("J/kg K", "two readings: write /(kg K), or K before the /."),
        ("furlongs", "“furlongs” is not a unit that is known here"),
        ("m^40", "has a power that no unit has"),
        ("m/(s", "A “)” is missing"),
        ("m//s", "is not a unit"),
        ("²", "is not a unit"),
        ("m" * 61, "at most 60 characters"),
        ("", "at most 60 characters"),
    ],
)
def test_what_is_no_unit_is_refused_with_what_to_write(typed: str, says: str) -> None:
    with pytest.raises(UnitError) as refused:
        read_unit(typed)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "echo"),
    [
        ("5 mW", "5 mW"),
        ("5MW", "5 MW"),
        ("3 x 10^8 m/s", "300000000 m/s"),
        ("1/2 h", "0.5 h"),
        ("1,5 kg", "1.5 kg (a decimal comma)"),
        ("[1, 2] m", "[1, 2] m"),
        ("5 1/s", "5 1/s"),
        ("a = 9.81 m s^-2", "9.81 m s⁻²"),
        ("√2 m", "1.41421356237 m"),
        ("25 %", "0.25"),
        ("5e3", "5000"),
    ],
)
def test_the_number_ends_where_both_parts_can_be_read(typed: str, echo: str) -> None:
    assert read_quantity(typed).echo == echo


@pytest.mark.parametrize("typed", ["5 KW", "1 h 30 min", "5 m 30 cm", "[3 m, 4 m]", "5 e3", "m", "abc", "", "5 m, 3"])
def test_what_has_no_one_reading_is_refused(typed: str) -> None:
    with pytest.raises((UnitError, numbers.NumberError)):
        read_quantity(typed)


@given(st.text("0123456789.,e+-*/^()[]{} \\²⁻µμΩ°kmsKNJhdaprt\u0660%", max_size=24))
@settings(max_examples=300, deadline=None)
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        quantity = read_quantity(text)
    except (UnitError, numbers.NumberError):
        return
    if quantity.unit:
        # What was written is read as the same again.
        again = read_unit(quantity.unit.text)
        assert (again.scale, again.dimension) == (quantity.unit.scale, quantity.unit.dimension)


@given(
    st.sampled_from(sorted(symbols())), st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000)
)
@settings(max_examples=200, deadline=None)
def test_a_number_with_a_unit_is_that_number_and_that_unit(symbol: str, value: Fraction) -> None:
    quantity = read_quantity(f"{value.numerator}/{value.denominator} {symbol}")
    assert quantity.reading.values == (value,)
    assert quantity.unit == symbols()[symbol]
