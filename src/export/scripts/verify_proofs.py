#!/usr/bin/env python3
"""Checks that the records of a bundle are part of the sealed originals.

    python3 verify_proofs.py [BUNDLE]        a bundle's folder (default: the one around this file)
    python3 verify_proofs.py PROOF.json      what `vestigo show ID --proof` printed
    python3 verify_proofs.py --extract DIR PROOF.json
                                             also writes its checkpoint and signature to DIR
    python3 verify_proofs.py --reveal REVEALED.json [BUNDLE]

From a record's bytes and its salt to the root of its source, to the journal
entry that names this root, to the checkpoint over the journal. Then everything
that a bundle says and that needs no parser of logs: places, counts, times that
stand in a record as they are, and that its files agree with one another.
Needs Python's standard library alone. Where ssh-keygen is there, it is asked
whether a signature fits; whose key it is, only verify.sh -s can check.
Only plain files are opened, and no more is read than they were found to hold.
Exit status: 0 nothing is wrong, 1 something is, 2 it could not be checked.

    leaf   = SHA-256(0x00 || salt || bytes)            one for each record
    node   = SHA-256(0x01 || left || right)            RFC 9162, section 2.1
    frame  = root over the leaves of its records, in order
    source = root over the roots of its frames, which are its leaves as they are
    line   = SHA-256(0x00 || the journal's line with its line end)

A source may continue another one: its SHA-256 is over the whole content, and the
journal says at which offset and record its own part begins, which these trees are
over. Records, lines and offsets count from the start of the whole.

A list of nodes holds the roots of the largest subtrees in which nothing is
known, from left to right. How many records a source has, the journal says; where
it has several frames, how many records come before a frame is not bound.
"""

import base64
import calendar
import csv
import hashlib
import json
import os
import re
import shlex
import shutil
import stat
import struct
import subprocess
import sys
import tempfile

MIB = 1 << 20
LONGEST = 256 * MIB  # of a line, or of a file that is read as a whole
MOST_FILES = 1000000
PROBLEMS = (
    OSError, ValueError, KeyError, TypeError, IndexError, AttributeError,
    StopIteration, RuntimeError, MemoryError, OverflowError, csv.Error, struct.error,
)  # fmt: skip

csv.field_size_limit(LONGEST)
problems = []
not_derived = {}


class Unusable(Exception):
    """It could not be checked."""


def tell(*words):
    """Prints foreign text without what could act on a terminal."""
    text = " ".join(str(word) for word in words)
    text = "".join(c if c == "\n" or " " <= c <= "~" else ascii(c)[1:-1] for c in text)
    print(text)


def wrong(text):
    problems.append(text)
    if len(problems) <= 1000:
        tell("WRONG:", str(text)[:2000].replace("\n", "?"))


def unclear(what):
    """Counts what could not be derived."""
    not_derived[what] = not_derived.get(what, 0) + 1


# Files: plain ones only, and never more of them than they were found to hold.


def open_plain(path):
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError("it is not a plain file")
    return os.fdopen(handle, "rb")


def read_whole(path, most=LONGEST):
    with open_plain(path) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise ValueError("it is larger than such a file can be")
        return file.read(most)


def lines_in(path, longest=LONGEST):
    with open_plain(path) as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            line = file.readline(min(left, longest + 1))
            if len(line) > longest:
                raise ValueError("a line is longer than one can be")
            if not line:
                return
            left -= len(line)
            yield line


def hash_of(path):
    digest = hashlib.sha256()
    with open_plain(path) as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            part = file.read(min(left, MIB))
            if not part:
                break
            digest.update(part)
            left -= len(part)
    return digest.hexdigest()


# JSON: no name twice, no endless number, no more values than memory can hold.


def once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is in its JSON twice")
    return found


def short_number(text):
    if len(text) > 30:
        raise ValueError("a number is longer than one can be")
    return int(text)


def no_number(text):
    raise ValueError("%s is not JSON" % text)


decoder = json.JSONDecoder(object_pairs_hook=once, parse_int=short_number, parse_constant=no_number)


STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')


def parse(data):
    if isinstance(data, bytes):
        inside = sum(match.end() - match.start() for match in STRING.finditer(data)) if len(data) > MIB else 0
        if len(data) - inside > 8 * MIB:
            raise ValueError("its JSON has more values than it can have")
        data = data.decode("utf-8")
    return decoder.decode(data.strip(" \t\r\n"))


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size):
    return 1 << (size - 1).bit_length() - 1


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node(root_of(leaves[:middle]), root_of(leaves[middle:]))


def root_from(size, known, nodes):
    """The root over `size` leaves, some known by place, the others from nodes."""
    if size > 1 << 62 or len(nodes) > 64 * (len(known) + 1):
        raise ValueError("it has more nodes than a tree can have")
    rest = iter(nodes)
    places = sorted(known)

    def walk(first, size, low, high):
        if low == high:
            return next(rest)
        if size == 1:
            return known[first]
        middle = split(size)
        cut = low
        while cut < high and places[cut] < first + middle:
            cut += 1
        left = walk(first, middle, low, cut)
        return node(left, walk(first + middle, size - middle, cut, high))

    if not places or places[0] < 0 or places[-1] >= size or size > 1 << 62:
        raise ValueError("a place outside the tree")
    found = walk(0, size, 0, len(places))
    if next(rest, None) is not None:
        raise ValueError("nodes are left over")
    return found


def unhex(text, length=32):
    if not isinstance(text, str) or not re.fullmatch("[0-9a-f]{%d}" % (2 * length), text):
        raise ValueError("%r is not %d bytes in hexadecimal" % (text, length))
    return bytes.fromhex(text)


def unhex_all(texts):
    return [unhex(text) for text in texts]


def number(value):
    if type(value) is not int or value < 0:
        raise ValueError("%r is not a number" % (value,))
    return value


