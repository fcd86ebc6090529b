"""PostMark 1.5 over file sessions and a file server: the paper's Postmark, call by call (paper §6.1, §6.3).

What is done to which file comes from `postmark_script`, the same for the same seed. Here each operation becomes the
calls that a program makes: open, transfers of 512 bytes, close; and a creation or a removal at the file server. An
operation is one request. What was written is known, and what is read back differently is counted in `mismatches`.

With several loops, each is an instance of the program with files of its own, and its seed is one more than that of the
loop before it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from model.components.fcm import PAGE_BYTES
from model.components.file_server import FileServer
from model.components.file_session import FileSession
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.workloads.postmark_script import NEITHER, Act, Plan, Step, transfers
from model.workloads.workload import LOOPS, Workload

FILES_BITS: Final = 20


class PostmarkFiles(Workload):
    """Instances of PostMark, each over a session of its own (`session ...`) and all over one `server`.

    `transactions_done` and `transaction_ns` are those of the transaction phase; `small_ns` is what of it went into
    operations on files of at most `small_bytes`.
    """

    name = "postmark_1_5"
    title = "PostMark 1.5"
    summary = "PostMark as published: files by sessions, transfers of 512 bytes, three phases."
    settings = {
        **Workload.settings,
        "loops": Setting(1, "instances at once", 1, LOOPS),
        "files": Setting(1_000, "files that each makes first", 1, 1 << FILES_BITS - 2),
        "transactions": Setting(10_000, "transactions of each", 0, 1 << 40),
        "low_bytes": Setting(128, "the smallest size of a file", 1, 1 << 24),
        "high_bytes": Setting(8_192, "the largest size of a file", 1, 1 << 24),
        "read_bias": Setting(5, "reads, of ten reads and appends; -1 for neither", NEITHER, 10),
        "create_bias": Setting(5, "creations, of ten creations and deletions; -1 for neither", NEITHER, 10),
        "seed": Setting(42, "seed of the first instance", 0, (1 << 32) - 1),
        "call_cycles": Setting(200, "cycles that the program takes for each call", 0, 1 << 30),
        "small_bytes": Setting(3_072, "the largest file whose operations are counted as small", 0, 1 << 30),
    }
    files: int
    transactions: int
    low_bytes: int
    high_bytes: int
    read_bias: int
    create_bias: int
    seed: int
    call_cycles: int
    small_bytes: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        super().__init__(surroundings, client, references, settings, stream_name)
        self.sessions = [references[name] for name in sorted(references) if name.startswith("session")]
        if "server" not in references or len(self.sessions) < self.loops:
            uses = 'uses = { session = "file session", server = "file server" }'
            raise ValueError(f"PostMark needs a session for each loop, and a file server: write like `{uses}`")
        self.plan_of(0)
        self.mismatches = 0
        self.transactions_done = 0
        self.transaction_ns = 0
        self.small_ns = 0

    def plan_of(self, number: int) -> Plan:
        """What instance `number` does. ValueError for settings that make no sense."""
        return Plan(
            self.files, self.transactions, self.low_bytes, self.high_bytes, self.read_bias, self.create_bias,
            self.seed + number,
        )  # fmt: skip

    def run_loop(self, number: int, stream: random.Random) -> None:
        Instance(self, number).run()


class Instance:
    """One running PostMark."""

    def __init__(self, postmark: PostmarkFiles, number: int) -> None:
        self.postmark = postmark
        self.number = number
        self.user = number + 1
        self.pages: dict[int, list[int]] = {}
        """What each file's pages should hold."""
        self.value = number << 40

    def run(self) -> None:
        postmark, surroundings = self.postmark, self.postmark.surroundings
        begun_ns, transaction = -1, 0
        for step in postmark.plan_of(self.number).steps():
            if step.transaction > 0 and begun_ns < 0:
                begun_ns = surroundings.now_ns
            if step.transaction != transaction:
                self.note_transactions(transaction, begun_ns)
                transaction = step.transaction
            before_ns = surroundings.now_ns
            postmark.request(lambda step=step: self.do(step))  # type: ignore[misc]
            if step.transaction > 0 and self.end(step) <= postmark.small_bytes:
                postmark.small_ns += surroundings.now_ns - before_ns
        self.note_transactions(transaction, begun_ns)

    def note_transactions(self, done: int, begun_ns: int) -> None:
        """Keeps the books of the transaction phase up to the end of a transaction: one may be ended in its middle."""
        if done > 0:
            postmark = self.postmark
            postmark.transactions_done = max(postmark.transactions_done, done)
            postmark.transaction_ns = postmark.surroundings.now_ns - begun_ns

    def end(self, step: Step) -> int:
        """How long the file is after the operation, or was before it was removed."""
        return step.begin + step.size

    def do(self, step: Step) -> None:
        file = self.number << FILES_BITS | step.file
        match step.act:
            case Act.CREATE:
                self.call()
                self.server().create(file)
                self.pages[file] = []
                self.write(file, step)
            case Act.APPEND:
                self.write(file, step)
            case Act.READ:
                self.read(file, step)
            case Act.DELETE:
                self.call()
                self.server().remove(file)
                del self.pages[file]

    def write(self, file: int, step: Step) -> None:
        self.value += 1
        self.call()
        self.session().open(file, self.user)
        if step.begin:
            self.call()
            self.session().seek(step.begin)
        for size in transfers(step.size):
            self.call()
            self.session().write(size, self.value)
        self.call()
        self.session().close(self.user)
        pages, first = self.pages[file], step.begin // PAGE_BYTES
        pages[first:] = [self.value] * (-(-(step.begin + step.size) // PAGE_BYTES) - first)

    def read(self, file: int, step: Step) -> None:
        self.call()
        self.session().open(file, self.user)
        place = 0
        for size in transfers(step.size):
            self.call()
            got = self.session().read(size)
            first = place // PAGE_BYTES
            expected = self.pages[file][first : -(-(place + size) // PAGE_BYTES)] if size else []
            self.postmark.mismatches += list(got) != expected
            place += size
        self.call()
        self.session().close(self.user)

    def call(self) -> None:
        """The program's own work for a call."""
        self.postmark.surroundings.compute(self.postmark.call_cycles)

    def session(self) -> FileSession:
        session: FileSession = self.postmark.sessions[self.number].object
        return session

    def server(self) -> FileServer:
        server: FileServer = self.postmark.references["server"].object
        return server
