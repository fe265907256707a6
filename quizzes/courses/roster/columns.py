"""The columns of a roster, by the names that spreadsheets, registries and other course systems give them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from enum import Enum


class Column(Enum):
    """What a column holds; the value is its name in files that we write."""

    NAME = "Name"
    FIRST_NAME = "First name"
    LAST_NAME = "Last name"
    USERNAME = "Username"
    EMAIL = "Email"
    SECTION = "Section"
    EXTRA_TIME = "Extra time (%)"


NAMES: Mapping[Column, str] = {
    Column.NAME: "name fullname student studentname displayname participant vollername",
    Column.FIRST_NAME: "firstname first givenname given forename vorname prénom prenom nombre",
    Column.LAST_NAME: "lastname last surname familyname family nachname familienname apellido apellidos",
    Column.USERNAME: "username user login loginid userid accountname benutzername identifiant usuario",
    Column.EMAIL: "email mail emailaddress emailaddresses address mailaddress universityemail studentemail workemail "
    "emailadresse adresse courriel correo correoelectronico correoelectrónico",
    Column.SECTION: "section sections group groups class tutorial cohort gruppe gruppen sektion klasse groupe "
    "sección seccion grupo",
    Column.EXTRA_TIME: "extratime extratimepercent extra extrapercent additionaltime timeextension accommodation "
    "extratimeinpercent extratimepercentage zeitzuschlag zeitverlängerung zeitverlangerung",
}
_COLUMNS = {name: column for column, names in NAMES.items() for name in names.split()}


def read_headers(cells: Sequence[str]) -> list[Column | None]:
    """Return what each column of the first line holds; None where its name is not one of ours."""
    return [_COLUMNS.get(_fold(cell)) for cell in cells]


def _fold(name: str) -> str:
    """Return the letters of a name alone: `E-mail address`, `email_address` and `Email Address` are one."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalpha())