class Source:
    """Checks one source's proof, line by line.

    `imports` gives what the journal says of each source: root, records.
    `bytes_of` gives the bytes of a record that is shown, or None of one that is
    withheld, and refuses one that is not there.
    """

    def __init__(self, imports, bytes_of):
        self.imports, self.bytes_of = imports, bytes_of
        self.source, self.frames, self.end, self.total = None, {}, 0, None
        self.shown, self.withheld, self.several = set(), set(), False

    def line(self, line):
        if self.total is not None:
            raise ValueError("something follows its end")
        if self.source not in (None, line["source"]):
            raise ValueError("it is of two sources")
        self.source = line["source"]
        if self.source not in self.imports:
            raise ValueError("no import in the journal names its source")
        self.records = number(self.imports[self.source][1])
        if not self.frames:
            self.end = own_start(self.imports[self.source])[0]
        if "frame" in line:
            self.frame(line)
        else:
            self.last(line)

    def frame(self, line):
        this, first, records = (number(line[name]) for name in ("frame", "first_record", "records"))
        expected = max(self.frames, default=-1) + 1
        # Between frames that are not neighbours lie others, of one record at least.
        least = self.end + this - expected
        if this < expected or first < least or (this == expected and first != least):
            raise ValueError("frame %d does not follow the frame before" % this)
        self.end = first + records
        if self.end > self.records:
            raise ValueError("the records of frame %d are not where they can be" % this)
        known, before = {}, -1
        for row in line["known"]:
            record = number(row["record"])
            if record <= before or not first <= record < self.end:
                raise ValueError("record %d is not in its turn, or there twice" % record)
            before = record
            known[record - first] = self.leaf(row)
        found = root_from(records, known, unhex_all(line["nodes"]))
        if found.hex() != line["root"]:
            raise ValueError("frame %d does not lead to its root" % this)
        self.frames[this] = found

    def leaf(self, row):
        """A record's leaf: from its bytes, and as it is said only where they are withheld."""
        data = self.bytes_of(self.source, row["record"])
        if data is None:
            if set(row) != {"record", "leaf"}:
                raise ValueError("record %d is withheld: it has a leaf and no salt" % row["record"])
            self.withheld.add(row["record"])
            return unhex(row["leaf"])
        if set(row) != {"record", "salt"}:
            raise ValueError("record %d is shown: it has a salt and no leaf" % row["record"])
        self.shown.add(row["record"])
        return hashlib.sha256(b"\x00" + unhex(row["salt"], 16) + data).digest()

    def last(self, line):
        self.total = number(line["frames"])
        self.several = self.total > 1
        if not self.frames or list(self.frames) != line["known"] or max(self.frames) >= self.total:
            raise ValueError("its frames are not those that lead to its root")
        behind, left = self.records - self.end, self.total - 1 - max(self.frames)
        if behind < left or (left == 0 and behind > 0):
            raise ValueError("its frames do not hold the %d records that were imported" % self.records)
        found = root_from(self.total, self.frames, unhex_all(line["nodes"]))
        if found.hex() != line["root"]:
            raise ValueError("its frames do not lead to its root")
        if self.imports[self.source][0] != line["root"]:
            raise ValueError("no import in the journal names this root")

    def done(self):
        if self.total is None:
            raise ValueError("it has no end")
        return self


def leaf_of_line(text):
    return hashlib.sha256(b"\x00" + text).digest()


def read_checkpoint(text):
    origin, size, root, rest = text.split("\n")
    short_number(size)
    if rest or text != "%s\n%d\n%s\n" % (origin, int(size), base64.b64encode(base64.b64decode(root)).decode()):
        raise ValueError("this is not a checkpoint")
    return origin, int(size), base64.b64decode(root)


def imported(entry):
    """What a journal entry imports: for each source its root, records and length."""
    if entry.get("do") != "evidence.import":
        return {}
    rows = entry["what"]["sources"]
    return {row["source"]: (row["root"], row.get("records"), row.get("length"), row.get("continues")) for row in rows}


def own_start(said):
    """The record and the offset at which a source's own part begins."""
    return (number(said[3]["record"]), number(said[3]["offset"])) if said and said[3] else (0, 0)


def replaced_in(imports):
    """For each source, from which record on another one has it whole, and how many events these are."""
    found = {}
    for said in imports.values():
        if said[3]:
            of, start = said[3]["source"], (number(said[3]["record"]), number(said[3]["replaced"]))
            found[of] = max(found.get(of, start), start)
    ends = {source: said[1] for source, said in imports.items()}
    return {of: start for of, start in found.items() if ends.get(of) is not None and start[0] < ends[of]}


class Journal:
    """The journal of a bundle, its chain checked over withheld entries too."""

    def __init__(self, lines):
        self.leaves, self.imports, self.case, self.withheld = [], {}, None, 0
        self.head, self.last, self.keys = "0" * 64, None, set()
        self.made, self.merged = {}, False
        for place, text in enumerate(lines):
            try:
                self.line(place, text)
            except PROBLEMS as error:
                wrong("data/journal.jsonl, line %d: %s" % (place + 1, error))
                break

    def line(self, place, text):
        entry = parse(text)
        if number(entry["seq"]) != place:
            raise ValueError("it has number %d" % entry["seq"])
        if "withheld" in entry:
            if set(entry) != {"withheld", "seq", "sha256", "leaf"} or entry["withheld"] is not True:
                raise ValueError("a withheld entry is not one")
            self.leaves.append(unhex(entry["leaf"]))
            self.head, self.last = unhex(entry["sha256"]).hex(), None
            self.made[self.head] = None
            self.withheld += 1
            return
        if entry["prev"] != self.head:
            raise ValueError("it does not follow the line before")
        if (entry["do"] == "case.create") != (place == 0):
            raise ValueError("the first entry, and no other, creates the case")
        if place == 0:
            self.case = entry["what"]["id"]
            self.keys.add(entry["what"].get("key"))
        if entry["do"] == "key.add":
            self.keys.add(entry["what"].get("fingerprint"))
        self.merged = self.merged or entry["do"] == "journal.merge"
        self.head, self.last = hashlib.sha256(text).hexdigest(), entry["at"]
        self.leaves.append(leaf_of_line(text))
        if entry["do"] == "finding.add":
            self.made[self.head] = entry
        for source, said in imported(entry).items():
            # A second root would let other records be proved.
            if self.imports.setdefault(source, said) != said:
                raise ValueError("it imports a source again, with other values")


# Signatures: SSHSIG, checked by ssh-keygen where there is one.


def fingerprint(pem):
    """The fingerprint of the key that an SSHSIG names; this checks nothing."""
    body = pem.split("-----BEGIN SSH SIGNATURE-----\n")[1].split("-----END SSH SIGNATURE-----")[0]
    raw = base64.b64decode("".join(body.split()), validate=True)
    if raw[:6] != b"SSHSIG" or struct.unpack(">L", raw[6:10])[0] != 1:
        raise ValueError("it is not an SSH signature")
    length = struct.unpack(">L", raw[10:14])[0]
    digest = hashlib.sha256(raw[14 : 14 + length]).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def asked(text, pem, namespace):
    """Whether a signature fits, as ssh-keygen says; None where nobody could be asked."""
    tool = shutil.which("ssh-keygen")
    if tool is None or not os.path.isabs(tool):
        return None
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "signature")
        with open(name, "w", encoding="ascii") as file:
            file.write(pem)
        words = [tool, "-Y", "check-novalidate", "-n", namespace, "-s", name]
        try:
            done = subprocess.run(
                words, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20
            )
        except (OSError, subprocess.SubprocessError):
            return None
    said = done.stdout.decode("ascii", "replace")
    if "illegal option" in said or "unknown option" in said:
        return None
    return done.returncode == 0 and said.startswith("Good ")


