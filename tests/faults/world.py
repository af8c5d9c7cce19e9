"""A hermetic world for one trial, and the tally of what trials showed."""

import hashlib
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

LIMIT = 300  # seconds after which a run counts as hung


class Skip(Exception):
    """A part cannot run here; the text says why."""


def log(lines, name="", noise=0):
    """Makes an access log. `name` makes its content unique, `noise` adds random hex to each line."""
    rng = random.Random(name)
    line = '192.0.2.{} - - [01/Mar/2026:{:02}:{:02}:{:02} +0000] "GET /{}/{} HTTP/1.1" 200 {} "-" "curl/8.{}"\n'
    def text(n):
        path = name + (f"-{rng.getrandbits(4 * noise):x}" if noise else "")
        return line.format(n % 250, n // 3600 % 24, n // 60 % 60, n % 60, path, n, n % 997, n % 9)
    return "".join(map(text, range(lines))).encode()


class World:
    """A folder with a case, data, configuration and home of its own."""

    def __init__(self, program, folder):
        self.program, self.folder, self.case = str(program), Path(folder), Path(folder) / "case"
        for part in ("data", "config", "home"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)

    def copy(self, folder):
        """Copies the world to a folder, in the place of what was there."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return World(self.program, folder)

    def environment(self):
        names = {"VESTIGO_DATA": "data", "VESTIGO_CONFIG": "config", "HOME": "home"}
        paths = {name: str(self.folder / part) for name, part in names.items()}
        return {**paths, "USER": "examiner", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def words(self, words, wrap=()):
        return [*wrap, self.program, "--case", str(self.case), *map(str, words)]

    def run(self, *words, wrap=(), **options):
        """Runs vestigo on the case; a run that hangs ends with status -1000."""
        options = {"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": LIMIT, **options}
        try:
            return subprocess.run(self.words(words, wrap), env=self.environment(), cwd=self.folder, **options)
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(words, -1000, late.stdout or b"", b"error: hangs")

    def start(self, *words, **options):
        """Starts vestigo and does not wait for it."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(self.words(words), env=self.environment(), cwd=self.folder, **pipes)

    def knows(self, command):
        known = self.run("help", command).returncode == 0
        if not known:
            print(f"SKIPPED: {command}: this vestigo does not know the command", flush=True)
        return known

    def must(self, *words, **options):
        """Runs vestigo where only success will do; gives its JSON lines."""
        done = self.run("--json", *words, **options)
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {said(done)}")
        return objects(done.stdout)

    def status(self):
        return self.must("status")[0]

    def count(self, query="*"):
        """Counts events; a query that matches nothing ends with status 1."""
        done = self.run("search", "--count", query)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"search: {said(done)}")
        return int(done.stdout)

    def complaint(self):
        """Says what is wrong with the case: does it verify, open, and find each event?"""
        verified = self.run("verify", "--deep", "--json")
        if verified.returncode != 0:
            return f"verify --deep: {said(verified)}"
        try:
            status, count = self.status(), self.count()
        except RuntimeError as error:
            return str(error)
        events = sum(source["events"] for source in status["sources"])
        return None if count == events else f"{events} events in the sources, {count} found"


def wait_for(what, seconds=30):
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain")
        time.sleep(0.0005)


def objects(output):
    """Reads the complete JSON lines of an output that may have been cut off."""
    lines = output.decode(errors="replace").split("\n")[:-1]
    return [json.loads(line) for line in lines if line.startswith("{")]


def said(done):
    """Gives a run's status, the most telling line of what it said, and the damage it found."""
    lines = done.stderr.decode(errors="replace").splitlines()
    telling = [line for line in lines if line.startswith("error") or "panicked" in line or "allocation" in line]
    damage = [row for found in objects(done.stdout) for row in found.get("damage", [])]
    told = [f"{row['file']}: {row['reason']}" for row in damage]
    return f"status {done.returncode}: " + " | ".join((telling or lines[:1])[:1] + told[:2])


def tree(folder):
    """Gives each file below a folder with the hash of its content, its time and its mode."""
    files = sorted(path for path in Path(folder).rglob("*"))
    digest = lambda path: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
    return {str(path): (digest(path), path.stat().st_mtime_ns, path.stat().st_mode) for path in files}


class Row:
    """One row of the table: points tried, points survived, what was seen."""

    def __init__(self, bench, part, test):
        self.bench, self.part, self.test = bench, part, test
        self.tried, self.good, self.seen, self.bad = 0, 0, Counter(), defaultdict(list)

    def point(self, label, complaint=None, seen=None):
        """Counts a point; a complaint is a failure, told with a command line that repeats it."""
        self.tried += 1
        self.good += complaint is None
        if seen:
            self.seen[seen] += 1
        if complaint is None:
            return
        complaint = re.sub(r"[0-9a-f]{32,}|\b\d{6,}\b", "N", re.sub(r"(/[\w.-]+)*/vestigo-faults-\w+/\w+/", "", complaint))
        self.bad[complaint].append(label)
        words = ["tests/faults/run", "--vestigo", self.bench.program, "--only", self.part,
                 "--seed", self.bench.seed, "--point", label] + ["--quick"] * self.bench.quick
        if len(self.bad[complaint]) <= 3:
            print(f"  LOST {self.test}: {label}: {complaint}\n       repeat: {shlex.join(map(str, words))}", flush=True)

    def markdown(self):
        seen = [f"{text}: {count:,}" for text, count in self.seen.most_common()]
        seen += [f"**{complaint}: {len(labels):,}**" for complaint, labels in self.bad.items()]
        return f"| {self.test} | {self.tried:,} | {self.good:,} | {'; '.join(seen).replace('|', '/')} |"


class Bench:
    """What all parts share: the program, the seed, the scratch folder, the rows."""

    def __init__(self, options):
        self.quick, self.seed, self.only_point = options.quick, options.seed, options.point
        self.scratch = Path(tempfile.mkdtemp(prefix="vestigo-faults-", dir=options.dir))
        self.memory = self.scratch
        if os.access("/dev/shm", os.W_OK):
            self.memory = Path(tempfile.mkdtemp(prefix="vestigo-faults-", dir="/dev/shm"))
        # The program may be built anew meanwhile: a run tests one copy.
        self.program, self.binary = options.vestigo, self.scratch / "vestigo"
        shutil.copy2(options.vestigo, self.binary)
        self.rows = []

    def rng(self, name):
        """Gives random numbers that depend on the seed and a name only."""
        return random.Random(f"{self.seed}:{name}")

    def row(self, part, test):
        self.rows.append(Row(self, part, test))
        return self.rows[-1]

    def world(self, name, memory=False):
        folder = (self.memory if memory else self.scratch) / name
        shutil.rmtree(folder, ignore_errors=True)
        return World(self.binary, folder)

    def pick(self, name, points, quick, full=None):
        """Chooses among (label, …) points: the one that is asked for, a sample, or all."""
        if self.only_point:
            return [point for point in points if point[0] == self.only_point]
        most = quick if self.quick else full
        if most is not None and len(points) > most:
            return sorted(self.rng(name).sample(points, most))
        return points

    def close(self):
        for folder in {self.scratch, self.memory}:
            shutil.rmtree(folder, ignore_errors=True)
