"""What the service is made of, and under which licences."""

from __future__ import annotations

import json
import re
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from docs import bill_of_materials
from docs.bill_of_materials import Package
from tests.deployment.containers import ROOT


def read_schema(name: str) -> Any:
    """A JSON schema of CycloneDX, as its own library has it."""
    (path,) = [file for file in files("cyclonedx-python-lib") or () if file.name == f"{name}.SNAPSHOT.schema.json"]
    return json.loads(Path(str(path.locate())).read_text())


def test_the_document_is_valid_and_names_every_package_by_version_and_hash() -> None:
    packages = bill_of_materials.list_packages()
    document = json.loads(bill_of_materials.make_document(packages))

    parts = {name: Resource.from_contents(read_schema(name)) for name in ("spdx", "jsf-0.82", "cryptography-defs")}
    registry: Registry[Any] = Registry().with_resources(
        (f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", part) for name, part in parts.items()
    )
    errors = list(Draft7Validator(read_schema("bom-1.6"), registry=registry).iter_errors(document))
    assert errors == []
    assert document["specVersion"] == "1.6"
    components = {each["purl"]: each for each in document["components"]}
    for package in packages:
        component = components[f"pkg:{package.kind}/{package.name.replace('@', '%40')}@{package.version}"]
        assert component["licenses"] == [{"expression": package.licence}]
        assert bool(component.get("hashes")) == (package.kind == "pypi")


def test_every_package_that_runs_is_under_a_licence_that_was_agreed_to() -> None:
    assert bill_of_materials.list_refused(bill_of_materials.list_packages()) == []


@pytest.mark.parametrize("licence", ["", "AGPL-3.0-or-later", "MIT AND GPL-3.0-only", "SEE LICENSE IN FILE", "unknown"])
def test_a_licence_that_nobody_agreed_to_is_refused(licence: str) -> None:
    assert bill_of_materials.list_refused([Package("npm", "left-pad", "1.3.0", licence)]) != []


@pytest.mark.parametrize("licence", ["MIT", "(MIT OR GPL-3.0-only)", "Apache-2.0 AND BSD-2-Clause"])
def test_of_several_licences_one_is_enough_where_one_may_choose(licence: str) -> None:
    assert bill_of_materials.list_refused([Package("npm", "left-pad", "1.3.0", licence)]) == []


def test_the_table_lists_what_is_locked() -> None:
    rows = set(re.findall(r"^\| (\S+) \| (\S+) \| (pypi|npm) \|", bill_of_materials.TABLE.read_text(), re.MULTILINE))
    packages = bill_of_materials.list_packages()
    assert {(each.name, each.version, each.kind) for each in packages} <= rows, "make sbom writes it anew"
    locked = (ROOT / "requirements/base.txt").read_text()
    assert [name for name, version, kind in rows if kind == "pypi" and f"{name}=={version} " not in locked] == []
