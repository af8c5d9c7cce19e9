"""Reads a finding of level-shift on stdin: the shift in sigmas, times the root of its hours."""
import json, math, sys
n = json.load(sys.stdin)["numbers"]
print(abs(n["level"] - n["level_before"]) / n["sigma"] * math.sqrt(n["hours"]))
