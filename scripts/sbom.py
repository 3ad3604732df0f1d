"""The bill of materials of the program: every library that it runs with, in CycloneDX 1.6.

Made from the pins of constraints.txt and from what the installed libraries say of themselves. A script of ours, because
the generators bring a dozen libraries along: docs/adr/0006-libraries.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from botyard import __version__

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("s3",)


def pins() -> dict[str, str]:
    """The pinned version of each package, by its canonical name."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name.strip()): version.strip() for name, version in pairs}


def required(package: Distribution, extras: Iterable[str] = ("",)) -> list[str]:
    """What a package asks for on this system, by canonical names."""
    names = []
    for line in package.requires or []:
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
            names.append(canonicalize_name(wanted.name))
    return sorted(set(names))


def closure() -> dict[str, list[str]]:
    """Every library that the program runs with, and what it asks for in turn."""
    graph = {"botyard": required(distribution("botyard"), ("", *EXTRAS))}
    waiting = list(graph["botyard"])
    while waiting:
        name = waiting.pop()
        if name in graph:
            continue
        try:
            graph[name] = required(distribution(name))
        except PackageNotFoundError:
            # Pinned for another system, and not installed here.
            graph[name] = []
        waiting += graph[name]
    return graph


def purl(name: str, version: str) -> str:
    """The address of a package that such documents use."""
    return f"pkg:pypi/{name}@{version}"


def component(name: str, version: str) -> dict[str, Any]:
    """A library as the document names it."""
    made: dict[str, Any] = {"type": "library", "bom-ref": purl(name, version), "name": name, "version": version}
    made["purl"] = purl(name, version)
    if licence := _licence(name):
        made["licenses"] = [{"license": {"name": licence}}]
    return made


def _licence(name: str) -> str:
    try:
        known = distribution(name).metadata
    except PackageNotFoundError:
        return ""
    classified = [line.rpartition(" :: ")[2] for line in _all(known, "Classifier") if line.startswith("License ::")]
    named = next(iter(_all(known, "License-Expression")), "") or "; ".join(classified)
    return (named or next(iter(_all(known, "License")), "").partition("\n")[0])[:100]


def _all(known: PackageMetadata, field: str) -> list[str]:
    return known.get_all(field) or []


def document() -> dict[str, Any]:
    """The whole document: the same for the same pins."""
    pinned, graph = pins(), closure()
    versions = {name: pinned[name] for name in sorted(graph) if name != "botyard"} | {"botyard": __version__}
    references = {name: purl(name, version) for name, version in versions.items()}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": references["botyard"],
                "name": "botyard",
                "version": __version__,
                "purl": references["botyard"],
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [component(name, version) for name, version in versions.items() if name != "botyard"],
        "dependencies": [
            {"ref": references[name], "dependsOn": [references[each] for each in graph[name]]} for name in versions
        ],
    }


if __name__ == "__main__":
    text = json.dumps(document(), indent=2) + "\n"
    if len(sys.argv) > 1:
        file = Path(sys.argv[1])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    else:
        sys.stdout.write(text)
