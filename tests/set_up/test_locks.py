"""The locks: whole, hashed, from no particular place, and under licences that an Apache-2.0 program may use."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")

# Whose names a licence's text or classifier may carry. LGPL: Qt is a library that we use and do not change.
# ORACLES are programs of their own that some test asks: nothing of ours contains, links to or ships them.
USABLE_LICENCES = re.compile(r"MIT|BSD|Apache|MPL|Mozilla|Python Software Foundation|PSF|LGPL|ISC|Unlicense|0BSD|Zlib")
ORACLES = {"libcachesim"}


def entries(lock: str) -> dict[str, list[str]]:
    """The hashes of each requirement of a lock, by the requirement as it is written there."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {" ".join(word for word in line if word[:2] != "--"): [w for w in line if w[:2] == "--"] for line in lines}


def locked(lock: str) -> dict[str, str]:
    """The version of each package of a lock, by its canonical name."""
    requirements = [Requirement(entry) for entry in entries(lock)]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in requirements}


def wanted(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    more = [text for extra in extras for text in project["optional-dependencies"][extra]]
    return [Requirement(text) for text in [*project["dependencies"], *more]]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(lock: str) -> None:
    for requirement, options in entries(lock).items():
        assert re.fullmatch(r"[a-z0-9.-]+==[0-9a-z.]+( ; .+)?", requirement)
        assert options
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", option) for option in options)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_place_to_fetch_from(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    options = [line for line in text.splitlines() if line.startswith("-")]
    assert options == []
    assert not re.search(r"://|\.org\b|\.com\b|\.io\b", text)


def test_test_lock_holds_all_that_the_other_lock_holds() -> None:
    assert entries("requirements.lock").items() <= entries("requirements-test.lock").items()


@pytest.mark.parametrize(("lock", "extras"), [(LOCKS[0], ("build",)), (LOCKS[1], ("build", "test"))])
def test_lock_satisfies_the_project(lock: str, extras: tuple[str, ...]) -> None:
    versions = locked(lock)
    for requirement in wanted(*extras):
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)])


def test_build_backend_is_the_one_that_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["build-system"]["requires"] == project["project"]["optional-dependencies"]["build"]


@pytest.mark.parametrize("version", ["6.11.0", "6.11.1", "6.12.0", "6.10.2"])
def test_versions_of_qt_that_do_not_work_are_excluded(version: str) -> None:
    (qt,) = (requirement for requirement in wanted() if requirement.name == "PySide6-Essentials")
    assert not qt.specifier.contains(version)


def test_readme_names_every_dependency_in_its_locked_version() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in readme.splitlines() if line.startswith("| ")]
    listed = {canonicalize_name(row[0]): row[1] for row in rows if re.fullmatch(r"[0-9.]+", row[1])}
    versions = locked("requirements-test.lock")
    names = {canonicalize_name(requirement.name) for requirement in wanted("build", "test")}
    assert listed == {name: versions[name] for name in names}


def test_every_installed_package_has_a_usable_licence() -> None:
    for name in locked("requirements-test.lock"):
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        named = [about.get("License-Expression", ""), about.get("License", ""), *(about.get_all("Classifier") or [])]
        assert name in ORACLES or USABLE_LICENCES.search(" ".join(named)), f"{name}: {named}"


def test_no_oracle_under_another_licence_is_part_of_the_program() -> None:
    assert not ORACLES & locked("requirements.lock").keys()


def test_no_file_names_a_registry_or_a_folder_of_somebodys_machine() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout: what is ours cannot be told from what was left behind")
    # Put together here, so that this file does not hold what it looks for.
    place = re.compile("|".join(["python" + "hosted", "pypi" + r"\.org", "/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/"]))
    files = [ROOT / name for name in listing.stdout.split("\0") if name]
    texts = [(file, file.read_bytes()) for file in files if file.is_file()]
    named = [str(file.relative_to(ROOT)) for file, text in texts if place.search(text.decode("utf-8", "ignore"))]
    assert named == []
