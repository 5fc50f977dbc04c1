"""What all parts of the endurance run share: the program under trial, what it leaves on disk, and the record.

Nothing here uses the program's own code: checkpoints are held against their manifests with hashlib.
"""

import dataclasses
import errno
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import threading

# A model that takes half a millisecond a step, with everything random that a run can have.
MODEL = (
    "--n-layer 1 --n-embd 16 --n-head 2 --block-size 8 --batch-size 4 --gradient-accumulation-steps 2"
    " --dropout 0.1 --eval-iters 2"
).split()
LIMIT = 60  # seconds; a program that takes longer hangs
TIMING = ("tokens_per_second", "ms_per_step", "time", "seconds", "time_to_first_token_ms")


# -- The program ------------------------------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Fault:
    """What is done to one call: `rename#3=EIO` is the fourth rename; `write#0=ENOSPC+` the first and all later."""

    kind: str
    at: int
    action: str
    always: bool = False

    def __str__(self):
        return f"{self.kind}#{self.at}={self.action}{'+' if self.always else ''}"

    @classmethod
    def parse(cls, text):
        kind, at, action, always = re.fullmatch(r"(\w+)#(\d+)=(\w+)(\+?)", text).groups()
        return cls(kind, int(at), action, bool(always))

    @property
    def code(self):
        return getattr(errno, self.action, None)

    def environment(self):
        variables = {"KIND": self.kind, "AT": str(self.at), "ACTION": str(self.code or self.action)}
        if self.always:
            variables["ALWAYS"] = "1"
        return {f"ENDURANCE_{name}": value for name, value in variables.items()}


@dataclasses.dataclass
class Outcome:
    """How a program ended: `code` is negative for a signal, None where it had to be ended here."""

    code: int | None
    output: str
    error: str
    calls: list  # "kind path", as the preloaded library saw them
    fired: str | None  # the call that was chosen

    @property
    def events(self):
        found = []
        for line in self.output.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                pass  # cut short by a kill
        return [event for event in found if isinstance(event, dict)]

    def steps(self, event="step"):
        return [each["step"] for each in self.events if each.get("event") == event]