def by_hand(text, namespace):
    return "ssh-keygen -Y check-novalidate -n %s -s %s < %s" % (namespace, text + ".sig", text)


def check_signature(name, text, pem, namespace, hand):
    """Tells which key signed; gives whether the signature was checked, and the key."""
    if not isinstance(pem, str) or "BEGIN SSH SIGNATURE" not in pem:
        wrong("%s: UNSIGNED: nobody answers for it" % name)
        return False, None
    try:
        key = fingerprint(pem)
        fits = asked(text, pem, namespace)
    except PROBLEMS as error:
        wrong("%s: its signature cannot be read: %s" % (name, error))
        return False, None
    if fits is False:
        wrong("%s: its signature, which claims to be by %s, does not fit" % (name, key))
    elif fits:
        tell("%s: the signature fits, by the key %s (asked of ssh-keygen)" % (name, key))
        tell("  NOT CHECKED: whose key that is. Compare it with what its owner told you.")
    else:
        tell("%s: the signature was NOT CHECKED; it claims to be by the key %s. Check it with" % (name, key))
        tell("  " + hand)
    return bool(fits), key


class Records:
    """records.csv: which records there are, and where their bytes lie."""

    columns = "event file offset length lead text_length line source_offset sha256 record".split()

    def __init__(self, bundle, sizes):
        self.bundle, self.rows, self.ends, self.open = bundle, {}, {}, (None, None)
        lines = (line.decode("ascii") for line in lines_in(os.path.join(bundle, "data", "records.csv")))
        reader = csv.reader(lines, strict=True)
        if next(reader) != self.columns:
            raise ValueError("records.csv does not name its columns")
        for cells in reader:
            self.row(dict(zip(self.columns, cells)), len(cells))
        for name, size in sizes.items():
            if name.startswith("data/raw/") and size != self.ends.get(name, 0):
                wrong("%s: some of its bytes belong to no record" % name)

    def row(self, row, cells):
        source, _, record = row["event"].partition(":")
        unhex(source)
        if cells != len(self.columns) or row["event"] in self.rows or row["record"] != record:
            raise ValueError("records.csv: the row of %s is not one, or there twice" % row["event"])
        places = ["offset", "length", "lead", "text_length"]
        for name in ["line", "source_offset", "record"] + (places if row["file"] else []):
            # A redacted bundle tells no offsets: the lengths of what is withheld would follow.
            if row[name] == "" and (name == "source_offset" or name == "line" and not row["file"]):
                row[name] = None
            elif not re.fullmatch("0|[1-9][0-9]{0,19}", row[name]):
                raise ValueError("records.csv: %s of %s is not a number" % (name, row["event"]))
            else:
                row[name] = int(row[name])
        if not row["file"]:
            if any(row[name] for name in places + ["sha256"]):
                raise ValueError("records.csv: %s has no file, and a place in it" % row["event"])
        elif not re.fullmatch(r"data/raw/[0-9]+\.log", row["file"]):
            raise ValueError("records.csv: %s lies in no raw file" % row["event"])
        elif row["offset"] != self.ends.get(row["file"], 0) or row["lead"] + row["text_length"] > row["length"]:
            raise ValueError("records.csv: the bytes of %s do not follow those before" % row["event"])
        else:
            self.ends[row["file"]] = row["offset"] + row["length"]
        row["source"] = source
        self.rows[row["event"]] = row

    def of(self, source, record):
        row = self.rows.get("%s:%d" % (source, record))
        if row is None:
            raise ValueError("record %d is not in the bundle" % record)
        return row

    def bytes_of(self, row):
        """The bytes of a record; None where they are withheld."""
        if not row["file"]:
            return None
        if self.open[0] != row["file"]:
            if self.open[1]:
                self.open[1].close()
            self.open = (row["file"], open_plain(os.path.join(self.bundle, row["file"])))
        if row["length"] > LONGEST or row["offset"] + row["length"] > os.fstat(self.open[1].fileno()).st_size:
            raise ValueError("record %d is not inside of its file" % row["record"])
        self.open[1].seek(row["offset"])
        return self.open[1].read(row["length"])


def tokens_in(value):
    """The digits of what looks like a token, [user.name:0123456789abcdef]."""
    if isinstance(value, dict):
        return set().union(*(tokens_in(part) for pair in value.items() for part in pair))
    if isinstance(value, list):
        return set().union(*(tokens_in(part) for part in value))
    return set(re.findall(r":([0-9a-f]{16})\]", value)) if isinstance(value, str) else set()


def check_event(event, row, records, tokens):
    """Holds an event against its record; gives the record's text, where it is shown."""
    if event["id"] != "%s:%d" % (event["vestigo.source"][:8], row["record"]):
        raise ValueError("its id is not that of its record")
    if (event.get("vestigo.line"), event.get("vestigo.offset")) != (row["line"], row["source_offset"]):
        raise ValueError("its line and offset are not those in records.csv")
    if event.get("vestigo.withheld", True) is not True or ("vestigo.withheld" in event) == bool(row["file"]):
        raise ValueError("its bytes are withheld, or it says so, and not both")
    if not row["file"]:
        if "event.original" in event or "vestigo.original_base64" in event:
            raise ValueError("its bytes are withheld, and it has an original")
        used = tokens_in(event)
        # A log may hold something that looks like a token, but then beside true ones.
        if used and not used & tokens:
            raise ValueError("its tokens are not in redactions.jsonl")
        return None
    text = records.bytes_of(row)[row["lead"] : row["lead"] + row["text_length"]]
    if hashlib.sha256(text).hexdigest() != row["sha256"]:
        raise ValueError("its SHA-256 in records.csv is not that of its bytes")
    if event.get("vestigo.length", len(text)) != len(text):
        raise ValueError("its length is not that of its text")
    try:
        said, exact = text.decode(), None
    except UnicodeDecodeError:
        said, exact = text.decode(errors="replace"), base64.b64encode(text).decode()
    if event["event.original"] != said or event.get("vestigo.original_base64") != exact:
        raise ValueError("its original is not that of its record")
    return said


# Times that stand in a record as they are.

MONTHS = {m: n + 1 for n, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}
RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))",
    re.ASCII,
)
ACCESS = re.compile(
    r"([0-9]{2})/([A-Z][a-z]{2})/([0-9]{4}):([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})", re.ASCII
)
EPOCH = re.compile(r"([0-9]{9,10})(?:\.([0-9]{1,30}))?", re.ASCII)
WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{9})Z", re.ASCII)


