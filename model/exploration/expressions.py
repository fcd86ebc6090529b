"""What of a stopped function can still matter: which variables it may yet read, and whether it holds something else.

A variable that is written before it is read again, or never read again, is *dead*; what it happens to hold tells two
moments apart that are the same.

A function that stops inside of a call may have computed other things before, for the same expression, and they lie on
its evaluation stack, which Python does not show:

    return self.value + self.read()      stopped in read: the value is on the stack
    for thread in tuple(queue): ...      what is left of the tuple is on the stack
    try: return f() finally: g()         stopped in g: what f gave is on the stack

From the byte code it can be told *that* something is there. Some of it does no harm, because the variables say the
same: constants, plain variables, a `range` or a constant whose loop variable tells how far it is, the exit of a `with`.
Such a variable is alive as long as it is there, whether or not anybody reads it: `over |= look()` reads it before the
call and writes it after. Everything else is *hidden*, as is the value of a variable that has another meanwhile.
"""

from __future__ import annotations

import dis
from functools import cache
from itertools import pairwise
from types import CodeType
from typing import Final

CONSTANT, VARIABLE, RANGE, RANGE_MADE, RANGE_WALK, RANGE_STEP, EXIT, VALUE = (
    "constant", "variable", "range", "range made", "range walk", "range step", "exit", "value",
)  # fmt: skip
"""The labels of what is on the stack. A variable's, and a walk's from its first step on, end in the variable's name."""
_HARMLESS: Final = frozenset({CONSTANT, RANGE, RANGE_MADE, RANGE_WALK, EXIT})

_PUSHES_NOTHING_THAT_STAYS: Final = frozenset({"RESUME", "NOP", "CACHE", "PRECALL", "EXTENDED_ARG", "KW_NAMES"})
_ENDS: Final = frozenset({"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_BACKWARD", "JUMP_FORWARD"})
_JUMPS_ALWAYS: Final = frozenset({"JUMP_BACKWARD", "JUMP_FORWARD", "JUMP_BACKWARD_NO_INTERRUPT"})

Stack = tuple[str, ...]


@cache
def hides(code: CodeType, at: int) -> bool:
    """Whether a frame of `code` that is stopped in the instruction at offset `at` holds what its variables do not."""
    before, instruction = _stacks(code).get(at, (None, None))
    if before is None or instruction is None:
        return True
    under = len(before) - _popped(instruction)
    return under < 0 or any(label not in _HARMLESS and not _name_in(label) for label in before[:under])


@cache
def live(code: CodeType, at: int) -> frozenset[str]:
    """The names of the local variables that a frame which is stopped at offset `at` may yet read, cells included.

    Those that its stack stands for are among them.
    """
    cells = (*code.co_cellvars, *code.co_freevars)
    found = _live(code).get(at)
    if found is None:
        return frozenset((*code.co_varnames, *cells))
    on_stack, _ = _stacks(code).get(at, ((), None))
    return found.union(cells, filter(None, map(_name_in, on_stack)))


def _name_in(label: str) -> str:
    """The variable that a label names; nothing if it names none."""
    return next((label[len(kind) + 1 :] for kind in (VARIABLE, RANGE_WALK) if label.startswith(f"{kind} ")), "")


@cache
def _live(code: CodeType) -> dict[int, frozenset[str]]:
    """By offset what is read on some way from the end of that instruction, or from where an error in it leads."""
    instructions = list(dis.get_instructions(code))
    following = dict(pairwise(instructions))
    at = {instruction.offset: instruction for instruction in instructions}
    handlers = [(entry.start, entry.end, at[entry.target]) for entry in _exception_table(code)]
    ways: dict[int, list[dis.Instruction]] = {}
    for instruction in instructions:
        offset = instruction.offset
        ways[offset] = [target for start, end, target in handlers if start <= offset < end]
        if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs:
            ways[offset].append(at[int(instruction.argval)])
        if instruction.opname not in _ENDS and instruction in following:
            ways[offset].append(following[instruction])
    before: dict[int, frozenset[str]] = {instruction.offset: frozenset() for instruction in instructions}
    after = dict(before)
    changed = True
    while changed:
        changed = False
        for instruction in reversed(instructions):
            offset = instruction.offset
            after[offset] = frozenset().union(*(before[way.offset] for way in ways[offset]))
            read, written = _accesses(instruction)
            now = read | (after[offset] - written)
            changed = changed or now != before[offset]
            before[offset] = now
    ends = {one.offset: following[one].offset if one in following else len(code.co_code) for one in instructions}
    return {place: after[offset] for offset in after for place in range(offset, ends[offset], 2)}


