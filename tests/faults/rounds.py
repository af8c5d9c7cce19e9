"""Twelve at once on one case, round after round: no verdict wrong, every bundle of one moment."""

import calendar
import json
import re
import shutil
import signal
import subprocess
import threading
import time
import zlib

from calls import listed
from world import log, objects, said

BUSY = re.compile(b"another vestigo is (writing to|importing into) this case")
LENGTH = 10  # rounds with one case
ROLES = ["import", "reread", "bookmark", "finding", "search", "search", "export", "export", "verify", "verify", "merge", "back"]


class Round:
    """One case, what was acknowledged in it, and what every reader saw."""

    def __init__(self, bench, label):
        self.bench, self.label = bench, label
        self.world = bench.world("rounds", memory=True)
        self.world.must("new", self.world.case)
        self.world.folder.joinpath("0.log").write_bytes(log(7, f"{label}-0"))
        self.world.must("import", "0.log")
        events = self.world.must("search", "--all", "*")
        self.event = events[0]["id"]
        self.times = {event["id"]: moment(event) for event in events}
        self.lengths, self.marks, self.findings = [], set(), set()
        self.wrong, self.seen, self.guard = [], [], threading.Lock()
        self.number = 0

    def say(self, complaint, seen):
        with self.guard:
            if complaint:
                complaint = re.sub(r"\d+", "N", re.sub(r"SHA256:[\w+/]+", "K", complaint)).split(" | ")[0]
            (self.wrong if complaint else self.seen).append(complaint or seen)

    def copied(self):
        """A colleague's copy, taken while nobody writes; with what is noted there."""
        copy = self.world.folder / f"copy-{self.number}"
        shutil.copytree(self.world.case, copy)
        return copy

    def play(self, rng):
        """One round: twelve runs, begun and held up at random moments."""
        self.number += 1
        copy, least = self.copied(), self.committed()[-1]
        threads = [threading.Thread(target=self.run, args=(role, place, copy, least, rng.random(), rng.random(), rng.random()))
                   for place, role in enumerate(rng.sample(ROLES, len(ROLES)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        shutil.rmtree(copy)

    def run(self, role, place, copy, least, late, held, until):
        time.sleep(late * 0.06)
        name = f"{self.number}-{place}"
        case, words = self.world.case, getattr(self, f"{role}_words")(name, copy)
        if role == "back":
            case = copy
        run = [self.world.program, "--case", str(case), "--json", *map(str, words)]
        child = start(self.world, run)
        if held < 0.4:
            time.sleep(until * 0.05)
            child.send_signal(signal.SIGSTOP)
            time.sleep(held * 0.1)
            child.send_signal(signal.SIGCONT)
        try:
            out, err = child.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return self.say(f"{role}: hangs", None)
        done = Finished(child.returncode, out, err)
        if role in ("import", "reread", "bookmark", "finding", "export", "merge", "back") and done.returncode == 3 and BUSY.search(err):
            return self.say(None, "refused, as another one writes")
        complaint = getattr(self, f"{role}_right")(name, done, least)
        return self.say(complaint and f"{role}: {complaint}", f"{role}: right")

    def committed(self):
        """How many events the case had after each of its imports."""
        sums = [0]
        for line in (self.world.case / "journal.jsonl").read_bytes().splitlines():
            entry = json.loads(line)
            if entry["do"] == "evidence.import":
                sums.append(sums[-1] + sum(row["records"] for row in entry["what"]["sources"]))
        return sums

    def clocks(self):
        """How far the clock of the first source is or was said to be wrong, in seconds."""
        entries = map(json.loads, (self.world.case / "journal.jsonl").read_bytes().splitlines())
        plans = [entry["what"]["plan"] for entry in entries if entry["do"] == "source.reread"]
        return {0} | {plan.get("clock", 0) // 10**9 for plan in plans}

    def import_words(self, name, copy):
        self.world.folder.joinpath(f"{name}.log").write_bytes(log(3 + zlib.crc32(name.encode()) % 20, f"{self.label}-{name}"))
        return ["import", f"{name}.log"]

    def import_right(self, name, done, least):
        rows = [row for row in objects(done.stdout) if row.get("source")]
        if done.returncode != 0 or len(rows) != 1:
            return said(done)
        self.lengths.append((rows[0]["source"], rows[0]["events"]))
        return None

    def reread_words(self, name, copy):
        return ["source", "set-clock", "0.log", f"+{1 + zlib.crc32(name.encode()) % 1000}s"]

    def reread_right(self, name, done, least):
        if b"is read so already" in done.stderr:
            return None  # the same number was drawn before
        return None if done.returncode == 0 else said(done)

    def bookmark_words(self, name, copy):
        return ["bookmark", "add", self.event, "--note", name]

    def bookmark_right(self, name, done, least):
        self.marks.add(self.event)
        return None if done.returncode == 0 else said(done)

    def finding_words(self, name, copy):
        return ["finding", "add", f"Found {name}", "--event", self.event]

    def finding_right(self, name, done, least):
        if done.returncode != 0:
            return said(done)
        self.findings.add(objects(done.stdout)[0]["fingerprint"])
        return None

    def search_words(self, name, copy):
        return ["search", "--all", "*"]

    def search_right(self, name, done, least):
        events = objects(done.stdout)
        count = len(events)
        if done.returncode not in (0, 1):
            return said(done)
        # Of one source, all times are of one reading: one that an entry says, or the import's.
        moved = {moment(event) - self.times[event["id"]] for event in events if event["id"] in self.times}
        said_so = {event.get("vestigo.reread") for event in events if event["id"] in self.times}
        if len(moved) != 1 or len(said_so) != 1 or not moved <= self.clocks():
            return "a reading that was never committed, or parts of two"
        return None if count in self.committed() and count >= least else "a state that was never committed, or an older one"

    def verify_words(self, name, copy):
        return ["verify", "--deep"] if zlib.crc32(name.encode()) % 2 else ["verify"]

    def verify_right(self, name, done, least):
        answer = objects(done.stdout)
        if done.returncode != 0 or not answer or not answer[0].get("sound", answer[0]["checks"]["consistent"]):
            return f"a sound case, and {said(done)}"
        return None if answer[0]["checks"]["signed"] else "a signed case is not called signed"

    def export_words(self, name, copy):
        return ["export", "--query", "*", "--out", f"bundle-{name}"]

    def export_right(self, name, done, least):
        bundle = self.world.folder / f"bundle-{name}"
        if done.returncode != 0:
            return said(done) if not bundle.exists() else f"a bundle is left, {said(done)}"
        verified = self.world.run("verify", bundle, "--json")
        if verified.returncode != 0:
            return f"its bundle: {said(verified)}"
        complaint = of_one_moment(bundle, self.committed())
        shutil.rmtree(bundle)
        return complaint

    def merge_words(self, name, copy):
        return ["journal", "merge", copy]

    def merge_right(self, name, done, least):
        return None if done.returncode == 0 else said(done)

    def back_words(self, name, copy):
        return ["journal", "merge", self.world.case]

    back_right = merge_right

    def end(self):
        """Says what is wrong when all is quiet."""
        complaint = self.world.complaint()
        if complaint:
            return complaint
        held = {source["source"]: source["events"] for source in self.world.status()["sources"]}
        if any(held.get(source) != events for source, events in self.lengths):
            return "an acknowledged source is gone"
        marks = {mark["id"] for mark in listed(self.world, "bookmark")}
        findings = {finding["fingerprint"] for finding in listed(self.world, "finding")}
        if self.marks - marks:
            return "an acknowledged bookmark is gone"
        return "an acknowledged finding is gone" if self.findings - findings else None


def moment(event):
    """The time of an event, in whole seconds."""
    return calendar.timegm(time.strptime(event["@timestamp"][:19], "%Y-%m-%dT%H:%M:%S"))


class Finished:
    def __init__(self, returncode, stdout, stderr):
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr


def start(world, run):
    return subprocess.Popen(run, env=world.environment(), cwd=world.folder, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def of_one_moment(bundle, committed):
    """The journal of a bundle, its evidence and its events are of one moment."""
    query = json.loads((bundle / "data/query.json").read_bytes())
    entries = [json.loads(line) for line in (bundle / "data/journal.jsonl").read_bytes().splitlines()]
    imports = [entry["what"] for entry in entries if entry.get("do") == "evidence.import"]
    sources = sorted(row["source"] for what in imports for row in what["sources"])
    records = sum(row["records"] for what in imports for row in what["sources"])
    if sources != sorted(query["evidence"]):
        return f"a journal with {len(sources)} sources, and evidence of {len(query['evidence'])}"
    events = (bundle / "data/events.jsonl").read_bytes().count(b"\n")
    if not records == events == query["events"]:
        return f"a journal with {records} records, and {events} events"
    covered = json.loads((bundle / "data/coverage.json").read_bytes())["sources"]
    if sorted(row["source"] for row in covered) != sources:
        return f"a journal with {len(sources)} sources, and coverage of {len(covered)}"
    return None if events in committed else "a state that was never committed"


def rounds(bench):
    """Plays rounds on one case after another."""
    row = bench.row("rounds", "twelve processes at once, by rounds: import, reread, annotate, search, export, verify, merge")
    count = 8 if bench.quick else 500
    points = [(f"rounds:{n}",) for n in range(-(-count // LENGTH))]
    for (label,) in bench.pick("rounds", points, len(points)):
        rng, game = bench.rng(label), Round(bench, label)
        for _ in range(min(LENGTH, count)):
            game.play(rng)
        for complaint in game.wrong:
            row.point(label, complaint)
        for seen in game.seen:
            row.point(label, None, seen)
        row.seen["rounds"] += game.number
        complaint = game.end()
        row.point(label, complaint, None if complaint else "sound at the end, everything acknowledged is there")
