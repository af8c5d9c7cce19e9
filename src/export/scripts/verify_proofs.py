#!/usr/bin/env python3
"""Checks that the records of a bundle are parts of the sealed originals.

    python3 verify_proofs.py [BUNDLE]        a bundle's folder (default: the one around this file)
    python3 verify_proofs.py PROOF.json      what `vestigo show ID --proof` printed
    python3 verify_proofs.py --reveal REVEALED.json [BUNDLE]

From a record's bytes and its salt to the root of its source, to the journal
entry that names this root, to the checkpoint over the journal. The signature of
the checkpoint is checked by verify.sh. Needs Python's standard library alone.

    leaf   = SHA-256(0x00 || salt || bytes)            one for each record
    node   = SHA-256(0x01 || left || right)            RFC 9162, section 2.1
    frame  = root over the leaves of its records, in order
    source = root over the roots of its frames, which are its leaves as they are
    line   = SHA-256(0x00 || the journal's line with its line end)

A list of nodes holds the roots of the largest subtrees in which nothing is
known, from left to right. How many records a source has, the journal says; where
it has several frames, how many records come before a frame is not bound.
"""

import base64
import csv
import hashlib
import json
import os
import re
import sys

problems = []


def wrong(text):
    problems.append(text)
    print("WRONG:", text.encode("ascii", "backslashreplace").decode())


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
            raise ValueError("something stands behind its end")
        if self.source not in (None, line["source"]):
            raise ValueError("it is of two sources")
        self.source = line["source"]
        if self.source not in self.imports:
            raise ValueError("no import in the journal names its source")
        self.records = number(self.imports[self.source][1])
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
    if rest or text != "%s\n%d\n%s\n" % (origin, int(size), base64.b64encode(base64.b64decode(root)).decode()):
        raise ValueError("this is not a checkpoint")
    return origin, int(size), base64.b64decode(root)


def imported(entry):
    """What a journal entry imports: for each source its root and its records."""
    if entry.get("do") != "evidence.import":
        return {}
    return {row["source"]: (row["root"], row.get("records")) for row in entry["what"]["sources"]}


class Journal:
    """The journal of a bundle, its chain checked over withheld entries too."""

    def __init__(self, lines):
        self.leaves, self.imports, self.case, self.withheld = [], {}, None, 0
        self.head = "0" * 64
        for place, text in enumerate(lines):
            try:
                self.line(place, text)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                wrong("journal.jsonl, line %d: %s" % (place + 1, error))
                break

    def line(self, place, text):
        entry = json.loads(text)
        if number(entry["seq"]) != place:
            raise ValueError("it has number %d" % entry["seq"])
        if "withheld" in entry:
            if set(entry) != {"withheld", "seq", "sha256", "leaf"} or entry["withheld"] is not True:
                raise ValueError("a withheld entry is not one")
            self.leaves.append(unhex(entry["leaf"]))
            self.head = unhex(entry["sha256"]).hex()
            self.withheld += 1
            return
        if entry["prev"] != self.head:
            raise ValueError("it does not follow the line before")
        if (entry["do"] == "case.create") != (place == 0):
            raise ValueError("the first entry, and no other, makes the case")
        if place == 0:
            self.case = entry["what"]["id"]
        self.head = hashlib.sha256(text).hexdigest()
        self.leaves.append(leaf_of_line(text))
        for source, said in imported(entry).items():
            # A second root would let other records be proved.
            if self.imports.setdefault(source, said) != said:
                raise ValueError("it imports a source again, and otherwise")


