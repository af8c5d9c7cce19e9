"""Archives of every odd build: each line that was put in is an event, or is listed."""

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import warnings
import zipfile
import zlib

from world import World, objects, said
from yard import bounded

LINE = '192.0.2.7 - - [01/Mar/2026:10:{:02}:{:02} +0000] "GET /{}/{} HTTP/1.1" 200 {} "-" "curl/8.1"\n'


def lines(name, count=10, first=0):
    return "".join(LINE.format(n // 60, n % 60, name, n, 100 + n) for n in range(first, first + count)).encode()


def zipped(*members, method=zipfile.ZIP_DEFLATED, comment=b""):
    """Packs (name, data) pairs; a name may come twice."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0)), data, compress_type=method)
        archive.comment = comment
    return file.getvalue()


def tarred(*members, kind=tarfile.GNU_FORMAT):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=kind) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_772_000_000
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def header(name, size, kind, extra=b""):
    """A tar header, written by hand, so that it may say anything."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108], block[108:116], block[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    block[124:136], block[136:148] = b"%011o\0" % size, b"%011o\0" % 1_772_000_000
    block[156:157], block[257:265] = kind, b"ustar  \0"
    block[345 : 345 + len(extra)] = extra
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data):
    return data + bytes(-len(data) % 512)


def unlisted(first, second):
    """A zip in which a member lies before the directory's first, and the directory does not name it."""
    one, two = zipped(("a.log", first)), zipped(("b.log", second))
    local = one[: one.index(b"PK\1\2")]
    directory = bytearray(two[two.index(b"PK\1\2"):])
    struct.pack_into("<I", directory, 42, len(local))
    end = directory.index(b"PK\5\6")
    struct.pack_into("<I", directory, end + 16, len(local) + two.index(b"PK\1\2"))
    return local + two[: two.index(b"PK\1\2")] + bytes(directory)


def gap(data, between):
    """A zip with bytes between its member and its directory."""
    whole = zipped(("a.log", data))
    at = whole.index(b"PK\1\2")
    directory = bytearray(whole[at:])
    struct.pack_into("<I", directory, directory.index(b"PK\5\6") + 16, at + len(between))
    return whole[:at] + between + bytes(directory)


def encrypted(data):
    """A zip that says of a member that it is encrypted."""
    whole = bytearray(zipped(("a.log", data), ("b.log", lines("open"))))
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = whole.index(mark)
        whole[at + flags] |= 1
    return bytes(whole)


def unknown_method(data):
    whole = bytearray(zipped(("a.log", data), ("b.log", lines("open")), method=zipfile.ZIP_STORED))
    for mark, method in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        struct.pack_into("<H", whole, whole.index(mark) + method, 97)
    return bytes(whole)


def short_sizes(data):
    """A stored zip member whose headers say that it is shorter than it is."""
    whole = bytearray(zipped(("a.log", data), method=zipfile.ZIP_STORED))
    half = len(lines("cut", 10)) // 2
    for mark, crc in ((b"PK\3\4", 14), (b"PK\1\2", 16)):
        at = whole.index(mark)
        struct.pack_into("<III", whole, at + crc, zlib.crc32(data[:half]), half, half)
    return bytes(whole)


def wrong_crc(data):
    whole = bytearray(zipped(("a.log", data)))
    for mark, crc in ((b"PK\3\4", 14), (b"PK\1\2", 16)):
        struct.pack_into("<I", whole, whole.index(mark) + crc, 1)
    return bytes(whole)


def folder_member(data):
    """A zip member whose name is that of a folder, with data."""
    return zipped(("folder/", data), ("a.log", lines("first")), method=zipfile.ZIP_STORED)


def sparse(holes=16 << 30):
    """An old GNU sparse member: a piece of log, and a hole of 16 GiB around it."""
    data = lines("sparse")
    block = bytearray(header(b"a.log", len(padded(data)), b"S"))
    struct.pack_into("12s12s", block, 386, b"%011o\0" % 0, b"%011o\0" % len(data))
    block[483:495] = b"\x80" + holes.to_bytes(11, "big")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + padded(padded(data)) + tarred(("b.log", lines("second")))


def pax_huge():
    """A pax record that says that the member has more bytes than there are."""
    record = b"22 size=99999999999999\n"
    data = lines("first")
    return header(b"pax", len(record), b"x") + padded(record) + header(b"a.log", len(data), b"0") + padded(data) + bytes(1024)


def stored_within(count, wrap, data):
    for number in range(count):
        data = wrap(data)
    return data


def builds():
    """Each archive's name, its bytes, and how many lines were put in."""
    a, b = lines("first"), lines("second")
    yield "plain.zip", zipped(("a.log", a), ("b.log", b)), 20
    yield "plain.tar", tarred(("a.log", a), ("b.log", b)), 20
    yield "plain.tar.gz", gzip.compress(tarred(("a.log", a), ("b.log", b))), 20
    yield "doubled.zip", zipped(("a.log", a), ("a.log", b)), 20
    yield "doubled.tar", tarred(("a.log", a), ("a.log", b)), 20
    yield "case.zip", zipped(("a.log", a), ("A.LOG", b)), 20
    yield "unlisted.zip", unlisted(a, b), 20
    yield "gap.zip", gap(a, b), 20
    yield "two.zip", zipped(("a.log", a)) + zipped(("b.log", b)), 20
    yield "before.zip", b + zipped(("a.log", a)), 20
    yield "behind.zip", zipped(("a.log", a)) + b, 20
    yield "comment.zip", zipped(("a.log", a), comment=b), 20
    yield "encrypted.zip", encrypted(a), 20
    yield "method.zip", unknown_method(a), 20
    yield "short.zip", short_sizes(a), 10
    yield "crc.zip", wrong_crc(a), 10
    yield "folder.zip", folder_member(b), 20
    yield "cut.zip", zipped(("a.log", a), ("b.log", b))[:-30], 20
    yield "zip-in.zip", zipped(("a.log", a), ("in.zip", zipped(("b.log", b)))), 20
    yield "two.tar", tarred(("a.log", a)) + tarred(("b.log", b)), 20
    yield "two.tar.gz", gzip.compress(tarred(("a.log", a))) + gzip.compress(tarred(("b.log", b))), 20
    yield "behind.tar", tarred(("a.log", a)) + b, 20
    yield "behind-mark.tar", tarred(("a.log", a))[:-9216] + b, 20
    yield "folder.tar", header(b"folder/", len(b), b"5") + padded(b) + tarred(("a.log", a)), 20
    yield "pax.tar", header(b"global", len(b), b"g") + padded(b) + tarred(("a.log", a)), 20
    yield "link.tar", header(b"link", len(b), b"2") + padded(b) + tarred(("a.log", a)), 20
    yield "device.tar", header(b"device", len(b), b"3") + padded(b) + tarred(("a.log", a)), 20
    yield "fifo.tar", header(b"pipe", len(b), b"6") + padded(b) + tarred(("a.log", a)), 20
    yield "contiguous.tar", header(b"b.log", len(b), b"7") + padded(b) + tarred(("a.log", a)), 20
    yield "volume.tar", header(b"volume", len(b), b"V") + padded(b) + tarred(("a.log", a)), 20
    yield "multivolume.tar", header(b"part", len(b), b"M") + padded(b) + tarred(("a.log", a)), 20
    yield "unknown.tar", header(b"what", len(b), b"Z") + padded(b) + tarred(("a.log", a)), 20
    yield "longname.tar", header(b"././@LongLink", len(b), b"L") + padded(b) + tarred(("a.log", a)), 20
    yield "padding.tar", header(b"a.log", len(a), b"0") + a + b[: -len(a) % 512] + tarred(("b.log", b)), 20
    yield "sparse.tar", sparse(), 20
    yield "size.tar", pax_huge(), 10
    yield "cut.tar", tarred(("a.log", a), ("b.log", b))[: 512 * 3 + 700], 20
    yield "checksum.tar", tarred(("a.log", a))[:-10240 + 512 * 4] + b"\1" + header(b"b.log", len(b), b"0")[1:] + padded(b), 20
    yield "members.log.gz", gzip.compress(a) + gzip.compress(b), 20
    yield "behind.log.gz", gzip.compress(a) + b, 20
    yield "zeros.log.gz", gzip.compress(a) + bytes(4096) + gzip.compress(b), 20
    yield "cut.log.gz", gzip.compress(a + b)[:-60], 20
    yield "three.log.gz", stored_within(3, gzip.compress, a), 10
    yield "extra.log.gz", with_extra(a, b), 20
    yield "members.log.bz2", bz2.compress(a) + bz2.compress(b), 20
    yield "behind.log.bz2", bz2.compress(a) + b, 20
    yield "cut.log.bz2", bz2.compress(a + b)[:-40], 20
    yield "members.log.xz", lzma.compress(a) + lzma.compress(b), 20
    yield "padded.log.xz", lzma.compress(a) + bytes(8) + lzma.compress(b), 20
    yield "behind.log.xz", lzma.compress(a) + b, 20
    yield "alone.lzma", lzma.compress(a, lzma.FORMAT_ALONE), 10
    yield "frames.log.zst", zstd_raw(a) + zstd_raw(b), 20
    yield "skippable.log.zst", zstd_raw(a) + b"\x50\x2a\x4d\x18" + struct.pack("<I", len(b)) + b, 20
    yield "behind.log.zst", zstd_raw(a) + b, 20
    yield "deep.zip", zipped(("a.log", a), ("b.tgz", gzip.compress(tarred(("c.zip", zipped(("d.log", b))))))), 20
    yield "png.log", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + a, 10
    yield "nul.log", a + b"\0\n" + b, 20


def with_extra(a, b):
    """A gzip member whose header's extra field holds a log."""
    packed = zlib.compressobj(wbits=-15)
    body = packed.compress(a) + packed.flush()
    head = b"\x1f\x8b\x08\x04" + bytes(5) + b"\xff" + struct.pack("<H", len(b)) + b
    return head + body + struct.pack("<II", zlib.crc32(a), len(a))


def zstd_raw(data):
    """A zstd frame of one raw block."""
    return b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data)) + struct.pack("<I", len(data) << 3 | 1)[:3] + data


