"""What can be made to go wrong, by name: one class and one line here for each.

A fault is put into a scenario's script, or dropped onto a component, to see how a swap ends that meets it.
"""

from model.faults.fault import Fault, InjectedFault
from model.faults.in_calls import NeverReturns, ProcessorStops, RaisesInCall, SlowCall
from model.faults.in_transfers import ClaimsProtocol, RaisesInPackage, RaisesInUnpackage, TruncatedState, WrongShape
from model.faults.in_wrappers import RaisesInPostcall, RaisesInPrecall
from model.faults.of_the_machine import LostWakeUp, MemoryExhausted

FAULTS: tuple[type[Fault], ...] = (
    NeverReturns,
    SlowCall,
    RaisesInCall,
    RaisesInPackage,
    RaisesInUnpackage,
    RaisesInPrecall,
    RaisesInPostcall,
    TruncatedState,
    WrongShape,
    ClaimsProtocol,
    ProcessorStops,
    LostWakeUp,
    MemoryExhausted,
)

__all__ = ["FAULTS", "Fault", "InjectedFault"]