def _accesses(instruction: dis.Instruction) -> tuple[frozenset[str], frozenset[str]]:
    """The local variables that an instruction reads, and those that it writes without reading them before."""
    name, value = instruction.opname, instruction.argval
    if "_FAST" not in name:
        return frozenset(), frozenset()
    if isinstance(value, tuple):  # Two in one, in the order of the name: STORE_FAST_LOAD_FAST.
        first, second = value
        if name == "STORE_FAST_STORE_FAST":
            return frozenset(), frozenset(value)
        if name == "STORE_FAST_LOAD_FAST":
            return frozenset({second}) - {first}, frozenset({first})
        return frozenset(value), frozenset()
    if name in {"STORE_FAST", "DELETE_FAST"}:
        return frozenset(), frozenset({value})
    return frozenset({value}), frozenset()


@cache
def _stacks(code: CodeType) -> dict[int, tuple[Stack, dis.Instruction]]:
    """What is on the stack before each instruction that can be reached; where two ways differ, the less known."""
    instructions = {instruction.offset: instruction for instruction in dis.get_instructions(code)}
    following = dict(zip(instructions, list(instructions)[1:], strict=False))
    found: dict[int, Stack] = {}
    todo: list[tuple[int, Stack]] = [(0, _at_start(code))]
    handlers = [(entry.start, entry.end, entry.target, entry.depth, entry.lasti) for entry in _exception_table(code)]
    while todo:
        offset, stack = todo.pop()
        known = found.get(offset)
        if known is not None:
            if len(known) != len(stack):
                return {}  # Not what a compiler makes: nothing is known of this function.
            merged = tuple(map(_either, known, stack))
            if merged == known:
                continue
            stack = merged
        found[offset] = stack
        instruction = instructions[offset]
        for start, end, target, depth, lasti in handlers:
            if start <= offset < end and len(stack) >= depth:
                todo.append((target, (*stack[:depth], *([VALUE] if lasti else []), VALUE)))
        if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs:
            todo.append((int(instruction.argval), _after(stack, instruction, jump=True)))
        if instruction.opname not in _ENDS and offset in following:
            todo.append((following[offset], _after(stack, instruction, jump=False)))
    stops: dict[int, tuple[Stack, dis.Instruction]] = {}
    for offset, stack in found.items():
        # A frame that is inside of a call stands at the end of the instruction's cache.
        for place in range(offset, following.get(offset, len(code.co_code)), 2):
            stops[place] = (stack, instructions[offset])
    return stops


def _either(one: str, other: str) -> str:
    """The label of what has come by two ways: a walk before its first step goes with the same one later."""
    if one == other:
        return one
    walks = sorted((one, other))
    return walks[1] if walks[0] == RANGE_WALK and walks[1].startswith(RANGE_WALK) else VALUE


def _at_start(code: CodeType) -> Stack:
    return ()


def _exception_table(code: CodeType) -> list[dis._ExceptionTableEntry]:  # type: ignore[name-defined]
    return list(dis._parse_exception_table(code))  # type: ignore[attr-defined]


