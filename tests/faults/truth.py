"""An independent look at a case: what is true of it, whatever vestigo says."""

import base64
import functools
import hashlib
import json
import os
import re
import stat
import subprocess
import tempfile
from pathlib import Path


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def root_of(leaves):
    """The root over leaves, RFC 9162, section 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:middle]) + root_of(leaves[middle:])).digest()


def journal_root(lines):
    return root_of([hashlib.sha256(b"\x00" + line).digest() for line in lines])


def chained(entries):
    """Writes entries as a journal whose chain is whole; gives its lines."""
    lines, head = [], "0" * 64
    for place, entry in enumerate(entries):
        entry = {**entry, "seq": place, "prev": head}
        lines.append(json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
        head = sha256(lines[-1])
    return lines


def plain(path):
    """A file's bytes, where it is a plain file of ordinary size, else None."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    small = stat.S_ISREG(found.st_mode) and found.st_size < 1 << 25
    return Path(path).read_bytes() if small else None


def is_folder(path):
    return stat.S_ISDIR(os.lstat(path).st_mode) if os.path.lexists(path) else False


def snapshot(*folders):
    """Every name below folders with its kind, mode and content; opens nothing but plain files."""
    seen = {}
    for top in folders:
        for path in [Path(top), *sorted(Path(top).rglob("*"))] if os.path.lexists(top) else []:
            found = os.lstat(path)
            content = None
            if stat.S_ISLNK(found.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(found.st_mode):
                content = sha256(path.read_bytes()) if found.st_size < 1 << 25 else found.st_size
            seen[str(path)] = (found.st_mode, content)
    return seen


def difference(before, after):
    """Names the first thing that is not as it was; None where nothing changed."""
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            how = "made" if path not in before else "removed" if path not in after else "changed"
            return f"{Path(path).name} was {how}"
    return None


@functools.lru_cache(maxsize=None)
def signer(namespace, body, signature):
    """The fingerprint of the key whose signature fits, as ssh-keygen says; None where it does not fit."""
    with tempfile.NamedTemporaryFile(suffix=".sig") as file:
        file.write(signature)
        file.flush()
        words = ["ssh-keygen", "-Y", "check-novalidate", "-n", namespace, "-s", file.name]
        done = subprocess.run(words, input=body, capture_output=True)
    found = re.search(rb"SHA256:[A-Za-z0-9+/]{43}", done.stdout)
    return found[0].decode() if done.returncode == 0 and found else None


class Truth:
    """What is true of a case folder, found out without vestigo.

    `batches` gives for the hash of each true manifest the files of its batch.
    """

    def __init__(self, case, batches, own):
        self.case, self.damage, self.told = Path(case), [], []
        self.entries, self.lines, self.imports = [], [], ()
        self.covered, self.signers, self.keys = 0, {}, set()
        for part in ("evidence", "anchors", "index"):
            if os.path.lexists(self.case / part) and not is_folder(self.case / part):
                (self.told if part == "index" else self.damage).append(part)
        self.look_at_journal()
        self.look_at_evidence(batches)
        self.look_at_anchors(own)
        for name in ("lock", "lock.import"):
            lock = self.case / name
            if os.path.lexists(lock) and not stat.S_ISREG(os.lstat(lock).st_mode):
                self.told.append(name)

    def look_at_journal(self):
        content, about = plain(self.case / "journal.jsonl"), plain(self.case / "case.toml")
        if not content:
            self.damage.append("journal.jsonl")
        lines = (content or b"").splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            # What a death within a write leaves is no damage, but has to be told.
            self.told.append("journal")
            lines.pop()
        head = "0" * 64
        for place, line in enumerate(lines):
            try:
                entry = json.loads(line)
                if (entry["seq"], entry["prev"]) != (place, head):
                    raise ValueError
            except (ValueError, KeyError, TypeError):
                self.damage.append("journal.jsonl")
                break
            head = sha256(line)
            self.lines.append(line)
            self.entries.append(entry)
        first = self.entries[0]["what"] if self.entries else {}
        if about is None or first.get("case_toml_sha256") != sha256(about):
            self.damage.append("case.toml")

    def look_at_evidence(self, batches):
        for entry in self.entries:
            if entry["do"] != "evidence.import":
                continue
            what = entry["what"]
            self.imports += (what["manifest_sha256"],)
            folder = self.case / "evidence" / f"{what['batch']:04}"
            wanted = batches.get(what["manifest_sha256"])
            found = snapshot(folder) if is_folder(folder) else {}
            found = {os.path.relpath(path, folder): content for path, (_, content) in found.items()}
            if wanted is None and found.get("manifest.json") == what["manifest_sha256"]:
                wanted = found  # written meanwhile; its manifest is the one in the journal
            if wanted and "originals" in wanted and not any(name.startswith("originals/") for name in wanted):
                # A folder that holds nothing may be missing; what stands in its place has to be told.
                wanted = {name: content for name, content in wanted.items() if name != "originals"}
                place = folder / "originals"
                if os.path.lexists(place) and not is_folder(place):
                    self.told.append("originals")
                found.pop("originals", None)
            if wanted is None or found != wanted or not is_folder(self.case / "evidence"):
                self.damage.append(f"evidence/{what['batch']:04}")

    def look_at_anchors(self, own):
        # Whose case it is, its first entry says; a case that a stranger began is a stranger's.
        begun = self.entries[0]["what"].get("key") if self.entries else None
        self.keys = own if begun in own else {begun}
        anchors = self.case / "anchors"
        for path in sorted(anchors.glob("checkpoint-*.txt")) if is_folder(anchors) else []:
            body = plain(path)
            try:
                origin, size, root = (body or b"").decode().splitlines()
                fits = 0 < int(size) <= len(self.lines) and base64.b64decode(root) == journal_root(self.lines[: int(size)])
                fits = fits and origin == "vestigo/" + self.entries[0]["what"]["id"]
            except (ValueError, UnicodeDecodeError, LookupError):
                fits = False
            if not fits:
                self.damage.append(f"anchors/{path.name}")
                continue
            signature = plain(f"{path}.sig")
            who = signer("vestigo-checkpoint", body, signature) if signature else None
            if os.path.lexists(f"{path}.sig") and who is None:
                self.damage.append(f"anchors/{path.name}.sig")
            self.signers[int(size)] = who
            if who in self.keys:
                self.covered = max(self.covered, int(size))


COVER = re.compile(r"cover|not signed|unsigned", re.I)


def verdict(truth, done):
    """Says in what the answer of `verify --json` is better than the truth; None where it is not."""
    if done.returncode == 3 and done.stderr:
        return None  # refused
    try:
        answer = json.loads(done.stdout.splitlines()[0])
        rungs = answer["checks"]
    except (ValueError, LookupError):
        return f"verify ended with status {done.returncode} and no verdict"
    said = " ".join([*map(json.dumps, answer["damage"]), *answer["notes"], *answer["not_proven"]])
    if rungs["consistent"] and truth.damage:
        return f"✓ consistent, and {truth.damage[0]} is damaged"
    if not answer.get("sound", rungs["consistent"]):
        return None
    signed = rungs["signed"] and re.match(r"SHA256:\S+", rungs["signed"])
    if signed and signed[0] not in truth.keys:
        return "✓ signed by a key that is not the case's"
    if signed and not truth.covered:
        return "✓ signed by a key that signed no checkpoint of this history"
    if signed and truth.covered < len(truth.lines) and not COVER.search(said):
        return "✓ signed, and not a word of the entries that no checkpoint covers"
    if ((answer.get("reach") or {}).get("signed") or 0) > truth.covered:
        return "✓ signed further than a key of the case signed"
    if rungs["extends"]:
        return "✓ extends a checkpoint that nobody brought"
    silent = [name for name in truth.told if name not in said]
    return f"{silent[0]} is not a plain file or folder, and nothing says so" if silent else None
