"""Whether the names in a scenario mean something: the second half of reading one.

The shape of the file is checked before; here every client, component, implementation, wrapper, workload, setting and
cost that it names must exist, and what a component uses must have the interface that it needs. Whether a swap is
possible is not asked: a script may try an impossible one, to see it refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from model import catalogue as catalogues
from model import profiles
from model.catalogue import Catalogue
from model.commands import Attach, Command, Detach, Inject, Offer, Swap
from model.costs import Costs
from model.engine.component import Interface, interface_of
from model.refusals import ScenarioError, nearest
from model.scenario import Scenario

KERNEL = "kernel"


def check(scenario: Scenario, catalogue: Catalogue) -> None:
    """Raises ScenarioError for the first name that is unknown, used twice, or of the wrong interface."""
    costs = [field.name for field in fields(Costs)]
    for name in scenario.machine.costs:
        _known(f"machine.costs.{name}", "cost", name, costs)
    profiles.hardware(scenario.machine)
    clients = [client.name for client in scenario.clients]
    _no_repeats("clients", [KERNEL, *clients], first=-1)
    _no_repeats("components", [component.name for component in scenario.components])
    for index, component in enumerate(scenario.components):
        place = f"components[{index}]"
        _implementation(f"{place}.implementation", component.implementation, catalogue)
        made = catalogue.implementations[component.implementation]
        _known(f"{place}.home", "client", component.home, [KERNEL, *clients])
        _settings(f"{place}.settings", component.settings, made.settings)
        wanted = {**made.uses, **_further(component.uses, made.also_uses)}
        _uses(f"{place}.uses", component.uses, wanted, scenario, catalogue)
    for index, name in enumerate(scenario.offers):
        _implementation(f"offers[{index}]", name, catalogue)
    for index, workload in enumerate(scenario.workloads):
        place = f"workloads[{index}]"
        _known(f"{place}.kind", "workload", workload.kind, catalogue.workloads)
        made = catalogue.workloads[workload.kind]
        _known(f"{place}.client", "client", workload.client, clients)
        _settings(f"{place}.settings", workload.settings, made.settings)
        _uses(f"{place}.uses", workload.uses, getattr(made, "uses", None), scenario, catalogue)
    for index, stamped in enumerate(scenario.script):
        check_command(stamped.command, scenario, catalogue, f"script[{index}]")
    for index, line in enumerate(scenario.narration):
        if line.select is not None:
            _known(f"narration[{index}].select", "component", line.select, _objects(scenario))
    for name in scenario.layout.positions:
        _known(f"layout.positions.{name}", "node", name, _objects(scenario) | {KERNEL, *clients})


def check_command(command: Command, scenario: Scenario, catalogue: Catalogue, place: str = "") -> None:
    """Raises ScenarioError if the command names what is not there."""
    before = f"{place}." if place else ""
    if isinstance(command, Offer):
        _offered(f"{before}sha256", command, catalogue)
        return
    _known(f"{before}object", "component", command.object, _objects(scenario))
    if isinstance(command, Swap):
        _implementation(f"{before}implementation", command.implementation, catalogue)
    elif isinstance(command, Attach | Detach):
        _known(f"{before}wrapper", "wrapper", command.wrapper, catalogue.wrappers)
    elif isinstance(command, Inject):
        _known(f"{before}fault", "fault", command.fault, catalogue.faults)
    if isinstance(command, Attach):
        _settings(f"{before}settings", command.settings, catalogue.wrappers[command.wrapper].settings)


def _offered(place: str, command: Offer, catalogue: Catalogue) -> None:
    if command.sha256 in catalogue.foreign:
        return
    if any(catalogues.sha256_of(source.text) == command.sha256 for source in catalogue.distrusted):
        message = f"it offers the foreign code of {command.path}, which was not run"
        raise ScenarioError(place, message, f"if you trust it, run it with --trust {command.sha256}")
    message = f"it offers the foreign code of {command.path}, which is not in this file"
    raise ScenarioError(place, message, "drop that file onto the window instead")


def _objects(scenario: Scenario) -> set[str]:
    return {component.name for component in scenario.components}


def _known(place: str, sort: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise ScenarioError(place, f"there is no {sort} {name!r}", nearest(name, names))


def _implementation(place: str, name: str, catalogue: Catalogue) -> None:
    if name not in catalogue.implementations and catalogue.distrusted:
        source = catalogue.distrusted[0]
        digest = catalogues.sha256_of(source.text)
        message = f"there is no implementation {name!r} without the foreign code of {source.path}, which was not run"
        raise ScenarioError(place, message, f"if you trust it, run it with --trust {digest}")
    _known(place, "implementation", name, catalogue.implementations)


def _no_repeats(place: str, names: list[str], first: int = 0) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ScenarioError(f"{place}[{index + first}].name", f"the name {name!r} is taken", "choose another")


def _settings(place: str, given: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    for key, value in given.items():
        _known(f"{place}.{key}", "setting", key, settings)
        if reason := settings[key].refuse(value):
            raise ScenarioError(f"{place}.{key}", f"this {reason}", f"it is {settings[key].meaning.rstrip('.')}")


def _further(given: Mapping[str, str], also: Mapping[str, type[Interface]]) -> dict[str, type[Interface]]:
    """What is given beyond what must be, under keys that begin with one that may be used any number of times."""
    return {key: also[first] for key in given for first in also if key.startswith(first)}


def _uses(
    place: str,
    given: Mapping[str, str],
    wanted: Mapping[str, type[Interface]] | None,
    scenario: Scenario,
    catalogue: Catalogue,
) -> None:
    served = {component.name: component.implementation for component in scenario.components}
    for key, name in given.items():
        if wanted is not None:
            _known(f"{place}.{key}", "reference", key, wanted)
        _known(f"{place}.{key}", "component", name, served)
    for key, interface in (wanted or {}).items():
        if key not in given:
            message = "it uses a component that is not named"
            raise ScenarioError(f"{place}.{key}", message, f'write like `uses = {{ {key} = "..." }}`')
        made = catalogue.implementations.get(served[given[key]])
        if made is not None and interface_of(made) is not interface:
            fitting = [name for name, other in served.items() if _serves(catalogue, other, interface)]
            message = f"{given[key]!r} is a {interface_of(made).__name__}, and this must be a {interface.__name__}"
            raise ScenarioError(f"{place}.{key}", message, nearest(given[key], fitting))


def _serves(catalogue: Catalogue, implementation: str, interface: type[Interface]) -> bool:
    made = catalogue.implementations.get(implementation)
    return made is not None and interface_of(made) is interface
