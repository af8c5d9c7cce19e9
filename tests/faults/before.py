"""A case and a bundle that the version before made, under the present one."""

import gzip
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from world import objects, said

KEPT = Path(__file__).resolve().parent / "before"
SCRIPTS = Path(__file__).resolve().parents[2] / "src/export/scripts"


def before(bench):
    """Opens them, asks, verifies, writes on."""
    row = bench.row("before", "a case and a bundle of the version before")
    world = bench.world("before")
    with tarfile.open(KEPT / "case.tar.gz") as archive:
        archive.extractall(world.folder, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(world.folder)
    keys = world.folder / "config" / "keys"
    keys.mkdir()
    for path in KEPT.glob("test-key-*"):
        shutil.copy(path, keys / path.name[len("test-key-"):])
        (keys / path.name[len("test-key-"):]).chmod(0o600)
    world.folder.joinpath("bundle.tar").write_bytes(gzip.decompress((KEPT / "bundle.tar.gz").read_bytes()))
    with tarfile.open(world.folder / "bundle.tar") as archive:
        top = archive.getnames()[0].split("/")[0]
        archive.extractall(world.folder, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(world.folder)
    questions = {"events": ["search", "--all", "--order", "oldest", "*"], "findings": ["finding", "list"], "bookmarks": ["bookmark", "list"]}
    for name, words in questions.items():
        done = world.run("--json", *words)
        same = done.stdout == (KEPT / f"{name}.jsonl").read_bytes()
        row.point(f"before:{name}", None if same else f"{name}: another answer ({said(done)})", "the same answer" if same else None)
    for label, words in (("case", ["verify", "--deep"]), ("bundle", ["verify", "bundle.tar"]), ("folder", ["verify", top])):
        verified(row, f"before:{label}", world.run("--json", *words, "--require", "consistent,signed"))
    row.point("before:rebuilt", *rebuilt(world))
    row.point("before:written", *written(world))
    for script, program in (("verify.sh", "sh"), ("verify_proofs.py", sys.executable)):
        for place in (SCRIPTS / script, next((world.folder / top).rglob(script))):
            done = subprocess.run([program, place, world.folder / top], capture_output=True, env=world.environment(), timeout=60)
            wrong = None if done.returncode == 0 else f"{script}: status {done.returncode}"
            row.point(f"before:{script}", wrong, None if wrong else "verified")


def verified(row, label, done):
    answer = objects(done.stdout)
    right = done.returncode == 0 and answer and answer[0]["checks"]["consistent"] and answer[0]["checks"]["signed"]
    row.point(label, None if right else said(done), "verified" if right else None)


def rebuilt(world):
    shutil.rmtree(world.case / "index")
    done = world.run("--json", "search", "--all", "--order", "oldest", "*")
    same = done.stdout == (KEPT / "events.jsonl").read_bytes()
    return (None, "the same answer") if same else (f"without its index: {said(done)}", None)


def written(world):
    event = objects((KEPT / "events.jsonl").read_bytes())[0]["id"]
    world.must("bookmark", "add", event)
    world.must("export", "--query", "Accepted", "--out", "bundle")
    world.must("verify", "bundle", "--require", "consistent,signed")
    return world.complaint(), "written on"