def _pushed(instruction: dis.Instruction) -> int:
    """How many values an instruction leaves that were not there, as far as it is one inside of which a call stops."""
    name, argument = instruction.opname, instruction.arg or 0
    if name in {"BEFORE_WITH", "LOAD_METHOD"}:
        return 2
    if name in {"LOAD_ATTR", "LOAD_GLOBAL", "LOAD_SUPER_ATTR"} and _adds_null(name):
        return 1 + (argument & 1)
    if name in {"FOR_ITER", "WITH_EXCEPT_START", "PUSH_EXC_INFO"}:
        return 1
    if name.startswith(("LOAD", "CALL", "BINARY", "UNARY", "COMPARE", "CONTAINS", "IS_OP", "BUILD", "GET_", "PUSH")):
        return 1
    return 0


def _adds_null(name: str) -> bool:
    return name == "LOAD_GLOBAL" or "LOAD_METHOD" not in dis.opmap


def _effect(instruction: dis.Instruction, *, jump: bool) -> int:
    if instruction.opname == "CALL":  # Which 3.11 tells with PRECALL in two parts, neither of them what happens.
        return -1 - (instruction.arg or 0)
    return dis.stack_effect(instruction.opcode, instruction.arg, jump=jump)


def _popped(instruction: dis.Instruction) -> int:
    return _pushed(instruction) - _effect(instruction, jump=False)


def _after(stack: Stack, instruction: dis.Instruction, *, jump: bool) -> Stack:
    name, argument = instruction.opname, instruction.arg or 0
    if name in _PUSHES_NOTHING_THAT_STAYS:
        return stack
    if name == "SWAP":
        swapped = list(stack)
        swapped[-1], swapped[-argument] = swapped[-argument], swapped[-1]
        return tuple(swapped)
    if name == "COPY":
        return (*stack, stack[-argument])
    if name == "FOR_ITER" and not jump:
        return (*stack, RANGE_STEP if stack[-1].startswith(RANGE_WALK) else VALUE)
    if "_FAST" in name:
        return _after_variables(stack, instruction)
    effect = _effect(instruction, jump=jump)
    pushed = max(0, _pushed(instruction)) if not jump or effect >= 0 else 0
    pushed = max(pushed, effect, 0)
    popped = min(pushed - effect, len(stack))
    under, taken = stack[: len(stack) - popped], stack[len(stack) - popped :]
    return (*under, *_labels(instruction, taken, pushed))


def _after_variables(stack: Stack, instruction: dis.Instruction) -> Stack:
    """After what loads and stores variables, one or, from Python 3.13 on, two."""
    names = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
    words = [word for word in instruction.opname.split("_") if word in {"LOAD", "STORE", "DELETE"}]
    for word, name in zip(words, names, strict=True):
        if word == "LOAD" and "CLEAR" not in instruction.opname:
            stack = (*stack, f"{VARIABLE} {name}")
            continue
        under, top = (stack[:-1], stack[-1]) if word == "STORE" else (stack, VALUE)
        stack = tuple(VALUE if _name_in(label) == name else label for label in under)
        if top == RANGE_STEP and under[-1] in (RANGE_WALK, f"{RANGE_WALK} {name}"):
            stack = (*stack[:-1], f"{RANGE_WALK} {name}")
        if word == "LOAD":
            stack = (*stack, VALUE)
    return stack


def _labels(instruction: dis.Instruction, taken: Stack, pushed: int) -> tuple[str, ...]:
    name = instruction.opname
    if name == "BEFORE_WITH":
        return (EXIT, VALUE)
    if name == "LOAD_CONST" and isinstance(instruction.argval, tuple):
        different = len(set(instruction.argval)) == len(instruction.argval)
        return (RANGE_MADE if different else VALUE,)
    if name in {"LOAD_CONST", "PUSH_NULL"}:
        return (CONSTANT,) * pushed
    if name == "LOAD_CLOSURE":  # The variable itself, which is told with all that is shared through it.
        return (CONSTANT,) * pushed
    if name == "LOAD_GLOBAL" and instruction.argval == "range":
        return (RANGE,) * pushed
    if name == "LOAD_GLOBAL":
        return (CONSTANT,) * pushed
    if name == "CALL" and RANGE in taken:
        return (RANGE_MADE,) * pushed
    if name == "GET_ITER" and taken == (RANGE_MADE,):
        return (RANGE_WALK,)
    return (VALUE,) * pushed