def nanos_of(year, month, day, hour, minute, second, fraction, east):
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] and hour < 24 and minute < 60):
        return None
    if second > 59:  # leap seconds: how they are read is not for us to say
        return None
    seconds = calendar.timegm((year, month, day, hour, minute, second)) - east
    return seconds * 10**9 + int(((fraction or "") + "0" * 9)[:9])


def east_of(sign, hours, minutes):
    return (1 if sign == "+" else -1) * (int(hours) * 3600 + int(minutes) * 60) if sign else 0


def moment_in(text):
    """The moment that a text is, whole; None where it is in no form that is plain."""
    found = RFC3339.fullmatch(text)
    if found:
        part = found.groups()
        if int(part[0]) < 1:
            return None
        return nanos_of(*(int(n) for n in part[:6]), part[6], east_of(part[8], part[9], part[10]))
    found = ACCESS.fullmatch(text)
    if found:
        day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
        if month not in MONTHS or int(year) < 1:
            return None
        when = (int(year), MONTHS[month], int(day), int(hour), int(minute), int(second))
        return nanos_of(*when, None, east_of(sign, hours, minutes))
    found = EPOCH.fullmatch(text)
    if found:
        return int(found[1]) * 10**9 + int(((found[2] or "") + "0" * 9)[:9])
    return None


def written(text):
    """An event's @timestamp in nanoseconds."""
    found = WRITTEN.fullmatch(text) if isinstance(text, str) else None
    at = nanos_of(*(int(n) for n in found.groups()[:6]), found[7], 0) if found else None
    if at is None:
        raise ValueError("its @timestamp is not written as it must be")
    return at


def check_time(event, text):
    """Holds an event's time against the record's text."""
    at = written(event["@timestamp"]) if "@timestamp" in event else None
    if (at is None) != ("vestigo.time.basis" not in event):
        raise ValueError("it has a time and does not say how it is known, or the other way round")
    if text is None or at is None:
        unclear("the time of an event whose bytes are withheld" if text is None else "that an event has no time")
        return at
    if str(event.get("vestigo.format", "")).endswith(".access"):
        # Whatever it says of its time: the only one in the record is this.
        found = ACCESS.findall(text)
        within = re.findall(r"\[(%s)\]" % ACCESS.pattern.replace("(", "(?:"), text, re.ASCII)
        if len(found) == len(within) == 1 and not RFC3339.search(text):
            wanted = moment_in(within[0])
            if wanted is not None:
                if at != wanted:
                    raise ValueError("its time is not the one in its record, %s" % within[0])
                return at
    said = event.get("vestigo.time.text")
    if event.get("vestigo.time.basis") != "explicit" or not isinstance(said, str):
        unclear("a time that its record does not state in full")
        return at
    wanted = moment_in(said)
    if wanted is None or (EPOCH.fullmatch(said) and not re.search(r"(?<![0-9.])%s(?![0-9.])" % re.escape(said), text)):
        unclear("a time that is written in another form than RFC 3339, access logs and seconds")
    elif said not in text:
        if "\\" not in text and not EPOCH.fullmatch(said):
            raise ValueError("vestigo.time.text does not stand in its record: %s" % said[:60])
        unclear("a time that is escaped in its record")
    elif at != wanted:
        raise ValueError("its time is not the one in its record, %s" % said[:60])
    return at


# The other forms of the events.

PLAIN = re.compile(r"[ -~]*", re.ASCII)


