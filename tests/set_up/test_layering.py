"""Who may import whom: the contracts of pyproject.toml, and what they cannot say.

The contracts name what is forbidden, so a package that nobody thought of would be allowed.  Here the same table stands
as what is allowed, and everything else is a fault.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from shutil import copy

import grimp
import pytest

ROOT = Path(__file__).parents[2]
OURS = ("app", "model", "resources", "views")

_SIMULATION = ("numpy", "greenlet", "model.durations", "model.costs", "model.trace", "model.machine")
_RUNNING = (*_SIMULATION, "model.protocols", "model.engine")
_CATALOGUES = ("model.components", "model.wrappers", "model.workloads", "model.faults", "model.catalogue")
_DOCUMENT = (
    "model.commands",
    "model.scenario",
    "model.profiles",
    "model.scenario_names",
    "model.refusals",
    "model.replay",
    "model.session",
    "model.world",
    "msgspec",
    "tomli_w",
    "resources",
)
_SESSION = (*_RUNNING, *_CATALOGUES, *_DOCUMENT)
_PAINTING = ("PySide6", "shiboken6", "pyqtgraph", "networkx", "numpy")
_VIEWS = (*_PAINTING, "model.commands", "model.projections", "model.trace")

ALLOWED: dict[str, tuple[str, ...]] = {
    "model": (),
    "model.durations": (),
    "model.refusals": (),
    "model.protocols": (),
    "model.costs": (),
    "model.trace": ("numpy", "model.durations"),
    "model.machine": _SIMULATION,
    "model.engine": _RUNNING,
    "model.components": _RUNNING,
    "model.wrappers": (*_RUNNING, "model.components"),
    "model.workloads": (*_RUNNING, "model.components"),
    "model.faults": _RUNNING,
    "model.projections": ("numpy", "networkx", "model.durations", "model.trace", "model.protocols"),
    "model.catalogue": _SESSION,
    "model.commands": _SESSION,
    "model.profiles": _SESSION,
    "model.scenario_names": _SESSION,
    "model.scenario": _SESSION,
    "model.replay": _SESSION,
    "model.session": _SESSION,
    "model.world": _SESSION,
    "model.experiments": ("numpy", "networkx", "greenlet", "msgspec", "tomli_w", "model", "resources"),
    "model.exploration": ("numpy", "networkx", "greenlet", "msgspec", "tomli_w", "model", "resources"),
    "resources": (),
    "views": (*_VIEWS, "views", "resources"),  # the catalogue of views names them all
    "views.kit": (*_VIEWS, "resources"),
    "views.kit.session_link": (*_VIEWS, "model.session", "views.kit.heard", "resources"),
    "views.*": (*_VIEWS, "views.kit", "resources"),
    "app": ("*",),
}
"""What a package may import besides the standard library and itself."""

SEES_INTERFACES_ONLY = ("model.wrappers", "model.workloads")

Imports = list[tuple[str, str]]


def package_of(module: str) -> str:
    """The entry of ALLOWED that speaks for *module*: the one that names most of its path."""
    if module in ALLOWED:
        return module
    parent = module.rpartition(".")[0]
    if parent == "views":
        return "views.*"
    # A module directly below model speaks for itself.
    return module if parent in {"model", ""} else package_of(parent)


def faults(modules: set[str], imports: Imports) -> list[str]:
    """One sentence for each import that the table does not allow, sorted."""
    interfaces = interfaces_among(modules)
    found = {f"{module} has no line in the table" for module in modules if package_of(module) not in ALLOWED}
    for importer, imported in imports:
        package = package_of(importer)
        own = ".".join(importer.split(".")[:2]) if package == "views.*" else package
        if imported == "model":
            continue  # it is empty; what is in it is named by itself
        if not any(is_within(imported, name) for name in (own, *ALLOWED.get(package, ()))):
            found.add(f"{importer} imports {imported}")
        elif package in SEES_INTERFACES_ONLY and is_within(imported, "model.components") and imported not in interfaces:
            found.add(f"{importer} imports {imported}, which is no interface")
    return sorted(found)


def is_within(module: str, package: str) -> bool:
    """Whether *module* is *package* or below it; "model" stands for itself and all below, "*" for everything."""
    return module == package or fnmatchcase(module, f"{package}.*") or package == "*"


def interfaces_among(modules: set[str]) -> set[str]:
    """The modules of model.components that are interfaces: fcm is one where fcm_single stands beside it."""
    components = {module for module in modules if module.startswith("model.components.")}
    return {name for name in components if not any(name.startswith(f"{other}_") for other in components)}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """The imports of the tree as it is, those of foreign packages and of type checking included."""
    return grimp.build_graph(*OURS, include_external_packages=True, cache_dir=None)


def test_every_import_is_allowed(graph: grimp.ImportGraph) -> None:
    ours = {module for module in graph.modules if module.split(".")[0] in OURS}
    imports = [(one, other) for one in ours for other in graph.find_modules_directly_imported_by(one)]
    found = faults(ours, [(one, other) for one, other in imports if not in_standard_library(other)])
    assert not found, "\n".join(found)


def in_standard_library(module: str) -> bool:
    return module.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize(
    ("importer", "imported", "fault"),
    [
        ("model.trace.trace", "PySide6", "model.trace.trace imports PySide6"),
        ("model.trace.trace", "networkx", "model.trace.trace imports networkx"),
        ("model.machine.lock", "model.protocols", "model.machine.lock imports model.protocols"),
        ("model.engine.mediator", "model.session", "model.engine.mediator imports model.session"),
        (
            "model.wrappers.call_timer",
            "model.components.fcm_single",
            "model.wrappers.call_timer imports model.components.fcm_single, which is no interface",
        ),
        (
            "model.workloads.steady",
            "model.components",
            "model.workloads.steady imports model.components, which is no interface",
        ),
        ("model.projections.swaps", "model.engine", "model.projections.swaps imports model.engine"),
        ("model.session", "model.projections.swaps", "model.session imports model.projections.swaps"),
        ("views.graph", "model.session", "views.graph imports model.session"),
        ("views.graph", "model.protocols", "views.graph imports model.protocols"),
        ("views.graph", "views.tables", "views.graph imports views.tables"),
        ("views.graph", "views", "views.graph imports views"),
        ("views.graph", "typer", "views.graph imports typer"),
        ("views.kit.theme", "views.graph", "views.kit.theme imports views.graph"),
        ("views.kit.theme", "app", "views.kit.theme imports app"),
    ],
)
def test_forbidden_import_is_found(importer: str, imported: str, fault: str) -> None:
    modules = {"model.components.fcm", "model.components.fcm_single", importer}
    assert faults(modules, [(importer, imported)]) == [fault]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("model.workloads.steady", "model.components.fcm"),
        ("model.session", "model.engine.mediator"),
        ("model.exploration.schedules", "model.session"),
        ("views.graph.items", "views.graph.layout"),
        ("views.graph", "views.kit.theme"),
        ("views", "views.graph"),
        ("views.kit.session_link", "model.session"),
        ("app.window", "views.graph"),
    ],
)
def test_allowed_import_is_no_fault(importer: str, imported: str) -> None:
    modules = {"model.components.fcm", "model.components.fcm_single", importer}
    assert faults(modules, [(importer, imported)]) == []


def test_package_without_a_line_in_the_table_is_found() -> None:
    assert faults({"model.unthought_of"}, []) == ["model.unthought_of has no line in the table"]


def test_every_dependency_is_named_by_the_contract_that_keeps_the_model_headless_or_by_the_table() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {"PySide6-Essentials": "PySide6", "tomli-w": "tomli_w", "pillow": "PIL"}
    wanted = [requirement.split(">")[0] for requirement in project["project"]["dependencies"]]
    modules = {names.get(name, name) for name in wanted}
    headless = {"PySide6", "shiboken6", "pyqtgraph", "typer", "rich", "PIL", "jinja2"}
    assert modules <= headless | {name for allowed in ALLOWED.values() for name in allowed}


PLANTED = {
    "model/trace/planted.py": "import networkx\nimport model.engine\n",
    "model/engine/planted.py": "import PySide6\nimport msgspec\n",
    "model/projections/planted.py": "import model.machine\n",
    "views/first/__init__.py": "import views.second\nimport model.engine\n",
    "views/second/__init__.py": "import app\n",
}


@pytest.mark.slow
def test_every_contract_breaks_when_its_fault_is_planted(tmp_path: Path) -> None:
    """A contract with a slip of the pen in it keeps everything and protects nothing; this shows that each can fail."""
    packages = [*OURS, "views/kit", *(f"model/{name}" for name in ("trace", "machine", "engine", "components"))]
    packages += [f"model/{name}" for name in ("wrappers", "workloads", "faults", "projections")]
    for package in packages:
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").touch()
    for name, text in PLANTED.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    copy(ROOT / "pyproject.toml", tmp_path)
    lint = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command as run; run()"]
    answer = subprocess.run([*lint, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)
    settings = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = settings["importlinter"]["contracts"]
    assert f"Contracts: 0 kept, {len(contracts)} broken." in answer.stdout, answer.stdout + answer.stderr
