"""Reads a finding of clock-jump on stdin: how many times the limit the clock went back."""
import json, sys
n = json.load(sys.stdin)["numbers"]
print(n["seconds_back"] / n["limit_seconds"])
