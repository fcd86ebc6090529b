"""Programs to explore, held to all rules."""

from __future__ import annotations

from model import catalogue
from model.exploration.run import Program
from model.projections.invariants import InvariantWatch
from model.scenario import Scenario


def program(scenario: Scenario) -> Program:
    """A scenario with every rule."""
    return Program(scenario, catalogue.for_scenario(scenario), lambda: (InvariantWatch(),))
