"""Classes generated per interface, with exact signatures.

Fronts, interposers and mediators stand for a component of any interface. A forwarding method with the exact signature
of the call it forwards costs a fifth of one with `*args, **kwargs`, so their code is written per interface, from
`inspect.signature`, once: the classes are cached.

A template is a function that gives the body of one method, line by line; what it may use is in `Method`. Its own names
begin with an underscore and parameters may not, so that a call with a parameter `state` or `result` keeps it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from model.engine.component import Interface, calls_of


class Method(NamedTuple):
    """A call as a template sees it."""

    name: str
    place: int
    """Its place among the calls of its interface, from 0."""
    arguments: str
    """As written in a forwarding call: "page, flags=flags"."""
    values: str
    """All arguments as a tuple: "(page, flags,)"."""


Template = Callable[[Method], list[str]]

_cache: dict[tuple[Any, ...], type] = {}


def classes() -> Mapping[tuple[Any, ...], type]:
    """Those that there are; another mapping while a bug is planted."""
    return _cache


def generate(
    interface: type[Interface],
    base: type,
    template: Template,
    key: object = None,
    names: Mapping[str, Any] | None = None,
    *,
    but: Collection[str] = (),
) -> type:
    """A subclass of `base` with a method for each call of `interface`, `but` those; `key` tells templates of one base
    apart.

    `names` are what the templates use beside the methods' own parameters, by names that begin with an underscore.
    """
    cached = _cache.get((interface, base, key))
    if cached is None:
        cached = _cache[(interface, base, key)] = _generate(interface, base, template, names or {}, but)
    return cached


def _generate(
    interface: type[Interface], base: type, template: Template, names: Mapping[str, Any], but: Collection[str]
) -> type:
    name = f"{interface.__name__}{base.__name__}"
    namespace: dict[str, Any] = dict(names)
    source: list[str] = []
    calls = [call for call in calls_of(interface) if call not in but]
    for index, call in enumerate(calls_of(interface)):
        if call not in but:
            source += _method(call, index, inspect.signature(getattr(interface, call)), template, namespace)
    exec(compile("\n".join(source), f"<generated {name}>", "exec"), namespace)
    body = {call: namespace[call] for call in calls}
    return type(name, (base,), {"__slots__": (), "__module__": base.__module__, **body})


def _method(
    call: str, index: int, signature: inspect.Signature, template: Template, namespace: dict[str, Any]
) -> list[str]:
    """The source of one method. Defaults live in the namespace, so that any object can be one."""
    parameters: list[str] = []
    arguments: list[str] = []
    names: list[str] = []
    starred = False
    for number, parameter in enumerate(list(signature.parameters.values())[1:]):
        text = parameter.name
        if text.startswith("_"):
            raise TypeError(f"the parameter {text} of {call} must not begin with an underscore: rename it")
        if parameter.default is not parameter.empty:
            default = f"_default_{index}_{number}"
            namespace[default] = parameter.default
            text += f"={default}"
        match parameter.kind:
            case parameter.VAR_POSITIONAL:
                text, argument, starred = f"*{parameter.name}", f"*{parameter.name}", True
            case parameter.VAR_KEYWORD:
                text, argument = f"**{parameter.name}", f"**{parameter.name}"
            case parameter.KEYWORD_ONLY:
                if not starred:
                    parameters.append("*")
                    starred = True
                argument = f"{parameter.name}={parameter.name}"
            case _:
                argument = parameter.name
        parameters.append(text)
        arguments.append(argument)
        names.append(parameter.name)
    values = f"({', '.join(names)},)" if names else "()"
    method = Method(call, index, ", ".join(arguments), values)
    return [f"def {call}({', '.join(['self', *parameters])}):", *(f"    {line}" for line in template(method)), ""]