def archives(bench, estate):
    row = bench.row("opponents", "archives of every odd build: each line is an event, or it is listed")
    for label, name, data, put_in in bench.pick("archives", [(f"archive:{n}", n, d, c) for n, d, c in builds()], 12):
        world = bench.world("archives", memory=True)
        world.must("new", world.case)
        world.folder.joinpath(name).write_bytes(data)
        complaint, seen = kept(world, name, data, put_in)
        row.point(label, complaint and f"{name}: {complaint}", None if complaint else seen)


def ask(world, *words):
    return bounded(world.words(words), world.environment(), world.folder)


def lines_in(done):
    """How many of the lines that were put in stand in an output."""
    return len(set(re.findall(rb'GET /\w+/\d+ HTTP', done.stdout)))


def kept(world, name, data, put_in):
    """Imports an archive; gives what is wrong with what is said of it, and what was seen."""
    done = ask(world, "--json", "import", name)
    trouble = done.trouble()
    if trouble:
        return trouble, None
    rows = objects(done.stdout)
    found = lines_in(ask(world, "--json", "search", "--all", "*"))
    again = World(world.program, world.folder)
    again.case = world.folder / "again"
    again.must("new", again.case)
    table = ask(again, "import", name)
    text = (table.stdout + table.stderr).decode(errors="replace").lower()
    told = [row for row in rows if row.get("reason") or row.get("status") in ("partial", "skipped", "failed")]
    normal = ask(world, "normalise", name)
    events = lines_in(normal)
    if normal.trouble():
        return f"normalise: {normal.trouble()}", None
    if found >= put_in:
        if done.returncode not in (0, 3):
            return f"all lines are there, and {said(done)}", None
        return (f"import keeps {found} lines, normalise {events}" if events < put_in else None), "every line is an event"
    if any(row["bytes"]["rejected"] and row["bytes"]["total"] == len(data) for row in rows if row.get("source")):
        return None, "taken as it is, and what is no text is listed"
    if "every byte accounted for" in text:
        return f"{found} of {put_in} lines, and \"every byte accounted for\"", None
    if not told:
        return f"{found} of {put_in} lines, and no row says so", None
    if done.returncode != 3 or table.returncode != 3:
        return f"{found} of {put_in} lines, and status {done.returncode}", None
    if not any(word in text for word in ("partial", "skipped", "failed", "in part")):
        return f"{found} of {put_in} lines, and the table does not say so", None
    if events != found:
        return f"import keeps {found} lines, normalise {events}", None
    if normal.returncode != 3:
        return f"normalise prints {events} of {put_in} lines and ends with status {normal.returncode}", None
    return said_in_bundle(world, found, put_in), "what was not read is listed"


def said_in_bundle(world, found, put_in):
    """What was not read stands in the bundle's coverage too, and in its report."""
    done = ask(world, "export", "--query", "*", "--out", "bundle")
    if done.returncode != 0:
        return None if not found else f"export: {said(done)}"
    coverage = (world.folder / "bundle/data/coverage.json").read_text()
    report = (world.folder / "bundle/data/report.html").read_text().lower()
    if not any(word in coverage for word in ('"partial"', '"skipped"', '"failed"', '"not_read"', '"reason": "', '"unread"')):
        return f"{found} of {put_in} lines, and coverage.json does not say so"
    if not any(word in report for word in ("partial", "skipped", "not read", "in part", "failed", "unread")):
        return f"{found} of {put_in} lines, and the report does not say so"
    return None