class Records:
    """records.csv: which records there are, and where their bytes lie."""

    columns = "event file offset length lead text_length line source_offset sha256 record".split()

    def __init__(self, bundle):
        self.bundle, self.rows, self.ends, self.open = bundle, {}, {}, (None, None)
        with open(os.path.join(bundle, "data", "records.csv"), newline="", encoding="ascii") as file:
            reader = csv.reader(file, strict=True)
            if next(reader) != self.columns:
                raise ValueError("records.csv does not name its columns")
            for cells in reader:
                self.row(dict(zip(self.columns, cells)), len(cells))
        raw = os.path.join(bundle, "data", "raw")
        for name in sorted(os.listdir(raw)) if os.path.isdir(raw) else []:
            if os.path.getsize(os.path.join(raw, name)) != self.ends.get("data/raw/" + name, 0):
                wrong("raw/%s: some of its bytes belong to no record" % name)

    def row(self, row, cells):
        source, _, record = row["event"].partition(":")
        unhex(source)
        if cells != len(self.columns) or row["event"] in self.rows or row["record"] != record:
            raise ValueError("records.csv: the row of %s is not one, or there twice" % row["event"])
        places = ["offset", "length", "lead", "text_length"]
        for name in ["line", "source_offset", "record"] + (places if row["file"] else []):
            if str(int(row[name])) != row[name] or int(row[name]) < 0:
                raise ValueError("records.csv: %s of %s is not a number" % (name, row["event"]))
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
            self.open = (row["file"], open(os.path.join(self.bundle, row["file"]), "rb"))
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
    if event["id"] != "%s:%d" % (event["vestigo.source"][:8], row["record"]):
        raise ValueError("its id is not that of its record")
    if (event["vestigo.line"], event["vestigo.offset"]) != (row["line"], row["source_offset"]):
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
        return
    text = records.bytes_of(row)[row["lead"] : row["lead"] + row["text_length"]]
    if hashlib.sha256(text).hexdigest() != row["sha256"]:
        raise ValueError("its SHA-256 in records.csv is not that of its bytes")
    try:
        said, exact = text.decode(), None
    except UnicodeDecodeError:
        said, exact = text.decode(errors="replace"), base64.b64encode(text).decode()
    if event["event.original"] != said or event.get("vestigo.original_base64") != exact:
        raise ValueError("its original is not that of its record")


def check_bundle(bundle):
    data = os.path.join(bundle, "data")

    def lines_of(name):
        with open(os.path.join(data, name), "rb") as file:
            yield from file

    # The journal leads to its checkpoint.
    journal = Journal(lines_of("journal.jsonl"))
    with open(os.path.join(data, "query.json"), encoding="utf-8") as file:
        query = json.load(file)
    with open(os.path.join(data, "checkpoint.txt"), encoding="ascii") as file:
        origin, size, root = read_checkpoint(file.read())
    case = journal.case or query["case"]
    if origin != "vestigo/" + case or query["case"] != case:
        wrong("checkpoint.txt, query.json: they are of another case")
    if size != len(journal.leaves) or query["entries"] != size:
        wrong("checkpoint.txt: it is over %d entries, the journal has %d" % (size, len(journal.leaves)))
    elif root_of(journal.leaves) != root:
        wrong("checkpoint.txt: the journal does not lead to its root")

    # Each record leads to the root of its source, and that to the journal.
    records = Records(bundle)
    shown, withheld, sources, several = set(), set(), set(), False
    folder = os.path.join(data, "proofs")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        raw = "data/raw/%s.log" % name.partition(".")[0]

        def bytes_of(source, record, raw=raw):
            row = records.of(source, record)
            if row["file"] not in ("", raw):
                raise ValueError("record %d lies in another file than %s" % (record, raw))
            return records.bytes_of(row)

        try:
            proof = Source(journal.imports, bytes_of)
            for line in lines_of("proofs/" + name):
                proof.line(json.loads(line))
            proof.done()
            if proof.source in sources or not os.path.isfile(os.path.join(bundle, raw)):
                raise ValueError("another file proves the same source, or there is no " + raw)
        except (ValueError, KeyError, TypeError, StopIteration, RuntimeError) as error:
            wrong("proofs/%s: %s" % (name, error or "it is cut off"))
            continue
        sources.add(proof.source)
        several = several or proof.several
        shown.update("%s:%d" % (proof.source, record) for record in proof.shown)
        withheld.update("%s:%d" % (proof.source, record) for record in proof.withheld)
    if shown != {name for name, row in records.rows.items() if row["file"]}:
        wrong("records.csv: not every record that is shown is proved")
    if withheld != {name for name, row in records.rows.items() if not row["file"]}:
        wrong("records.csv: not every record that is withheld has a leaf")
    raws = os.path.join(data, "raw")
    for name in sorted(os.listdir(raws)) if os.path.isdir(raws) else []:
        if name.partition(".")[0] + ".jsonl" not in names:
            wrong("raw/%s: there is no proof of it" % name)

    # The originals of the events are what the records say.
    tokens = set(ledger(bundle))
    said, digest = set(), hashlib.sha256()
    for place, text in enumerate(lines_of("events.jsonl")):
        try:
            event = json.loads(text)
            name = "%s:%d" % (event["vestigo.source"], number(event["vestigo.record"]))
            if name in said or name not in records.rows:
                raise ValueError("it is not in records.csv, or there twice")
            said.add(name)
            check_event(event, records.rows[name], records, tokens)
        except (ValueError, KeyError, TypeError) as error:
            wrong("events.jsonl, line %d: %s" % (place + 1, error))
            break
        digest.update(name.encode() + b"\n")
    else:
        if len(said) != len(records.rows) or query["events"] != len(said):
            wrong("events.jsonl has %d events, records.csv %d" % (len(said), len(records.rows)))
        if query["digest"] != digest.hexdigest():
            wrong("query.json: its digest is not that of the events")
    print("%d records are proved to be parts of the sealed originals, %d were withheld" % (len(shown), len(withheld)))
    if journal.withheld:
        print("%d entries of the journal are withheld; their hashes lead to the checkpoint" % journal.withheld)
    if several:
        print("Not shown: which numbers the records of a source of several frames have, only their order.")
    print("Not shown: that the normalised fields, tables and the report say what the records say.")


