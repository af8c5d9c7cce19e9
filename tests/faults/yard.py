"""The place of a trial: a case somebody handed over, and around it what must never be touched."""

import gzip
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from truth import Truth, difference, plain, snapshot, verdict
from world import Skip, World, log, objects, said

SECONDS, MEGABYTES = 5, 300  # what a run may take beyond an honest one
GIGABYTE = 1 << 30


class Done:
    """How a run ended, what it said, what it took."""

    def __init__(self, returncode, stdout, stderr, seconds, kilobytes):
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr
        self.seconds, self.megabytes = seconds, kilobytes >> 10

    def trouble(self):
        """Says what no run may do, whatever it is given."""
        if self.returncode == -1000:
            return f"still running after {self.seconds:.0f} s"
        if self.returncode < 0 or self.returncode in (101, 134):
            return f"ended by a crash, {said(self)}"
        if self.megabytes > MEGABYTES + 100:
            return "took more than 300 MB beyond an honest run"
        return None


def bounded(words, environment, folder, seconds=None, stdin=None):
    """Runs a program within bounds of time, memory and file size, and measures it.

    On a busy machine a run may take longer, by as much as others are waiting.
    """
    def limits():
        resource.setrlimit(resource.RLIMIT_AS, (3 * GIGABYTE, 3 * GIGABYTE))
        resource.setrlimit(resource.RLIMIT_FSIZE, (GIGABYTE, GIGABYTE))

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        child = subprocess.Popen(words, env=environment, cwd=folder, stdin=stdin or subprocess.DEVNULL, stdout=out,
                                 stderr=err, preexec_fn=limits, start_new_session=True)
        status, usage = waited_for(child.pid, seconds or SECONDS)
        child.returncode = -1000 if status is None else os.waitstatus_to_exitcode(status)
        for file in (out, err):
            file.seek(0)
        took = time.monotonic() - started
        return Done(child.returncode, out.read(8 << 20), err.read(1 << 20), took, usage.ru_maxrss)


def waited_for(pid, seconds):
    """Waits for a process and measures it; kills it, and those it started, where it does not end."""
    start = time.monotonic()
    last = start + seconds * max(1, os.getloadavg()[0] / os.cpu_count())
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return status, usage
        now = time.monotonic()
        if now > last or (now > start + seconds and spent(pid, seconds)):
            os.killpg(pid, signal.SIGKILL)
            return None, os.wait4(pid, 0)[2]
        time.sleep(0.002 if now < start + 1 else 0.1)