class Program:
    """The built minigpt, and the library that is preloaded into it."""

    def __init__(self, binary, scratch):
        self.binary = str(binary)
        self.scratch = pathlib.Path(scratch)
        self.library = self.scratch / "faults.so"
        source = pathlib.Path(__file__).with_name("faults.c")
        compiler = next(name for name in ("cc", "gcc", "clang") if shutil.which(name))
        subprocess.run(
            [compiler, "-O2", "-shared", "-fPIC", "-o", self.library, source, "-ldl", "-lpthread"], check=True)
        self.corpus = self.scratch / "corpus" / "fables.txt"
        self.corpus.parent.mkdir()
        self.run(["corpus", "fables", "--size", "20000", "--output", str(self.corpus)], self.scratch)
        self._lock = threading.Lock()
        self._count = 0

    def folder(self):
        """A new folder for one case."""
        with self._lock:
            self._count += 1
            folder = self.scratch / f"case-{self._count}"
        folder.mkdir()
        return folder

    def start(self, arguments, folder, fault=None, watched=None, log=None, **options):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.scratch)}
        if fault or log:
            environment |= {
                "LD_PRELOAD": str(self.library), "ENDURANCE_UNDER": str(watched or folder), "ENDURANCE_LOG": str(log)}
        if fault:
            environment |= fault.environment()
        return subprocess.Popen(
            [self.binary, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def finish(self, process, log=None):
        try:
            output, error = process.communicate(timeout=LIMIT)
            code = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            output, error = process.communicate()
            code = None
        lines = log.read_text(errors="replace").splitlines() if log and log.exists() else []
        if log:
            log.unlink(missing_ok=True)
        calls = [line.removeprefix("FIRED ") for line in lines]
        fired = next((line.removeprefix("FIRED ") for line in lines if line.startswith("FIRED ")), None)
        return Outcome(code, output.decode(errors="replace"), error.decode(errors="replace"), calls, fired)

    def run(self, arguments, folder, fault=None, watched=None, logs=False, **options):
        log = folder.parent / f"{folder.name}.log" if fault or logs else None
        return self.finish(self.start(arguments, folder, fault, watched, log, **options), log)

    def train(self, *options, steps, save=3, evaluate=5, keep=1, seed=7, threads=2):
        """The arguments of a small run."""
        return [
            "train", str(self.corpus), *MODEL, "--max-iters", str(steps), "--save-interval", str(save),
            "--eval-interval", str(evaluate), "--keep", str(keep), "--seed", str(seed), "--threads", str(threads),
            "--json", *options]


# -- What is on disk --------------------------------------------------------------------------------------------------

def normalized(event):
    event = {key: value for key, value in event.items() if key not in TIMING}
    if "path" in event:
        event["path"] = os.path.basename(event["path"])
    return json.dumps(event, sort_keys=True)


def metrics(path):
    """The lines of a metrics.jsonl without what depends on time and place; a line that is no JSON as it is."""
    lines = []
    for line in path.read_text(errors="replace").split("\n"):
        try:
            lines.append(normalized(json.loads(line)))
        except (ValueError, AttributeError):
            lines.append(line)
    return lines


def snapshot(folder):
    """All that is below a folder: by relative path a file's bytes, a link's target, None for a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = "-> " + os.readlink(path)
        elif path.is_dir():
            found[name] = None
        else:
            found[name] = metrics(path) if path.name == "metrics.jsonl" else path.read_bytes()
    return found


def differences(found, expected):
    """What tells two snapshots apart, a line each."""
    lines = []
    for name in sorted(found.keys() | expected.keys()):
        if name not in found:
            lines.append(f"{name} is missing")
        elif name not in expected:
            lines.append(f"{name} is left over")
        elif found[name] != expected[name]:
            detail = ""
            if isinstance(found[name], list) and isinstance(expected[name], list):
                surplus = [line for line in found[name] if found[name].count(line) > expected[name].count(line)]
                lost = [line for line in expected[name] if expected[name].count(line) > found[name].count(line)]
                detail = f" (surplus {surplus[:1]}, lost {lost[:1]})"
            lines.append(f"{name} differs{detail}")
    return lines


def broken(checkpoint):
    """Why a checkpoint is not whole; None if it is."""
    try:
        files = json.loads((checkpoint / "manifest.json").read_bytes())["files"]
    except (OSError, ValueError, KeyError) as error:
        return f"no manifest: {error}"
    if set(os.listdir(checkpoint)) != set(files) | {"manifest.json"}:
        return "other files than in its manifest"
    for name, entry in files.items():
        contents = (checkpoint / name).read_bytes()
        if len(contents) != entry["bytes"] or hashlib.sha256(contents).hexdigest() != entry["sha256"]:
            return f"{name} is not what its manifest says"
    return None


class Found:
    """The checkpoints of a run as a stranger finds them."""

    def __init__(self, run):
        self.whole = {}  # step -> snapshot
        self.broken = []
        names = os.listdir(run) if run.is_dir() else []
        for name in names:
            match = re.fullmatch(r"checkpoint-(\d+)(\.replaced)?", name)
            if not match or (match[2] and f"checkpoint-{match[1]}" in names):
                continue
            reason = broken(run / name)
            if reason:
                self.broken.append(f"{name}: {reason}")
            else:
                self.whole[int(match[1])] = snapshot(run / name)

    @property
    def last(self):
        return max(self.whole, default=0)


# -- The record -------------------------------------------------------------------------------------------------------

class Record:
    """What was tried and what came of it."""

    def __init__(self, seed, verbose=False):
        self.seed = seed
        self.rows = {}
        self.violations = []
        self.skipped = []
        self._verbose = verbose
        self._lock = threading.Lock()

    def add(self, row, case, outcome, problems):
        """Notes one case: a row of the table, how it ended, and what was not as it must be."""
        with self._lock:
            counts = self.rows.setdefault(row, {"tried": 0, "violations": 0})
            counts["tried"] += 1
            counts[outcome] = counts.get(outcome, 0) + 1
            counts["violations"] += bool(problems)
            if problems:
                self.violations.append((row, case, problems))
                if self._verbose:
                    print(f"  {case}: {problems[0]}", flush=True)


def ending(code):
    """How an exit code is called in the table."""
    if code is None:
        return "hung"
    return signal.Signals(-code).name if code < 0 else str(code)


def trap(outcome):
    """What no case may end in."""
    if outcome.code is None:
        return ["it hangs"]
    if outcome.code in (70, -signal.SIGILL, -signal.SIGTRAP, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS):
        return [f"it traps ({ending(outcome.code)}): {last_line(outcome.error)}"]
    return []


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing on standard error"


def limited(number, values):
    """For `preexec_fn`: a resource limit."""
    return lambda: resource.setrlimit(number, values)
