"""Reads a finding of serial-gap on stdin: missing records against those expected to be missing."""
import json, sys
n = json.load(sys.stdin)["numbers"]
print(n["missing"] / n["expected_missing"])