def spent(session, seconds):
    """Have the processes of a session had so much of a processor, or do they all wait for something else?"""
    waiting = True
    for _ in range(5):
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/task/*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == session:
                ticks += int(fields[11]) + int(fields[12])
                waiting = waiting and fields[0] not in "RD"
        if ticks > seconds * os.sysconf("SC_CLK_TCK"):
            return True
        time.sleep(0.02)
    return waiting


class Yard(World):
    """A world with the owner's things in it, and a folder outside that is watched."""

    def __init__(self, program, folder):
        super().__init__(program, folder)
        self.outside = self.folder / "outside"

    def copy(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return Yard(self.program, folder)

    def ask(self, *words, **options):
        """Runs vestigo on the case within bounds."""
        return bounded(self.words(words), self.environment(), self.folder, **options)

    def watched(self):
        return snapshot(self.outside, self.folder / "home" / ".ssh", self.folder / "config")

    def forget(self):
        """Makes this a machine that has never seen the case."""
        for part in ("data", "home/.local", "home/.cache"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        (self.folder / "data").mkdir()


class Estate:
    """Everything that is known to be true: the cases at each moment, their batches, the answers."""

    def __init__(self, bench, name):
        if shutil.which("ssh-keygen") is None:
            raise Skip("ssh-keygen is not installed")
        # It grows where the trials will be: a machine remembers where it saw a case.
        folder, kept = bench.memory / "trial", bench.memory / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(kept, ignore_errors=True)
        self.bench, self.home, self.kept = bench, Yard(bench.binary, folder), bench.memory / f"kept-{name}"
        make_outside(self.home)
        self.batches, self.answers, self.own = {}, {}, set()
        self.states = {}
        self.grow()
        shutil.move(folder, kept)
        self.home = Yard(bench.binary, kept)

    def grow(self):
        home = self.home
        write = lambda name, lines, text: home.folder.joinpath(name).write_bytes(log(lines, text))
        write("a.log", 30, "first")
        write("b.log", 12, "second")
        write("c.log", 9, "foreign")
        write("new.log", 5, "new")
        home.folder.joinpath("z.log.gz").write_bytes(gzip.compress(log(4, "packed"), mtime=0))
        home.must("new", home.case)
        self.learn("t0", home.case)
        home.must("import", "a.log", "z.log.gz")
        self.event = home.must("search")[0]["id"]
        home.must("bookmark", "add", self.event, "--note", "seen")
        self.learn("t1", home.case)
        home.must("import", "b.log")
        home.must("finding", "add", "Found", "--event", self.event)
        self.learn("t2", home.case)
        # A copy in which a colleague with the same key noted more, another case of the same owner, and one of a stranger.
        other = Yard(home.program, home.folder)
        other.case = home.folder / "copy"
        shutil.copytree(home.case, other.case)
        other.must("bookmark", "add", other.must("search", "second")[0]["id"])
        self.learn("copy", other.case)
        shutil.rmtree(other.case)
        other.case = home.folder / "other"
        other.must("new", other.case)
        other.must("import", "c.log")
        self.learn("other", other.case)
        shutil.rmtree(other.case)
        stranger = Yard(home.program, self.bench.memory / "stranger")
        shutil.copy(home.folder / "c.log", stranger.folder)
        stranger.must("new", stranger.case)
        stranger.must("import", "c.log")
        self.learn("stranger", stranger.case, own=False)

    def learn(self, name, case, own=True):
        """Remembers a case as it is now, and what it truly answers."""
        kept = self.kept / name
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(case, kept / "case")
        shutil.copytree(Path(case).parent / "data", kept / "data")
        for batch in (kept / "case" / "evidence").glob("[0-9]*"):
            files = {os.path.relpath(path, batch): content for path, (_, content) in snapshot(batch).items()}
            self.batches[files["manifest.json"]] = files
        asking = Yard(self.home.program, self.home.folder if own else Path(case).parent)
        asking.case = Path(case)
        key = asking.status()["key"]
        if own:
            self.own.add(key)
        truth = Truth(case, self.batches, {key})
        if truth.damage or truth.covered != len(truth.lines):
            raise RuntimeError(f"the case {name} is not sound: {truth.damage}, {truth.covered} of {len(truth.lines)}")
        self.answers[truth.imports] = {words: asking.ask(*words) for words in QUESTIONS}
        self.states[name] = kept

    def trial(self, state="t2", name="trial"):
        """A fresh copy of the yard with the case as it was at a moment."""
        yard = self.home.copy(self.bench.memory / name)
        for part in ("case", "data"):
            shutil.rmtree(yard.folder / part, ignore_errors=True)
            shutil.copytree(self.states[state] / part, yard.folder / part)
        shutil.copytree(self.states["copy"] / "case", yard.folder / "copy")
        return yard

    def truth(self, yard):
        return Truth(yard.case, self.batches, self.own)

    def answered(self, yard, words, done):
        """Says in what an answer differs from what the evidence gives; a refusal is no answer."""
        trouble = done.trouble()
        if trouble:
            return f"{words[0]}: {trouble}"
        if done.returncode not in (0, 1):
            return None if done.stderr else f"{words[0]}: status {done.returncode} without a reason"
        true = self.answers.get(self.truth(yard).imports)
        if true is None:
            return f"{words[0]}: answered from a journal that nobody knows" if done.stdout.strip() not in (b"", b"0") else None
        honest = true[tuple(words)]
        if (done.returncode, done.stdout) != (honest.returncode, honest.stdout):
            return f"`{' '.join(words)}`: another answer than the evidence gives"
        return None

    def judged(self, yard, *more):
        """Asks `verify --deep` and holds it against the truth."""
        done = yard.ask("--json", "verify", "--deep", *more)
        trouble = done.trouble()
        return f"verify: {trouble}" if trouble else self.verdict(yard, done)

    def verdict(self, yard, done):
        return verdict(self.truth(yard), done)


QUESTIONS = [
    ("--json", "search", "--all", "*"),
    ("--json", "search", "url.path:first"),
    ("search", "--count", "first"),
    ("search", "--count", "foreign"),
    ("--json", "top", "source.ip"),
    ("--json", "timeline"),
]


def make_outside(yard):
    """Makes what must stay as it is: files of the user's, a folder that looks like parts of a case, keys."""
    ssh = yard.folder / "home" / ".ssh"
    ssh.mkdir(parents=True, mode=0o700)
    for name in ("id_ed25519", "other.x"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "me", "-f", str(ssh / name)], check=True)
    (ssh / "other.x.pub").rename(ssh / "other.pub")
    (ssh / "other.x").unlink()
    (ssh / "authorized_keys").write_text("ssh-ed25519 AAAA me\n")
    (ssh / "authorized_keys").chmod(0o600)
    yard.outside.mkdir()
    (yard.outside / "victim").write_text("of the user\n")
    (yard.outside / "victim").chmod(0o640)
    for name in (".tmp-work/kept", "2024/kept", "0001/kept", "originals/kept", "a.segment", "meta.json", "manifest.json"):
        (yard.outside / name).parent.mkdir(exist_ok=True)
        (yard.outside / name).write_text("of the user\n")


def watched(yard, before):
    """Says what was touched outside; None where nothing was."""
    after = yard.watched()
    # Whoever first writes to a case that is not his gets a key of his own for it, under its id.
    try:
        found = re.search(r'^id = "([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"$', (plain(yard.case / "case.toml") or b"").decode(), re.M)
    except ValueError:
        found = None
    if found:
        keys = yard.folder / "config" / "keys"
        for name in (found[1], found[1] + ".pub"):
            if str(keys / name) not in before:
                after.pop(str(keys / name), None)
    touched = difference(before, after)
    return touched and f"outside the case: {touched}"
