"""Reads a finding of repeated-block on stdin: how unlikely so many repeated records in a row are."""
import json, math, sys
n = json.load(sys.stdin)["numbers"]
usual = (n["loose"] + 1) / (n["source_records"] + 2)
print(-n["records"] * math.log10(usual) - math.log10(n["source_records"]))
