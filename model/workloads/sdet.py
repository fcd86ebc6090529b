"""SDET: scripts of short user commands, each on a processor of its own if there are as many (paper §6.1; SPEC SDM 057).

The benchmark runs N scripts at once; each is a random permutation of one fixed multiset of commands, and the result is
scripts an hour. The scripts themselves are licensed and are not here: `COMMANDS` is a mix of our own invention, in the
proportions that such commands have: all are short, and most of their time goes into fork, exec, exit and the page
faults of starting up. K42's runs left compiling out, and so does this.

        command   fork -- exec -- [ user stretch, fault | call ] ... -- files -- exit

    shared     text: the pages of the shell, of libraries and of the commands, read by every script
    own        files of a script that no other ever sees: a command maps one of them while it runs
    private    small files that a script makes, reads and removes, by the file server
    long       fork, exec and exit, tens of microseconds in one thread

A *step* is one request to the kernel. A script has `steps_in_script` of them on average, so that a run need not be as
long as a script to say how many scripts an hour there would be.

Limits: user stretches are exponential; sizes of address spaces are lognormal; no command waits for a person.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any, Final

from model.components.file_server import FileServer
from model.components.process_table import ProcessTable
from model.components.region import Region
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.workloads.workload import LOOPS, Workload


@dataclass(frozen=True, slots=True)
class Program:
    """One command: how often in a hundred, whose text it has beside the shared one, and what it does."""

    name: str
    times: int
    text: int
    """Which of the texts that not everybody uses, from 0; modulo how many there are."""
    faults: int
    calls: int
    reads: int
    """Files of its script that it opens and reads."""
    makes: int
    """Files that it makes and writes; the oldest of the script goes when there are too many."""


COMMANDS: Final = (
    Program("ls", 10, 0, 52, 24, 0, 0),
    Program("cat", 8, 1, 44, 18, 1, 0),
    Program("grep", 8, 2, 58, 24, 2, 0),
    Program("ed", 7, 3, 66, 30, 1, 0),
    Program("cp", 8, 0, 48, 20, 1, 1),
    Program("mv", 5, 0, 46, 20, 0, 0),
    Program("rm", 7, 0, 44, 18, 0, 0),
    Program("mkdir", 4, 0, 42, 18, 0, 0),
    Program("touch", 4, 1, 42, 18, 0, 1),
    Program("echo", 9, 1, 36, 12, 0, 0),
    Program("find", 4, 4, 70, 34, 0, 0),
    Program("sort", 4, 5, 72, 26, 1, 0),
    Program("sed", 5, 2, 58, 22, 1, 0),
    Program("diff", 3, 6, 62, 24, 2, 0),
    Program("wc", 4, 1, 44, 16, 1, 0),
    Program("ps", 3, 4, 64, 32, 0, 0),
    Program("chmod", 3, 0, 42, 18, 0, 0),
    Program("make", 4, 3, 84, 40, 1, 0),
)
"""Invented; a hundred commands. What follows of it in shares of faults: half in the text that everybody uses most."""

ROUNDS = 14
FIRST_SHARE, SECOND_SHARE = 48, 17
TEXT_PAGES = 64
DATA_PAGES = 64
FILES_KEPT = 6
FILE_BYTES = (200, 6_000)
PAGE_BYTES = 4_096


class Sdet(Workload):
    """Scripts over `text ...`, the regions of shared files, hottest first; `data ...`, regions of scripts' own files,
    dealt out in turn, if there are such; `processes`, and `server` if files are used.

    `steps`, `commands` and `scripts` count what is done, a number for each loop.
    """

    name = "sdet"
    title = "SDET"
    summary = "Scripts of short commands: fork, exec, page faults in shared text, small private files."
    settings = {
        **Workload.settings,
        "loops": Setting(4, "scripts at once", 1, LOOPS),
        "scripts": Setting(0, "scripts of each loop, one after the other; 0 for no end", 0, 1 << 20),
        "rounds": Setting(ROUNDS, "how many times the table of a hundred commands is in a script", 1, 1_000),
        "stretch_cycles": Setting(8_500, "mean cycles of a user stretch before a fault or a call", 1, 1 << 30),
        "calls": Setting(True, "whether commands make short system calls besides faults"),
        "files": Setting(True, "whether commands read and make files"),
        "pages": Setting(16, "median of the mapped pages that fork, exec and exit handle", 0, 1 << 16),
        "pages_spread": Setting(52, "the spread of these, in hundredths of the logarithm's deviation", 0, 300),
        "text_pages": Setting(TEXT_PAGES, "pages of each text", 1, 1 << 20),
        "first_share": Setting(FIRST_SHARE, "faults of a hundred in the hottest text", 0, 100),
        "second_share": Setting(SECOND_SHARE, "faults of a hundred in the second hottest text", 0, 100),
        "data_faults": Setting(2, "faults of a command, of those that it has, in one of its script's own files", 0, 36),
        "data_pages": Setting(DATA_PAGES, "pages of each of these", 1, 1 << 20),
    }
    scripts_each: int
    rounds: int
    stretch_cycles: int
    calls: bool
    files: bool
    pages: int
    pages_spread: int
    text_pages: int
    first_share: int
    second_share: int
    data_faults: int
    data_pages: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        super().__init__(surroundings, client, references, settings, stream_name)
        self.texts = [references[name] for name in sorted(references) if name.startswith("text")]
        self.data = [references[name] for name in sorted(references) if name.startswith("data")]
        if not self.texts or "processes" not in references:
            uses = 'uses = { "text 1" = "libc", processes = "processes" }'
            raise ValueError(f"sdet needs regions of shared text and a process table: write like `{uses}`")
        if self.files and "server" not in references:
            raise ValueError("sdet needs a file server for its files: name it `server`, or write `files = false`")
        if self.first_share + self.second_share > 100:
            raise ValueError("first_share and second_share are of a hundred together: make one smaller")
        self.scripts_each = int(settings.get("scripts", 0))
        self.steps = [0] * self.loops
        self.commands = [0] * self.loops
        self.scripts = [0] * self.loops

    @property
    def steps_in_script(self) -> int:
        """How many steps a script takes, files aside: the same for every permutation."""
        calls = 1 if self.calls else 0
        return self.rounds * sum(
            program.times * (3 + program.faults + calls * program.calls + self.files * file_steps(program))
            for program in COMMANDS
        )

    def run_loop(self, number: int, stream: random.Random) -> None:
        Script(self, number, stream).run()


def file_steps(program: Program) -> int:
    """The requests of a command to the file server: open, read, close; make, open, write, close, and remove one."""
    return 3 * program.reads + 5 * program.makes


class Script:
    """One loop: scripts one after the other, each a new permutation."""

    def __init__(self, sdet: Sdet, number: int, stream: random.Random) -> None:
        self.sdet = sdet
        self.number = number
        self.stream = stream
        self.data = sdet.data[number :: sdet.loops]
        self.next_file = number << 24
        self.kept: list[tuple[int, int]] = []
        """Its files with their sizes, oldest first."""

    def run(self) -> None:
        sdet = self.sdet
        programs = [program for program in COMMANDS for _ in range(sdet.rounds * program.times)]
        while not sdet.scripts_each or sdet.scripts[self.number] < sdet.scripts_each:
            self.stream.shuffle(programs)
            for program in programs:
                self.command(program)
                sdet.commands[self.number] += 1
            sdet.scripts[self.number] += 1

    def command(self, program: Program) -> None:
        """From fork to exit. What the shell has mapped, the child has until it executes its own program."""
        shared = self.sdet.texts[:2]
        others = self.sdet.texts[2:]
        own = [others[program.text % len(others)]] if others else []
        data = [self.stream.choice(self.data)] if self.data else []
        pages = self.pages()
        process = self.fork(shared, pages)
        if process is None:
            return
        texts = [*shared, *own]
        self.long(lambda: self.execute(process, pages, [*own, *data]))
        self.body(program, process, texts, data)
        if self.sdet.files:
            self.file_work(program)
        self.long(lambda: self.exit(process, pages, [*texts, *data]))

    def body(self, program: Program, process: int, texts: list[Reference], data: list[Reference]) -> None:
        """Faults and calls, mixed."""
        sdet = self.sdet
        calls = program.calls if sdet.calls else 0
        data_faults = sdet.data_faults if data else 0
        left = [program.faults, calls]
        while sum(left):
            is_call = self.stream.randrange(sum(left)) >= left[0]
            left[is_call] -= 1
            self.stretch()
            if is_call:
                self.step(lambda: self.processes().call(process))
            elif left[0] < data_faults:
                # Its last ones: a command first runs its text in, and then comes to the data.
                page = self.stream.randrange(sdet.data_pages)
                self.step(lambda page=page: _region(data[0]).fault(process, page))  # type: ignore[misc]
            else:
                text, page = self.text(texts), self.page()
                self.step(lambda text=text, page=page: _region(text).fault(process, page))  # type: ignore[misc]

    # ---- the three long threads, each with the regions that it attaches or detaches

    def fork(self, texts: list[Reference], pages: int) -> int | None:
        """The new process, which shows what its parent shows; None if it could not be made."""
        made: list[int] = []

        def work() -> None:
            process = self.processes().fork(0, pages)
            for text in texts:
                _region(text).attach(process)
            made.append(process)

        self.long(work)
        return made[0] if made else None

    def execute(self, process: int, pages: int, own: list[Reference]) -> None:
        self.processes().execute(process, pages)
        for text in own:
            _region(text).attach(process)

    def exit(self, process: int, pages: int, texts: list[Reference]) -> None:
        for text in texts:
            _region(text).detach(process)
        self.processes().exit(process, pages)

    # ---- files of its own

    def file_work(self, program: Program) -> None:
        for _ in range(program.reads):
            if self.kept:
                self.read_file(*self.stream.choice(self.kept))
        for _ in range(program.makes):
            self.make_file()

    def read_file(self, file: int, size: int) -> None:
        count = -(-size // PAGE_BYTES)
        self.stretch()
        self.step(lambda: self.server().open(file, self.number))
        self.step(lambda: self.server().read_pages(file, 0, count))
        self.step(lambda: self.server().close(file, self.number, size))

    def make_file(self) -> None:
        self.next_file += 1
        file, size = self.next_file, self.stream.randint(*FILE_BYTES)
        count = -(-size // PAGE_BYTES)
        self.stretch()
        self.step(lambda: self.server().create(file))
        self.step(lambda: self.server().open(file, self.number))
        self.step(lambda: self.server().write_pages(file, 0, count, file, size))
        self.step(lambda: self.server().close(file, self.number, size))
        self.kept.append((file, size))
        if len(self.kept) > FILES_KEPT:
            gone = self.kept.pop(0)[0]
            self.step(lambda: self.server().remove(gone))

    # ---- draws

    def stretch(self) -> None:
        """The user's own computing."""
        mean = self.sdet.stretch_cycles
        self.sdet.surroundings.compute(max(1, min(20 * mean, round(self.stream.expovariate(1 / mean)))))

    def pages(self) -> int:
        """How many pages an address space has mapped."""
        sdet = self.sdet
        return round(exp(self.stream.gauss(log(sdet.pages), sdet.pages_spread / 100))) if sdet.pages else 0

    def page(self) -> int:
        """Which page of a text: the first ones are used most."""
        return int(self.sdet.text_pages * self.stream.random() ** 2)

    def text(self, texts: list[Reference]) -> Reference:
        drawn = self.stream.randrange(100)
        if drawn < self.sdet.first_share or len(texts) == 1:
            return texts[0]
        return texts[1] if drawn < self.sdet.first_share + self.sdet.second_share else texts[-1]

    # ---- requests

    def step(self, function: Callable[[], Any]) -> None:
        self.sdet.request(function)
        self.sdet.steps[self.number] += 1

    long = step

    def processes(self) -> ProcessTable:
        table: ProcessTable = self.sdet.references["processes"].object
        return table

    def server(self) -> FileServer:
        server: FileServer = self.sdet.references["server"].object
        return server


def _region(reference: Reference) -> Region:
    """Looked up for every call: the table may name another component by now."""
    region: Region = reference.object
    return region