def plain_cell(value):
    """How a value is written in a cell of events.csv; None where that is not simple."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str) or not PLAIN.fullmatch(value):
        return None
    return "'" + value if value.lstrip(" ")[:1] in tuple("=+-@") else value


class Forms:
    """events.csv and timesketch.jsonl, read beside events.jsonl."""

    def __init__(self, data):
        cells = (line.decode("utf-8") for line in lines_in(os.path.join(data, "events.csv")))
        self.cells = csv.reader(cells, strict=True)
        self.names = [name.lstrip("'") for name in next(self.cells, [])]
        if self.names[:2] != ["id", "@timestamp"]:
            wrong("data/events.csv: it does not begin with id and @timestamp")
        self.sketches = lines_in(os.path.join(data, "timesketch.jsonl"))
        self.good = {"data/events.csv": True, "data/timesketch.jsonl": True}

    def event(self, place, event, at):
        for name, check in (("data/events.csv", self.row), ("data/timesketch.jsonl", self.sketch)):
            if not self.good[name]:
                continue
            try:
                check(event, at)
            except PROBLEMS as error:
                self.good[name] = False
                wrong("%s: what it says of event %d: %s" % (name, place + 1, error or "it ends too early"))

    def row(self, event, _):
        cells = next(self.cells)
        if len(cells) != len(self.names):
            raise ValueError("the row has not as many cells as there are columns")
        for name, cell in zip(self.names, cells):
            wanted = plain_cell(event.get(name))
            if wanted is None:
                unclear("a cell of events.csv that is not plain text")
            elif cell != wanted:
                raise ValueError("%s is not what events.jsonl says of %s" % (name, event["id"]))

    def sketch(self, event, at):
        row = parse(next(self.sketches))
        own = {"datetime", "timestamp", "timestamp_desc", "tag"}
        if set(row) - own != set(event) - own:
            raise ValueError("it has not the fields that events.jsonl has of %s" % event["id"])
        for name in set(event) - own:
            value = event[name]
            if isinstance(value, str) and not (PLAIN.fullmatch(value) and len(value) <= 32766):
                unclear("a text of timesketch.jsonl that is not plain, or long")
            elif row[name] != value or type(row[name]) is not type(value):
                raise ValueError("%s is not what events.jsonl says of %s" % (name, event["id"]))
        text = event.get("@timestamp", "1970-01-01T00:00:00.000000000Z")[:26] + "+00:00"
        told = "Time Unknown" if at is None else "Event Logged"
        if (row["datetime"], row["timestamp"], row["timestamp_desc"]) != (text, (at or 0) // 1000, told):
            raise ValueError("its time is not what events.jsonl says of %s" % event["id"])

    def end(self):
        for name, rest in (("data/events.csv", self.cells), ("data/timesketch.jsonl", self.sketches)):
            if self.good[name] and next(rest, None) is not None:
                wrong("%s: it has more rows than there are events" % name)


class Share:
    """What is known of one source from the events and records that are shown."""

    def __init__(self):
        self.records, self.shown, self.first, self.last, self.bases, self.times = 0, 0, None, None, {}, []

    def event(self, event, at, row):
        self.records += 1
        self.shown += bool(row["file"])
        if at is not None:
            self.first = at if self.first is None else min(at, self.first)
            self.last = at if self.last is None else max(at, self.last)
            self.times.append(at)


def check_places(records, shares, journal):
    """Holds offsets and lines against the bytes, wherever records follow one another."""
    before, whole = None, {}
    for row in records.rows.values():
        if before is not None and before["source"] != row["source"]:
            before = None
        if not row["file"]:
            before = None
            continue
        data = records.bytes_of(row)
        share = whole.setdefault(row["source"], [hashlib.sha256(), 0])
        share[0].update(data)
        share[1] += 1
        lead, told = data[: row["lead"]], row["source_offset"] is not None
        start = row["source_offset"] - row["lead"] if told else 0
        first = row["line"] - lead.count(b"\n")
        if row["record"] == 0 and (start, first) != (0, 1):
            raise ValueError("records.csv: record 0 does not begin at the front of its source")
        if start < 0 or first < 1 or (told and row["record"] > 0 and start < row["record"]):
            raise ValueError("records.csv: %s cannot begin where it says" % row["event"])
        said = journal.imports.get(row["source"]) or (None, None, None, None)
        length, (own, offset) = said[2], own_start(said)
        if row["record"] < own or (told and start < offset) or (row["record"] == own and told and start != offset):
            raise ValueError("records.csv: %s is not where its source continues another" % row["event"])
        if length is not None and start + row["length"] > length:
            raise ValueError("records.csv: %s ends after the end of its source" % row["event"])
        if before is not None:
            end, line = before["end"], before["next"]
            if row["record"] == before["record"] + 1 and (start, first) != (end, line):
                raise ValueError("records.csv: %s is not at the offset and line after the record before" % row["event"])
            if start < end or first < line:
                raise ValueError("records.csv: %s does not come after the record before" % row["event"])
        if not told:
            unclear("the offset of a record of a redacted bundle, which tells none")
        if row["record"] > own and (before is None or row["record"] != before["record"] + 1):
            unclear("the offset and line of a record whose neighbours are not in the bundle")
        row["end"], row["next"] = start + row["length"] if told else 0, first + data.count(b"\n")
        before = row
    for source, (digest, count) in whole.items():
        said = journal.imports.get(source)
        if said and said[1] == count:
            if digest.hexdigest() != source:
                wrong("data/raw: all records of source %s are there, and together they are not it" % source)
        else:
            unclear("the SHA-256 of a source that is not there in full")


def check_originals(records, coverage, bundle, sizes):
    """The originals have the SHA-256 that is their name; records lie in them where it is said."""
    for name in sizes:
        if name.startswith("data/originals/") and hash_of(os.path.join(bundle, name)) != name.split("/")[2]:
            wrong("%s: its SHA-256 is not its name" % name)
    plain, other = {}, False
    for row in coverage.get("sources", []):
        name = row.get("original")
        if name and name not in sizes:
            wrong("data/coverage.json: there is no %s" % name)
        elif name and name.split("/")[2] == row["source"]:
            plain[row["source"]] = name
        elif name:
            unclear("that the records of a source lie in the container that holds it")
    opened = (None, None)
    for row in records.rows.values():
        name = plain.get(row["source"]) if row["file"] else None
        if not name or row["source_offset"] is None:
            continue
        if opened[0] != name:
            if opened[1]:
                opened[1].close()
            opened = (name, open_plain(os.path.join(bundle, name)))
        opened[1].seek(row["source_offset"] - row["lead"])
        if opened[1].read(row["length"]) != records.bytes_of(row):
            wrong("data/records.csv: %s does not stand in %s where it says" % (row["event"], name))
            break


def look(bundle):
    """What files there are, with their sizes; nothing is opened. Complains of all that is no plain file."""
    sizes, folders = {}, [""]
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(bundle, folder)) as entries:
            for entry in entries:
                name = folder + entry.name
                if not re.fullmatch("[A-Za-z0-9_-][A-Za-z0-9._-]*", entry.name, re.ASCII):
                    wrong("%s: no name in a bundle is like that: it was added" % name)
                elif entry.is_symlink() or not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
                    wrong("%s: it is not a plain file" % name)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(name + "/")
                else:
                    sizes[name] = entry.stat(follow_symlinks=False).st_size
                if len(sizes) + len(folders) + len(problems) > MOST_FILES:
                    raise Unusable("there are more files than a bundle can have")
    return sizes


def read_info(bundle):
    info = {}
    for line in read_whole(os.path.join(bundle, "bag-info.txt"), MIB).decode("utf-8").splitlines():
        name, colon, value = line.partition(": ")
        if not colon or name in info:
            raise ValueError("it has a line that is not a name and a value, or a name twice")
        info[name] = value
    return info


def listed_in(bundle, name):
    rows = {}
    for line in lines_in(os.path.join(bundle, name), 8192):
        row = re.fullmatch(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\n", line)
        listed = row and row[2].decode()
        if not row or listed in rows or any(part[:1] in ("", ".") for part in listed.split("/")):
            raise ValueError("it has a line that is not a hash and the name of a file, or one twice")
        if listed.startswith("data/") != (name == "manifest-sha256.txt"):
            raise ValueError("it lists what does not belong there: " + listed)
        rows[listed] = row[1].decode()
    return rows


def check_lists(bundle, sizes):
    """Every file is listed once, is there, and has the size and the SHA-256 that are listed.

    Returns how many files differ in nothing but their SHA-256.
    """
    limits = {
        "bagit.txt": 1024, "bag-info.txt": MIB, "tagmanifest-sha256.txt": MIB,
        "tagmanifest-sha256.txt.sig": MIB, "tagmanifest-sha256.txt.tsr": MIB,
    }  # fmt: skip
    lists = ("tagmanifest-sha256.txt", "manifest-sha256.txt")
    listed, before = {}, len(problems)
    for name in lists + ("bag-info.txt", "bagit.txt"):
        if name not in sizes:
            wrong("%s: it is missing" % name)
        elif sizes[name] == 0:
            wrong("%s: it is empty" % name)
        elif sizes[name] > limits.get(name, LONGEST):
            wrong("%s: it is larger than such a file can be" % name)
        elif name in lists:
            try:
                listed.update(listed_in(bundle, name))
            except PROBLEMS as error:
                wrong("%s: %s" % (name, error))
    if len(problems) > before:
        return 0
    for name in sizes:
        if not name.startswith("data/") and sizes[name] > limits.get(name, LONGEST):
            wrong("%s: it is larger than such a file can be" % name)
    for name in ("tagmanifest-sha256.txt.sig", "tagmanifest-sha256.txt.tsr"):
        if sizes.get(name) == 0:
            wrong("%s: it is empty" % name)
    free = {"tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig", "tagmanifest-sha256.txt.tsr"}
    for name in sorted(set(listed) - set(sizes)):
        wrong("%s: it is listed, and missing" % name)
    for name in sorted(set(sizes) - set(listed) - free):
        wrong("%s: no list names it: it was added" % name)
    none = hashlib.sha256(b"").hexdigest()
    for name, digest in listed.items():
        if name in sizes and (sizes[name] == 0) != (digest == none):
            wrong("%s: it is empty, or its list says so, and not both" % name)
    if len(problems) > before:
        return 0
    oxum = read_info(bundle).get("Payload-Oxum", "")
    there = [size for name, size in sizes.items() if name.startswith("data/")]
    if oxum != "%d.%d" % (sum(there), len(there)):
        wrong("bag-info.txt: it does not say Payload-Oxum: %d.%d" % (sum(there), len(there)))
        most = 2 * int(oxum.split(".")[0]) + 64 * MIB if re.fullmatch(r"[0-9]{1,18}\.[0-9]{1,9}", oxum) else 64 * MIB
        if sum(there) > most:
            largest = max((name for name in sizes if name.startswith("data/")), key=sizes.get)
            wrong("%s: there is far more than is listed; this is the largest file" % largest)
            return 0
    changed = 0
    for name, digest in listed.items():
        if name.startswith("data/") or sizes[name] <= LONGEST:
            if hash_of(os.path.join(bundle, name)) != digest:
                wrong("%s: its SHA-256 is not the one listed" % name)
                changed += 1
        else:
            wrong("%s: it is larger than such a file can be" % name)
    return changed


def check_bundle(bundle):
    if not os.path.isdir(bundle):
        raise Unusable("%s is not a folder, and not a plain file (a tar has to be unpacked first)" % bundle)
    sizes = look(bundle)
    if problems:
        return
    needed = "checkpoint.txt coverage.json events.csv events.jsonl findings.jsonl journal.jsonl query.json records.csv redactions.jsonl timesketch.jsonl"
    for name in needed.split():
        if "data/" + name not in sizes:
            wrong("data/%s: it is missing" % name)
    changed = check_lists(bundle, sizes)
    # Where nothing but hashes differs, the rest is checked to say what that means.
    if len(problems) > changed:
        return

    data = os.path.join(bundle, "data")
    name = "bag-info.txt"
    try:
        info = read_info(bundle)
        name = "data/journal.jsonl"
        journal = Journal(lines_in(os.path.join(bundle, name)))
        name = "data/query.json"
        query = parse(read_whole(os.path.join(bundle, name), 64 * MIB))
        name = "data/coverage.json"
        coverage = parse(read_whole(os.path.join(bundle, name), 128 * MIB))
        name = "data/redactions.jsonl"
        tokens = set(ledger(bundle))
        name = "data/checkpoint.txt"
        checkpoint = read_whole(os.path.join(bundle, name), MIB).decode("ascii")
        check_custody(journal, query, info, checkpoint)
        name = "data/records.csv"
        records = Records(bundle, sizes)
        name = "data/proofs"
        shown, withheld, several = check_proofs(bundle, sizes, journal, records)
        name = "data/records.csv"
        check_places(records, None, journal)
        name = "data/events.jsonl"
        shares = check_events(data, records, tokens, query)
        name = "data/coverage.json"
        check_coverage(coverage, query, journal, records, shares)
        check_originals(records, coverage, bundle, sizes)
        name = "data/findings.jsonl"
        check_findings(data, journal, records)
    except PROBLEMS as error:
        wrong("%s: %s" % (name, error if isinstance(error, ValueError) else "%s %s" % (type(error).__name__, error)))
        return
    tell("%d records are proved to be part of the sealed originals, %d were withheld" % (shown, withheld))
    if journal.withheld:
        tell("%d entries of the journal are withheld; their hashes lead to the checkpoint" % journal.withheld)
    signatures(bundle, sizes, info, journal, checkpoint)
    if several:
        unclear("which numbers the records of a source of several frames have: only their order is bound")
    if not_derived:
        tell("Not derived, and so NOT CHECKED (how often):")
        for what, count in sorted(not_derived.items()):
            tell("  %d  %s" % (count, what))
    tell("NOT CHECKED: that the other normalized fields, the notes on findings and the report say what the")
    tell("  records and the journal say (vestigo verify); that the case was not rolled back; that the logs")
    tell("  were complete and true before they were imported.")


def check_custody(journal, query, info, checkpoint):
    """The journal leads to its checkpoint; case, counts and moments are of this journal."""
    origin, size, root = read_checkpoint(checkpoint)
    case = journal.case or query["case"]
    if origin != "vestigo/" + case or query["case"] != case:
        wrong("data/checkpoint.txt, data/query.json: they are of another case")
    if size != len(journal.leaves) or query["entries"] != size:
        wrong("data/checkpoint.txt, data/query.json: they are over %s and %s entries, the journal has %d" % (size, query["entries"], len(journal.leaves)))
    elif root_of(journal.leaves) != root:
        wrong("data/checkpoint.txt: the journal does not lead to its root")
    evidence = query["evidence"]
    if evidence != sorted(set(evidence)) or not set(journal.imports) <= set(evidence):
        wrong("data/query.json: its evidence is not what the journal says was imported")
    elif not journal.withheld and set(journal.imports) != set(evidence):
        wrong("data/query.json: it names evidence that no entry of the journal imports")
    wanted = {"Vestigo-Case": case, "Vestigo-Events": str(query["events"]), "Vestigo-State": journal.last}
    wanted["Bagging-Date"] = journal.last and journal.last[:10]
    for name, value in wanted.items():
        if value is not None and info.get(name) != value:
            wrong("bag-info.txt: %s is %s, the bundle says %s" % (name, info.get(name), value))
    if not info.get("External-Identifier", "").endswith("-x%d" % size):
        wrong("bag-info.txt: External-Identifier is not of %d entries" % size)


def check_proofs(bundle, sizes, journal, records):
    """Each record leads to the root of its source, and that to the journal."""
    shown, withheld, sources, several = set(), set(), set(), False
    names = sorted(name[12:] for name in sizes if name.startswith("data/proofs/"))
    for name in names:
        raw = "data/raw/%s.log" % name.partition(".")[0]

        def bytes_of(source, record, raw=raw):
            row = records.of(source, record)
            if row["file"] not in ("", raw):
                raise ValueError("record %d lies in another file than %s" % (record, raw))
            return records.bytes_of(row)

        try:
            proof = Source(journal.imports, bytes_of)
            for line in lines_in(os.path.join(bundle, "data", "proofs", name)):
                proof.line(parse(line))
            proof.done()
            if proof.source in sources or raw not in sizes:
                raise ValueError("another file proves the same source, or there is no " + raw)
        except PROBLEMS as error:
            wrong("data/proofs/%s: %s" % (name, error or "it is cut off"))
            continue
        sources.add(proof.source)
        several = several or proof.several
        shown.update("%s:%d" % (proof.source, record) for record in proof.shown)
        withheld.update("%s:%d" % (proof.source, record) for record in proof.withheld)
    if shown != {name for name, row in records.rows.items() if row["file"]}:
        wrong("data/records.csv: not every record that is shown is proved")
    if withheld != {name for name, row in records.rows.items() if not row["file"]}:
        wrong("data/records.csv: not every record that is withheld has a leaf")
    for name in sizes:
        if name.startswith("data/raw/") and name[9:].partition(".")[0] + ".jsonl" not in names:
            wrong("%s: there is no proof of it" % name)
    return len(shown), len(withheld), several


def check_events(data, records, tokens, query):
    """The events say what their records say, as far as that needs no parser, in each of their forms."""
    said, digest, shares, forms = set(), hashlib.sha256(), {}, Forms(data)
    for place, text in enumerate(lines_in(os.path.join(data, "events.jsonl"))):
        try:
            event = parse(text)
            name = "%s:%d" % (event["vestigo.source"], number(event["vestigo.record"]))
            if name in said or name not in records.rows:
                raise ValueError("it is not in records.csv, or there twice")
            said.add(name)
            row = records.rows[name]
            at = check_time(event, check_event(event, row, records, tokens))
        except PROBLEMS as error:
            wrong("data/events.jsonl, line %d: %s" % (place + 1, error))
            break
        shares.setdefault(event["vestigo.source"], Share()).event(event, at, row)
        forms.event(place, event, at)
        digest.update(name.encode() + b"\n")
    else:
        forms.end()
        if len(said) != len(records.rows) or query["events"] != len(said):
            wrong("data/events.jsonl: it has %d events, records.csv %d, query.json says %s" % (len(said), len(records.rows), query["events"]))
        if query["digest"] != digest.hexdigest():
            wrong("data/query.json: its digest is not that of the events")
    return shares


def check_coverage(coverage, query, journal, records, shares):
    rows = {row["source"]: row for row in coverage["sources"]}
    if len(rows) != len(coverage["sources"]) or set(rows) != set(query["evidence"]):
        wrong("data/coverage.json: its sources are not the evidence that query.json names")
    if not set(shares) <= set(rows):
        wrong("data/coverage.json: events are of a source that it does not name")
    files = {row["source"]: row["file"] for row in records.rows.values() if row["file"]}
    for source, row in rows.items():
        try:
            check_source(source, row, journal.imports.get(source), shares.get(source, Share()), files.get(source))
        except PROBLEMS as error:
            wrong("data/coverage.json, source %s: %s" % (source[:8], error))
    replaced, index = replaced_in(journal.imports), query.get("index")
    events = [row.get("events") for row in rows.values()]
    for source, row in rows.items():
        there, said = row.get("replaced"), replaced.get(source)
        if source in journal.imports and (there and (there.get("record"), there.get("events"))) != said:
            wrong("data/coverage.json, source %s: what another source has whole is not what the journal says" % source[:8])
        if there and type(row.get("events")) is int:
            events.append(-number(there["events"]))
    if isinstance(index, dict) and type(index.get("events")) is int and all(type(n) is int for n in events):
        if sum(events) != index["events"]:
            wrong("data/query.json: %d events were searched, coverage.json has %d" % (index["events"], sum(events)))


def check_source(source, row, said, share, file):
    if said is not None:
        root, count, length, continues = said
        own, offset = own_start(said)
        if row.get("continues") != continues:
            raise ValueError("it does not continue the source that the journal says")
        if row["root"] != root:
            raise ValueError("its root is not the one in the journal")
        if count is not None and row.get("events", 0) > count - own:
            raise ValueError("it has more events than records were imported")
        if length is not None and row["bytes"].get("total") != length - offset:
            raise ValueError("its bytes are not as many as were imported")
    parts = row["bytes"]
    if parts["total"] != sum(parts[name] for name in ("events", "continuations", "blank", "rejected")):
        raise ValueError("its bytes do not add up")
    if row["exported"] != share.records or (row["raw"] is not None and file not in (None, row["raw"])):
        raise ValueError("%s events of it are said to be in the bundle, there are %d" % (row["exported"], share.records))
    first, last = (row[name] and written(row[name]) for name in ("first", "last"))
    if share.first is not None:
        if first is None or last is None or not first <= share.first <= share.last <= last:
            raise ValueError("events of it lie outside of its first and last moment")
        if share.records == row.get("events") and (first, last) != (share.first, share.last):
            raise ValueError("its first and last moment are not those of its events")
    for gap in row.get("gaps") or []:
        start, end = written(gap["from"]), written(gap["to"])
        if gap["hours"] != (end - start) // (3600 * 10**9) or end <= start:
            raise ValueError("a gap is not as long as it says")
        if any(start <= at < end for at in share.times):
            raise ValueError("there are events in what it calls a gap, from %s" % gap["from"])
    if share.records != row.get("events"):
        unclear("the first and last moment, and the gaps, of a source whose events are not all in the bundle")


def check_findings(data, journal, records):
    for place, text in enumerate(lines_in(os.path.join(data, "findings.jsonl"))):
        try:
            row = parse(text)
            events = row["events"] if row["kind"] == "finding" else [row["event"]]
            for event in events:
                source, _, record = event.partition(":")
                said = journal.imports.get(source)
                if said is None and not journal.withheld:
                    raise ValueError("no import in the journal names the source of %s" % event)
                if said and said[1] is not None and not own_start(said)[0] <= int(record) < said[1]:
                    raise ValueError("no source has the record %s" % event)
            shown = records.rows.get(row.get("event"))
            if row["kind"] == "bookmark" and shown and shown["file"] and row["sha256"] not in (None, shown["sha256"]):
                if not row.get("orphaned"):
                    raise ValueError("its SHA-256 is not that of its record")
            if row["kind"] == "finding" and not journal.merged:
                made = journal.made.get(row["uid"], False)
                if made is False:
                    raise ValueError("no entry of the journal made this finding")
                if made and row["made"] != made["at"]:
                    raise ValueError("it was not made when it says")
        except PROBLEMS as error:
            wrong("data/findings.jsonl, line %d: %s" % (place + 1, error))
            return


def signatures(bundle, sizes, info, journal, checkpoint):
    keys = []
    named = (("tagmanifest-sha256.txt", "vestigo-bundle"), ("data/checkpoint.txt", "vestigo-checkpoint"))
    for name, namespace in named:
        if name + ".sig" not in sizes:
            wrong("%s.sig: it is missing, so this is UNSIGNED" % name)
            continue
        text = checkpoint if name.startswith("data/") else read_whole(os.path.join(bundle, name), MIB).decode("ascii")
        pem = read_whole(os.path.join(bundle, name + ".sig"), MIB).decode("ascii")
        hand = by_hand(shlex.quote(os.path.join(bundle, name)), namespace)
        keys.append(check_signature(name, text, pem, namespace, hand)[1])
    if len(keys) == 2 and None not in keys:
        if info.get("Vestigo-Key", keys[0]) != keys[0]:
            wrong("bag-info.txt: it names another key than the one that signed")
        if keys[0] != keys[1]:
            tell("TWO KEYS SIGNED: the bundle by %s, the case's checkpoint by %s. Ask why." % tuple(keys))
        for key in sorted(set(keys) - journal.keys):
            tell("NOTE: %s is not a key that the journal names%s" % (key, " where it is shown" if journal.withheld else ""))


def check_one(proof, extract):
    record, journal = proof["record"], proof["journal"]
    data = base64.b64decode(record["bytes_base64"], validate=True)
    text = journal["line"].encode() + b"\n"
    lines = proof["proof"]
    rows = [row for line in lines if "frame" in line for row in line["known"]]
    if len(rows) != 1 or set(rows[0]) != {"record", "salt"} or rows[0]["record"] != number(record["record"]):
        raise ValueError("it does not prove one record from its bytes and its salt")
    entry = parse(journal["line"])
    checked = Source(imported(entry), lambda *_: data)
    for line in lines:
        checked.line(line)
    source = checked.done().source
    if proof["event"] != "%s:%d" % (source, record["record"]):
        wrong("it is the proof of another event than it says")
    if number(record["lead"]) + number(record["text_length"]) > len(data):
        wrong("the text of the record is not inside of its bytes")
    leaf = {number(journal["place"]): leaf_of_line(text)}
    origin, size, wanted = read_checkpoint(proof["checkpoint"])
    if entry["seq"] != journal["place"]:
        wrong("the journal entry has another number than its place")
    if root_from(size, leaf, unhex_all(journal["nodes"])) != wanted:
        wrong("the journal entry does not lead to the checkpoint")
    if problems:
        return
    tell("record %d of source %s is a part of the sealed original" % (record["record"], source))
    tell("  whose root is in entry %d of the journal, which the checkpoint below covers" % entry["seq"])
    tell("checkpoint:", " ".join(proof["checkpoint"].split()))
    pem = proof.get("checkpoint_signature")
    folder = extract or "."
    if extract:
        write_out(extract, proof["checkpoint"], pem)
    hand = by_hand(shlex.quote(os.path.join(folder, "checkpoint.txt")), "vestigo-checkpoint")
    if not extract:
        hand += "\n  (those two files: python3 verify_proofs.py --extract DIR PROOF.json)"
    fits, key = check_signature("checkpoint", proof["checkpoint"], pem, "vestigo-checkpoint", hand)
    keys = proof.get("keys")
    if key and not (isinstance(keys, list) and key in keys):
        wrong("%s is none of the keys that this proof names as the case's" % key)
    elif key:
        tell("  The proof itself names that key as one of the case's, which proves nothing:")
        tell("  with your own list of signers, ssh-keygen -Y verify -f ALLOWED_SIGNERS -I WHO -n vestigo-checkpoint ...")
    tell("Not bound by this proof: where in these bytes the event's text begins and ends (lead, text_length),")
    tell("  on which line of the source it stands, and the fields that were made of it.")
    if fits:
        tell("By hand:", hand)
    if checked.several:
        tell("Not bound either: that its number is %d; the source has several frames." % record["record"])
    if problems:
        return None
    if not fits:
        raise Unusable("the record leads to the checkpoint above, and whether that was signed was NOT CHECKED")
    return "the record leads to a checkpoint signed by %s; whose key that is was NOT CHECKED" % key


def write_out(folder, text, pem):
    """Writes a checkpoint and its signature to a folder, over nothing."""
    if not isinstance(pem, str):
        raise Unusable("the proof has no signature to be written out")
    if not os.path.isdir(folder):
        os.mkdir(folder, 0o700)
    for name, content in (("checkpoint.txt", text), ("checkpoint.txt.sig", pem)):
        path = os.path.join(folder, name)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise Unusable("%s is there already, and is not written over" % path) from None
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(content)


def commitment(row, digits=16):
    return "[%s:%s]" % (row["field"], row["commitment"][:digits])


def ledger(bundle):
    """The rows of redactions.jsonl by the digits of their tokens."""
    rows = {}
    for line in lines_in(os.path.join(bundle, "data", "redactions.jsonl")):
        row = parse(line)
        digits = unhex(row["commitment"]).hex()[:16]
        if row["token"] != commitment(row) or digits in rows:
            wrong("data/redactions.jsonl: a token does not follow from its commitment, or is there twice")
        rows[digits] = row
    return rows


def check_revealed(revealed, bundle):
    field, value = revealed["field"].encode(), revealed["value"].encode()
    found = hashlib.sha256(bytes.fromhex(revealed["salt"]) + field + b"\x00" + value).hexdigest()
    row = ledger(bundle).get(found[:16])
    if row is None or (row["token"], row["commitment"], row["field"]) != (revealed["token"], found, revealed["field"]):
        wrong("what was revealed is not what the bundle committed to")
    else:
        tell("%s stands for %s = %a" % (revealed["token"], revealed["field"], revealed["value"]))
        tell("NOT CHECKED here: the bundle itself (verify.sh).")


USAGE = "usage: python3 verify_proofs.py [--extract DIR | --reveal REVEALED.json] [--] [BUNDLE | PROOF.json]"


def words_of(words):
    """The options and the one other word."""
    options, rest = {}, []
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "--":
            rest += words
            break
        if word in ("--reveal", "--extract"):
            if not words or word in options:
                raise Unusable(USAGE)
            options[word] = words.pop(0)
        elif word.startswith("-"):
            raise Unusable(USAGE)
        else:
            rest.append(word)
    if len(rest) > 1 or "" in rest or len(options) > 1 or (options.get("--extract") and not rest):
        raise Unusable(USAGE)
    return options, rest[0] if rest else None


def is_plain(path):
    return stat.S_ISREG(os.stat(path).st_mode) if os.path.exists(path) else False


def main(words):
    verdict = "nothing is wrong with what was checked"
    try:
        options, target = words_of(words)
        around = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        if "--reveal" in options:
            check_revealed(parse(read_whole(options["--reveal"], MIB)), target or around)
        elif target is not None and is_plain(target):
            # One that the user named may be a link; what it leads to is a plain file.
            verdict = check_one(parse(read_whole(os.path.realpath(target), 128 * MIB)), options.get("--extract"))
        elif "--extract" in options:
            raise Unusable("%s is not a plain file" % target)
        else:
            check_bundle(target or around)
    except Unusable as error:
        print("it could not be checked: %s" % ascii(str(error))[1:-1], file=sys.stderr)
        return 2
    except PROBLEMS as error:
        wrong("it cannot be read: %s %s" % (type(error).__name__, error))
    tell("NOT SOUND: see above" if problems else "sound, as far as is said above: " + verdict)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