def check_one(proof):
    record, journal = proof["record"], proof["journal"]
    data = base64.b64decode(record["bytes_base64"], validate=True)
    text = journal["line"].encode() + b"\n"
    lines = proof["proof"]
    rows = [row for line in lines if "frame" in line for row in line["known"]]
    if len(rows) != 1 or set(rows[0]) != {"record", "salt"} or rows[0]["record"] != number(record["record"]):
        raise ValueError("it does not prove one record from its bytes and its salt")
    checked = Source(imported(json.loads(text)), lambda *_: data)
    for line in lines:
        checked.line(line)
    source = checked.done().source
    if proof["event"] != "%s:%d" % (source, record["record"]):
        wrong("it is the proof of another event than it says")
    if number(record["lead"]) + number(record["text_length"]) > len(data):
        wrong("the text of the record is not inside of its bytes")
    leaf = {number(journal["place"]): leaf_of_line(text)}
    _, size, wanted = read_checkpoint(proof["checkpoint"])
    if json.loads(text)["seq"] != journal["place"]:
        wrong("the journal entry has another number than its place")
    if root_from(size, leaf, unhex_all(journal["nodes"])) != wanted:
        wrong("the journal entry does not lead to the checkpoint")
    if not problems:
        print("record %d of source %s is a part of the sealed original" % (record["record"], source))
        if checked.several:
            print("Not shown: that its number is %d; the source has several frames." % record["record"])
    print("checkpoint:", ascii(" ".join(proof["checkpoint"].split())))


def commitment(row, digits=16):
    return "[%s:%s]" % (row["field"], row["commitment"][:digits])


def ledger(bundle):
    """The rows of redactions.jsonl by the digits of their tokens."""
    rows = {}
    with open(os.path.join(bundle, "data", "redactions.jsonl"), encoding="utf-8") as file:
        for row in map(json.loads, file):
            digits = unhex(row["commitment"]).hex()[:16]
            if row["token"] != commitment(row) or digits in rows:
                wrong("redactions.jsonl: a token does not follow from its commitment, or is there twice")
            rows[digits] = row
    return rows


def check_revealed(revealed, bundle):
    field, value = revealed["field"].encode(), revealed["value"].encode()
    found = hashlib.sha256(bytes.fromhex(revealed["salt"]) + field + b"\x00" + value).hexdigest()
    row = ledger(bundle).get(found[:16])
    if row is None or (row["token"], row["commitment"], row["field"]) != (revealed["token"], found, revealed["field"]):
        wrong("what was revealed is not what the bundle committed to")
    else:
        print("%s stands for %s = %a" % (revealed["token"], revealed["field"], revealed["value"]))


def main(words):
    around = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        if words and words[0] == "--reveal":
            with open(words[1], encoding="utf-8") as file:
                check_revealed(json.load(file), words[2] if len(words) > 2 else around)
        elif words and os.path.isfile(words[0]):
            with open(words[0], encoding="utf-8") as file:
                check_one(json.load(file))
        else:
            check_bundle(words[0] if words else around)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, StopIteration, RuntimeError, csv.Error) as error:
        wrong("it cannot be read: %s %s" % (type(error).__name__, error))
    print("NOT SOUND: see above" if problems else "sound")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
