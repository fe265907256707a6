"""`make sbom`: what the service is made of, as a CycloneDX document and as a table of licences.

Written are the packages that run in production: those of requirements/base.txt, and those of package-lock.json that are
not for development. Their licences are what they say themselves; a test refuses one that nobody has agreed to.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs/licences.md"
AGREED = frozenset(
    {
        *("0BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "OFL-1.1", "Zlib"),
        *("Apache-2.0", "PSF-2.0", "Unicode-3.0", "ZPL-2.1"),
        *("LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0"),  # used as they are, in files of their own
    }
)
"""Licences under which a package may be given on with a service that is under the MIT licence, by SPDX identifier."""
WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "Apache 2": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Zope Public License": "ZPL-2.1",
    "ZPL 2.1": "ZPL-2.1",
}
"""What packages write instead of an identifier."""
LOOKED_UP = {
    "click-plugins": "BSD-3-Clause",
    "fido2": "BSD-2-Clause AND MPL-2.0",  # the second for its list of public suffixes
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "qrcode": "BSD-3-Clause",
}
"""By package, what its licence file says where its description is not clear."""


@dataclass(frozen=True)
class Package:
    """A package that runs in production; `hashes` are SHA-256, of Python packages alone."""

    kind: str
    name: str
    version: str
    licence: str
    hashes: tuple[str, ...] = ()


def list_packages() -> list[Package]:
    """Return all packages, by kind and name."""
    return sorted({*_of_python(), *_of_npm()}, key=lambda package: (package.kind, package.name.lower()))


def _of_python() -> Iterator[Package]:
    locked = (ROOT / "requirements/base.txt").read_text()
    for name, version, rest in re.findall(r"^([\w.-]+)==(\S+)((?:.*\\\n)+.*)$", locked, re.MULTILINE):
        try:
            metadata = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system, or another Python
        yield Package("pypi", name, version, licence_of(name, metadata), tuple(re.findall(r"sha256:(\w+)", rest)))


def licence_of(name: str, metadata: importlib.metadata.PackageMetadata) -> str:
    """Return the licence that a Python package says it is under, as an SPDX expression; "" where it says none."""
    if name in LOOKED_UP:
        return LOOKED_UP[name]
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classifiers = metadata.get_all("Classifier") or []
    said = (metadata.get_all("License") or [""])[0]
    words = [said] if said in WORDS or said in AGREED else []
    words = words or [
        each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License :: OSI Approved ::")
    ]
    return " AND ".join(sorted({WORDS.get(word, word) for word in words}))


def _of_npm() -> Iterator[Package]:
    for path, package in json.loads((ROOT / "package-lock.json").read_text())["packages"].items():
        if path and not package.get("dev"):
            name = path.rpartition("node_modules/")[2]
            yield Package("npm", name, package["version"], package.get("license", ""))


def list_refused(packages: list[Package]) -> list[str]:
    """Return the packages that say nothing of their licence, or name one that nobody has agreed to.

    Of licences between OR one has to be agreed to, of those between AND all.
    """
    return [f"{package.name}: {package.licence or 'no licence'}" for package in packages if not _is_agreed(package)]


def _is_agreed(package: Package) -> bool:
    choices = package.licence.replace("(", "").replace(")", "").split(" OR ")
    return any(set(choice.split(" AND ")) <= AGREED for choice in choices)


def make_document(packages: list[Package]) -> str:
    """Return the bill of materials, CycloneDX 1.6 in JSON."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    service = Component(
        type=ComponentType.APPLICATION,
        name="examprep",
        version=version,
        bom_ref="examprep",
        licenses=[LicenseExpression("MIT")],
    )
    bom = Bom(components=[_component(package) for package in packages])
    bom.metadata.component = service
    bom.register_dependency(service, list(bom.components))
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _component(package: Package) -> Component:
    group, _, name = package.name.rpartition("/")
    url = PackageURL(package.kind, group or None, name, package.version)
    return Component(
        type=ComponentType.LIBRARY,
        group=group or None,
        name=name,
        version=package.version,
        bom_ref=str(url),
        purl=url,
        licenses=[LicenseExpression(package.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in package.hashes[:1]],
    )


ABOUT = """\
# Licences

examprep is under the MIT licence. These packages run with it in production; `make sbom` writes this table, and
`var/sbom.json`, a CycloneDX 1.6 document with their hashes. A test fails where one has no licence, or one that is not
among those agreed to in `docs/bill_of_materials.py`. Packages for other systems than the one that it was made on are
not listed. What tests and development use is not given on with the service, and may be under any licence that permits
that.

| package | version | from | licence |
|---|---|---|---|
"""


def make_table(packages: list[Package]) -> str:
    """Return the document of licences."""
    rows = (f"| {each.name} | {each.version} | {each.kind} | {each.licence} |\n" for each in packages)
    return ABOUT + "".join(rows)


def main() -> None:
    """Write both documents."""
    packages = list_packages()
    if refused := list_refused(packages):
        sys.exit("\n".join(refused))
    out = ROOT / "var/sbom.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(make_document(packages))
    TABLE.write_text(make_table(packages))
    sys.stdout.write(f"{len(packages)} packages, in {out.relative_to(ROOT)} and {TABLE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
