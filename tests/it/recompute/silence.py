"""Reads a finding of silence on stdin: -ln of the probability of the gap by chance."""
import json, sys
n = json.load(sys.stdin)["numbers"]
print(n["expected"] * n["level"] / n["dispersion"])
